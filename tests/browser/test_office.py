"""The system officer at the pages: hard steps are confirmed, files are shown before written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from eschool_core.domain.office import Device, Slip
from eschool_core.domain.people import Pupil
from eschool_core.ids import login_of
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.opening import opened
from tests.browser.test_everybody import violations
from tests.clients.web.conftest import DAY
from tests.core.forms.pages import sheets_of, text_of

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=6) as school:
        yield school


@pytest.fixture(scope="module")
def officer(stage: Sandbox) -> Replica:
    stage.replica("substitute")
    return stage.replica("officer")


@pytest.fixture
def office(chromium: Browser, officer: Replica, complaints: list[str]) -> Iterator[Page]:
    with opened(chromium, officer, complaints) as (page, _):
        yield page


def prove(page: Page) -> None:
    page.locator("#proof").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(page.locator("#proof")).to_have_count(0)


@pytest.mark.clause("4.6.8")
@pytest.mark.threat("T2")
def test_revoking_a_device_is_confirmed_and_proven(
    office: Page, officer: Replica, stage: Sandbox
) -> None:
    [device] = officer.store.select(Device, person_id=stage.cast.substitute_id)
    office.get_by_role("link", name="Устройства", exact=True).click()
    row = office.locator("tr", has=office.locator(f"input[name=device][value='{device.device}']"))
    row.get_by_role("button", name="Отозвать").click()
    expect(office.locator("dialog")).to_contain_text("Отозвать устройство")
    office.keyboard.press("Escape")
    assert not officer.store.require(Device, device.id).revoked_at
    row.get_by_role("button", name="Отозвать").click()
    office.locator("dialog").get_by_role("button", name="Да").click()
    prove(office)
    expect(office.locator("#act-said")).to_be_visible()
    assert officer.store.require(Device, device.id).revoked_at


@pytest.mark.clause("4.7.6")
def test_the_codes_of_a_class_are_shown_once_and_printed(office: Page, officer: Replica) -> None:
    office.get_by_role("link", name="Коды доступа", exact=True).click()
    office.get_by_role("button", name="Сделать коды класса").click()
    prove(office)
    codes = office.locator(".slip .code")
    expect(codes.first).to_be_visible()
    of_classes = [slip for slip in officer.store.select(Slip) if slip.class_id]
    assert codes.count() == len(of_classes)
    office.emulate_media(media="print")
    expect(codes.first).to_be_visible()
    expect(office.locator(".bar")).not_to_be_visible()
    expect(office.locator(".sections")).not_to_be_visible()
    office.emulate_media(media="screen")
    code = codes.first.inner_text()
    with office.expect_download() as saved:
        office.get_by_role("button", name="Сохранить для печати").click()
    assert saved.value.suggested_filename == "slips.pdf"
    assert login_of(of_classes[0].person_id) in text_of(saved.value.path().read_bytes())
    office.reload()
    assert code not in office.content()


def previewed(office: Page, file: Path, order: str = "") -> Locator:
    """Choose a file of class lists and look what would come of it; return where that is said."""
    office.get_by_role("link", name="Загрузка файлов").click()
    office.get_by_label("Списки классов").check()
    expect(office.locator("#import-class")).to_be_visible()
    expect(office.locator("#import-journal")).not_to_be_visible()
    office.locator("#import-file").set_input_files(file)
    office.locator("#import-order").fill(order)
    office.get_by_role("button", name="Посмотреть").click()
    said = office.locator("#import-said")
    expect(said.locator("h2").first).to_contain_text("Получится записей")
    return said


@pytest.mark.clause("4.7.4")
@pytest.mark.asvs("1.2.1")
def test_a_file_is_previewed_and_hostile_names_stay_text(
    office: Page, officer: Replica, tmp_path: Path
) -> None:
    file = tmp_path / "список.csv"
    file.write_text(f"Класс;Фамилия;Имя\n5А;Новиков;Пётр\n99Щ;{HOSTILE};Анна\n", encoding="utf-8")
    office.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    said = previewed(office, file, "№ 7")
    assert said.locator("img").count() == 0
    assert not officer.store.select(Pupil, family="Новиков")
    said.get_by_role("button", name="Записать").click()
    prove(office)
    expect(said.locator("h2").first).to_contain_text("Записано")
    assert officer.store.select(Pupil, family="Новиков")


@pytest.mark.clause("2.4")
@pytest.mark.threat("T2")
def test_a_report_is_printed_after_the_passphrase_and_says_how_it_goes(
    chromium: Browser, stage: Sandbox, complaints: list[str]
) -> None:
    with opened(chromium, stage.replica("deputy"), complaints) as (page, pages):
        page.goto(f"{pages.url}/report?name=class_sizes")
        page.get_by_role("button", name="Печать (PDF)").click()
        expect(page.locator("#proof")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".file-said")).to_be_empty()
        page.get_by_role("button", name="Печать (PDF)").click()
        with page.expect_download() as saved:
            prove(page)
        expect(page.locator(".file-said")).to_contain_text("Готово")
        assert sheets_of(saved.value.path().read_bytes())
        page.route("**/api/paper/**", lambda route: route.abort())
        page.get_by_role("button", name="Печать (PDF)").click()
        expect(page.locator(".file-said")).to_contain_text("Повторите")
        complaints.clear()  # of the request that was cut off


@pytest.mark.clause("4.7.4")
@pytest.mark.asvs("row 81")
def test_an_import_is_taken_back_after_a_question(
    office: Page, officer: Replica, tmp_path: Path
) -> None:
    file = tmp_path / "список.csv"
    file.write_text("Класс;Фамилия;Имя\n5А;Отменяемый;Пётр\n", encoding="utf-8")
    said = previewed(office, file, "№ 8")
    said.get_by_role("button", name="Записать").click()
    expect(office.locator("#proof").or_(said.get_by_text("Записано"))).to_be_visible()
    if office.locator("#proof").count():
        prove(office)
    expect(said.locator("h2").first).to_contain_text("Записано")
    row = office.locator("tr", has=office.locator("input[name=import_id]")).first
    expect(row).to_contain_text("Списки классов")
    row.get_by_role("button", name="Отменить загрузку").click()
    expect(office.locator("dialog")).to_contain_text("Отменить загрузку «Списки классов: 5А»")
    office.keyboard.press("Escape")
    assert officer.store.select(Pupil, family="Отменяемый")
    officer.sync()
    row.get_by_role("button", name="Отменить загрузку").click()
    office.locator("dialog").get_by_role("button", name="Да").click()
    expect(office.locator("#act-said")).to_be_visible()
    assert officer.store.select(Pupil, family="Отменяемый") == []
    expect(office.locator("table")).to_contain_text("Отменена")


@pytest.mark.parametrize("then", ["taken away", "changed"])
def test_a_table_that_is_another_after_its_preview_is_asked_for_again(
    office: Page, officer: Replica, tmp_path: Path, then: str
) -> None:
    """Somebody moves the table or mends a line of it between looking and writing."""
    file = tmp_path / "список.csv"
    file.write_text("Класс;Фамилия;Имя\n5А;Исчезнувший;Пётр\n", encoding="utf-8")
    said = previewed(office, file)
    if then == "changed":
        file.write_text("Класс;Фамилия;Имя\n5А;Исчезнувший;Пётр Первый\n", encoding="utf-8")
    else:
        file.unlink()
    said.get_by_role("button", name="Записать").click()
    expect(said.locator(".refusal")).to_contain_text("Выберите его ещё раз")
    assert not officer.store.select(Pupil, family="Исчезнувший")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_button_is_readable_under_the_pointer(office: Page, scheme: str) -> None:
    office.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    office.get_by_role("link", name="Загрузка файлов").click()
    for button in (
        office.locator("main button.main"),
        office.locator("#sync"),
        office.locator("#lock"),
    ):
        button.hover()
        assert violations(office) == []
