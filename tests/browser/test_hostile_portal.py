"""Hostile texts in every form of the server's pages, the doors' and the families' too (T15)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from eschool_core.ids import login_of
from eschool_sync.sandbox import Sandbox
from tests.browser.chromium import is_required
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.browser.gallery import full_school, ids_of
from tests.browser.opening import no_script_ran, sign_in
from tests.browser.portal_ways import WAYS
from tests.browser.test_everybody import WAYS as OWN_WAYS
from tests.browser.test_hostile import TEMPLATES, clean, texts
from tests.clients.web.conftest import DAY
from tests.clients.web.portal_stage import PASSWORD, Site, portal_site

__all__ = ["texts"]

FORM = re.compile(r'<form\b[^>]*?action="(?P<action>[^"]+)"[^>]*>(?P<inside>.*?)</form>', re.DOTALL)
TYPED = re.compile(
    r'<textarea|content\(|<input(?![^>]*type=)|<input[^>]*type="(?:text|password|search)"'
)
OF_REPLICAS = {"/officer/people", "/control/substitutions"}
"""Ask for a page by GET; walked in ``test_hostile``."""

FORMS = "main form:not([hidden])"
NAMES = """(forms) => forms.map((form) => {
    const of = form.dataset.act || form.getAttribute("action");
    const choice = [...form.querySelectorAll("select")].map((one) => one.name).join();
    return of && `${of} ${choice}`.trim();
})"""
SEND = """([at, texts]) => {
    const form = [...document.querySelectorAll("main form:not([hidden])")][at];
    let next = 0;
    const typed = ["text", "textarea", "search", "password"];
    for (const field of form.elements) {
        if (field.type === "date") field.value ||= new Date().toISOString().slice(0, 10);
        if (field.type === "time") field.value ||= "09:00";
        if (!typed.includes(field.type)) continue;
        const most = field.maxLength > 0 ? field.maxLength : 200;
        field.value = texts[next++ % texts.length].slice(0, most);
    }
    // What a browser would not send, somebody's own program does.
    form.noValidate = true;
    document.getElementById("main").dataset.old = "yes";
    const button = form.querySelector("button");
    form.requestSubmit(button);
}"""
ANSWERED = ", ".join(
    ("#main:not([data-old])", *(f"{said}:not(:empty)" for said in ("#act-said", ".refusal")))
)
MOST_FORMS = 12
"""Of one page: rows of a list have the same form each."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Sandbox(DAY, seed=12) as school:
        full_school(school)
        # A device of one's own is ended by a form with a password.
        school.replica("guardian")
        with portal_site(school) as made, made.unlimited():
            yield made


@pytest.fixture(scope="module")
def sent() -> set[str]:
    """The addresses to which forms were sent with hostile texts, ids left out."""
    return set()


def window(chromium: Browser, heard: list[str]) -> tuple[BrowserContext, Page]:
    context = chromium.new_context(viewport=DESK, locale="ru-RU")
    context.set_default_timeout(LIMIT_MS)
    page = context.new_page()
    listen(page, heard)
    page.on("dialog", no_script_ran)
    return context, page


def only_refusals(heard: list[str]) -> None:
    """Forget that the browser names answers 403, 409, 422 and 429: they are what is wanted."""
    heard[:] = [said for said in heard if not re.search(r"status of 4\d\d", said)]


def send(page: Page, at: int, texts: list[str]) -> None:
    """Send a form with hostile texts, and wait for what comes of it."""
    page.evaluate(SEND, [at, texts])
    if page.locator("dialog[open] button").count():
        page.locator("dialog[open] button").first.click()
    page.wait_for_selector(ANSWERED, state="attached")
    page.wait_for_load_state()
    clean(page)


def places(role: str) -> list[str]:
    """Return the pages of a role, at its own replica and at the server, once each."""
    return list(dict.fromkeys((*WAYS[role], *OWN_WAYS.get(role, ()))))


def named(school: Sandbox) -> dict[str, int]:
    """Return what the addresses name; the officer blocks somebody who is not asked for again."""
    return {**ids_of(school), "teacher": school.cast.substitute_id}


