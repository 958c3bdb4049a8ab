"""The grid's ways that a lesson seldom needs: on to the right, staying, the numpad."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from eschool_core import calendar
from eschool_core.domain.journal import Lesson
from eschool_core.domain.results import OwedWork
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.keyboard import Keyboard
from tests.browser.test_grid import column, settled, written

HERE = "[document.activeElement.parentElement.rowIndex, document.activeElement.cellIndex]"


def begin(page: Page, mode: str) -> tuple[int, int]:
    """Choose the way on after a mark and return where the focus is, as row and column."""
    page.locator(f"input[name=mode][value={mode}]").check()
    page.locator("#grid tbody td.on").first.click()
    expect(page.locator("td[data-c]:focus")).to_have_count(1)
    row, cell = page.evaluate(HERE)
    return int(row), int(cell)


def test_a_mark_leads_where_the_mode_says(page: Page, replica: Replica, school: Sandbox) -> None:
    for mode, down, right in (("stay", 0, 0), ("down", 1, 0), ("right", 0, 1)):
        row, cell = begin(page, mode)
        Keyboard(page).press("5")
        assert page.evaluate(HERE) == [row + down, cell + right], mode
    settled(page)
    assert list(written(replica, school).values()) == ["5"]


def test_a_second_mark_comes_from_the_numpad_and_stands_beside_an_absence(page: Page) -> None:
    begin(page, "down")
    Keyboard(page).press("3", "NumpadAdd", "4", "н", "NumpadAdd", "4")
    settled(page)
    assert column(page)[:2] == ["3/4", "н/4"]


@pytest.mark.parametrize("layout", ["ru", "en"])
def test_the_full_stop_notes_a_work_owed_until_a_day_and_a_mark_takes_its_place(
    page: Page, replica: Replica, school: Sandbox, layout: str
) -> None:
    keys = Keyboard(page, layout)
    keys.press("Delete", "ArrowDown", "Delete", ".")
    expect(page.locator("#owed-day")).to_be_focused()
    wanted = school.stage.day + 9
    page.locator("#owed-day").fill(calendar.date_of(wanted).isoformat())
    keys.press("Enter")
    settled(page)
    expect(page.locator("td[data-c]:focus")).to_have_text(".")
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    assert column(page)[:3] == ["", ".", ""]
    with replica.reading() as store:
        works = store.select(OwedWork, lesson_id=school.cast.first.id)
    assert wanted in {work.due_day for work in works}
    keys.press("ArrowDown", "F1")
    expect(page.locator("dialog")).to_contain_text(f"{calendar.date_of(wanted):%d.%m}")
    keys.press("Escape", "4", "Escape")
    settled(page)
    assert column(page)[1] == "4", "what was owed is there now"
    page.locator("#grid tbody tr").nth(1).locator("td.on").click()
    keys.press("Delete")
    settled(page)


def test_leaving_the_dialog_notes_nothing(page: Page, replica: Replica, school: Sandbox) -> None:
    with replica.reading() as store:
        before = len(store.select(OwedWork))
    Keyboard(page).press(".", "Escape")
    settled(page)
    assert column(page)[0] == ""
    with replica.reading() as store:
        assert len(store.select(OwedWork)) == before


@pytest.mark.clause("4.5.3")
def test_the_time_left_for_homework_is_told_until_it_is_spoken_of(
    page: Page, school: Sandbox
) -> None:
    told, running = page.locator("#deadline"), school.cast.first
    expect(told).to_have_text(re.compile(r"\(4\.5\.3\): осталось \d+ ч \d+ мин\."))
    Keyboard(page).press("F9", "0", "Enter")
    expect(told).to_have_text("")
    earlier = [
        lesson
        for lesson in school.stage.school.store.select(Lesson, journal_id=running.journal_id)
        if lesson.day < running.day
    ][-1]
    # The opened lesson has its homework; the lessons around it are reached by keys alone.
    Keyboard(page).press("ArrowLeft")
    expect(told).to_have_text(re.compile("Срок записи задания прошёл"))
    Keyboard(page).press("ArrowRight", "ArrowRight")
    expect(told).to_have_text(re.compile(r"\(4\.5\.3\): осталось \d+ (ч|дн\.) \d+ (мин|ч)\."))
    assert not told.evaluate("(shown) => shown.classList.contains('late')")
    page.goto(page.url.replace(f"lesson={running.id}", f"lesson={earlier.id}"))
    # It is told by words, and not by their colour alone.
    expect(told).to_have_text(re.compile("Срок записи задания прошёл"))
    assert told.evaluate("(shown) => shown.classList.contains('late')")


def test_on_a_narrow_page_the_grid_is_a_list_of_pupils_with_one_lesson(page: Page) -> None:
    """WCAG 1.4.10: nothing is to be moved to and fro, and a mark is given as on a desk."""
    pupils = page.locator("#grid tbody tr").count()
    page.set_viewport_size({"width": 320, "height": 640})
    expect(page.locator("#grid tbody td[data-c]:visible")).to_have_count(pupils)
    page.locator("#grid tbody td.on").nth(2).click()
    Keyboard(page).press("4")
    expect(page.locator("#grid tbody td.on").nth(2)).to_have_text("4")
    settled(page)
