"""Every role's pages: no complaint of the browser, no violation of WCAG 2.2 AA found by axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from eschool_web.routes import PAGES
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from eschool_core.commands.inspections import DraftInspection
from eschool_core.commands.lessons import RecordAttendance, RecordMark, RecordTopic
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.inspection import Inspection
from eschool_core.domain.journal import Lesson
from eschool_core.domain.school import Journal
from eschool_core.results import terms
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.browser.keyboard import Keyboard
from tests.browser.opening import no_script_ran
from tests.clients.web.pages import Served, serving

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = (320, 360, 640)
"""Reflow (WCAG 1.4.10), a usual phone, and a desk at 200 % zoom."""

SPACED: tuple[ViewportSize, ...] = ({"width": 360, "height": 740}, {"width": 1366, "height": 768})
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
"""What WCAG 1.4.12 lets a reader set."""

CUT_OFF = """() => [...document.querySelectorAll("body *")]
    .filter((one) => {
        const look = getComputedStyle(one);
        const hidden = (how) => ["hidden", "clip"].includes(how);
        return (hidden(look.overflowX) || hidden(look.overflowY)) && one.clientWidth > 1
            && one.innerText?.trim() && look.visibility === "visible"
            && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
    }).map((one) => one.outerHTML.slice(0, 160))"""
"""Elements that hide a part of their text; what is for screen readers alone is 1 px wide."""

WAYS: dict[str, tuple[str, ...]] = {
    "teacher": (
        "/journal/{journal}?lesson={lesson}",
        "/today",
        "/journals",
        "/inbox",
        "/duties",
        "/concerns",
        "/groups",
        "/feeds",
        "/results",
    ),
    "class_teacher": (
        "/class/{school_class}",
        "/class/{school_class}/families",
        "/class/{school_class}/changes",
        "/class/{school_class}/consents",
        "/reports",
        "/diary/{pupil}",
        "/diary/{pupil}/results",
        "/diary/{pupil}/mark/{lesson}",
        "/messages",
        "/messages/new",
    ),
    "deputy": (
        "/control",
        "/control/review",
        "/control/matrix",
        "/control/terms",
        "/control/term/{school_class}/{term}",
        "/control/substitutions?journal={journal}",
        "/control/inspections",
        "/control/inspection/{inspection}",
        "/control/archive",
        "/report?name=movement",
        "/report?name=course&class={school_class}",
        "/report?name=gaps&section=control",
        "/journal/{journal}",
    ),
    "guardian": ("/diary/{pupil}",),
    "officer": (
        "/officer",
        "/officer/people",
        "/officer/person/{teacher}",
        "/officer/devices",
        "/officer/slips",
        "/officer/import",
        "/officer/consents?class={school_class}",
        "/officer/reads",
        "/policy",
        "/help",
        "/help?clause=4.5.3",
    ),
}
HOSTILE = (
    "<script>document.title='x'</script>",
    "\"><img src=x onerror=document.title='x'>",
    "</script><script>document.title='x'</script>",
    "{{7*7}}${7*7}",
    "'; DROP TABLE mark; --",
    "=cmd|' /C calc'!A0",
    "\u202eтёмный \u200bтекст\u2066",
    "javascript:document.title='x'",
    "Ё" * 200,
    "&lt;b&gt;не жирный&lt;/b&gt;",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🙂 ﷽",
)


@pytest.fixture(scope="module")
def filled(school: Sandbox, replica: Replica) -> Replica:
    """The teacher's replica with a few weeks of marks."""
    lessons = [
        lesson
        for lesson in replica.store.select(Lesson, journal_id=school.cast.first.journal_id)
        if lesson.day < school.cast.first.day
    ][-6:]
    for lesson in lessons:
        replica.do(RecordTopic(lesson_id=lesson.id, text="Степени"))
        for number, pupil in enumerate(school.cast.first_pupils):
            if number % 4 == 0:
                replica.do(RecordAttendance(lesson_id=lesson.id, pupil_id=pupil, presence=1))
            else:
                value = 2 + number % 4
                replica.do(
                    RecordMark(
                        lesson_id=lesson.id, pupil_id=pupil, value=value, work_kind=WorkKind.ORAL
                    )
                )
    replica.sync()
    return replica


@pytest.fixture(scope="module")
def ids(school: Sandbox) -> dict[str, int]:
    cast = school.cast
    store = school.stage.school.store
    [[school_class]] = store.rows("SELECT class_id FROM enrolment WHERE pupil_id = ?", cast.child)
    outcome = school.stage.school.act(
        DraftInspection(
            aim="Ведение журналов", first_day=school.stage.day - 30, last_day=school.stage.day
        ),
        school.stage.deputy_id,
    )
    assert outcome.key == ""
    [inspection] = store.select(Inspection)
    term = terms.term_on(store, store.require(Journal, cast.first.journal_id), cast.first.day)
    assert term is not None
    return {
        "term": term.id,
        "inspection": inspection.id,
        "teacher": cast.teacher_id,
        "journal": cast.first.journal_id,
        "lesson": cast.first.id,
        "pupil": cast.child,
        "school_class": int(school_class),
    }


@pytest.fixture(scope="module", params=list(WAYS))
def person(
    request: pytest.FixtureRequest,
    chromium: Browser,
    school: Sandbox,
    filled: Replica,
    ids: dict[str, int],
) -> Iterator[tuple[str, Served]]:
    replica = filled if request.param == "teacher" else school.replica(request.param)
    with serving(replica) as pages:
        yield request.param, pages


def violations(page: Page) -> list[str]:
    """Return what axe finds, each with the first element that it is about."""
    # The modules of a page may not be complained of for what axe itself does.
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{page.url}: {entry['id']}: {entry['nodes'][0]['html'][:200]}"
        for entry in found.response["violations"]
    ]


