"""Asking somebody's pages as their own modules do, and the commands that forms give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.clients.web.pages import Served, serving


@contextmanager
def client_of(replica: Replica) -> Iterator[tuple[httpx.Client, Served]]:
    """Serve a replica's pages; give a client with a session that sends what our pages send."""
    with serving(replica) as pages, client_at(pages) as client:
        yield client, pages


@contextmanager
def client_at(pages: Served) -> Iterator[httpx.Client]:
    """Give a client of pages that are served."""
    headers = {"origin": pages.url, "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=pages.url, headers=headers, timeout=60) as client:
        begin(client, pages)
        yield client


def begin(client: httpx.Client, pages: Served) -> httpx.Response:
    """Swap a start link for a session."""
    answer = client.post("/start", json={"code": pages.link().partition("#")[2]})
    assert answer.status_code == 200
    return answer


def give(client: httpx.Client, kind: str, **fields: object) -> dict[str, object] | None:
    """Give a command as a form does; return what refuses it."""
    answer = client.post("/api/do", json={"kind": kind, "fields": fields}).json()
    refused: dict[str, object] | None = answer["error"] if "error" in answer else answer["refused"]
    return refused


def prove(client: httpx.Client) -> None:
    """Enter the passphrase once more."""
    assert client.post("/prove", json={"passphrase": PASSPHRASE}).json()["refused"] is None


def class_of_child(school: Sandbox) -> int:
    """Return the class that the made-up school's child is in."""
    store = school.stage.school.store
    [[found]] = store.rows("SELECT class_id FROM enrolment WHERE pupil_id = ?", school.cast.child)
    return int(found)
