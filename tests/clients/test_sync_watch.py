from __future__ import annotations

import json

from tests.clients.conftest import Terminal


def test_watching_exchanges_at_once_and_with_each_notice(terminal: Terminal) -> None:
    once = terminal.shown("sync", "--json")
    shown = terminal.shown("sync", "--watch", "--json")
    decoder, reports = json.JSONDecoder(), 0
    while shown.strip():
        _, end = decoder.raw_decode(shown.strip())
        shown, reports = shown.strip()[end:], reports + 1
    assert json.loads(once)
    assert reports == 2
