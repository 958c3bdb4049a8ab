"""The nine reports of 4.4.3 as one file: a table for spreadsheets of each sheet, zipped."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, ZipFile

from eschool_core.queries.personal_reads import reading_of_school
from eschool_core.reports import frame
from eschool_core.reports.bundle import bundle
from eschool_core.reports.period import period_at
from eschool_core.reports.to_xlsx import to_xlsx
from eschool_core.store.store import Store
from eschool_web.asking import Asked, File
from eschool_web.proof import require

ZIP: Final = "application/zip"


def bundle_file(asked: Asked) -> File:
    """Return the bundle of the terms that ended last, and log the reading of every card (1.4).

    Raises:
        RefusedRequest: ``web.proof``: the passphrase was not entered again.
        RightsError: The whole school is not for this person.
    """
    require(asked)
    person_id, today = asked.source.person_id, asked.today()
    reading = asked.read(lambda store: reading_of_school(store, person_id, today))
    if reading.note is not None:
        asked.source.do(reading.note)
    return File("bundle.zip", ZIP, asked.read(lambda store: _zipped(store, asked, today)))


def _zipped(store: Store, asked: Asked, today: int) -> bytes:
    period = period_at(store, today, asked.language)
    wanted = frame.Asked(period, today, asked.source.now(), language=asked.language)
    packed = BytesIO()
    # Spreadsheets are compressed already.
    with ZipFile(packed, "w", ZIP_STORED) as zipped:
        for sheet in bundle(store, wanted, asked.source.person_id):
            zipped.writestr(f"{sheet.file_stem}.xlsx", to_xlsx(sheet.table))
    return packed.getvalue()
