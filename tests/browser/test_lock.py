"""The lock as people see it: nothing is left on the page, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from eschool_web.door import Door
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, Route, expect

from eschool_core.domain.journal import Mark
from eschool_core.domain.people import Pupil
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.conftest import DESK, listen
from tests.browser.keyboard import Keyboard
from tests.browser.test_everybody import RULES
from tests.browser.test_unsaved import Held, soon
from tests.clients.web.pages import opens, serving_locked, start_link

LOOK_EVERY_MS = 100


@dataclass
class Locked:
    """Pages that were opened with the passphrase and lock for real."""

    page: Page
    door: Door
    replica: Replica
    name: str

    def unlock(self) -> None:
        self.page.locator("#passphrase").fill(PASSPHRASE)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("td[data-c]:focus, #topic:focus")

    def html(self) -> str:
        return str(self.page.evaluate("document.documentElement.outerHTML"))


@pytest.fixture
def locked(
    school: Sandbox, replica: Replica, context: BrowserContext, complaints: list[str]
) -> Iterator[Locked]:
    with serving_locked(opens(school, replica)) as (url, door):
        page = context.new_page()
        listen(page, complaints)
        page.goto(start_link(url, door))
        page.wait_for_selector("#passphrase")
        made = Locked(page, door, replica, "")
        made.unlock()
        made.name = page.locator("#grid th.who").nth(1).inner_text().split()[1]
        assert made.name in made.html()
        yield made


@pytest.mark.scenario("4.5.7:1")
@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("14.3.1")
@pytest.mark.threat("T2")
def test_one_key_clears_the_page_and_the_passphrase_brings_it_back(locked: Locked) -> None:
    page, keys = locked.page, Keyboard(locked.page)
    keys.press("5")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    keys.press("F8")
    page.locator("#topic").fill("Дроби: полслова")
    page.keyboard.press("F10")
    page.wait_for_selector("#passphrase")
    assert locked.name not in locked.html()
    assert "Дроби" not in locked.html()
    assert page.title() == "Журнал заблокирован"
    page.locator("#passphrase").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#lock-said")).to_contain_text("фраза")
    locked.unlock()
    expect(page.locator("#topic")).to_have_value("Дроби: полслова")
    expect(page.locator("#topic")).to_be_focused()
    page.keyboard.press("Escape")
    assert locked.name in locked.html()
    page.wait_for_selector("td[data-c]:focus")
    keys.press("Delete")
    expect(page.locator("td[data-s='t']")).to_have_count(0)


def to_the_board(locked: Locked, topic: str = "", homework: str = "") -> Page:
    """Write what the class is to read, and show the board view."""
    page = locked.page
    for key, field, text in (("F8", "#topic", topic), ("F9", "#homework", homework)):
        if text:
            page.keyboard.press(key)
            page.locator(field).fill(text)
            page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("F7")
    page.wait_for_selector(".board")
    return page


@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("14.3.1")
@pytest.mark.threat("T2")
def test_the_board_view_shows_the_lesson_nobody_and_leads_back_by_the_passphrase_alone(
    locked: Locked,
) -> None:
    page = to_the_board(locked, "Сложение дробей", "№ 17, 18")
    assert page.title() == "Тема и задание"
    expect(page.locator(".board h1")).to_have_text("Сложение дробей")
    expect(page.locator(".board-homework")).to_have_text("№ 17, 18")
    expect(page.locator(".board-when")).to_contain_text("Урок 24.11")
    names = {part for row in locked.replica.store.select(Pupil) for part in (row.family, row.given)}
    assert names
    assert not {name for name in names if name in locked.html()}
    assert page.locator("td, nav, #grid-data").count() == 0
    assert locked.door.source is None
    back = page.get_by_role("button", name="Вернуться в журнал")
    expect(back).to_be_focused()
    expect(page.locator("#passphrase")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#passphrase")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#passphrase")).to_be_hidden()
    expect(page.locator(".board h1")).to_be_visible()
    page.keyboard.press("Enter")
    page.locator("#passphrase").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#lock-said")).to_contain_text("фраза")
    assert locked.name not in locked.html()
    locked.unlock()
    assert locked.name in locked.html()


@pytest.mark.clause("4.5.7")
def test_a_reload_of_the_board_view_asks_for_the_passphrase(locked: Locked) -> None:
    page = to_the_board(locked)
    page.reload()
    page.wait_for_selector("#passphrase")
    assert locked.name not in locked.html()
    locked.unlock()


@pytest.mark.clause("4.5.7")
def test_the_board_view_locks_the_other_windows_too(locked: Locked, complaints: list[str]) -> None:
    other = locked.page.context.new_page()
    listen(other, complaints)
    other.goto(locked.page.url)
    other.wait_for_selector("td[data-c]:focus")
    locked.page.bring_to_front()
    to_the_board(locked)
    other.wait_for_selector("#passphrase")
    assert locked.name not in str(other.content())


@pytest.mark.clause("4.5.7")
def test_half_a_word_is_kept_behind_the_board(locked: Locked) -> None:
    page = locked.page
    page.keyboard.press("F8")
    page.locator("#topic").fill("Дроби: полслова")
    page.keyboard.press("F7")
    page.wait_for_selector(".board")
    assert "полслова" not in locked.html()
    page.keyboard.press("Enter")
    locked.unlock()
    expect(page.locator("#topic")).to_have_value("Дроби: полслова")
    page.keyboard.press("Escape")


@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("14.3.3")
def test_a_window_that_keeps_half_a_word_asks_before_it_is_left(locked: Locked) -> None:
    """It is in no storage of the browser (row 60), so this window alone can give it back."""
    page, asked = locked.page, list[str]()

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.keyboard.press("F8")
    page.locator("#topic").fill("Дроби: полслова")
    page.keyboard.press("F10")
    page.wait_for_selector("#lock-keeps")
    page.evaluate("setTimeout(() => location.reload())")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    locked.unlock()
    expect(page.locator("#topic")).to_have_value("Дроби: полслова")
    page.locator("#topic").fill("")
    page.keyboard.press("Escape")
    page.wait_for_selector("td[data-c]:focus")
    page.wait_for_load_state("networkidle")
    # With nothing to keep it says nothing, and lets go.
    page.keyboard.press("F10")
    page.wait_for_selector("#passphrase")
    assert page.locator("#lock-keeps").count() == 0
    page.reload()
    page.wait_for_selector("#passphrase")
    assert asked == ["beforeunload"]


@pytest.mark.clause("4.5.7")
def test_half_a_word_comes_back_to_the_lesson_that_it_was_typed_for(locked: Locked) -> None:
    page = locked.page
    running = page.locator("#strip-title").inner_text()
    page.keyboard.press("Home")
    expect(page.locator("#strip-title")).not_to_have_text(running)
    earlier = page.locator("#strip-title").inner_text()
    page.keyboard.press("F8")
    page.locator("#topic").fill("Дроби: полслова")
    page.keyboard.press("F10")
    locked.unlock()
    expect(page.locator("#topic")).to_have_value("Дроби: полслова")
    expect(page.locator("#strip-title")).to_have_text(earlier)
    page.keyboard.press("Escape")


def a_message(locked: Locked) -> Locator:
    """Write to a family; return the button that sends it."""
    page = locked.page
    page.goto(f"{page.url.partition('/journal')[0]}/messages/new")
    page.locator("#title-to-family").fill("Экскурсия")
    page.locator("#text-to-family").fill("Выезд в 9:00")
    return page.locator("section", has=page.locator("#family")).get_by_role("button")


@pytest.mark.clause("2.11")
@pytest.mark.clause("4.5.7")
def test_a_message_sent_as_the_pages_are_locked_elsewhere_comes_back(
    locked: Locked, complaints: list[str]
) -> None:
    page, send = locked.page, a_message(locked)
    locked.door.work.submit(locked.door.lock).result()
    send.click()
    page.wait_for_selector("#passphrase")
    assert "Выезд" not in locked.html()
    page.locator("#passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.locator("#text-to-family")).to_have_value("Выезд в 9:00")
    expect(page.locator("#title-to-family")).to_have_value("Экскурсия")
    complaints.clear()  # the browser names the answer 423


def test_a_message_without_an_answer_stays_and_says_so(
    locked: Locked, complaints: list[str]
) -> None:
    page, send = locked.page, a_message(locked)
    page.route("**/messages/new", lambda route: route.abort())
    send.click()
    expect(page.locator("form .refusal")).to_be_visible()
    expect(page.locator("#text-to-family")).to_have_value("Выезд в 9:00")
    complaints.clear()  # the browser names the request that failed
    page.unroute("**/messages/new")


def test_the_passphrase_may_be_sent_before_the_module_that_takes_it_has_come(
    locked: Locked,
) -> None:
    page, held = locked.page, Held()
    page.keyboard.press("F10")
    page.wait_for_selector("#passphrase")
    page.route("**/lockpage.js", held.keep)
    page.goto(page.url, wait_until="commit")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_timeout(LOOK_EVERY_MS)
    held.let_go()
    page.wait_for_selector("td[data-c]:focus")


@pytest.mark.clause("4.5.7")
def test_the_board_view_opens_by_its_button_and_fits_every_screen(locked: Locked) -> None:
    page = locked.page
    homework = "§ 4; " + "очень длинное задание с «кавычками», № 1–20 " * 6
    page.keyboard.press("F9")
    page.locator("#homework").fill(homework)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="На доску").click()
    page.wait_for_selector(".board")
    for width in (320, 360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 720})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{width} px scrolls sideways"
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert found.response["violations"] == []
    page.keyboard.press("Enter")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == []
    page.set_viewport_size(DESK)
    locked.unlock()


@pytest.mark.asvs("14.3.1")
def test_the_back_button_shows_no_name_after_a_lock(locked: Locked) -> None:
    page = locked.page
    page.get_by_role("link", name="Журналы").click()
    page.wait_for_url("**/journals")
    page.keyboard.press("F10")
    page.wait_for_selector("#passphrase")
    page.go_back()
    page.wait_for_selector("#passphrase")
    assert locked.name not in locked.html()


@pytest.mark.scenario("4.5.7:1")
@pytest.mark.clause("4.5.7")
@pytest.mark.asvs("row 62")
def test_it_warns_waits_for_a_key_and_locks_by_itself(locked: Locked) -> None:
    page = locked.page
    locked.door.idle.limit_seconds = 3
    page.reload()
    expect(page.locator("#lock-warning")).to_be_visible()
    page.get_by_role("button", name="Продолжить").click()
    page.wait_for_timeout(1500)
    assert locked.name in locked.html()
    page.wait_for_selector("#passphrase", timeout=8000)
    assert locked.name not in locked.html()
    assert locked.door.source is None


def test_all_windows_are_locked_together(locked: Locked, complaints: list[str]) -> None:
    other = locked.page.context.new_page()
    listen(other, complaints)
    other.goto(locked.page.url)
    other.wait_for_selector("td[data-c]:focus")
    locked.page.keyboard.press("F10")
    other.wait_for_selector("#passphrase")
    assert locked.name not in str(other.content())


def given(locked: Locked, lesson: int) -> int:
    """Return how many marks stand in a lesson's column."""
    return len([m for m in locked.replica.store.select(Mark, lesson_id=lesson) if m.value])


