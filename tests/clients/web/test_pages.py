from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from eschool_web.guard import HEADERS
from eschool_web.routes import FILES, OWN_FILES, PAGES, QUIET_DATA, STATE, WRITING

from eschool_core.commands.lessons import RecordTopic
from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Mark
from eschool_sync.replica import RefusedCommand, Replica
from eschool_sync.sandbox import Sandbox
from tests.clients.web.pages import Served
from tests.clients.web.speaking import client_at

OPEN = {"/start", "/static"}


NOBODY = 65_534
PROBE = f"""
import http.client, os, sys

def ask(path):
    line = http.client.HTTPConnection(sys.argv[1], timeout=30)
    line.request("GET", path)
    return line.getresponse().status

ask("/start")  # loads what the asking needs, while it may still be read
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
print(os.geteuid())
for path in sys.stdin.read().split():
    print(ask(path))
"""
"""Becomes another user where it may, asks for each path without a cookie, and says what came."""


@pytest.fixture(scope="module")
def browser(pages: Served) -> Iterator[httpx.Client]:
    with client_at(pages) as client:
        yield client


def filled(path: str, school: Sandbox) -> str:
    lesson = school.cast.first
    values = {"journal": lesson.journal_id, "lesson": lesson.id, "minute": 480,
              "pupil": school.cast.first_pupils[0]}  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], 1)), path)


def asked(school: Sandbox) -> list[str]:
    return [filled(path, school) for path, _ in (*PAGES, *QUIET_DATA, *STATE)]


@pytest.mark.asvs("3.3.2")
@pytest.mark.asvs("3.3.4")
@pytest.mark.asvs("14.2.1")
def test_the_start_link_is_swapped_once_for_a_cookie_of_this_port(pages: Served) -> None:
    code = pages.link().partition("#")[2]
    headers = {"origin": pages.url}
    first = httpx.post(f"{pages.url}/start", json={"code": code}, headers=headers)
    cookie = first.headers["set-cookie"]
    port = pages.host.rpartition(":")[2]
    assert cookie.startswith(f"eschool-{port}=")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "httponly", "path=/", "samesite=strict",
    }  # fmt: skip
    assert code not in first.text + cookie
    second = httpx.post(f"{pages.url}/start", json={"code": code}, headers=headers)
    assert second.status_code == 403
    assert "использована" in second.json()["error"]["text"]


@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("row 63")
def test_without_a_session_nothing_is_shown(pages: Served, school: Sandbox) -> None:
    headers = {"origin": pages.url}
    for path in (*asked(school), *(path for path, _ in (*FILES, *OWN_FILES))):
        answer = httpx.get(f"{pages.url}{path}", headers=headers)
        assert (path, answer.status_code) == (path, 403)
    for path in (*(path for path, _ in WRITING), "/lock", "/unlock", "/touch", "/prove"):
        answer = httpx.post(f"{pages.url}{path}", json={}, headers=headers)
        assert (path, answer.status_code) == (path, 403)


@pytest.mark.asvs("3.4.3")
@pytest.mark.asvs("3.4.4")
@pytest.mark.asvs("3.4.5")
@pytest.mark.asvs("3.4.6")
@pytest.mark.asvs("14.3.2")
def test_every_answer_has_the_headers(
    browser: httpx.Client, pages: Served, school: Sandbox
) -> None:
    answers = [browser.get(path) for path in asked(school)]
    answers += [browser.get("/nowhere"), browser.get("/start"), httpx.get(f"{pages.url}/today")]
    answers += [browser.post("/api/do", json={}), browser.put("/today")]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, answer.url
        assert answer.headers["cache-control"] == "no-store", answer.url
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


@pytest.mark.asvs("row 63")
def test_another_user_of_the_computer_gets_nothing(
    browser: httpx.Client, pages: Served, school: Sandbox
) -> None:
    """Somebody else's process asks for each page: as another user where the tests may be one."""
    paths = asked(school)
    assert browser.get("/today").status_code == 200
    other = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROBE, pages.host],
        input="\n".join(paths), capture_output=True, text=True, check=True,
    )  # fmt: skip
    user, *answers = other.stdout.split("\n")
    assert os.geteuid() != 0 or int(user) == NOBODY
    assert answers[: len(paths)] == ["403"] * len(paths)


