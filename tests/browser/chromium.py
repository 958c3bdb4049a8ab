"""Debian's Chromium under playwright: no sandbox of its own, no network of its own, no profile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A foreign name that leads to this computer: what a DNS rebinding comes to.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
)


class BrowserMissingError(Exception):
    """This machine has no Chromium; the text says what to install."""


def find_chromium() -> Path:
    """Return the browser's program.

    Raises:
        BrowserMissingError: There is none.
    """
    for name in PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    raise BrowserMissingError("Chromium is missing: apt install chromium")


def is_required() -> bool:
    """Return whether a missing browser is a failure and not a reason to skip."""
    return os.environ.get("CI") == "true" or os.environ.get("ESCHOOL_REQUIRE_BROWSER") == "1"


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run a browser for the time of the block, with a folder of its own that is gone afterwards.

    Raises:
        BrowserMissingError: The machine has none.
    """
    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(SWITCHES))
        try:
            yield browser
        finally:
            browser.close()
