"""Opening somebody's pages in a browser, and the passphrase once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from eschool_sync.replica import Replica
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.clients.web.pages import Served, serving
from tests.clients.web.portal_stage import Site


@contextmanager
def opened(
    chromium: Browser, replica: Replica, complaints: list[str]
) -> Iterator[tuple[Page, Served]]:
    """Serve a replica's pages and show the start page at a desk."""
    with serving(replica) as pages:
        context = chromium.new_context(viewport=DESK, locale="ru-RU")
        context.set_default_timeout(LIMIT_MS)
        page = context.new_page()
        listen(page, complaints)
        page.goto(pages.link())
        page.wait_for_url(lambda url: "/start" not in url)
        yield page, pages
        context.close()


def sign_in(window: BrowserContext, site: Site, person_id: int) -> None:
    """Give a window the cookies of somebody's session at the server, as the server sets them."""
    for name, value in site.cookies(person_id).items():
        window.add_cookies(
            [
                {
                    "name": name,
                    "value": value,
                    "url": site.url,
                    "sameSite": "Strict",
                    "httpOnly": True,
                }
            ]
        )


def no_script_ran(dialog: Dialog) -> None:
    """Fail at a dialog that a script has opened; leave where only our own page asks to stay."""
    if dialog.type == "beforeunload":
        dialog.accept()
    else:
        pytest.fail(f"a script ran: {dialog.message}")


def prove_quietly(page: Page) -> None:
    """Give the passphrase once more, without the dialog that asks for it."""
    page.evaluate(
        """(passphrase) => fetch("/prove", {method: "POST",
            headers: {"content-type": "application/json"}, body: JSON.stringify({passphrase})})""",
        PASSPHRASE,
    )
