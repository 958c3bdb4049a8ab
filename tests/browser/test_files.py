"""Files of lessons on the pages: given without a line, sent later, saved by the family."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from eschool_core.domain.files import LessonFile
from eschool_core.errors import TransportError
from eschool_sync.replica import Replica
from eschool_sync.replica.transport import LocalTransport
from eschool_sync.sandbox import Sandbox
from tests.browser.test_everybody import violations
from tests.browser.test_portal import signed_in
from tests.clients.web.portal_stage import Site, portal_site

PHONE = {"width": 360, "height": 640}
CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 600
NAME = "Дроби.pdf"


@pytest.fixture(scope="module")
def site(school: Sandbox) -> Iterator[Site]:
    with portal_site(school) as made:
        yield made


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    file = tmp_path / NAME
    file.write_bytes(CONTENT)
    return file


def cut(replica: Replica, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the line away from a replica until ``monkeypatch`` is undone."""

    def unreachable(self: LocalTransport, *_: object) -> bytes:
        raise TransportError("transport.unreachable")

    monkeypatch.setattr(LocalTransport, "post", unreachable)


@pytest.mark.clause("2.12")
def test_a_file_given_without_a_line_reaches_the_family_when_there_is_one(
    page: Page,
    replica: Replica,
    school: Sandbox,
    site: Site,
    chromium: Browser,
    complaints: list[str],
    paper: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as out:
        cut(replica, out)
        page.locator("#file-add").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#file-chosen")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("dialog .refusal")).to_contain_text("Сначала выберите файл")
        page.locator("#file-chosen").set_input_files(paper)
        page.get_by_role("button", name="Записать").click()
        expect(page.locator("#files a")).to_have_text(NAME)
        expect(page.locator("#files")).to_contain_text("ещё не на сервере")
        expect(page.locator("#file-add")).to_be_focused()
        assert violations(page) == []
        with page.expect_download() as saved:
            page.locator("#files a").click()
        assert Path(saved.value.path()).read_bytes() == CONTENT
        with pytest.raises(TransportError):
            replica.sync()
        assert replica.send_files().waiting == 1
    replica.sync()
    assert replica.send_files().sent == 1
    page.reload()
    expect(page.locator("#files a")).to_have_text(NAME)
    expect(page.locator("#files")).not_to_contain_text("ещё не на сервере")
    phone = chromium.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    family = signed_in(site, phone, school.cast.guardian_id, complaints)
    family.goto(f"{site.url}/diary/{school.cast.child}")
    assert family.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with family.expect_download() as got:
        family.get_by_role("link", name=NAME).click()
    assert got.value.suggested_filename == NAME
    assert Path(got.value.path()).read_bytes() == CONTENT
    phone.close()
    page.get_by_role("button", name="Убрать файл").click()
    expect(page.locator("#files a")).to_have_count(0)
    with replica.reading() as store:
        assert store.select(LessonFile) == []


@pytest.mark.asvs("5.2.2")
def test_what_is_refused_is_told_in_the_dialog(
    page: Page, replica: Replica, tmp_path: Path
) -> None:
    polyglot = tmp_path / "рисунок.png"
    polyglot.write_bytes(b"<!doctype html><script>alert(1)</script>")
    large = tmp_path / "большой.txt"
    large.write_bytes(b"a" * (2 * 1024 * 1024 + 1))
    page.locator("#file-add").click()
    for file, says in ((large, "больше 2 МБ"), (polyglot, "Содержимое не такое")):
        page.locator("#file-chosen").set_input_files(file)
        page.get_by_role("button", name="Записать").click()
        expect(page.locator("dialog .refusal")).to_contain_text(says)
    page.keyboard.press("Escape")
    expect(page.locator("#files a")).to_have_count(0)
    with replica.reading() as store:
        assert store.select(LessonFile) == []


def test_a_teacher_gives_a_file_at_the_servers_pages(
    chromium: Browser, school: Sandbox, site: Site, complaints: list[str], paper: Path
) -> None:
    desk: BrowserContext = chromium.new_context(locale="ru-RU")
    page = signed_in(site, desk, school.cast.teacher_id, complaints)
    page.goto(f"{site.url}/journal/{school.cast.first.journal_id}?lesson={school.cast.first.id}")
    page.wait_for_selector("td[data-c]:focus")
    page.locator("#file-add").click()
    page.locator("#file-chosen").set_input_files(paper)
    page.get_by_role("button", name="Записать").click()
    expect(page.locator("#files a")).to_have_text(NAME)
    with page.expect_download() as saved:
        page.locator("#files a").click()
    assert Path(saved.value.path()).read_bytes() == CONTENT
    page.get_by_role("button", name="Убрать файл").click()
    expect(page.locator("#files a")).to_have_count(0)
    desk.close()


@pytest.mark.parametrize(
    ("status", "says"), [(0, "Ответа от страниц нет"), (500, "ответили ошибкой (500)")]
)
def test_without_an_answer_nobody_is_told_that_nothing_was_written(
    page: Page, complaints: list[str], paper: Path, status: int, says: str
) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, body="") if status else route.abort()

    page.route("**/api/file", answer)
    page.locator("#file-add").click()
    page.locator("#file-chosen").set_input_files(paper)
    page.get_by_role("button", name="Записать").click()
    said = page.locator("dialog .refusal")
    expect(said).to_contain_text(says)
    expect(said).to_contain_text("Посмотрите, записано ли это")
    page.keyboard.press("Escape")
    complaints.clear()  # of the request that was cut off


def test_a_fault_of_the_pages_themselves_is_not_taken_for_a_lost_line(
    page: Page, complaints: list[str], paper: Path
) -> None:
    """Who reads the console finds it; the file can be sent again in the same dialog."""
    page.route("**/api/file", lambda route: route.fulfill(body="null"))
    page.locator("#file-add").click()
    page.locator("#file-chosen").set_input_files(paper)
    with page.expect_event("pageerror"):
        page.get_by_role("button", name="Записать").click()
    expect(page.locator("dialog .refusal")).to_be_empty()
    page.unroute("**/api/file")
    page.get_by_role("button", name="Записать").click()
    expect(page.locator("#files a")).to_have_text(NAME)
    page.get_by_role("button", name="Убрать файл").click()
    expect(page.locator("#files a")).to_have_count(0)
    complaints.clear()
