"""Hostile texts in every field of every form of every page, and every page after them (T15)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from eschool_core.commands.inspections import (
    AddInspectionItem,
    DraftInspection,
    RegisterInspectionOrder,
    RegisterNote,
    ReleaseInspection,
)
from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.commands.people import Appoint
from eschool_core.domain.enums import Role
from eschool_core.domain.inspection import Inspection
from eschool_core.domain.inspection_enums import InspectionState
from eschool_core.domain.school import Journal
from eschool_core.results import terms
from eschool_sync.sandbox import Sandbox
from tests.browser.chromium import is_required
from tests.browser.opening import no_script_ran, opened, prove_quietly
from tests.browser.test_everybody import HOSTILE, WAYS
from tests.clients.web import staging
from tests.clients.web.conftest import DAY

TEMPLATES = files("eschool_web").joinpath("templates")
FORM = re.compile(r'<form data-act="(\w+)"(.*?)</form>', re.DOTALL)
TEXT = re.compile(r"part\.lines?\(|<textarea|<input(?![^>]*type=)")
ELSEWHERE = {
    "decide_correction": "needs a closed term: tests/clients/web/test_control_pages.py",
    "reopen_term": "needs a closed term: tests/clients/web/test_control_pages.py",
    "waive_finding": "needs a finding of lateness: tests/clients/web/test_control_pages.py",
}
"""Forms with a text that no page of ``WAYS`` offers in this school, and where they are seen."""

MORE = {"deputy": ("/policy?set=zero_shown", "/policy?set=plan_weeks")}
"""Pages that are another role's in ``WAYS`` and offer this one more forms."""

FILL = """(texts) => {
    let next = 0;
    const fields = "form input, form textarea, main input, main textarea";
    for (const field of document.querySelectorAll(fields)) {
        if (!["text", "textarea", "search"].includes(field.type)) continue;
        const most = field.maxLength > 0 ? field.maxLength : 200;
        field.value = texts[next++ % texts.length].slice(0, most);
    }
    for (const field of document.querySelectorAll("form input[type=date]")) {
        field.value ||= new Date().toISOString().slice(0, 10);
    }
    for (const field of document.querySelectorAll("form input[type=time]")) field.value ||= "09:00";
}"""
FORMS = "main form:not(#import):not([hidden])"
NAMES = """(forms) => forms.map((form) => form.dataset.act || form.getAttribute("action"))"""
TRACES = "main img, main script, main iframe, main a[href^='javascript:']"


@pytest.fixture(scope="module")
def texts(request: pytest.FixtureRequest) -> list[str]:
    """Our own list, and the shared corpus where there is one."""
    corpus = Path(request.config.rootpath).parent / "shared/data/naughty_strings/blns_even.json"
    shared = json.loads(corpus.read_text("utf-8")) if corpus.is_file() else []
    return [*HOSTILE, *(text for text in shared if text.strip() and "\n" not in text)]


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    """Something waits on every page, and a released check speaks in hostile texts."""
    with Sandbox(DAY, seed=9) as school:
        teacher = school.replica("teacher")
        teacher.do(RecordTopic(lesson_id=school.cast.first.id, text=HOSTILE[0]))
        child = school.cast.child
        teacher.do(RecordMark(lesson_id=school.cast.first.id, pupil_id=child, value=2))
        teacher.sync()
        staging.held_mark(school)
        staging.undetermined_homework(school, teacher)
        staging.asked_newcomers(school, "Прибывший", "Лишний")
        released_check(school)
        yield school


def released_check(school: Sandbox) -> None:
    server, day, deputy = school.stage.school, school.stage.day, school.stage.deputy_id
    head = Appoint(person_id=deputy, role=Role.HEAD, first_day=day - 60, act="№ 1")
    assert server.act(head, school.stage.officer_id).key == ""
    drafted = DraftInspection(aim=HOSTILE[2], first_day=day - 30, last_day=day)
    assert server.act(drafted, deputy).key == ""
    [check] = server.store.select(Inspection)
    assert server.act(drafted, deputy).key == ""
    teacher, of = school.cast.teacher_id, check.id
    for command in (
        AddInspectionItem(inspection_id=of, staff_id=teacher, text=HOSTILE[1], remediable=1),
        RegisterNote(inspection_id=of, note_number="1", note_day=day, conclusions=HOSTILE[0]),
        RegisterInspectionOrder(inspection_id=of, order_number=HOSTILE[3], order_day=day),
        ReleaseInspection(inspection_id=of),
    ):
        assert server.act(command, deputy).key == "", command.kind


