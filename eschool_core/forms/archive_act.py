"""The act by which a year goes to the archive: registers, journals, packages (4.4.5/2, /3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from eschool_core import calendar
from eschool_core.domain.school import AcademicYear
from eschool_core.errors import InputError
from eschool_core.forms.document import Deed, Section
from eschool_core.labels import Language, text
from eschool_core.queries.archive import Kept
from eschool_core.reports.table import Column, Row, Table, Unit

CLAUSE: Final = "4.4.5"
DIGITS: Final = 16
"""Of a package's digest; the package itself has all of them."""


def archive_deed(
    kept: Sequence[Kept],
    year: AcademicYear,
    number: str,
    day: date,
    school: str,
    language: Language = "ru",
) -> Deed:
    """Return the act over what a year has handed to the archive.

    Raises:
        InputError: ``print.nothing``: nothing of the year is there yet.
    """
    if not kept:
        raise InputError("print.nothing")

    def say(key: str, **params: str | int) -> str:
        return text(f"form.archive_act.{key}", language, **params)

    columns = (
        Column("number", text("report.column.number", language), Unit.COUNT, 4),
        Column("kind", say("kind"), Unit.TEXT, 20),
        Column("what", say("what"), Unit.TEXT, 40),
        Column("keep_until", say("keep_until"), Unit.DATE, 12),
        Column("digest", say("digest"), Unit.TEXT, 18),
        Column("sheets", say("sheets"), Unit.TEXT, 8),
    )
    table = Table(
        name="archive_act",
        title=say("listed"),
        clause=CLAUSE,
        school=school,
        subject_of="",
        period=year.name,
        first_day=calendar.date_of(year.first_day),
        last_day=calendar.date_of(year.last_day),
        columns=columns,
        rows=tuple(
            Row(
                (
                    place,
                    text(f"ArchiveKind.{one.kind.name.lower()}", language),
                    one.title,
                    one.keep_until,
                    one.digest[:DIGITS],
                    "",
                )
            )
            for place, one in enumerate(kept, 1)
        ),
        language=language,
    )
    return Deed(
        school=school,
        title=say("title", number=number, date=f"{day:%d.%m.%Y}"),
        about=(say("about", year=year.name),),
        sections=(
            Section(say("listed"), table=table),
            Section(lines=(say("total", count=len(kept)),)),
        ),
        signers=(say("gives"), say("takes"), text("report.signer.head", language)),
    )
