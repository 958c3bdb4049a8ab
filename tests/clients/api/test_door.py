"""Who may ask at the JSON door (SECURITY rows of the local web client hold here too)."""

from __future__ import annotations

import time

import pytest
from eschool_api.guard import MAX_BODY_BYTES

from eschool_sync.sandbox import Sandbox
from tests.clients.api.conftest import TOKEN, Door, opened

MOST_LOOKS = 100
LOOK_EVERY_SECONDS = 0.1
OWN = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.asvs("4.1.1")
@pytest.mark.threat("T2")
@pytest.mark.parametrize(
    ("change", "status", "key"),
    [
        ({"host": "127.0.0.1:8771"}, 421, "web.refused.host"),
        ({"host": "localhost:8770"}, 421, "web.refused.host"),
        ({"host": "127.0.0.1.evil.example:8770"}, 421, "web.refused.host"),
        ({"authorization": ""}, 401, "api.token"),
        ({"authorization": "Bearer another"}, 401, "api.token"),
        ({"authorization": TOKEN}, 401, "api.token"),
        ({"origin": "http://127.0.0.1:8770"}, 403, "api.browser"),
        ({"origin": "https://evil.example"}, 403, "api.browser"),
        ({"sec-fetch-site": "same-origin"}, 403, "api.browser"),
        ({"cookie": "eschool-8770=x"}, 403, "api.browser"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/status", "/v1/openapi.json", "/v1/me", "/nowhere"])
def test_only_the_program_with_the_token_is_answered(
    door: Door, path: str, change: dict[str, str], status: int, key: str
) -> None:
    assert door.refused("GET", path, status, headers=OWN | change) == key


def test_a_body_too_long_is_refused(door: Door) -> None:
    json = {"content-type": "application/json"}
    key = door.refused("POST", "/v1/do", 413, content=b" " * (MAX_BODY_BYTES + 1), headers=json)
    assert key == "web.refused.body"


def test_what_is_refused_names_the_field_and_never_its_value(door: Door) -> None:
    body = {"commands": [{"kind": "record_mark", "fields": {"lesson_id": "Ивановой Марии"}}]}
    answer = door.client.post("/v1/do", json=body)
    assert answer.status_code == 422
    assert "lesson_id" in answer.json()["error"]["field"]
    assert "Иванов" not in answer.text


def test_no_json_is_said_to_be_none(door: Door) -> None:
    headers = {"content-type": "application/json"}
    assert door.refused("POST", "/v1/do", 400, content=b"{", headers=headers) == "api.body"


@pytest.mark.clause("4.5.7")
def test_term_marks_want_the_passphrase_again(door: Door, school: Sandbox) -> None:
    given = {
        "commands": [
            {
                "kind": "issue_slip",
                "fields": {
                    "person_id": school.cast.child,
                    "secret_hash": "a" * 64,
                    "expires_at": 1,
                },
            }
        ]
    }
    answer = door.client.post("/v1/do", json=given)
    if answer.status_code == 422:
        pytest.fail(answer.text)
    assert answer.json()["error"]["key"] == "web.proof"
    assert door.refused("POST", "/v1/prove", 403, json={"passphrase": "wrong words here"}) == (
        "access.passphrase"
    )
    assert not door.service.door.proven()


@pytest.mark.clause("4.5.7")
def test_it_ends_when_nobody_asks_and_when_told(school: Sandbox) -> None:
    with opened(school.replica("teacher")) as door:
        assert not door.ended
        assert door.client.post("/v1/close").json() == {"closing": True}
        assert door.ended == [True]
        door.service.door.idle.limit_seconds = 0
        for _ in range(MOST_LOOKS):
            if len(door.ended) > 1:
                break
            time.sleep(LOOK_EVERY_SECONDS)
        assert door.ended == [True, True]


@pytest.mark.clause("1.4")
def test_cards_are_no_mere_rows(door: Door) -> None:
    assert door.refused("GET", "/v1/rows/pupil_card", 404) == "web.not_found"
    assert door.refused("GET", "/v1/rows/guardianship", 404) == "web.not_found"


def test_rows_are_narrowed_by_columns_and_nothing_else(door: Door, school: Sandbox) -> None:
    lesson = school.cast.first.id
    found = door.get("/v1/rows/lesson", where=f"id={lesson}")
    assert [row["id"] for row in found] == [lesson]
    key = door.refused("GET", "/v1/rows/lesson", 422, params={"where": "1 = 1 OR id=5"})
    assert key == "api.field"
    key = door.refused("GET", "/v1/rows/lesson", 422, params={"where": "nothing=5"})
    assert key == "api.column"
    key = door.refused("GET", "/v1/rows/lesson", 422, params={"where": "id=x"})
    assert key == "api.column"
