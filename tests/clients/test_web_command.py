"""``eschool web``: what it says of where the pages are, to people and to programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from eschool_web import supervisor

from eschool_core.labels import Language
from tests.clients.conftest import Terminal

LINK = "http://127.0.0.1:8765/start#code"


class Fake:
    """Pages that are ready at once, and end."""

    def __init__(self, folder: Path, port: int, language: Language) -> None:
        self.where = folder, port, language

    def serve(self, ready: Callable[[], None]) -> None:
        ready()

    def link(self) -> str:
        return LINK


def test_it_says_where_the_pages_are(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "Supervisor", Fake)
    said = terminal.shown("web", "--no-browser")
    assert LINK in said.splitlines()
    assert "Ctrl" in said
    # A program reads one line, and nothing else stands in it.
    [line] = terminal.shown("web", "--no-browser", "--json").splitlines()
    assert json.loads(line) == {"link": LINK}