@pytest.mark.parametrize("late", [False, True], ids=["key is here", "key is on its way"])
def test_keys_that_met_a_closed_door_are_sent_after_the_passphrase(
    locked: Locked, school: Sandbox, complaints: list[str], *, late: bool
) -> None:
    """Also what was typed so early that the key for keeping it had not come yet."""
    page, keys = locked.page, Keyboard(locked.page)
    sealing: list[Route] = []

    def hold(route: Route) -> None:
        sealing.append(route)

    page.wait_for_load_state("networkidle")
    # A page that is open already may send one more request past a new route: it is loaded again.
    page.route("**/api/do-each", lambda route: route.abort())
    if late:
        page.route("**/api/seal", hold)
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    if not late:
        page.wait_for_load_state("networkidle")
    lesson = school.cast.first.id
    before = given(locked, lesson)
    keys.press("4")
    page.wait_for_selector("#passphrase")
    assert '"value":4' not in locked.html()
    page.unroute("**/api/do-each")
    for route in sealing:
        route.fulfill(response=route.fetch())
    page.unroute("**/api/seal")
    assert [text.rpartition(":")[2] for text in complaints] == ["ERR_FAILED"]
    complaints.clear()
    page.evaluate("fetch('/lock', {method: 'POST', headers: {'content-type': 'application/json'},"
                  " body: '{}'})")  # fmt: skip
    page.wait_for_timeout(100)
    locked.unlock()
    soon(page, lambda: given(locked, lesson) == before + 1)
    expect(page.locator("td[data-c]:focus")).to_have_text("4")
    keys.press("Delete")
    soon(page, lambda: given(locked, lesson) == before)


