"""The note on a check by the deputy head, and the head's order that brings it to people (5.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from eschool_core.errors import InputError
from eschool_core.forms.document import Deed, Section
from eschool_core.labels import Language, text
from eschool_core.queries.inspections import InspectionAnswer, ItemAnswer
from eschool_core.reports.table import Column, Note, Row, Table, Unit

CLAUSE: Final = "5.1"

Said = Callable[[ItemAnswer], str]
"""Says in words what an item has found."""


def note_sheet(
    found: InspectionAnswer, school: str, said: Said, language: Language = "ru"
) -> Table:
    """Return the note: what was checked, what was found, conclusions, recommendations.

    Raises:
        InputError: ``form.no_note``: the note is not registered yet.
    """
    if not found.note_number:
        raise InputError("form.no_note")
    return Table(
        name="inspection_note",
        title=_title("form.note", found.note_number, found.note_day, language),
        clause=CLAUSE,
        school=school,
        subject_of=found.aim,
        period=_days(found),
        first_day=found.first_day,
        last_day=found.last_day,
        columns=_columns(language),
        rows=tuple(_row(number, item, said) for number, item in enumerate(found.items, 1)),
        notes=_notes(
            (
                ("form.conclusions", found.conclusions),
                ("form.recommendations", found.recommendations),
            ),
            language,
        ),
        signers=(text("report.signer.deputy", language),),
        language=language,
    )


def order_deed(found: InspectionAnswer, school: str, language: Language = "ru") -> Deed:
    """Return the order: on which note it rests, what it asks of whom, and until when.

    Who is to be made acquainted with it signs beneath the head's signature. Where the check found
    nothing with anybody, nobody signs and nothing is to be remedied.

    Raises:
        InputError: ``form.no_order``: the order is not registered yet.
    """
    if not found.order_number:
        raise InputError("form.no_order")
    people = list(dict.fromkeys(item.person for item in found.items if item.person))
    items = [
        text("form.order_approve", language, number=found.note_number, date=_date(found.note_day)),
        text("form.order_tell" if people else "form.order_tell_all", language),
    ]
    if people and found.due is not None:
        items.append(text("form.order_remedy", language, date=_date(found.due)))
    items.append(text("form.order_control", language))
    basis = text(
        "form.order_basis",
        language,
        number=found.note_number,
        date=_date(found.note_day),
        aim=found.aim,
    )
    acquainted = Section(
        text("form.acquainted", language), table=_acquainted(found, people, language)
    )
    asked = tuple(f"{number}. {item}" for number, item in enumerate(items, 1))
    return Deed(
        school=school,
        title=_title("form.order", found.order_number, found.order_day, language),
        about=(text("form.order_about", language),),
        sections=(Section(lines=(basis,)), Section(text("form.order_text", language), asked)),
        signers=(text("report.signer.head", language),),
        annexed=(acquainted,) if people else (),
    )


def _acquainted(found: InspectionAnswer, people: list[str], language: Language) -> Table:
    return Table(
        name="inspection_order",
        title=text("form.acquainted", language),
        clause=CLAUSE,
        school="",
        subject_of="",
        period="",
        first_day=found.first_day,
        last_day=found.last_day,
        columns=(
            Column("number", text("report.column.number", language), Unit.COUNT, 4),
            Column("person", text("form.person", language), Unit.TEXT, 50),
            Column("signature", text("form.their_signature", language), Unit.TEXT, 30),
            Column("date", text("form.date", language), Unit.TEXT, 16),
        ),
        rows=tuple(Row((number, name, "", "")) for number, name in enumerate(people, 1)),
        language=language,
    )


def _columns(language: Language) -> tuple[Column, ...]:
    return (
        Column("number", text("report.column.number", language), Unit.COUNT, 4),
        Column("person", text("form.person", language), Unit.TEXT, 20),
        Column("place", text("form.journal", language), Unit.TEXT, 20),
        Column("day", text("form.date", language), Unit.DATE, 10),
        Column("found", text("form.found", language), Unit.TEXT, 50),
    )


def _row(number: int, item: ItemAnswer, said: Said) -> Row:
    place = ", ".join(part for part in (item.group, item.subject) if part)
    return Row((number, item.person, place, item.day, said(item)))


def _title(key: str, number: str, day: date | None, language: Language) -> str:
    return text(key, language, number=number, date=_date(day))


def _days(found: InspectionAnswer) -> str:
    return f"{found.first_day:%d.%m.%Y} – {found.last_day:%d.%m.%Y}"


def _date(day: date | None) -> str:
    return "" if day is None else f"{day:%d.%m.%Y}"


def _notes(entries: tuple[tuple[str, str], ...], language: Language) -> tuple[Note, ...]:
    return tuple(Note(text(key, language), (said,)) for key, said in entries if said)
