"""Pages that are seldom seen: an archive that holds something, a copy too old to be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from eschool_web.views import archive as archive_view
from playwright.sync_api import Browser, Page

from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.queries.archive import Kept
from eschool_sync.sandbox import Sandbox
from tests.browser.conftest import DESK
from tests.browser.opening import opened
from tests.browser.test_everybody import NARROW, scroll_width, violations
from tests.clients.web.conftest import DAY

MONTHS_SECONDS = 90 * 86_400
KEPT = (
    Kept(
        1, ArchiveKind.JOURNAL, "6Б · История, 2019/2020", date(2025, 12, 31),
        ArchiveState.ERASED, "3 от 15.01.2026",
    ),
    Kept(
        2, ArchiveKind.JOURNAL,
        "5А · Основы духовно-нравственной культуры народов России, 2020/2021",
        date(2026, 11, 1), ArchiveState.KEPT, "",
    ),
    Kept(
        3, ArchiveKind.REGISTER, "7А · Сводная ведомость, 2021/2022", date(2047, 12, 31),
        ArchiveState.KEPT, "",
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=12) as school:
        yield school


def faults(page: Page) -> list[str]:
    """Return what axe finds, and at which widths the page scrolls sideways."""
    found = violations(page)
    for width in NARROW:
        wide = scroll_width(page, {"width": width, "height": 640})
        found += [f"{wide} px wide at {width} px"] if wide > width else []
    page.set_viewport_size(DESK)
    return found


@pytest.mark.clause("5.3/1")
def test_an_archive_that_holds_something_reads_on_a_phone(
    chromium: Browser, stage: Sandbox, complaints: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_view, "archive", lambda *_: KEPT)
    with opened(chromium, stage.replica("deputy"), complaints) as (page, pages):
        page.goto(pages.url + "/control/archive")
        assert faults(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        cell = page.locator("td[data-named]", has_text="стёрто по акту").first
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360


@pytest.mark.clause("7.1")
def test_a_copy_that_is_too_old_says_what_to_do(
    chromium: Browser, stage: Sandbox, complaints: list[str]
) -> None:
    with opened(chromium, stage.replica("teacher"), complaints) as (page, pages):
        stage.clock.advance(MONTHS_SECONDS)
        page.goto(pages.url + "/today")
        page.wait_for_selector("#exchange")
        assert faults(page) == []
        assert "403" in complaints[0]
        complaints.clear()
