"""The register of missed and substituted lessons (4.4.3/5), one row for each."""

from __future__ import annotations

from collections import Counter
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import SubstitutionKind
from eschool_core.labels import text
from eschool_core.queries.names import staff_names
from eschool_core.reports.conduct import Conduct, SchoolConduct, conduct_of
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.table import About, Note, Row, Table, Unit
from eschool_core.store.store import Store

NAME: Final = "substitutions"
CLAUSE: Final = "4.4.3/5"
CANCELLED: Final = "cancelled"


def fate_of(entry: Conduct) -> str:
    """Return what became of a lesson: a kind of substitution, or cancelled.

    Empty where its own teacher gave it, or nothing shows that anybody did.
    """
    if not entry.lesson.held:
        return CANCELLED
    if entry.substitution is not None:
        return SubstitutionKind(entry.substitution.kind).name.lower()
    return ""


def substitutions_report(store: Store, asked: Asked) -> Table:
    """Return the lessons that their own teacher did not give, by day and period.

    A lesson that another gave names both and the order, a cancelled one the act. Lessons of which
    the journal shows nothing are counted beneath; ``gaps`` names them.
    """
    language = asked.language
    conduct = conduct_of(store, asked)
    names = staff_names(store)
    listed = [
        (entry, fate)
        for entry in conduct.lessons
        if (fate := fate_of(entry))
        and asked.staff_id in (0, entry.teacher_id, _owner(entry, conduct))
    ]
    listed.sort(key=lambda one: (one[0].lesson.day, one[0].lesson.period, _order(one[0], conduct)))
    rows = [
        Row(
            (
                number,
                calendar.date_of(entry.lesson.day),
                entry.lesson.period,
                conduct.journals[entry.lesson.journal_id].group,
                conduct.journals[entry.lesson.journal_id].subject,
                names.get(_owner(entry, conduct), ""),
                text(f"report.fate.{fate}", language),
                names.get(entry.teacher_id, "") if entry.substitution else "",
                _basis(entry, conduct),
                "",
            ),
            about=About("lesson", entry.lesson.id),
        )
        for number, (entry, fate) in enumerate(listed, start=1)
    ]
    counted = Counter(fate for _, fate in listed)
    counted["unrecorded"] = sum(
        not entry.given and not fate_of(entry) and asked.staff_id in (0, entry.teacher_id)
        for entry in conduct.lessons
    )
    lines = tuple(
        f"{text(f'report.fate.{fate}', language)}: {count}"
        for fate, count in counted.items()
        if count
    )
    columns = (
        column(language, "number", width=4),
        column(language, "date", Unit.DATE, 11),
        column(language, "period", width=6),
        column(language, "group", Unit.TEXT, 10),
        column(language, "subject", Unit.TEXT, 20),
        column(language, "absent_teacher", Unit.TEXT, 20),
        column(language, "fate", Unit.TEXT, 14),
        column(language, "substitute", Unit.TEXT, 20),
        column(language, "basis", Unit.TEXT, 20),
        column(language, "signature", Unit.TEXT, 14),
    )
    sheet = Sheet(columns, rows, (), (Note(text("report.substitutions.counts", language), lines),))
    return framed(store, asked, NAME, CLAUSE, sheet)


def _owner(entry: Conduct, conduct: SchoolConduct) -> int:
    """Return whose lesson it is by order, else by load."""
    if entry.substitution is not None:
        return entry.substitution.absent_id
    return conduct.journals[entry.lesson.journal_id].teacher_on(entry.lesson.day)


def _basis(entry: Conduct, conduct: SchoolConduct) -> str:
    if not entry.lesson.held:
        return conduct.cancelling_act(entry.lesson)
    return "" if entry.substitution is None else entry.substitution.act


def _order(entry: Conduct, conduct: SchoolConduct) -> tuple[object, ...]:
    return conduct.journals[entry.lesson.journal_id].order
