"""What people do on a page before its picture is taken: dialogs, a preview, the lock.

A scene leaves the page so that it can be played again in a window of another size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import FilePayload, Page

from tests.browser.keyboard import Keyboard
from tests.browser.opening import prove_quietly

ROSTER: Final = "Класс;Фамилия;Имя;Отчество\n5А;Новиков;Пётр;Ильич\n99Щ;Лишняя;Анна;Олеговна\n"
COLUMN: Final = "5\n4/3\n\nн\nсемь\n"
PASTE: Final = """(text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing done on one page.

    Attributes:
        name: Of the picture.
        role: Who does it.
        path: The page, with names of ids as in ``test_everybody.WAYS``.
        play: What is done there; ends when there is something to see.
    """

    name: str
    role: str
    path: str
    play: Callable[[Page], None]


def keys(*pressed: str) -> Callable[[Page], None]:
    """Return the pressing of keys in the grid; it ends when the last is done."""

    def play(page: Page) -> None:
        page.wait_for_selector("td[data-c]:focus")
        Keyboard(page).press(*pressed)

    return play


def pasted(page: Page) -> None:
    page.wait_for_selector("td[data-c]:focus")
    page.evaluate(PASTE, COLUMN)
    page.wait_for_selector("dialog")


def pressed(name: str, wanted: str) -> Callable[[Page], None]:
    """Return the pressing of a button, until something is shown."""

    def play(page: Page) -> None:
        page.wait_for_load_state("networkidle")
        page.get_by_role("button", name=name).first.click()
        page.wait_for_selector(wanted)

    return play


def unfolded(page: Page) -> None:
    """Open every fold of a page: the forms in them are as long as they get."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def refused(page: Page) -> None:
    """Send a form whose last day comes before the first."""
    page.wait_for_load_state("networkidle")
    page.locator("#release summary").click()
    page.locator("#release [name=document]").fill("17")
    page.locator("#release [name=last_day]").fill("2026-09-01")
    page.locator("#release button").click()
    page.wait_for_selector(".refusal:not(:empty)")


def previewed(page: Page) -> None:
    """Show what would come of a list of a class, with a line that cannot be taken."""
    page.wait_for_load_state("networkidle")
    page.get_by_label("Списки классов").check()
    roster = FilePayload(name="список.csv", mimeType="text/csv", buffer=ROSTER.encode())
    page.locator("#import-file").set_input_files(roster)
    page.locator("#import-order").fill("№ 7-у")
    page.get_by_role("button", name="Посмотреть").click()
    page.wait_for_selector("#import-said h2")
    page.mouse.move(0, 0)


def taken_back(page: Page) -> None:
    """Write the list, and take it back."""
    previewed(page)
    prove_quietly(page)
    page.locator("#import-said").get_by_role("button", name="Записать").click()
    page.wait_for_selector("form[data-act=undo_import]")
    page.locator("form[data-act=undo_import] button").first.click()
    page.locator("dialog").get_by_role("button", name="Да").click()
    page.wait_for_selector("#act-said")


def shown_locked(page: Page) -> None:
    """Lock what the page shows, and not the replica behind it, which is wanted again."""
    page.wait_for_selector("td[data-c]:focus")
    page.route("**/lock", lambda route: route.fulfill(json={"locked": True}))


def locked(page: Page) -> None:
    shown_locked(page)
    page.keyboard.press("F10")
    page.wait_for_selector("#passphrase")


def projected(page: Page) -> None:
    shown_locked(page)
    page.keyboard.press("F7")
    page.wait_for_selector(".board")


PARTICULARS: Final = "/report?name=particulars&class={school_class}"
JOURNAL: Final = "/journal/{journal}?lesson={lesson}"
CHANGES: Final = "/class/{school_class}/changes"
SCENES: Final = (
    Scene("card", "teacher", JOURNAL, keys("F1")),
    Scene("comment", "teacher", JOURNAL, keys("F2")),
    Scene("owed", "teacher", JOURNAL, keys(".")),
    Scene("term-mark", "teacher", JOURNAL, keys("и", "F2")),
    Scene("find", "teacher", JOURNAL, keys("F4", "б")),
    Scene("topic", "teacher", JOURNAL, keys("F8", "F1")),
    Scene("paste", "teacher", JOURNAL, pasted),
    Scene("file", "teacher", JOURNAL, pressed("Приложить файл", "#file-chosen")),
    Scene("undo-since", "teacher", JOURNAL, pressed("Отменить всё", "dialog")),
    Scene("lock", "teacher", JOURNAL, locked),
    Scene("board", "teacher", JOURNAL, projected),
    Scene("forms", "class_teacher", CHANGES, unfolded),
    Scene("consents", "class_teacher", "/class/{school_class}/consents", unfolded),
    Scene("refused-form", "class_teacher", CHANGES, refused),
    Scene("paper", "class_teacher", "/class/{school_class}/families", unfolded),
    Scene(
        "proof",
        "class_teacher",
        "/report?name=particulars&class={school_class}",
        pressed("Печать (PDF)", "#proof"),
    ),
    Scene("forms", "deputy", "/control", unfolded),
    Scene("forms-of-terms", "deputy", "/control/term/{school_class}/{term}", unfolded),
    Scene("preview", "officer", "/officer/import", previewed),
    Scene("taken-back", "officer", "/officer/import", taken_back),
    Scene("forms", "officer", "/officer", unfolded),
    Scene("forms-of-person", "officer", "/officer/person/{teacher}", unfolded),
    Scene("forms-of-policy", "officer", "/policy", unfolded),
)
