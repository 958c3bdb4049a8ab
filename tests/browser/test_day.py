"""A teacher's day by keyboard, with a server that is stopped in the middle, and a quarrel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from eschool_core.commands.journals import RecordSubstitution
from eschool_core.commands.people import WithdrawPupil
from eschool_core.commands.pupil_requests import ReadmitPupil
from eschool_core.domain.enums import SubstitutionKind
from eschool_core.domain.journal import Mark
from eschool_core.domain.people import Enrolment
from eschool_sync.replica import Replica, enrol
from eschool_sync.sandbox import Sandbox
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server
from tests.browser.conftest import DESK, LIMIT_MS, signed_in
from tests.browser.keyboard import Keyboard
from tests.clients.web.conftest import DAY
from tests.clients.web.pages import serving

PASSPHRASE = "a day of a teacher"
ALL_SENT = """async () => {
    const { pending, syncing } = await (await fetch("/api/state")).json();
    return !pending && !syncing;
}"""


@dataclass
class Day:
    """A school whose server can be stopped, and its teacher at the pages."""

    school: Sandbox
    server: ExitStack
    port: int
    page: Page
    replica: Replica

    def stop_server(self) -> None:
        self.server.close()

    def start_server(self) -> None:
        self.server.enter_context(Server(make_app(self.school.stage.directory), port=self.port))


@pytest.fixture
def day(chromium: Browser, complaints: list[str], tmp_path: Path) -> Iterator[Day]:
    with Sandbox(DAY, seed=2) as school, ExitStack() as server, ExitStack() as held:
        running = server.enter_context(Server(make_app(school.stage.directory)))
        replica = held.enter_context(enrolled(school, "teacher", running.url, tmp_path))
        replica.sync()
        pages = held.enter_context(serving(replica, keep_in_step=True))
        context = chromium.new_context(viewport=DESK, locale="ru-RU")
        context.set_default_timeout(LIMIT_MS)
        page = signed_in(context, pages, complaints)
        yield Day(school, server, running.port, page, replica)
        context.close()


@contextmanager
def enrolled(school: Sandbox, role: str, url: str, folder: Path) -> Iterator[Replica]:
    code = school.stage.school.issue_code(school.person(role))
    enrol(folder / role, url, school.stage.number, code, PASSPHRASE, clock=school.clock)
    with Replica.open(folder / role, PASSPHRASE, clock=school.clock) as replica:
        yield replica


def on_server(school: Sandbox) -> list[int]:
    """Return the marks of the first lesson that the server has."""
    found = school.stage.school.store.select(Mark, lesson_id=school.cast.first.id)
    return sorted(mark.value for mark in found if mark.value)


def _all_is_sent(page: Page) -> None:
    """Wait until nothing is left to send; «Принято» may still be said of the exchange before."""
    deadline = time.monotonic() + LIMIT_MS / 1000
    while not page.evaluate(ALL_SENT):
        assert time.monotonic() < deadline, "it is not sent"
        page.wait_for_timeout(100)


def signs(page: Page) -> list[str]:
    """Return the state of each cell of the column that is looked at, the empty ones left out."""
    cells = page.locator("#grid tbody td.on[data-s]")
    return [one.get_attribute("data-s") or "" for one in cells.all()]


@pytest.mark.clause("4.5.2")
def test_the_day_goes_on_without_its_server(day: Day) -> None:
    page, keys = day.page, Keyboard(day.page)
    keys.press("5", "4")
    accepted = page.locator("#grid tbody td.on[data-s='']:not(:empty)")
    expect(accepted).to_have_count(2, timeout=LIMIT_MS)
    expect(page.locator("#standing")).to_contain_text("Принято")
    day.stop_server()
    keys.press("3", "н", "F8", "Enter", "0", "Enter")
    page.get_by_role("button", name="Обменяться").click()
    expect(page.locator("#standing")).to_contain_text("нет связи", timeout=LIMIT_MS)
    expect(page.locator("#standing")).to_contain_text("не отправлено: 4")
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    assert page.locator("#grid tbody td.on").all_inner_texts()[:4] == ["5", "4", "3", "н"]
    assert signs(page).count("h") == 2
    _a_pupil_has_left(day, page)
    keys.press(*["ArrowDown"] * 4, "2")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    day.start_server()
    page.get_by_role("button", name="Обменяться").click()
    expect(page.locator("#grid td[data-s='r']")).to_have_count(1, timeout=LIMIT_MS)
    expect(page.locator("#standing")).to_contain_text("Принято")
    assert on_server(day.school) == [3, 4, 5]
    _refused_is_explained(page, keys)
    _refused_is_in_the_inbox(page)


def _a_pupil_has_left(day: Day, page: Page) -> None:
    """Let the office withdraw the fifth pupil of the roll; the teacher cannot know."""
    name = page.locator("#grid tbody th.who").nth(4).inner_text().split(maxsplit=1)[1]
    store = day.replica.store
    rows = store.rows("SELECT id, family, given, patronymic FROM pupil")
    pupil = next(int(row[0]) for row in rows if " ".join(map(str, row[1:4])) == name)
    outcome = day.school.stage.school.act(
        WithdrawPupil(pupil_id=pupil, last_day=day.school.stage.day - 1, order="№ 9"),
        day.school.stage.officer_id,
    )
    assert outcome.key == ""


def _refused_is_explained(page: Page, keys: Keyboard) -> None:
    page.locator("#grid td[data-s='r']").click()
    keys.press("F1")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Не принято")
    expect(dialog).to_contain_text("4.6.6")
    page.keyboard.press("Escape")


def _refused_is_in_the_inbox(page: Page) -> None:
    expect(page.locator("#inbox-count")).to_have_text("1")
    page.get_by_role("link", name="Входящие").click()
    expect(page.locator("[data-refused]")).to_have_count(1)
    expect(page.locator("[data-refused]")).to_contain_text("4.6.6")
    page.get_by_role("button", name="Убрать").click()
    expect(page.locator("[data-refused]")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-refused]")).to_have_count(0)


@pytest.mark.clause("4.6.6")
def test_a_refused_entry_is_corrected_and_sent_from_the_inbox(day: Day) -> None:
    page = day.page
    day.stop_server()
    _a_pupil_has_left(day, page)
    Keyboard(page).press(*["ArrowDown"] * 4, "2")
    expect(page.locator("td[data-s='h']")).to_have_count(1)
    day.start_server()
    page.get_by_role("button", name="Обменяться").click()
    expect(page.locator("#inbox-count")).to_have_text("1", timeout=LIMIT_MS)
    _the_pupil_is_back(day)
    page.get_by_role("link", name="Входящие").click()
    refused = page.locator("[data-refused]")
    refused.get_by_label("Отметка").fill("4")
    refused.get_by_role("button", name="Исправить и отправить").click()
    expect(refused).to_have_count(0)
    page.get_by_role("button", name="Обменяться").click()
    _all_is_sent(page)
    assert on_server(day.school) == [4]
    expect(page.locator("#standing")).to_contain_text("Принято", timeout=LIMIT_MS)
    page.reload()
    expect(refused).to_have_count(0)
    expect(page.locator("#inbox-count")).to_have_text("")


def _the_pupil_is_back(day: Day) -> None:
    """Let the office enrol again whom it has withdrawn, and the teacher's copy hear of it."""
    school = day.school.stage
    [left] = [
        entry for entry in school.school.store.select(Enrolment) if entry.last_day == school.day - 1
    ]
    back = ReadmitPupil(
        pupil_id=left.pupil_id, class_id=left.class_id, first_day=school.day, order="№ 10"
    )
    assert school.school.act(back, school.officer_id).key == ""
    day.replica.sync()


