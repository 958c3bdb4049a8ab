"""Start pages of all roles, hostile texts in every form, paper, and a lesson without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eschool_core.domain.journal import Homework, Mark, Topic
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.conftest import DESK, LIMIT_MS, listen, signed_in
from tests.browser.keyboard import Keyboard
from tests.browser.test_everybody import HOSTILE
from tests.clients.web import staging
from tests.clients.web.conftest import DAY
from tests.clients.web.pages import Served, serving

STARTS = {
    "teacher": "/journal/",
    "substitute": "/today",
    "class_teacher": "/today",
    "deputy": "/control",
    "officer": "/officer",
    "guardian": "/diary",
}
FORMS = {
    "deputy": ("/control/review", "/control/inspections", "/policy"),
    "officer": ("/officer", "/officer/people", "/officer/person/{teacher}"),
    "class_teacher": ("/class/{school_class}/changes",),
}
FILL = """(texts) => {
    let next = 0;
    const fields = "form[data-act] input, form[data-act] textarea";
    for (const field of document.querySelectorAll(fields)) {
        if (["hidden", "date", "checkbox"].includes(field.type)) continue;
        const most = field.maxLength > 0 ? field.maxLength : 200;
        field.value = texts[next++ % texts.length].slice(0, most);
    }
}"""
MOST_TABS = 12


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=9) as school:
        teacher = school.replica("teacher")
        staging.held_mark(school)
        staging.undetermined_homework(school, teacher)
        yield school


@contextmanager
def opened(
    chromium: Browser, replica: Replica, complaints: list[str]
) -> Iterator[tuple[Page, Served]]:
    with serving(replica) as pages:
        context = chromium.new_context(viewport=DESK, locale="ru-RU")
        context.set_default_timeout(LIMIT_MS)
        page = context.new_page()
        listen(page, complaints)
        page.goto(pages.link())
        page.wait_for_url(lambda url: "/start" not in url)
        yield page, pages
        context.close()


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


@pytest.mark.asvs("1.2.1")
@pytest.mark.asvs("3.2.2")
@pytest.mark.parametrize("role", list(FORMS))
def test_hostile_texts_in_every_form_stay_text(
    role: str, chromium: Browser, stage: Sandbox, complaints: list[str]
) -> None:
    store, cast = stage.stage.school.store, stage.cast
    [[school_class]] = store.rows("SELECT class_id FROM enrolment WHERE pupil_id = ?", cast.child)
    ids = {"teacher": cast.teacher_id, "school_class": int(school_class)}
    with opened(chromium, stage.replica(role), complaints) as (page, pages):
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        for path in FORMS[role]:
            address = pages.url + path.format_map(ids)
            page.goto(address)
            prove(page)
            title, count = page.title(), page.locator("form[data-act]").count()
            assert count
            for number in range(count):
                page.goto(address)
                if number >= page.locator("form[data-act]").count():
                    break
                page.evaluate(FILL, list(HOSTILE))
                submit(page, number)
                page.goto(address)
                assert page.title() == title
                assert page.locator("main img, main script, main iframe").count() == 0


def prove(page: Page) -> None:
    page.evaluate(
        """(passphrase) => fetch("/prove", {method: "POST",
            headers: {"content-type": "application/json"}, body: JSON.stringify({passphrase})})""",
        PASSPHRASE,
    )


def submit(page: Page, number: int) -> None:
    """Send a form by its first button, confirm where it asks, and wait for its answer."""
    form = page.locator("form[data-act]").nth(number)
    if form.evaluate("(form) => !form.checkValidity()"):
        return
    form.evaluate("(form) => form.requestSubmit(form.querySelector('button'))")
    if form.get_attribute("data-confirm"):
        page.locator("dialog button").first.click()
    expect(page.locator("#act-said, .refusal").first).to_be_attached()


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