def scroll_width(page: Page, size: ViewportSize) -> int:
    """Return how wide a page is in a window of a size, once the browser has laid it out anew."""
    page.set_viewport_size(size)
    page.wait_for_function("(width) => innerWidth === width", arg=size["width"])
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_wcag(
    person: tuple[str, Served],
    chromium: Browser,
    ids: dict[str, int],
    complaints: list[str],
    scheme: str,
) -> None:
    role, pages = person
    context = chromium.new_context(viewport=DESK, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    listen(page, complaints)
    page.goto(pages.link())
    page.wait_for_url(lambda url: "/start" not in url)
    found = []
    for path in WAYS[role]:
        answer = page.goto(pages.url + path.format_map(ids))
        assert answer is not None
        assert answer.ok, path
        found += violations(page)
        for width in NARROW:
            wide = scroll_width(page, {"width": width, "height": 640})
            found += [f"{path} is {wide} px wide at {width} px"] if wide > width else []
        page.set_viewport_size(DESK)
    context.close()
    assert found == []


def test_no_text_is_lost_when_it_is_spaced_out(
    person: tuple[str, Served], chromium: Browser, ids: dict[str, int], complaints: list[str]
) -> None:
    """WCAG 1.4.12, at a phone's width and at that of a common school computer."""
    role, pages = person
    context = chromium.new_context(viewport=DESK, bypass_csp=True)
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    listen(page, complaints)
    page.goto(pages.link())
    page.wait_for_url(lambda url: "/start" not in url)
    found = []
    for path in WAYS[role]:
        for size in SPACED:
            page.set_viewport_size(size)
            page.goto(pages.url + path.format_map(ids))
            page.add_style_tag(content=SPACING)
            wide = scroll_width(page, size)
            at = f"{path} at {size['width']} px"
            found += [f"{at} is {wide} px wide"] if wide > size["width"] else []
            found += [f"{at}: cut off: {text}" for text in page.evaluate(CUT_OFF)]
    context.close()
    assert found == []


def test_every_page_is_somebodys() -> None:
    shown = {path.partition("?")[0] for ways in WAYS.values() for path in ways}
    # Seen in test_portal, where there is a conversation and a server that proves.
    elsewhere = {"/messages/{thread}", "/diary/{pupil}/proof/{lesson}"}
    leading = {"/", "/diary", "/class", *elsewhere}
    # The officer opens a member of staff: here the teacher.
    known = {path.replace("{person}", "{teacher}") for path, _ in PAGES}
    assert known == shown | leading


def test_the_lock_page_and_the_start_page_pass_wcag(context: BrowserContext, pages: Served) -> None:
    page = context.new_page()
    page.goto(pages.url + "/start")
    expect(page.locator("#said")).to_contain_text("использована")
    found = violations(page)
    page.goto(pages.link())
    page.wait_for_selector("td[data-c]:focus")
    Keyboard(page).press("F1")
    found += violations(page)
    page.keyboard.press("Escape")
    Keyboard(page).press("F4", "а")
    found += violations(page)
    assert found == []


def test_the_diary_reads_without_scripts(
    chromium: Browser, school: Sandbox, filled: Replica, ids: dict[str, int]
) -> None:
    with serving(school.replica("guardian")) as pages:
        signing = chromium.new_context()
        page = signing.new_page()
        page.goto(pages.link())
        page.wait_for_url(lambda url: "/start" not in url)
        cookies = signing.cookies()
        signing.close()
        plain = chromium.new_context(java_script_enabled=False)
        plain.add_cookies(cookies)  # type: ignore[arg-type]
        page = plain.new_page()
        page.goto(f"{pages.url}/diary/{ids['pupil']}")
        page.get_by_role("link", name="предыдущая").click()
        expect(page.locator(".topic").first).to_have_text("Степени")
        plain.close()


@pytest.mark.asvs("1.2.1")
@pytest.mark.asvs("3.2.2")
def test_hostile_texts_are_shown_as_text(page: Page, request: pytest.FixtureRequest) -> None:
    given = list(HOSTILE)
    corpus = Path(request.config.rootpath).parent / "shared/data/naughty_strings/blns_even.json"
    if corpus.is_file():
        given += [text for text in json.loads(corpus.read_text("utf-8")) if "\n" not in text][:60:3]
    title = page.title()
    page.on("dialog", no_script_ran)
    for text in given:
        wanted = " ".join(text.split())
        if not wanted:
            continue
        page.locator("#topic").fill(text)
        page.keyboard.press("F8")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
    Keyboard(page).press("4", "ArrowUp", "F2")
    page.locator("#dialog-line").fill(HOSTILE[1])
    page.keyboard.press("Enter")
    expect(page.locator("td[data-s='t']")).to_have_count(0)
    page.reload()
    page.wait_for_selector("td[data-c]:focus")
    Keyboard(page).press("F1")
    expect(page.locator("dialog")).to_contain_text(HOSTILE[1])
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Сегодня").click()
    page.wait_for_url("**/today")
    assert page.locator("main img, main script").count() == 0
    assert title != "x"
    assert page.title() != "x"


@pytest.mark.asvs("3.4.6")
def test_a_framed_page_stays_empty(page: Page, pages: Served, complaints: list[str]) -> None:
    """The policy forbids frames; the browser says so and shows nothing."""
    page.evaluate(
        """(url) => { const frame = document.createElement("iframe");
                      frame.src = url; document.body.append(frame); }""",
        pages.url + "/today",
    )
    page.wait_for_timeout(300)
    assert any("frame" in text.lower() for text in complaints)
    complaints.clear()
