"""``eschool report bundle``: the nine reports of 4.4.3 at a date, one file for each sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from eschool_cli.localised import say
from eschool_cli.noting import log_reading
from eschool_cli.session import Session, today_of
from eschool_cli.tables import Wanted, chosen_period
from eschool_core.errors import InputError
from eschool_core.queries.personal_reads import reading_of_school
from eschool_core.reports.bundle import Sheet, bundle
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import period_at
from eschool_core.reports.to_csv import to_csv
from eschool_core.reports.to_html import to_html
from eschool_core.reports.to_xlsx import to_xlsx

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

BUNDLE: Final = "bundle"


def write_bundle(session: Session, replica: Replica, folder: Path | None, typed: Wanted) -> None:
    """Write every sheet as HTML, XLSX and CSV into a folder that is new or empty.

    Raises:
        InputError: No folder is named, or it holds something.
    """
    if folder is None:
        raise InputError("cli.report.folder")
    if folder.exists() and any(folder.iterdir()):
        raise InputError("cli.report.folder_used")
    folder.mkdir(parents=True, exist_ok=True)
    today = today_of(replica)
    period = chosen_period(replica.store, typed, today, session.language)
    asked = Asked(
        period or period_at(replica.store, today, session.language),
        today,
        replica.now(),
        language=session.language,
    )
    # The bundle shows the whole school alone, and its first form is every card.
    log_reading(replica, reading_of_school(replica.store, replica.person_id, today))
    written = [_write(folder, sheet) for sheet in bundle(replica.store, asked, replica.person_id)]
    if typed.json:
        session.screen.json(written)
        return
    said = say("cli.report.bundle", count=len(written), period=asked.period.name, folder=folder)
    session.screen.line(said)


def _write(folder: Path, sheet: Sheet) -> dict[str, object]:
    safe = sheet.file_stem
    (folder / f"{safe}.html").write_text(to_html(sheet.table), encoding="utf-8")
    (folder / f"{safe}.xlsx").write_bytes(to_xlsx(sheet.table))
    (folder / f"{safe}.csv").write_bytes(to_csv(sheet.table))
    return {
        "form": sheet.form,
        "name": sheet.name,
        "class": sheet.class_name,
        "file": f"{safe}.html",
        "complete": sheet.table.complete,
    }