@pytest.mark.asvs("row 50")
@pytest.mark.parametrize("name", ["localhost", "127.evil.example", "evil.example", "0.0.0.0"])
def test_a_page_asked_for_by_another_name_is_not_given(
    browser: httpx.Client, pages: Served, name: str
) -> None:
    port = pages.host.rpartition(":")[2]
    for path in ("/", "/today", "/api/state", "/start"):
        answer = browser.get(path, headers={"host": f"{name}:{port}"})
        assert (path, answer.status_code) == (path, 421)


@pytest.mark.asvs("3.4.2")
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "own"])
def test_no_page_of_another_origin_may_read_an_answer(
    browser: httpx.Client, pages: Served, school: Sandbox, origin: str
) -> None:
    headers = {"origin": pages.url if origin == "own" else origin,
               "access-control-request-method": "POST"}  # fmt: skip
    for path in (*asked(school), *(path for path, _ in WRITING)):
        for method in ("GET", "OPTIONS", "POST"):
            answer = browser.request(method, path, headers=headers)
            opened = [name for name in answer.headers if name.startswith("access-control")]
            assert (path, method, opened) == (path, method, [])
            if method != "GET" and origin != "own":
                assert answer.status_code in (403, 405), (path, method)


@pytest.mark.asvs("4.4.2")
@pytest.mark.parametrize("origin", ["http://evil.example", "own"])
def test_no_connection_is_kept_open_for_another_origin_or_for_ours(
    browser: httpx.Client, pages: Served, school: Sandbox, origin: str
) -> None:
    """The pages ask anew for what has happened: neither a web socket nor a stream is offered."""
    foreign = origin != "own"
    headers = {
        "origin": origin if foreign else pages.url,
        "sec-fetch-site": "cross-site" if foreign else "same-origin",
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "accept": "text/event-stream",
    }
    for path in asked(school):
        answer = browser.get(path, headers=headers)
        assert answer.status_code != 101
        assert not answer.headers.get("content-type", "").startswith("text/event-stream")
        assert not foreign or (path, answer.status_code) == (path, 403)


def test_files_are_kept_for_ever_under_a_name_that_changes(browser: httpx.Client) -> None:
    page = browser.get("/today").text
    path = re.findall(r'href="(/static/\w+/main\.css)"', page)[0]
    assert "immutable" in browser.get(path).headers["cache-control"]
    for other in ("/static/0/main.css", path.replace("main.css", "..%2fapp.py")):
        assert browser.get(other).status_code == 404


def test_no_page_has_a_script_or_a_style_of_its_own(browser: httpx.Client, school: Sandbox) -> None:
    for path in (filled(path, school) for path, _ in PAGES):
        page = browser.get(path, follow_redirects=True).text
        scripts = re.findall(r"<script[^>]*>", page)
        assert all('src="' in tag or "application/json" in tag for tag in scripts), scripts
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.asvs("3.5.3")
def test_asking_changes_nothing(
    browser: httpx.Client, pages: Served, replica: Replica, school: Sandbox
) -> None:
    before = replica.status(), replica.next_number()
    for path in asked(school) * 2:
        # Pages of other roles are not found, and a report wants a name.
        assert browser.get(path).status_code in (200, 303, 404, 422)
        assert browser.head(path).status_code in (200, 303, 404, 422)
    assert (replica.status(), replica.next_number()) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"kind":"take_roll","kind":"take_roll"}', 400),
        (b'{"kind":NaN}', 400),
        (b"[" * 100_000, 400),
        (b'{"kind":1}', 400),
        (b'{"kind":"take_roll","fields":{"lesson_id":"1"}}', 200),
        (b'{"kind":"take_roll","fields":{"lesson_id":1,"device":3}}', 200),
        (b'{"kind":"nothing","fields":{}}', 422),
    ],
)
@pytest.mark.asvs("15.3.3")
def test_what_is_no_command_is_refused_without_its_values(
    browser: httpx.Client, replica: Replica, body: bytes, status: int
) -> None:
    before = replica.next_number()
    answer = browser.post("/api/do", content=body, headers={"content-type": "application/json"})
    assert replica.next_number() == before
    if status == 200:
        assert answer.status_code in (200, 422)
        assert "refused" in answer.json() or "error" in answer.json()
    else:
        assert answer.status_code == status