def test_two_who_write_in_one_cell_see_both_values(
    day: Day, chromium: Browser, complaints: list[str], tmp_path: Path
) -> None:
    school, cast = day.school, day.school.cast
    outcome = school.stage.school.act(
        RecordSubstitution(
            journal_id=cast.first.journal_id,
            lesson_id=cast.first.id,
            absent_id=cast.teacher_id,
            substitute_id=cast.substitute_id,
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=school.stage.day,
            last_day=school.stage.day,
        ),
        school.stage.deputy_id,
    )
    assert outcome.key == ""
    url = f"http://127.0.0.1:{day.port}"
    with enrolled(school, "substitute", url, tmp_path) as other:
        other.sync()
        day.stop_server()
        with serving(other) as pages:
            context = chromium.new_context(viewport=DESK, locale="ru-RU")
            context.set_default_timeout(LIMIT_MS)
            their_page = signed_in(context, pages, complaints)
            expect(their_page.locator("#note")).to_contain_text("Замена")
            Keyboard(their_page).press("5")
            Keyboard(day.page).press("3")
            expect(their_page.locator("td[data-s='h']")).to_have_count(1)
            day.start_server()
            other.sync()
            context.close()
    day.page.get_by_role("button", name="Обменяться").click()
    disputed = day.page.locator("#grid td[data-s='c']")
    expect(disputed).to_have_count(1, timeout=LIMIT_MS)
    expect(disputed).to_have_text("3")
    disputed.click()
    Keyboard(day.page).press("F1")
    expect(day.page.locator("dialog")).to_contain_text("5 (работа на уроке)")
    expect(day.page.locator("dialog")).to_contain_text("3 (работа на уроке)")
    day.page.keyboard.press("Escape")
    day.page.get_by_role("link", name="Входящие").click()
    expect(day.page.get_by_role("heading", name="Две записи")).to_be_visible()
