"""The pages under TLS: the server as it is started by command, a certificate of one's own making.

Cookies are bound to the host and to TLS (SECURITY row 54), and every answer says so for two years
(row 76).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eschool_core.commands.access import IssueSlip
from eschool_core.ids import login_of
from eschool_core.imports.drafts import NameDraft
from eschool_sync.security.codes import code_hash, new_code
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.server.directory import Directory
from tests.browser.conftest import DESK, LIMIT_MS, listen
from tests.sync.replica.certificates import make_certificate

PASSWORD = "тихий омут у моста"
START_SECONDS = 60
YEAR_SECONDS = 365 * 24 * 60 * 60
DAY_SECONDS = 24 * 60 * 60


@dataclass(frozen=True)
class Served:
    """A school that is served under TLS.

    Attributes:
        officer: Its only person.
        code: Of the slip with which the officer comes in first.
    """

    url: str
    officer: int
    code: str


def founded(folder: Path) -> tuple[int, str]:
    """Found a school; return its officer and the code of a slip."""
    directory = Directory(folder)
    number, officer = directory.found("Школа № 1", "Europe/Moscow", NameDraft("Иванова", "Анна"))
    code = new_code(SystemRandom())
    until = int(datetime.now(UTC).timestamp()) + 5 * DAY_SECONDS
    slip = IssueSlip(person_id=officer, secret_hash=code_hash(code), expires_at=until)
    assert not directory.school(number).act(slip).key
    directory.close()
    return officer, code


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("tls")
    officer, code = founded(folder / "server")
    tls = make_certificate(folder, None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"https://127.0.0.1:{port}"
    command = [
        *(str(Path(sys.executable).parent / "eschool"), "server", "serve"),
        *("--data", str(folder / "server"), "--port", str(port), "--site", url),
        *("--cert", str(tls.certificate), "--key", str(tls.key)),
    ]
    process = subprocess.Popen(
        command,
        env={**os.environ, "ESCHOOL_HOME": str(folder / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(process, port)
        yield Served(url, officer, code)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_SECONDS)


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        with socket.socket() as knocking:
            if knocking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the server does not listen")


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A window of somebody who trusts the certificate of the own making."""
    made = chromium.new_context(viewport=DESK, locale="ru-RU", ignore_https_errors=True)
    made.set_default_timeout(LIMIT_MS)
    yield made
    made.close()


def enter(page: Page, served: Served) -> str:
    """Come in by the slip, with a second factor; return its secret."""
    page.goto(f"{served.url}/slip")
    page.locator("#login").fill(login_of(served.officer))
    page.locator("#code").fill(served.code)
    for field in ("#new_password", "#repeat"):
        page.locator(field).fill(PASSWORD)
    page.locator("main button.main").click()
    page.wait_for_url("**/factor")
    page.get_by_role("button", name="Показать секрет").click()
    secret = page.locator("code.secret").inner_text()
    page.locator("#code").fill(pyotp.TOTP(secret).now())
    page.locator("main button.main").click()
    page.wait_for_url("**/pledge")
    page.get_by_role("button", name="Подтверждаю").click()
    page.wait_for_url(lambda url: "/pledge" not in url)
    return secret


@pytest.mark.asvs("3.3.2")
@pytest.mark.asvs("3.3.4")
@pytest.mark.asvs("3.4.1")
@pytest.mark.asvs("12.2.1")
def test_the_pages_come_in_under_tls_with_cookies_of_this_host_alone(
    served: Served, window: BrowserContext, complaints: list[str]
) -> None:
    page = window.new_page()
    listen(page, complaints)
    headers: list[dict[str, str]] = []
    page.on("response", lambda answer: headers.append(answer.headers))
    enter(page, served)
    expect(page.get_by_role("button", name="Выйти")).to_be_visible()
    cookies = {one["name"]: one for one in window.cookies()}
    assert set(cookies) == {"__Host-eschool", "__Host-eschool-browser"}
    for one in cookies.values():
        assert (one["secure"], one["httpOnly"], one["sameSite"]) == (True, True, "Strict")
        assert (one["path"], one["domain"]) == ("/", "127.0.0.1")
    assert page.evaluate("document.cookie") == ""
    assert len(headers) > 5
    for one_answer in headers:
        said = one_answer["strict-transport-security"]
        assert int(said.partition("max-age=")[2].partition(";")[0]) >= YEAR_SECONDS
        assert "includeSubDomains" in said
    # Out and in again by password: the browser is known, so the second factor is not asked for.
    page.get_by_role("button", name="Выйти").click()
    page.wait_for_url("**/login")
    assert "__Host-eschool" not in {one["name"] for one in window.cookies()}
    page.locator("#login").fill(login_of(served.officer))
    page.locator("#password").fill(PASSWORD)
    page.locator("main button.main").click()
    page.wait_for_url(lambda url: "/login" not in url)
    assert "__Host-eschool" in {one["name"] for one in window.cookies()}


@pytest.mark.asvs("12.2.1")
@pytest.mark.asvs("12.3.2")
def test_there_is_no_plain_way_in_and_a_foreign_certificate_is_refused(
    served: Served, chromium: Browser
) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(served.url.replace("https", "http"), timeout=10)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(served.url, timeout=10)
    careful = chromium.new_context()
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        careful.new_page().goto(served.url)
    careful.close()
