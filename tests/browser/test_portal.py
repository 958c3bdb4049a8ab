"""The pages at the server in a browser: every role, without scripts, by keyboard, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eschool_core.commands.lessons import RecordAttendance, RecordHomework, RecordMark, RecordTopic
from eschool_core.commands.messages import OpenThread
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson
from eschool_core.ids import login_of
from eschool_sync.history.proof import Proof
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.browser.keyboard import Keyboard
from tests.browser.opening import no_script_ran, sign_in
from tests.browser.portal_ways import WAYS
from tests.browser.test_everybody import HOSTILE, scroll_width, violations
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
    talk = OpenThread(title=HOSTILE[0], text=HOSTILE[1], pupil_id=cast.child, to_guardians=1)
    assert not server.act(talk, cast.teacher_id).key


@pytest.fixture(scope="module")
def ids(school: Sandbox, site: Site) -> dict[str, int]:
    cast = school.cast
    [[school_class]] = school.stage.school.store.rows(
        "SELECT class_id FROM enrolment WHERE pupil_id = ?", cast.child
    )
    store = school.stage.school.store
    [[thread]] = store.rows(
        "SELECT thread_id FROM thread_member WHERE person_id = ?", cast.guardian_id
    )
    [[marked]] = store.rows(
        "SELECT m.lesson_id FROM mark m JOIN journal_line n ON n.part = m.part "
        "WHERE n.pupil_id = ? ORDER BY m.id LIMIT 1",
        cast.child,
    )
    return {
        "journal": cast.first.journal_id,
        "lesson": cast.first.id,
        "pupil": cast.child,
        "school_class": int(school_class),
        "thread": int(thread),
        "marked": int(marked),
    }


def person(school: Sandbox, role: str) -> int:
    return school.cast.child if role == "pupil" else school.person(role)


def signed_in(site: Site, context: BrowserContext, person_id: int, heard: list[str]) -> Page:
    sign_in(context, site, person_id)
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
            wide = scroll_width(page, size)  # type: ignore[arg-type]
            found += [f"{path} is {wide} px wide"] if wide > size["width"] else []
            found += violations(page) if size is not NARROWEST else []
        page.set_viewport_size(DESK)
    context.close()
    assert found == []


@pytest.mark.parametrize(
    "path", [path for path in WAYS["guardian"] if path not in ("/inbox", "/help")]
)
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
    page.on("dialog", no_script_ran)
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


@pytest.mark.clause("2.11")
@pytest.mark.parametrize("scripts", ["on", "off"])
def test_a_family_and_a_teacher_write_to_each_other(
    chromium: Browser, site: Site, ids: dict[str, int], complaints: list[str], scripts: str
) -> None:
    family = chromium.new_context(java_script_enabled=scripts == "on", viewport=PHONE)  # type: ignore[arg-type]
    page = signed_in(site, family, site.school.cast.guardian_id, complaints)
    page.goto(f"{site.url}/messages/new")
    teacher = site.school.cast.teacher_id
    page.get_by_label("Кому").select_option(f"{teacher}-{ids['pupil']}")
    title = f"Вопрос {scripts}"
    page.get_by_label("О чём").fill(title)
    page.get_by_label("Текст").fill("Будет ли\nконсультация?")
    page.get_by_role("button", name="Отправить").click()
    page.wait_for_url("**/messages?done=1")
    page.get_by_role("link", name=title).click()
    expect(page.locator(".talk")).to_contain_text("консультация?")
    desk = chromium.new_context(viewport=DESK)
    other = signed_in(site, desk, teacher, complaints)
    other.goto(f"{site.url}/messages")
    other.get_by_role("link", name=title).click()
    expect(other.get_by_role("button", name="Прочитано")).to_have_count(0)
    other.get_by_label("Ответ").fill("Да, в среду.")
    other.get_by_role("button", name="Отправить").click()
    expect(other.locator(".talk .own")).to_contain_text("в среду")
    page.reload()
    expect(page.locator(".talk")).to_contain_text("в среду")
    expect(page.locator(".talk .own")).to_contain_text("Прочитано:")
    family.close()
    desk.close()


@pytest.mark.threat("T7")
def test_a_guardian_sees_how_a_mark_came_about_and_takes_its_proof_home(
    chromium: Browser, site: Site, ids: dict[str, int], complaints: list[str]
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = signed_in(site, context, site.school.cast.guardian_id, complaints)
    page.goto(f"{site.url}/diary/{ids['pupil']}/mark/{ids['marked']}")
    expect(page.locator("main")).to_contain_text("действует")
    page.get_by_role("link", name="Доказать").click()
    expect(page.get_by_role("status")).to_contain_text("подпись школы верна")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Сохранить доказательство").click()
    proof = Proof.of_json(saved.value.path().read_text("utf-8"))
    entry, _ = proof.check(site.school.stage.school.public_key)
    assert entry.header.kind == "record_mark"
    context.close()


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
