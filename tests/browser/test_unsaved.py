"""Nothing typed is lost: a field or page is left, a page is shown anew, a form is sent early."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.people import Pupil
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import listen
from tests.browser.keyboard import Keyboard
from tests.browser.opening import opened
from tests.clients.web.pages import Served

BUSY_SECONDS = 1.0
LOOK_EVERY_MS = 100
MOST_LOOKS = 300


class Held:
    """Requests that get no answer until they are let go."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def keep(self, route: Route) -> None:
        self._routes.append(route)

    def let_go(self) -> None:
        assert self._routes
        for route in self._routes:
            route.continue_()


def soon(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(MOST_LOOKS):
        if holds():
            return
        page.wait_for_timeout(LOOK_EVERY_MS)
    assert holds()


def topics(replica: Replica, text: str) -> list[int]:
    """Return the lessons with a topic."""
    return [row.lesson_id for row in replica.store.select(Topic) if row.text == text]


@pytest.mark.clause("4.5.6")
def test_a_topic_is_saved_when_its_field_is_left_for_another_lesson(
    page: Page, replica: Replica, school: Sandbox
) -> None:
    page.keyboard.press("F8")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Отрезки")
    page.locator("#grid tbody tr").nth(2).locator("td[data-c]").first.click()
    soon(page, lambda: topics(replica, "Отрезки") == [school.cast.first.id])
    expect(page.locator("#topic")).not_to_have_value("Отрезки")


@pytest.mark.clause("4.5.3")
def test_homework_is_saved_when_its_field_is_left_by_tab(page: Page, replica: Replica) -> None:
    page.keyboard.press("F9")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("№ 31, 32")
    page.keyboard.press("Tab")
    expect(page.locator("#homework")).to_have_attribute("data-s", "h")
    expect(page.locator("#homework")).to_have_value("№ 31, 32")


@pytest.mark.clause("4.5.6")
def test_what_the_plan_proposes_is_not_taken_by_leaving_the_field(
    page: Page, replica: Replica
) -> None:
    page.keyboard.press("Home")
    before = len(replica.store.select(Topic))
    page.keyboard.press("F8")
    page.locator("#grid tbody tr").nth(2).locator("td[data-c]").nth(1).click()
    page.wait_for_load_state("networkidle")
    assert len(replica.store.select(Topic)) == before


@pytest.mark.clause("4.5.2")
def test_marks_that_wait_for_an_answer_are_saved_although_the_page_is_left(
    page: Page, pages: Served, replica: Replica, school: Sandbox
) -> None:
    lesson = school.cast.first.id
    before = len(replica.store.select(Mark, lesson_id=lesson))
    page.wait_for_load_state("networkidle")
    pages.door.work.submit(time.sleep, BUSY_SECONDS)
    Keyboard(page).press("5", "4", "3")
    page.goto("about:blank")
    soon(page, lambda: len(replica.store.select(Mark, lesson_id=lesson)) == before + 3)


@pytest.fixture(scope="module")
def leader(school: Sandbox) -> Replica:
    return school.replica("class_teacher")


@pytest.mark.asvs("14.3.3")
def test_a_text_that_nobody_has_sent_asks_before_the_page_is_left(
    chromium: Browser, leader: Replica, complaints: list[str]
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if len(asked) == 1:
            dialog.dismiss()
        else:
            dialog.accept()

    with opened(chromium, leader, complaints) as (page, pages):
        page.goto(pages.url + "/messages/new")
        page.on("dialog", stay)
        link = page.get_by_role("link", name="Обязанности")
        page.locator("#text-to-family").fill("Завтра собрание")
        link.click(no_wait_after=True)
        soon(page, lambda: asked == ["beforeunload"])
        expect(page.locator("#text-to-family")).to_have_value("Завтра собрание")
        page.locator("#text-to-family").fill("")
        link.click()
        page.wait_for_url("**/duties")
        assert asked == ["beforeunload"]


@pytest.mark.clause("4.6.6")
def test_a_form_keeps_what_is_typed_while_another_one_is_sent(
    chromium: Browser, leader: Replica, complaints: list[str]
) -> None:
    with opened(chromium, leader, complaints) as (page, pages):
        page.goto(pages.url + "/class")
        page.get_by_role("link", name="Изменения и данные").first.click()
        page.wait_for_url("**/changes")
        page.locator("#release summary").click()
        page.locator("#release [name=document]").fill("справка 12")
        page.locator("#newcomer summary").click()
        page.locator("#newcomer [name=family]").fill("Забытов")
        page.locator("#newcomer [name=given]").fill("Лев")
        page.locator("#newcomer button").click()
        expect(page.locator("#act-said")).to_be_visible()
        expect(page.locator("#release [name=document]")).to_have_value("справка 12")
        expect(page.locator("#newcomer [name=family]")).to_have_value("")
        page.locator("#release [name=document]").fill("")


@pytest.mark.clause("4.6.6")
def test_a_form_that_is_sent_before_its_module_has_come_is_sent_once(
    chromium: Browser, leader: Replica, complaints: list[str]
) -> None:
    held = Held()
    with opened(chromium, leader, complaints) as (page, pages):
        page.goto(pages.url + "/class")
        page.get_by_role("link", name="Изменения и данные").first.click()
        page.wait_for_url("**/changes")
        page.wait_for_load_state("networkidle")
        early = page.context.new_page()
        listen(early, complaints)
        early.route("**/main.js", held.keep)
        early.goto(page.url, wait_until="commit")
        early.locator("#newcomer summary").click()
        early.locator("#newcomer [name=family]").fill("Спешин")
        early.locator("#newcomer [name=given]").fill("Лев")
        early.locator("#newcomer button").click()
        early.wait_for_timeout(LOOK_EVERY_MS)
        assert early.url == page.url
        held.let_go()
        expect(early.locator("#act-said")).to_be_visible()
        assert len(leader.store.select(Pupil, family="Спешин")) == 1
