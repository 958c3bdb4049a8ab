"""A report with a curve: on a phone, to whoever sees none, and without scripts (4.4.4/5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import LIMIT_MS, listen
from tests.browser.test_everybody import NARROW, scroll_width, violations
from tests.clients.web.portal_stage import Site, portal_site
from tests.clients.web.staging import DAY_SECONDS

FIRST = date(2026, 11, 10)
PRESSES = 100
WEEKS = "/report?name=family_weeks&section=control"


@pytest.fixture(scope="module")
def site(chromium: Browser) -> Iterator[Site]:
    """Three weeks in which a family looked."""
    with Sandbox(FIRST, seed=3) as school, portal_site(school) as made:
        guardian = school.person("guardian")
        for _ in range(3):
            school.stage.school.contacts.hear(guardian, school.clock.wall())
            school.clock.advance(7 * DAY_SECONDS)
        yield made


def of_deputy(chromium: Browser, site: Site, *, scripts: bool) -> BrowserContext:
    context = chromium.new_context(java_script_enabled=scripts, locale="ru-RU")
    context.set_default_timeout(LIMIT_MS)
    for name, value in site.cookies(site.school.person("deputy")).items():
        context.add_cookies([{"name": name, "value": value, "url": site.url}])
    return context


def test_a_curve_is_moved_within_the_page_and_passes_wcag(
    chromium: Browser, site: Site, complaints: list[str]
) -> None:
    context = of_deputy(chromium, site, scripts=True)
    page = context.new_page()
    listen(page, complaints)
    page.goto(site.url + WEEKS)
    curve = page.locator("figure svg[role='img']")
    expect(curve).to_be_visible()
    for width in NARROW:
        assert scroll_width(page, {"width": width, "height": 640}) <= width
        # It keeps its size, so that it can be read, and is reached by keys.
        assert curve.evaluate("(drawn) => drawn.getBoundingClientRect().width") >= 600
        assert violations(page) == []
    around = page.locator(".report-wrap", has=curve)
    page.set_viewport_size({"width": NARROW[0], "height": 640})
    around.focus()
    for _ in range(PRESSES):
        # The page may not have taken its new width yet.
        around.press("ArrowRight")
        if around.evaluate("(e) => e.scrollLeft"):
            break
        page.wait_for_timeout(100)
    assert around.evaluate("(e) => e.scrollLeft") > 0
    context.close()


def test_a_report_reads_without_scripts_with_its_curve(chromium: Browser, site: Site) -> None:
    context = of_deputy(chromium, site, scripts=False)
    page = context.new_page()
    page.goto(f"{site.url}/reports")
    page.locator("a[href*='family_weeks']").first.click()
    expect(page.locator("table.report tbody tr")).not_to_have_count(0)
    expect(page.locator("figure svg[role='img']")).to_be_visible()
    expect(page.locator("figure svg title")).to_contain_text("Доля входивших семей")
    context.close()
