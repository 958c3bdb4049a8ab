"""A real browser on real pages; whatever it complains about fails the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.browser.chromium import BrowserMissingError, is_required, running_chromium
from tests.clients.web.conftest import DAY
from tests.clients.web.pages import Served, serving

DESK: ViewportSize = {"width": 1280, "height": 720}
LIMIT_MS = 30_000
"""Generous: a busy machine is not a fault of the pages."""

expect.set_options(timeout=LIMIT_MS)


# A module each: while Playwright runs, no other test of this process can run an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    try:
        with running_chromium() as browser:
            yield browser
    except BrowserMissingError as missing:
        if is_required():
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def school() -> Iterator[Sandbox]:
    with Sandbox(DAY) as made:
        yield made


@pytest.fixture(scope="module")
def replica(school: Sandbox) -> Replica:
    return school.replica("teacher")


@pytest.fixture(scope="module")
def pages(chromium: Browser, replica: Replica) -> Iterator[Served]:
    with serving(replica) as served:
        yield served


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained of: errors of scripts, of loading, of the content policy."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport=DESK, locale="ru-RU")
    made.set_default_timeout(LIMIT_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, pages: Served, complaints: list[str]) -> Page:
    """A signed-in page at the lesson now running."""
    return signed_in(context, pages, complaints)


def signed_in(context: BrowserContext, pages: Served, complaints: list[str]) -> Page:
    made = context.new_page()
    listen(made, complaints)
    made.goto(pages.link())
    made.wait_for_url("**/journal/**")
    made.wait_for_selector("td[data-c]:focus")
    return made


def listen(page: Page, complaints: list[str]) -> None:
    """Note what the browser complains of."""
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