def test_a_body_without_end_is_refused(browser: httpx.Client) -> None:
    answer = browser.post("/api/do", json={"kind": "x" * 300_000})
    assert answer.status_code == 413


def test_a_mark_given_on_a_page_is_in_the_replica(
    browser: httpx.Client, replica: Replica, school: Sandbox
) -> None:
    lesson, pupil = school.cast.second, school.cast.second_pupils[0]
    school.clock.advance(3600)
    fields = {"lesson_id": lesson.id, "pupil_id": pupil, "value": 5}
    answer = browser.post("/api/do", json={"kind": "record_mark", "fields": fields}).json()
    assert answer["refused"] is None
    assert [mark.value for mark in replica.store.select(Mark, lesson_id=lesson.id)] == [5]
    found = browser.get(f"/api/history/{lesson.id}/{pupil}").json()
    assert [value["text"] for value in found["values"]] == ["5 (работа на уроке)"]


@pytest.mark.clause("4.5.2")
def test_a_refusal_names_its_clause_and_what_to_do(browser: httpx.Client, school: Sandbox) -> None:
    lesson, pupil = school.cast.first, school.cast.first_pupils[0]
    fields = {"lesson_id": lesson.id, "pupil_id": pupil, "value": 9}
    refused = browser.post("/api/do", json={"kind": "record_mark", "fields": fields}).json()[
        "refused"
    ]
    assert refused["clause"] == "4.5.2"
    assert refused["text"]
    assert refused["remedy"]


@pytest.mark.asvs("8.2.2")
def test_a_journal_of_others_and_one_that_is_not_there_look_the_same(
    browser: httpx.Client, school: Sandbox
) -> None:
    store = school.stage.school.store
    own = {school.cast.first.journal_id, school.cast.second.journal_id}
    foreign = next(
        int(row[0]) for row in store.rows("SELECT id FROM journal ORDER BY id")
        if int(row[0]) not in own
    )  # fmt: skip
    answers = [browser.get(f"/journal/{number}") for number in (foreign, foreign + 7)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text


@pytest.mark.asvs("15.3.7")
def test_a_name_that_stands_twice_is_refused(browser: httpx.Client) -> None:
    assert browser.get("/today?day=1&day=2").status_code == 400


@pytest.mark.asvs("1.2.1")
def test_data_in_a_page_cannot_end_its_block() -> None:
    from eschool_web.render import as_data

    hostile = "</script><script>alert(1)</script><!--&'\u2028"
    packed = str(as_data({"name": hostile}))
    assert not re.search(r"[<>&']", packed)
    assert json.loads(packed) == {"name": hostile}


@pytest.mark.asvs("16.5.1")
def test_a_fault_of_ours_says_nothing_of_itself(
    browser: httpx.Client, pages: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(question: object) -> None:
        raise ZeroDivisionError("Иванов has no marks")

    monkeypatch.setattr(pages.source, "read", broken)
    answer = browser.get("/today")
    assert answer.status_code == 500
    assert not re.search("Иванов|Zero|Traceback|\\.py", answer.text)


@pytest.mark.asvs("1.2.1")
def test_a_refused_entry_keeps_hostile_text_inside_its_attribute(
    browser: httpx.Client, pages: Served, school: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "\"><b onclick='x'>&amp;"
    command = RecordTopic(lesson_id=school.cast.first.id, text=hostile)
    entry = RefusedCommand(7, command, command.kind, Verdict.REJECTED, "4.5.1/page", {}, "4.5.1", 0)
    monkeypatch.setattr(pages.source, "refused", lambda: [entry])
    page = browser.get("/inbox").text
    assert "<b onclick" not in page
    [kept] = re.findall(r'data-refused="([^"]*)"', page)
    assert json.loads(html.unescape(kept))["fields"]["text"] == hostile
