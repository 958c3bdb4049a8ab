"""Term marks beside the grid: proposed, accepted, changed with a reason, proven, moved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson, Mark
from eschool_core.domain.result_enums import CorrectionReason
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Journal
from eschool_core.results import terms
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.keyboard import Keyboard
from tests.browser.test_everybody import violations


@pytest.fixture
def marked(replica: Replica, school: Sandbox, page: Page) -> Page:
    """The teacher's page with three fours for everybody."""
    lessons = [
        lesson
        for lesson in replica.store.select(Lesson, journal_id=school.cast.first.journal_id)
        if lesson.day < school.cast.first.day
    ][-3:]
    for lesson in lessons:
        if replica.store.select(Mark, lesson_id=lesson.id):
            continue
        for pupil in school.cast.first_pupils:
            command = RecordMark(
                lesson_id=lesson.id, pupil_id=pupil, value=4, work_kind=WorkKind.ORAL
            )
            replica.do(command)
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    return page


def term_cells(page: Page) -> list[str]:
    return page.locator("#grid tbody td.term").all_inner_texts()


def prove(page: Page) -> None:
    page.locator("#proof").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.locator("#proof")).to_have_count(0)


@pytest.mark.clause("4.5.5")
@pytest.mark.clause("2.6")
@pytest.mark.threat("T2")
@pytest.mark.parametrize("layout", ["ru", "en"])
def test_a_proposed_mark_takes_one_key_and_another_one_its_reason(
    marked: Page, replica: Replica, layout: str
) -> None:
    page, keys = marked, Keyboard(marked, layout)
    keys.press("и", "Enter")
    prove(page)
    keys.press("Enter")
    expect(page.locator("td.term b")).to_have_count(2)
    expect(page.locator("td.term[data-s='t']")).to_have_count(0)
    keys.press("5")
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Предлагается 4, вы ставите 5")
    page.locator("#dialog-line").fill("итоговая контрольная")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("td.term[data-s='t']")).to_have_count(0)
    assert "5" in term_cells(page)[2]
    expect(page.locator("#said")).to_contain_text("2.6")
    keys.press("ArrowUp", "F1")
    expect(dialog).to_contain_text("итоговая контрольная")
    keys.press("Escape", "Control+z", "Control+z", "Control+z")
    expect(page.locator("td.term b")).to_have_count(0)
    expect(page.locator("td.term[data-s='t']")).to_have_count(0)
    with replica.reading() as store:
        assert {mark.value for mark in store.select(TermMark)} == {0}


def test_a_mark_that_needs_a_ground_is_not_set_without_one(marked: Page, replica: Replica) -> None:
    keys = Keyboard(marked)
    keys.press("и", "н")
    prove(marked)
    keys.press("Escape")
    assert term_cells(marked)[0] == "4"
    keys.press("о", "Escape", "1")
    expect(marked.locator("#live")).to_contain_text("4.5.2")
    expect(marked.locator("td.term b")).to_have_count(0)


def test_the_grid_keeps_one_tab_stop_with_the_term_marks(marked: Page) -> None:
    keys, stops = Keyboard(marked), marked.locator("#grid [tabindex='0']")
    keys.press("End", "ArrowRight")
    expect(marked.locator("td.term:focus")).to_have_count(1)
    assert stops.count() == 1
    keys.press("ArrowDown", "ArrowLeft")
    expect(marked.locator("td[data-c]:focus")).to_have_count(1)
    assert stops.count() == 1
    marked.locator("td.term").nth(2).click()
    marked.locator("#grid tbody td.on").nth(1).click()
    assert stops.count() == 1


@pytest.mark.clause("2.2")
def test_a_mark_in_a_wrong_row_is_moved_from_its_card(
    marked: Page, replica: Replica, school: Sandbox
) -> None:
    keys, page = Keyboard(marked), marked
    keys.press("5", "ArrowUp")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    keys.press("F1")
    page.get_by_role("button", name="Перенести отметку").click()
    page.locator("#move-pupil").select_option(index=2)
    offered = page.locator("#move-reason-offered option")
    expect(offered).to_have_count(len(CorrectionReason))
    assert offered.nth(1).get_attribute("value") == "отметка внесена не туда"
    expect(page.locator("#move-reason")).to_have_attribute("list", "move-reason-offered")
    page.locator("#move-reason").press("Enter")
    expect(page.locator("dialog")).to_have_count(0)
    column = page.locator("#grid tbody td.on")
    expect(column.nth(2)).to_have_text("5")
    expect(column.nth(0)).to_have_text("")
    with replica.reading() as store:
        marks = store.select(Mark, lesson_id=school.cast.first.id)
    assert [mark.value for mark in marks if mark.value] == [5]
    keys.press("ArrowDown", "ArrowDown", "Delete")
    expect(page.locator("td[data-s='t']")).to_have_count(0)


@pytest.mark.clause("4.5.5")
def test_marks_of_the_year_wait_for_those_of_all_terms(
    marked: Page, replica: Replica, school: Sandbox
) -> None:
    store = replica.store
    journal = store.require(Journal, school.cast.first.journal_id)
    last = terms.terms_of(store, journal)[-1]
    address = marked.url.partition("?")[0]
    # In the last term the column may sum up the year instead.
    marked.goto(f"{address}?day={last.first_day}")
    marked.wait_for_selector("td[data-c]:focus")
    marked.get_by_role("link", name="Годовые отметки").click()
    marked.wait_for_url("**sum=year")
    marked.wait_for_selector("td[data-c]:focus")
    expect(marked.locator("th.term")).to_contain_text("год")
    Keyboard(marked).press("и", "4")
    prove(marked)
    expect(marked.locator("#said")).to_contain_text("4.5.5")
    expect(marked.locator("td.term b")).to_have_count(0)
    assert [mark for mark in store.select(TermMark) if mark.value] == []


def test_the_dialogs_of_marks_pass_wcag(marked: Page) -> None:
    keys, found = Keyboard(marked), []
    keys.press("и", "Enter")
    found += violations(marked)
    prove(marked)
    keys.press("ArrowUp")
    for key in ("F2", "F1"):
        keys.press(key)
        found += seen_open(marked)
        closed(marked, "td.term:focus")
    keys.press("Delete", "ArrowLeft", "5", "ArrowUp", "F1")
    marked.get_by_role("button", name="Перенести отметку").click()
    expect(marked.locator("#move-pupil")).to_be_visible()
    found += seen_open(marked)
    closed(marked, "td[data-c]:focus")
    keys.press("Delete")
    marked.get_by_role("button", name="Добавить ссылку").click()
    found += seen_open(marked)
    keys.press("Escape")
    expect(marked.locator("td[data-s='t'], td.term[data-s='t']")).to_have_count(0)
    assert found == []


def seen_open(page: Page) -> list[str]:
    """Return what axe finds once a dialog is there: what it says is fetched first."""
    expect(page.locator("dialog")).to_have_count(1)
    return violations(page)


def closed(page: Page, focus: str) -> None:
    """Close the dialog, and wait until the keys go to the grid again."""
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator(focus)).to_have_count(1)
