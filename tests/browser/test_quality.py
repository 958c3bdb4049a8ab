"""Start pages of all roles, paper, and a lesson without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eschool_core.domain.journal import Homework, Mark, Topic
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import signed_in
from tests.browser.keyboard import Keyboard
from tests.browser.opening import opened
from tests.clients.web.pages import Served

STARTS = {
    "teacher": "/journal/",
    "substitute": "/today",
    "class_teacher": "/today",
    "deputy": "/control",
    "officer": "/officer",
    "guardian": "/diary",
}
MOST_TABS = 12


@pytest.mark.parametrize("role", list(STARTS))
def test_each_role_begins_where_its_work_is(
    role: str, chromium: Browser, school: Sandbox, complaints: list[str]
) -> None:
    with opened(chromium, school.replica(role), complaints) as (page, _):
        expect(page.locator("h1")).not_to_be_empty()
        expect(page.locator("nav a").first).to_be_visible()
        assert STARTS[role] in page.url
        if role == "teacher":
            lesson = school.cast.first
            assert page.url.endswith(f"/journal/{lesson.journal_id}?lesson={lesson.id}")


def test_a_lesson_is_taken_down_without_a_mouse(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    keys = Keyboard(page)
    keys.press("5", "н", " ", "4", "F8", "Enter", "0", "Enter")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    # Shift+Tab leads from the one stop of the grid back to the head of the page.
    for _ in range(MOST_TABS):
        if page.evaluate("document.activeElement.id") == "sync":
            break
        page.keyboard.press("Shift+Tab")
    expect(page.locator("#sync")).to_be_focused()
    page.keyboard.press("Enter")
    replica.sync()
    expect(page.locator("#grid td[data-s='h']")).to_have_count(0)
    store = school.stage.school.store
    lesson = school.cast.first.id
    assert sorted(m.value for m in store.select(Mark, lesson_id=lesson) if m.value) == [4, 5]
    assert store.select(Topic, lesson_id=lesson)
    assert store.select(Homework, lesson_id=lesson)


def test_the_grid_prints_black_on_white(page: Page) -> None:
    Keyboard(page).press("5", "н")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".bar", ".strip", ".mode"):
        expect(page.locator(hidden)).not_to_be_visible()
    shown = page.evaluate(
        """() => {
            const box = document.querySelector(".gridbox");
            const style = getComputedStyle(document.body);
            const away = document.querySelector("#grid td.n.on");
            return { overflow: getComputedStyle(box).overflow, paper: style.backgroundColor,
                     ink: style.color, away: [away.textContent, getComputedStyle(away).color] };
        }"""
    )
    assert shown["paper"] == "rgb(255, 255, 255)"
    assert shown["ink"] == "rgb(0, 0, 0)"
    # Every column comes onto the paper, and an absence is a letter: its colour may go.
    assert shown["overflow"] == "visible"
    assert shown["away"] == ["н", "rgb(0, 0, 0)"]


def test_a_page_without_a_session_says_what_to_do(
    context: BrowserContext, pages: Served, complaints: list[str]
) -> None:
    page = context.new_page()
    page.goto(f"{pages.url}/today")
    expect(page.locator("main")).to_contain_text("eschool web")
    again = signed_in(context, pages, complaints)
    assert "/journal/" in again.url
