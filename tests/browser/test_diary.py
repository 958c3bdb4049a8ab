"""A family's own copy: what is owed, what is unread, how old the records are (2.10)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from eschool_core.commands.lessons import RecordMark
from eschool_core.commands.messages import OpenThread
from eschool_core.commands.owed import GiveOwedWork
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.opening import opened
from tests.browser.test_everybody import violations
from tests.clients.web.conftest import DAY

DAY_SECONDS = 86_400
DAYS_BACK = 12


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    """Two marks and a work that is owed, a message, and a day without the school."""
    with Sandbox(DAY, seed=8) as school:
        cast, server = school.cast, school.stage.school
        earlier = [
            lesson
            for lesson in server.store.select(Lesson, journal_id=cast.first.journal_id)
            if school.stage.day - DAYS_BACK <= lesson.day < school.stage.day
        ]
        acts = [
            RecordMark(lesson_id=lesson.id, pupil_id=cast.child, value=value)
            for lesson, value in zip(earlier, (3, 4), strict=False)
        ] + [
            GiveOwedWork(
                lesson_id=earlier[-1].id,
                pupil_id=cast.child,
                work_kind=WorkKind.TEST,
                due_day=school.stage.day + 5,
                comment="вариант 2",
            ),
            OpenThread(title="Экскурсия", text="В пятницу", pupil_id=cast.child, to_guardians=1),
        ]
        for act in acts:
            outcome = server.act(act, cast.teacher_id)
            assert not outcome.key, outcome.key
        yield school


@pytest.fixture(scope="module")
def family(stage: Sandbox) -> Replica:
    made = stage.replica("guardian")
    made.sync()
    return made


@pytest.fixture
def page(
    chromium: Browser, family: Replica, complaints: list[str], stage: Sandbox
) -> Iterator[Page]:
    with opened(chromium, family, complaints) as (shown, pages):
        shown.goto(f"{pages.url}/diary/{stage.cast.child}")
        yield shown


@pytest.mark.clause("2.10")
def test_the_week_says_what_is_owed_and_what_the_next_mark_takes(page: Page) -> None:
    owed = page.locator("section[aria-labelledby=owed]")
    expect(owed).to_contain_text("вариант 2")
    expect(owed).to_contain_text("до 29.11")
    means = page.locator("section[aria-labelledby=means] li").filter(has_text="отметок: 2")
    expect(means).to_contain_text("средний 3,50")
    expect(means).to_contain_text("на «")
    assert violations(page) == []


@pytest.mark.clause("2.11")
def test_unread_messages_lead_there_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Непрочитанных сообщений: 1").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/messages")
    expect(page.get_by_role("link", name="Экскурсия")).to_be_visible()


@pytest.mark.clause("2.10")
def test_records_of_an_earlier_day_say_how_old_they_are(
    chromium: Browser, family: Replica, stage: Sandbox, complaints: list[str]
) -> None:
    with opened(chromium, family, complaints) as (page, pages):
        page.goto(f"{pages.url}/diary/{stage.cast.child}")
        expect(page.get_by_text("Здесь данные на")).to_have_count(0)
    stage.clock.advance(DAY_SECONDS)
    with opened(chromium, family, complaints) as (page, pages):
        page.goto(f"{pages.url}/diary/{stage.cast.child}")
        expect(page.get_by_text(f"Здесь данные на {DAY:%d.%m.%Y}")).to_be_visible()
        expect(page.locator("#standing")).to_contain_text(f"{DAY:%d.%m} ")
