"""Limits that another implementation reads of in ``docs/sync_protocol.md``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eschool_sync.protocol import compression, messages, push
from eschool_sync.protocol.live import MAX_LIVE_BYTES
from eschool_sync.server.http import Limits

DOCUMENT = Path(__file__).parents[3] / "docs" / "sync_protocol.md"
UNITS = {"KiB": 1024, "MiB": 1024 * 1024}
PART = re.compile(r"(\d[\d,]*)(?: (KiB|MiB))?")


@pytest.mark.parametrize(
    ("sentence", "limits"),
    [
        ("a window of at most 8 MiB", [compression.MAX_WINDOW_BYTES]),
        ("at most 8 MiB, of `putfile` 130 KiB, others 16 KiB, `live` 1 KiB",
         [Limits().sync_bytes, Limits().file_bytes, Limits().proof_bytes, MAX_LIVE_BYTES]),
        ("have at most 8 MiB", [messages.MAX_REQUEST_BYTES]),
        ("At most 2,000 commands", [push.MAX_COMMANDS]),
        ("or one group of at most 10,000, 6 MiB of payloads",
         [push.MAX_GROUP, push.MAX_PUSH_BYTES]),
        ("of whole pushes, at most 10,000", [messages.MAX_VERDICTS]),
    ],
)  # fmt: skip
def test_a_limit_is_what_the_document_says(sentence: str, limits: list[int]) -> None:
    text = " ".join(DOCUMENT.read_text(encoding="utf-8").split())
    assert sentence in text
    said = [
        int(number.replace(",", "")) * UNITS.get(unit, 1) for number, unit in PART.findall(sentence)
    ]
    assert said == limits
