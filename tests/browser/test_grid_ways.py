"""The grid's ways that a lesson seldom needs: on to the right, staying, the numpad."""

from __future__ import annotations

from playwright.sync_api import Page, expect

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