@pytest.mark.asvs("1.2.1")
@pytest.mark.threat("T15")
def test_hostile_texts_at_the_doors_stay_text(
    chromium: Browser, site: Site, complaints: list[str], texts: list[str], sent: set[str]
) -> None:
    """Login, slip, second factor, and the lock of a session."""
    context, page = window(chromium, complaints)
    for path in ("/login", "/slip"):
        for begin in range(0, len(texts), max(1, len(texts) // 8)):
            page.goto(site.url + path)
            send(page, 0, [*texts[begin:], *texts[:begin]])
            assert page.url.startswith(site.url + path)
        sent.add(path)
    staff = site.school.person("substitute")
    entered = site.portal.first_sign_in(login_of(staff), site.slip(staff), PASSWORD, "127.0.0.1")
    ticket = f"{site.number}.{entered.token}"
    context.add_cookies([{"name": site.cookie, "value": ticket, "url": site.url}])
    page.goto(site.url + "/factor")
    page.locator("form[action='/factor/new'] button").click()
    page.wait_for_selector("img.qr")
    forms = page.locator(FORMS).evaluate_all(NAMES)
    send(page, forms.index("/factor"), texts)
    assert page.url == f"{site.url}/factor"
    sent.add("/factor")
    guardian = site.school.cast.guardian_id
    sign_in(context, site, guardian)
    site.portal.lock(site.token(guardian))
    page.goto(site.url + "/diary")
    send(page, 0, texts)
    assert page.locator("form[action='/unlock']").count() == 1
    sent.add("/unlock")
    site.portal.prove(site.token(guardian), PASSWORD, "127.0.0.1")
    only_refusals(complaints)
    context.close()


@pytest.mark.asvs("1.2.1")
@pytest.mark.asvs("3.2.2")
@pytest.mark.threat("T15")
@pytest.mark.parametrize("role", list(WAYS))
def test_hostile_texts_in_every_form_of_the_portal_stay_text(
    role: str, chromium: Browser, site: Site, complaints: list[str], texts: list[str],
    sent: set[str],
) -> None:  # fmt: skip
    school = site.school
    person = school.cast.child if role == "pupil" else school.person(role)
    context, page = window(chromium, complaints)
    sign_in(context, site, person)
    for path in places(role):
        address = site.url + path.format_map(named(school))
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, path
        clean(page)
        done: set[str] = set()
        for _ in range(MOST_FORMS):
            names = page.locator(FORMS).evaluate_all(NAMES)
            left = [at for at, name in enumerate(names) if name and name not in done]
            if not left:
                break
            name = names[left[0]]
            done.add(name)
            begin = 7 * len(sent | done) % len(texts)
            send(page, left[0], [*texts[begin:], *texts[:begin]])
            sent.add(re.sub(r"\d+", "*", name.partition(" ")[0]))
            page.goto(address)
            clean(page)
    only_refusals(complaints)
    context.close()


@pytest.mark.parametrize("role", list(WAYS))
def test_every_page_of_the_portal_shows_what_was_sent_as_text(
    role: str, chromium: Browser, site: Site, complaints: list[str]
) -> None:
    school = site.school
    person = school.cast.child if role == "pupil" else school.person(role)
    context, page = window(chromium, complaints)
    sign_in(context, site, person)
    for path in places(role):
        page.goto(site.url + path.format_map(named(school)))
        clean(page)
    context.close()


def test_no_form_of_the_portal_with_a_text_is_left_out(sent: set[str]) -> None:
    """A new form with an address is on a page of ``WAYS`` or at a door."""
    if not sent and not is_required():
        pytest.skip("counts what the tests above have sent")
    known = {
        re.sub(r"\{\{.*?\}\}", "*", form["action"])
        for entry in TEMPLATES.iterdir()
        for form in FORM.finditer(entry.read_text("utf-8"))
        if TYPED.search(form["inside"])
    }
    assert len(known) >= 8
    assert known - sent - OF_REPLICAS == set()