def test_a_key_whose_answer_was_cut_off_is_sent_again(locked: Locked, school: Sandbox) -> None:
    """It was carried out, but nobody has said so: the same key again changes nothing."""
    page, keys = locked.page, Keyboard(locked.page)
    page.wait_for_load_state("networkidle")

    def cut(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text()[:12])

    page.route("**/api/do-each", cut)
    lesson = school.cast.first.id
    before = given(locked, lesson)
    keys.press("4")
    page.wait_for_selector("#passphrase")
    page.unroute("**/api/do-each")
    locked.unlock()
    expect(page.locator("td[data-c]:focus")).to_have_text("4")
    soon(page, lambda: given(locked, lesson) == before + 1)
    assert not locked.replica.refused()


def test_half_a_line_of_a_dialog_is_there_when_it_is_opened_again(locked: Locked) -> None:
    page, keys = locked.page, Keyboard(locked.page)
    keys.press("4", "ArrowUp", "F2")
    page.locator("#dialog-line").fill("за отв")
    keys.press("F10")
    page.wait_for_selector("#passphrase")
    assert "за отв" not in locked.html()
    locked.unlock()
    keys.press("F2")
    line = page.locator("#dialog-line")
    expect(line).to_have_value("за отв")
    line.fill("за ответ")
    keys.press("Enter")
    soon(page, lambda: any(m.comment == "за ответ" for m in locked.replica.store.select(Mark)))
    keys.press("F2")
    expect(line).to_have_value("за ответ")


def test_a_page_that_gets_no_key_locks(locked: Locked, complaints: list[str]) -> None:
    page = locked.page
    page.wait_for_load_state("networkidle")
    page.route("**/api/seal", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("#passphrase")
    assert locked.name not in locked.html()
    assert [text.rpartition(":")[2] for text in complaints] == ["ERR_FAILED"]
    complaints.clear()


@pytest.mark.asvs("14.3.3")
def test_nothing_is_left_in_the_browsers_storage(locked: Locked) -> None:
    page = locked.page
    Keyboard(page).press("5", "Delete")
    page.keyboard.press("F10")
    page.wait_for_selector("#passphrase")
    left = page.evaluate(
        """async () => ({
            local: localStorage.length, session: sessionStorage.length,
            databases: (await indexedDB.databases()).length,
            caches: (await caches.keys()).length, cookies: document.cookie,
            workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    assert left == {
        "local": 0, "session": 0, "databases": 0, "caches": 0, "cookies": "", "workers": 0,
    }  # fmt: skip
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert "start#" not in str(page.evaluate("performance.getEntriesByType('navigation')[0].name"))