def ids_of(school: Sandbox) -> dict[str, int]:
    cast, store = school.cast, school.stage.school.store
    [[school_class]] = store.rows("SELECT class_id FROM enrolment WHERE pupil_id = ?", cast.child)
    term = terms.term_on(store, store.require(Journal, cast.first.journal_id), cast.first.day)
    assert term is not None
    drafts = store.select(Inspection, state=InspectionState.DRAFT)
    return {
        "term": term.id,
        "inspection": drafts[0].id if drafts else store.select(Inspection)[0].id,
        "teacher": cast.substitute_id,
        "journal": cast.first.journal_id,
        "lesson": cast.first.id,
        "pupil": cast.child,
        "school_class": int(school_class),
    }


def addresses(school: Sandbox, role: str, url: str) -> list[str]:
    ids = ids_of(school)
    return [url + path.format_map(ids) for path in (*WAYS[role], *MORE.get(role, ()))]


@pytest.fixture(scope="module")
def sent() -> set[str]:
    """The kinds of forms that were sent with hostile texts."""
    return set()


@pytest.mark.asvs("1.2.1")
@pytest.mark.asvs("3.2.2")
@pytest.mark.parametrize("role", list(WAYS))
def test_hostile_texts_in_every_form_stay_text(
    role: str, chromium: Browser, stage: Sandbox, complaints: list[str], texts: list[str],
    sent: set[str],
) -> None:  # fmt: skip
    replica = stage.replica(role)
    with opened(chromium, replica, complaints) as (page, pages):
        page.on("dialog", no_script_ran)
        for address in addresses(stage, role, pages.url):
            page.goto(address)
            prove_quietly(page)
            done: set[str] = set()
            while waiting := [name for name in names_on(page) if name not in done]:
                done |= {waiting[0]}
                # Each form begins elsewhere in the list, so that all of it is used.
                begin = 7 * len(sent | done) % len(texts)
                page.evaluate(FILL, [*texts[begin:], *texts[:begin]])
                sent |= {submit(page, waiting[0])}
                clean(page)
                page.goto(address)
        replica.sync()


@pytest.mark.parametrize("role", list(WAYS))
def test_every_page_shows_what_was_sent_as_text(
    role: str, chromium: Browser, stage: Sandbox, complaints: list[str]
) -> None:
    """Whatever the others have written comes to each of them and stays text."""
    replica = stage.replica(role)
    replica.sync()
    with opened(chromium, replica, complaints) as (page, pages):
        page.on("dialog", no_script_ran)
        for address in addresses(stage, role, pages.url):
            page.goto(address)
            clean(page)


def test_no_form_with_a_text_is_left_out(sent: set[str]) -> None:
    """A new form is on a page of ``WAYS``, or is named with where it is seen."""
    if not sent and not is_required():
        pytest.skip("counts what the tests above have sent")
    known = {
        kind
        for entry in TEMPLATES.iterdir()
        for kind, inside in FORM.findall(entry.read_text("utf-8"))
        if TEXT.search(inside)
    }
    assert known - sent == set(ELSEWHERE)


def names_on(page: Page) -> list[str]:
    """Return what the forms of a page are for, those in closed folds too."""
    return [str(name) for name in page.locator(FORMS).evaluate_all(NAMES)]


def submit(page: Page, name: str) -> str:
    """Send the first form for something by its first button, and wait for its answer."""
    form = page.locator(f'{FORMS}[data-act="{name}"], {FORMS}[action="{name}"]').first
    invalid = form.evaluate(
        "(form) => [...form.elements].filter((e) => !e.checkValidity()).map((e) => e.name)"
    )
    assert not invalid, f"{name} cannot be filled: {invalid}"
    if not form.get_attribute("data-act"):
        # A message, or what is looked for: the next page shows it, or this one anew.
        page.evaluate("document.getElementById('main').dataset.old = 'yes'")
        form.evaluate("(form) => form.requestSubmit()")
        page.wait_for_selector("#main:not([data-old])")
        page.wait_for_load_state()
        return ""
    # Once it is sent the form may be gone at any moment.
    is_confirmed = form.get_attribute("data-confirm")
    form.evaluate("(form) => form.requestSubmit(form.querySelector('button'))")
    if is_confirmed:
        page.locator("dialog button").first.click()
    expect(page.locator("#act-said, .refusal").first).to_be_attached()
    return name


def clean(page: Page) -> None:
    assert page.title() != "x"
    assert page.locator(TRACES).count() == 0
