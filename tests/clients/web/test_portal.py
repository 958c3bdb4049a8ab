"""The pages at the school's server: doors, cookies, stages, and whose rows they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from eschool_web.guard import Address
from eschool_web.portal_app import PortalPages
from eschool_web.routes import (
    FILES,
    FORMS,
    OWN_FILES,
    PAGES,
    PAPERS,
    QUIET_DATA,
    STATE,
    WRITING,
)
from eschool_web.views import own_access

from eschool_core.commands.access import IssueSlip
from eschool_core.commands.catalogue import validated
from eschool_core.commands.credentials import BlockAccess
from eschool_core.commands.messages import OpenThread
from eschool_core.commands.term_marks import SetTermMark
from eschool_core.domain.journal import Lesson
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Journal, Staff, Term
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.ids import login_of
from eschool_core.queries.names import full_name
from eschool_sync.sandbox import Sandbox
from eschool_sync.server.http import Policy
from tests.clients.web.portal_stage import PASSWORD, Site, portal_site

OTHER = "зелёный чайник на окне"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def site(school: Sandbox) -> Iterator[Site]:
    with portal_site(school) as made:
        yield made


@pytest.fixture
def guardian(site: Site) -> Iterator[httpx.Client]:
    with site.client(site.school.person("guardian")) as client:
        yield client


def pupils(site: Site) -> list[Pupil]:
    return site.school.stage.school.store.select(Pupil)


@pytest.mark.asvs("8.1.1")
@pytest.mark.asvs("8.2.1")
def test_every_page_declares_who_may_come_in(site: Site) -> None:
    routes = PortalPages(site.portals, Address("journal.example", "https")).routes()
    open_to_all = {route.path for route in routes if route.policy is Policy.PUBLIC}
    assert open_to_all == {"/static/{version}/{name}", "/login", "/slip"}
    views = (
        *PAGES,
        *FILES,
        *PAPERS,
        *OWN_FILES,
        *QUIET_DATA,
        *STATE,
        *WRITING,
        *FORMS,
        *own_access.PAGES,
        *own_access.FORMS,
    )
    of_session = {route.path for route in routes if route.policy is Policy.SESSION}
    assert {path for path, _ in views} <= of_session


@pytest.mark.clause("3.1/2")
@pytest.mark.clause("3.2")
@pytest.mark.asvs("6.4.1")
def test_a_guardian_comes_in_by_slip_password_and_pledge(site: Site) -> None:
    """Nothing is shown before the duties are taken on."""
    person = site.school.person("guardian")
    login, code = login_of(person), site.slip(person)
    with site.client() as browser:
        fields = {"login": login, "code": code, "new_password": OTHER, "repeat": PASSWORD}
        answer = browser.post("/slip", data=fields)
        assert answer.status_code == 422
        assert "не совпадают" in answer.text
        answer = browser.post("/slip", data={**fields, "repeat": OTHER})
        assert (answer.status_code, answer.headers["location"]) == (303, "/pledge")
        diary = browser.get(f"/diary/{site.school.cast.child}")
        assert (diary.status_code, diary.headers["location"]) == (303, "/pledge")
        assert browser.get("/api/state").status_code == 403
        assert "подтверждает обязанности" in browser.get("/pledge").text
        assert browser.post("/pledge", content=b"", headers=FORM).headers["location"] == "/"
        assert browser.get(f"/diary/{site.school.cast.child}").status_code == 200
        assert browser.post("/logout", content=b"", headers=FORM).headers["location"] == "/login"
        assert browser.get("/diary").headers["location"] == "/login"
        # Who still types in another window is told to sign in, and of no program.
        said = browser.get("/api/state").json()["error"]
        assert (said["key"], said["remedy"]) == ("access.session", "Войдите снова.")
    with site.client() as again:
        assert again.post("/slip", data={**fields, "repeat": OTHER}).status_code == 403
        wrong = again.post("/login", data={"login": login, "password": PASSWORD})
        assert wrong.status_code == 403
        assert "eschool" not in str(wrong.cookies)
        assert again.post("/login", data={"login": login, "password": OTHER}).is_redirect
        assert again.get("/diary").status_code in (200, 303)
    site.tokens.pop(person, None)


@pytest.mark.clause("6.1")
@pytest.mark.asvs("6.3.3")
def test_staff_set_a_second_factor_up_and_show_it_at_each_login(site: Site) -> None:
    import pyotp

    school, person = site.school, site.school.person("substitute")
    with site.client() as browser:
        fields = {
            "login": login_of(person), "code": site.slip(person),
            "new_password": OTHER, "repeat": OTHER,
        }  # fmt: skip
        assert browser.post("/slip", data=fields).headers["location"] == "/factor"
        assert browser.get("/today").headers["location"] == "/factor"
        page = browser.post("/factor/new", content=b"", headers=FORM)
        assert 'src="data:image/png;base64,' in page.text
        [secret] = re.findall(r'class="secret">([A-Z2-7]+)<', page.text)
        refused = browser.post("/factor", data={"code": "000000"})
        assert refused.status_code == 403
        assert secret not in refused.text
        # The secret stays good, and so does the way to it.
        assert 'name="code"' in refused.text
        assert 'action="/factor/new"' in refused.text
        now = pyotp.TOTP(secret).at(school.clock.wall())
        assert browser.post("/factor", data={"code": now}).headers["location"] == "/pledge"
        browser.post("/pledge", content=b"", headers=FORM)
        assert browser.get("/today").status_code == 200
        assert browser.post("/factor/new", content=b"", headers=FORM).headers["location"] == "/"
    with site.client() as other:
        said = other.post("/login", data={"login": login_of(person), "password": OTHER})
        assert said.headers["location"] == "/factor"
        assert other.get("/today").headers["location"] == "/factor"
        assert "base64" not in other.get("/factor").text
        school.clock.advance(60)
        code = pyotp.TOTP(secret).at(school.clock.wall())
        assert other.post("/factor", data={"code": code}).headers["location"] == "/"


@pytest.mark.asvs("3.3.2")
@pytest.mark.asvs("3.3.4")
def test_under_tls_the_cookie_is_bound_to_the_host(site: Site) -> None:
    from eschool_web.cookies import Cookies, Ticket
    from starlette.responses import Response

    response = Response()
    Cookies(Address("journal.example", "https")).begin(response, Ticket(7, "t"), lasting=False)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-eschool=7.t;")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=strict"):
        assert part in cookie
    assert "Domain" not in cookie
    with site.client() as browser:
        fields = {"login": "x", "password": "y"}
        assert "set-cookie" not in browser.post("/login", data=fields).headers


@pytest.mark.asvs("3.5.1")
@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "evil.example"}, 421),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_no_foreign_page_can_send_a_form(
    site: Site, guardian: httpx.Client, headers: dict[str, str], status: int
) -> None:
    token = site.token(site.school.person("guardian"))
    answer = guardian.post("/logout", content=b"a=b", headers={**FORM, **headers})
    assert answer.status_code == status
    assert site.portal.visit(token).person_id == site.school.person("guardian")


@pytest.mark.asvs("3.4.3")
@pytest.mark.asvs("3.4.4")
@pytest.mark.asvs("14.3.2")
def test_every_answer_carries_the_headers(site: Site, guardian: httpx.Client) -> None:
    for path in ("/login", "/", "/diary", "/access", "/api/state", "/class/5", "/factor"):
        headers = guardian.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert headers["strict-transport-security"]


@pytest.mark.asvs("3.5.3")
def test_reading_changes_nothing(site: Site, guardian: httpx.Client) -> None:
    school, child = site.school.stage.school, site.school.cast.child
    before = school.head().seq
    for path, _ in (*PAGES, *FILES, *OWN_FILES, *QUIET_DATA, *STATE, *own_access.PAGES):
        guardian.get(re.sub(r"\{\w+\}", str(child), path))
    assert school.head().seq == before


@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("15.3.1")
@pytest.mark.threat("T3")
@pytest.mark.parametrize("role", ["guardian", "pupil"])
def test_a_familys_session_finds_no_foreign_row_on_any_route(site: Site, role: str) -> None:
    """Every page with every id there is: no name of another child, and 404 for each."""
    cast, store = site.school.cast, site.school.stage.school.store
    person = cast.child if role == "pupil" else cast.guardian_id
    scope = set(site.school.stage.school.scope(person).parts)
    foreign = {
        word
        for pupil in store.select(Pupil)
        if pupil.part not in scope
        for word in (full_name(pupil.family, pupil.given, pupil.patronymic), str(pupil.id))
    }
    ids = sorted({row.id for spec in TABLES for row in store.select(spec.table)})[::97]
    ids += [pupil.id for pupil in store.select(Pupil)]
    ids += [cast.first.id, cast.first.journal_id, 1, 2**53 - 1]
    asked = 0
    with site.unlimited(), site.client(person) as client:
        for path, _ in (*PAGES, *FILES, *OWN_FILES, *QUIET_DATA, *STATE, *own_access.PAGES):
            for wanted in ids if "{" in path else [0]:
                address = re.sub(r"\{\w+\}", str(wanted), path)
                answer = client.get(address)
                asked += 1
                found = {word for word in foreign if word in unescape(answer.text)}
                assert not found, (address, answer.status_code)
    assert asked > len(ids)


@pytest.mark.asvs("8.2.2")
def test_a_foreign_diary_and_none_at_all_look_the_same(site: Site, guardian: httpx.Client) -> None:
    scope = set(site.school.stage.school.scope(site.school.person("guardian")).parts)
    foreign = next(pupil.id for pupil in pupils(site) if pupil.part not in scope)
    missing = guardian.get(f"/diary/{2**53 - 1}")
    other = guardian.get(f"/diary/{foreign}")
    assert (other.status_code, other.text) == (missing.status_code, missing.text)
    assert other.status_code == 404


@pytest.mark.asvs("2.4.1")
def test_reading_diaries_one_after_another_is_slowed(site: Site) -> None:
    with site.client(site.school.person("deputy")) as client:
        statuses = [client.get("/api/seal").status_code for _ in range(1, 400)]
    assert statuses[0] == 200
    assert 429 in statuses


@pytest.mark.asvs("7.4.1")
@pytest.mark.asvs("7.4.5")
@pytest.mark.asvs("7.5.2")
def test_own_sessions_are_listed_and_ended(site: Site, school: Sandbox) -> None:
    person = school.cast.child
    site.token(person)
    login = login_of(person)
    with site.client() as elsewhere, site.client(person) as here:
        assert elsewhere.post("/login", data={"login": login, "password": PASSWORD}).is_redirect
        assert elsewhere.get("/access").status_code == 200
        page = here.get("/access").text
        [session] = re.findall(r'name="session" value="([1-9]\d*)"', page)
        assert here.post("/access/session", data={"session": session}).is_redirect
        assert elsewhere.get("/access").headers["location"] == "/login"
        assert here.get("/access").status_code == 200


@pytest.mark.asvs("7.5.1")
def test_the_password_is_changed_with_the_old_one_alone(site: Site, school: Sandbox) -> None:
    person = school.cast.child
    with site.client(person) as client:
        wrong = {"password": "не тот пароль", "new_password": OTHER, "repeat": OTHER}
        assert "не подходят" in client.post("/access/password", data=wrong).text
        good = {**wrong, "password": PASSWORD}
        assert client.post("/access/password", data=good).headers["location"].startswith("/access")
        back = {"password": OTHER, "new_password": PASSWORD, "repeat": PASSWORD}
        assert client.post("/access/password", data=back).is_redirect


@pytest.mark.clause("4.5.7")
def test_staff_are_locked_when_nobody_is_there(site: Site, school: Sandbox) -> None:
    person = school.person("class_teacher")
    with site.client(person) as client:
        assert client.get("/today").status_code == 200
        school.clock.advance(4 * 60)
        # A page that asks on its own is no sign of a person.
        assert client.get("/api/state").status_code == 200
        school.clock.advance(2 * 60)
        assert client.get("/api/state").status_code == 423
        locked = client.get("/today")
        assert 'action="/unlock"' in locked.text
        assert "journal" not in locked.text
        assert client.post("/unlock", json={"passphrase": "не то"}).json()["refused"]
        assert 'action="/unlock"' in client.get("/today").text
        answer = client.post("/unlock", data={"password": PASSWORD, "back": "//evil.example"})
        assert answer.headers["location"] == "/"
        assert client.get("/today").status_code == 200
        assert client.post("/lock", json={}).json() == {"locked": True}
        assert client.get("/api/state").status_code == 423
        assert client.post("/unlock", json={"passphrase": PASSWORD}).json()["refused"] is None


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.4.2")
def test_who_is_shut_out_sees_nothing_at_the_next_request(site: Site, school: Sandbox) -> None:
    person = school.person("guardian")
    with site.client(person) as client:
        assert client.get("/diary").status_code in (200, 303)
        school.clock.advance(2)
        assert not school.stage.school.act(
            BlockAccess(person_id=person), school.stage.officer_id
        ).key
        assert client.get("/diary").headers["location"] == "/login"
    site.tokens.pop(person)
    school.clock.advance(2)


@pytest.mark.threat("T2")
def test_a_weighty_act_asks_for_the_password_again(site: Site, school: Sandbox) -> None:
    officer = school.person("officer")
    fields = {"person_id": school.cast.child, "secret_hash": "00" * 32, "expires_at": 0}
    with site.client(officer) as client:
        client.get("/officer")
        school.clock.advance(4 * 60)
        client.get("/officer")
        school.clock.advance(4 * 60)
        act = {"kind": IssueSlip.kind, "fields": fields}
        assert client.post("/api/do", json=act).json()["refused"]["key"] == "web.proof"
        assert client.post("/prove", json={"passphrase": PASSWORD}).json()["refused"] is None
        assert client.post("/api/do", json=act).json()["refused"]["key"] != "web.proof"


@pytest.mark.parametrize(
    "site_name",
    ["", "journal.example", "http://journal.example", "https://", "https://a.example/path",
     "https://a.example?x=1", "ftp://a.example", "https://u@a.example", "https://a.example:x"],
)  # fmt: skip
def test_an_address_of_the_pages_that_is_none_is_refused(site_name: str) -> None:
    with pytest.raises(InputError):
        Address.of_site(site_name)


def test_a_teacher_writes_marks_at_the_server_and_hears_the_rule(
    site: Site, school: Sandbox
) -> None:
    cast = school.cast
    fields = {"lesson_id": cast.first.id, "pupil_id": cast.child, "value": 4, "work_kind": 1}
    with site.client(school.person("teacher")) as client:
        done = client.post("/api/do", json={"kind": "record_mark", "fields": fields}).json()
        assert done["refused"] is None
        page = client.get(f"/api/journal/{cast.first.journal_id}").json()
        assert page
    with site.client(school.person("guardian")) as client:
        refused = client.post("/api/do", json={"kind": "record_mark", "fields": fields}).json()
        assert refused["refused"]["clause"]
        assert refused["refused"]["remedy"]


@pytest.mark.clause("2.11")
def test_a_family_is_offered_those_it_may_write_to_and_no_others(
    site: Site, school: Sandbox
) -> None:
    """The list is what the rule lets pass, and a name from outside it is refused."""
    cast, store = school.cast, school.stage.school.store
    with site.client(cast.guardian_id) as client:
        page = client.get("/messages/new").text
        offered = {int(one) for one in re.findall(rf'value="(\d+)-{cast.child}"', page)}
        assert {cast.teacher_id, cast.class_teacher_id, school.stage.deputy_id} <= offered
        stranger = next(entry.id for entry in store.select(Staff) if entry.id not in offered)
        fields = {"title": "Вопрос", "text": "Текст письма", "to": f"{stranger}-{cast.child}"}
        refused = client.post("/messages/new", data=fields)
        assert refused.status_code == 200
        assert "2.11" in refused.text
        assert "Текст письма" in refused.text


@pytest.mark.clause("2.11")
def test_nobody_reads_a_conversation_of_others(site: Site, school: Sandbox) -> None:
    cast = school.cast
    opened = OpenThread(title="Тайна", text="личное", pupil_id=cast.child, to_guardians=1)
    assert not school.stage.school.act(opened, cast.class_teacher_id).key
    rows = school.stage.school.store.rows("SELECT id FROM thread WHERE title = ?", "Тайна")
    for outsider in (cast.teacher_id, cast.child, school.stage.deputy_id):
        with site.unlimited(), site.client(outsider) as client:
            for (thread,) in rows:
                missing = client.get(f"/messages/{2**53 - 1}")
                found = client.get(f"/messages/{thread}")
                assert (found.status_code, found.text) == (missing.status_code, missing.text)
                assert client.post(f"/messages/{thread}", data={"text": "x"}).status_code == 404


@pytest.mark.asvs("8.2.2")
def test_no_proof_and_no_history_of_another_child(site: Site, school: Sandbox) -> None:
    cast, store = school.cast, school.stage.school.store
    scope = set(school.stage.school.scope(cast.guardian_id).parts)
    foreign = next(pupil.id for pupil in pupils(site) if pupil.part not in scope)
    with site.unlimited(), site.client(cast.guardian_id) as client:
        for lesson in store.select(Lesson, journal_id=cast.first.journal_id)[:40]:
            for path in (
                f"/diary/{foreign}/mark/{lesson.id}",
                f"/diary/{foreign}/proof/{lesson.id}",
            ):
                assert client.get(path).status_code == 404


@pytest.mark.scenario("2.9:1")
@pytest.mark.clause("2.9")
def test_a_term_mark_is_hidden_until_its_release(site: Site, school: Sandbox) -> None:
    cast, server = school.cast, school.stage.school
    journal = cast.first.journal_id
    year = server.store.require(Journal, journal).year_id
    term = max(
        (one for one in server.store.select(Term, year_id=year) if one.first_day <= cast.first.day),
        key=lambda one: one.first_day,
    )
    fields = {"journal_id": journal, "pupil_id": cast.child, "term_id": term.id, "value": 5}
    outcome = server.act(validated(SetTermMark, {**fields, "reason": "олимпиада"}), cast.teacher_id)
    assert not outcome.key, outcome
    with site.client(cast.guardian_id) as client:
        page = client.get(f"/diary/{cast.child}/results").text
    listed = re.findall(r"<small>[^<]*</small> <b>([^<]*)</b>", page)
    assert listed
    assert set(listed) == {"–"}
