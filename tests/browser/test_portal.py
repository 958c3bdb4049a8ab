"""The pages at the server in a browser: every role, without scripts, by keyboard, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eschool_core.commands.lessons import RecordAttendance, RecordHomework, RecordMark, RecordTopic
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson
from eschool_core.ids import login_of
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.browser.keyboard import Keyboard
from tests.browser.portal_ways import WAYS
from tests.browser.test_everybody import HOSTILE, violations
from tests.clients.web.portal_stage import PASSWORD, Site, portal_site

PHONE = {"width": 360, "height": 640}
NARROWEST = {"width": 320, "height": 640}
SMALLEST_PX = 16
OTHER = "зелёный чайник на окне"


@pytest.fixture(scope="module")
def site(school: Sandbox) -> Iterator[Site]:
    fill(school)
    with portal_site(school) as made:
        yield made


def fill(school: Sandbox) -> None:
    """Give the child a few weeks of lessons, with hostile texts among them."""
    cast, server = school.cast, school.stage.school
    lessons = [
        lesson
        for lesson in server.store.select(Lesson, journal_id=cast.first.journal_id)
        if lesson.day < cast.first.day
    ][-len(HOSTILE) :]
    for number, lesson in enumerate(lessons):
        text = HOSTILE[number]
        acts = [
            RecordTopic(lesson_id=lesson.id, text=text),
            RecordHomework(lesson_id=lesson.id, text=text),
            RecordMark(
                lesson_id=lesson.id, pupil_id=cast.child, value=2 + number % 4,
                work_kind=WorkKind.ORAL, comment=text,
            )
            if number % 3
            else RecordAttendance(lesson_id=lesson.id, pupil_id=cast.child, presence=1),
        ]  # fmt: skip
        for act in acts:
            outcome = server.act(act, cast.teacher_id)
            assert not outcome.key, outcome.key


@pytest.fixture(scope="module")
def ids(school: Sandbox) -> dict[str, int]:
    cast = school.cast
    [[school_class]] = school.stage.school.store.rows(
        "SELECT class_id FROM enrolment WHERE pupil_id = ?", cast.child
    )
    return {
        "journal": cast.first.journal_id,
        "lesson": cast.first.id,
        "pupil": cast.child,
        "school_class": int(school_class),
    }


def person(school: Sandbox, role: str) -> int:
    return school.cast.child if role == "pupil" else school.person(role)


def signed_in(site: Site, context: BrowserContext, person_id: int, heard: list[str]) -> Page:
    for name, value in site.cookies(person_id).items():
        context.add_cookies([{"name": name, "value": value, "url": site.url}])
    page = context.new_page()
    listen(page, heard)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", list(WAYS))
def test_every_page_of_every_role_passes_wcag(
    site: Site,
    chromium: Browser,
    ids: dict[str, int],
    complaints: list[str],
    role: str,
    scheme: str,
) -> None:
    context = chromium.new_context(viewport=DESK, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(LIMIT_MS)
    page = signed_in(site, context, person(site.school, role), complaints)
    found = []
    for path in WAYS[role]:
        answer = page.goto(site.url + path.format_map(ids))
        assert answer is not None
        assert answer.ok, path
        for size in (DESK, PHONE, NARROWEST):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{path} is {wide} px wide"] if wide > size["width"] else []
            found += violations(page) if size is not NARROWEST else []
        page.set_viewport_size(DESK)
    context.close()
    assert found == []


@pytest.mark.parametrize("path", [path for path in WAYS["guardian"] if path != "/inbox"])
def test_a_familys_text_is_large_enough(
    site: Site, chromium: Browser, ids: dict[str, int], complaints: list[str], path: str
) -> None:
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = signed_in(site, context, site.school.cast.guardian_id, complaints)
    page.goto(site.url + path.format_map(ids))
    small = page.evaluate(
        """(least) => [...document.querySelectorAll("body *")]
            .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
            .filter((e) => e.checkVisibility() && !e.closest(".unseen, script"))
            .filter((e) => parseFloat(getComputedStyle(e).fontSize) < least)
            .map((e) => e.className + ": " + e.textContent.slice(0, 40))""",
        SMALLEST_PX,
    )
    context.close()
    assert small == []


def test_the_doors_pass_wcag(context: BrowserContext, site: Site, complaints: list[str]) -> None:
    """Coming in by keyboard alone: slip, second factor, pledge; each page seen by axe."""
    school, staff = site.school, site.school.person("substitute")
    page = context.new_page()
    listen(page, complaints)
    found = []
    page.goto(site.url + "/login")
    found += violations(page)
    page.get_by_role("link", name="Первый вход по бланку").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/slip")
    found += violations(page)
    page.locator("#login").focus()
    for typed in (login_of(staff), site.slip(staff), OTHER, OTHER):
        page.keyboard.insert_text(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/factor")
    found += violations(page)
    page.get_by_role("button", name="Показать секрет").focus()
    page.keyboard.press("Enter")
    expect(page.locator("img.qr")).to_be_visible()
    found += violations(page)
    secret = page.locator("code.secret").inner_text()
    page.locator("#code").focus()
    page.keyboard.insert_text(pyotp.TOTP(secret).at(school.clock.wall()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/pledge")
    found += violations(page)
    page.get_by_role("button", name="Подтверждаю").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/pledge" not in url)
    expect(page.get_by_role("button", name="Выйти")).to_be_visible()
    assert found == []


@pytest.mark.clause("2.10")
def test_a_family_needs_no_script(
    chromium: Browser, site: Site, ids: dict[str, int], complaints: list[str]
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    listen(page, complaints)
    guardian = site.school.cast.guardian_id
    page.goto(site.url)
    page.get_by_role("link", name="Первый вход по бланку").click()
    page.get_by_label("Логин").fill(login_of(guardian))
    page.get_by_label("Код с бланка").fill(site.slip(guardian))
    page.get_by_label("Новый пароль", exact=True).fill(PASSWORD)
    page.get_by_label("Новый пароль ещё раз").fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    if page.get_by_role("button", name="Подтверждаю").is_visible():
        page.get_by_role("button", name="Подтверждаю").click()
    page.goto(f"{site.url}/diary/{ids['pupil']}")
    page.get_by_role("link", name="предыдущая").click()
    expect(page.locator(".topic").first).to_be_visible()
    page.get_by_role("button", name="Выйти").click()
    page.wait_for_url("**/login")
    page.goto(f"{site.url}/diary/{ids['pupil']}")
    expect(page).to_have_url(f"{site.url}/login")
    context.close()
    site.tokens.pop(guardian, None)


@pytest.mark.asvs("1.2.1")
@pytest.mark.asvs("3.2.2")
def test_hostile_texts_stay_texts_in_the_diary(
    chromium: Browser, site: Site, ids: dict[str, int], complaints: list[str]
) -> None:
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = signed_in(site, context, site.school.cast.guardian_id, complaints)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    seen = ""
    page.goto(f"{site.url}/diary/{ids['pupil']}")
    for _ in range(7):
        assert page.locator("main img, main script, main a[href^=javascript]").count() == 0
        assert page.title() != "x"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        seen += page.locator("main").inner_text()
        page.get_by_role("link", name="предыдущая").click()
    context.close()
    assert {text for text in HOSTILE[:6] if text not in seen} == set()


@pytest.mark.clause("4.5.7")
def test_a_teacher_marks_at_the_server_and_locks(
    chromium: Browser, site: Site, ids: dict[str, int], complaints: list[str]
) -> None:
    context = chromium.new_context(viewport=DESK)
    context.set_default_timeout(LIMIT_MS)
    page = signed_in(site, context, site.school.cast.teacher_id, complaints)
    page.goto(site.url + "/journal/{journal}?lesson={lesson}".format_map(ids))
    page.wait_for_selector("td[data-c]:focus")
    Keyboard(page).press("5", "4")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    assert page.locator("td[data-c]:focus").inner_text().startswith("5")
    page.keyboard.press("F10")
    expect(page.locator("#passphrase")).to_be_focused()
    assert site.school.stage.school.store.rows("SELECT family FROM pupil LIMIT 1")[0][0] not in (
        page.locator("body").inner_text()
    )
    complaints.clear()  # the browser names the answers 423 that a locked session gets
    page.keyboard.insert_text(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("td[data-c]:focus")
    context.close()
