"""The deputy head's decisions by keyboard: what was typed stays at a refusal and over a lock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from eschool_core.domain.journal import Lesson, Mark
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.review import HeldCommand, HeldState
from eschool_core.domain.school import Substitution
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.browser.opening import opened
from tests.clients.web import staging
from tests.clients.web.conftest import DAY
from tests.clients.web.pages import Served, opens, serving_locked, start_link

REASON = "form[data-act=apply_held] input[name=reason]"


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=4) as school:
        teacher = school.replica("teacher")
        staging.held_mark(school)
        staging.undetermined_homework(school, teacher)
        yield school


@pytest.fixture(scope="module")
def deputy(stage: Sandbox) -> Replica:
    return stage.replica("deputy")


@pytest.fixture
def office(
    chromium: Browser, deputy: Replica, complaints: list[str]
) -> Iterator[tuple[Page, Served]]:
    with opened(chromium, deputy, complaints) as (page, pages):
        page.goto(f"{pages.url}/control/review")
        yield page, pages


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")


@pytest.mark.asvs("14.3.1")
def test_what_was_typed_into_a_form_comes_back_after_the_lock(
    chromium: Browser, stage: Sandbox, deputy: Replica, complaints: list[str]
) -> None:
    with serving_locked(opens(stage, deputy)) as (url, door):
        context = chromium.new_context(viewport=DESK)
        context.set_default_timeout(LIMIT_MS)
        page = context.new_page()
        listen(page, complaints)
        page.goto(start_link(url, door))
        unlock(page)
        page.goto(f"{url}/control/review")
        tab_to(page, REASON)
        page.keyboard.type("полслова")
        page.keyboard.press("F10")
        page.wait_for_selector("#passphrase")
        assert "полслова" not in str(page.content())
        unlock(page)
        expect(page.locator(REASON)).to_have_value("полслова")
        context.close()


def unlock(page: Page) -> None:
    page.wait_for_selector("#passphrase")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("#standing")


def test_a_held_entry_is_accepted_by_keyboard_alone(
    office: tuple[Page, Served], deputy: Replica, stage: Sandbox
) -> None:
    page, _ = office
    expect(page.locator(".sections .count")).to_have_text("2")
    tab_to(page, REASON)
    page.keyboard.press("Enter")
    # The browser itself refuses an empty ground; nothing was given.
    assert deputy.store.select(HeldCommand, state=HeldState.OPEN)
    page.keyboard.type("Акт № 3")
    page.keyboard.press("Enter")
    expect(page.locator("#act-said")).to_contain_text("Записано")
    expect(page.locator("form[data-act=apply_held]")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    deputy.sync()
    marks = stage.stage.school.store.select(Mark, lesson_id=stage.cast.first.id)
    assert [mark.value for mark in marks if mark.value] == [5]


def test_a_second_button_gives_the_other_answer(
    office: tuple[Page, Served], deputy: Replica
) -> None:
    page, _ = office
    tab_to(page, "form[data-act=settle_timeliness] input[name=reason]")
    page.keyboard.type("Сеть была")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#settled + p + ul")).to_contain_text("записано позже срока")
    [finding] = deputy.store.select(FindingRecord, check_id="4.5.3/late")
    assert "Сеть была" in finding.params


def test_a_refusal_stands_under_its_form_with_what_to_do(office: tuple[Page, Served]) -> None:
    page, pages = office
    page.goto(f"{pages.url}/control/inspections")
    form = page.locator("form[data-act=draft_inspection]")
    form.locator("input[name=aim]").fill("Темы")
    form.locator("input[name=first_day]").fill("2026-11-20")
    form.locator("input[name=last_day]").fill("2026-11-10")
    form.locator("input[name=last_day]").press("Enter")
    refusal = form.locator(".refusal")
    expect(refusal).to_be_focused()
    assert refusal.inner_text()
    expect(form.locator("input[name=aim]")).to_have_value("Темы")


@pytest.mark.clause("4.5.5")
def test_the_board_of_terms_counts_what_is_missing_once_it_is_shown(
    office: tuple[Page, Served],
) -> None:
    page, pages = office
    page.goto(f"{pages.url}/control/terms")
    expect(page.locator(".lacks").first).not_to_be_empty()
    expect(page.locator(".lacks.warn").first).to_contain_text("не готово журналов")


@pytest.mark.clause("4.5.1")
def test_a_substitution_is_registered_for_a_lesson_and_ended(
    office: tuple[Page, Served], deputy: Replica, stage: Sandbox
) -> None:
    page, pages = office
    journal = stage.cast.second.journal_id
    page.goto(f"{pages.url}/control/substitutions?journal={journal}")
    form = page.locator("section[aria-labelledby=one] form")
    form.locator("select[name=lesson_id]").select_option(index=1)
    form.locator("select[name=substitute_id]").select_option(str(stage.cast.substitute_id))
    form.get_by_role("button").click()
    expect(page.locator("#act-said")).to_be_visible()
    [entry] = deputy.store.select(Substitution, journal_id=journal)
    lesson = deputy.store.require(Lesson, entry.lesson_id)
    assert (entry.first_day, entry.last_day) == (lesson.day, lesson.day)
    assert entry.substitute_id == stage.cast.substitute_id
    row = page.locator("li", has=page.locator(f"input[name=substitution_id][value='{entry.id}']"))
    row.get_by_role("button", name="Закончить").click()
    page.locator("dialog").get_by_role("button", name="Да").click()
    expect(row).to_have_count(0)
    assert deputy.store.select(Substitution, journal_id=journal) == []
