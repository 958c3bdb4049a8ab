"""The act by which a class passes to its next class teacher (specification §2, 4.6.2, 4.6.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from eschool_core.forms.document import Deed, Section
from eschool_core.labels import Language, text
from eschool_core.queries.duties.duty import Duty
from eschool_core.queries.hand_over import HandOverAct
from eschool_core.reports.table import Column, Row, Table, Unit, Value

CLAUSE: Final = "4.6.7"

Said = Callable[[Duty], str]
"""Says in words what a duty asks for."""


def hand_over_deed(act: HandOverAct, school: str, said: Said, language: Language = "ru") -> Deed:
    """Return the act: open duties, those that stay behind, unissued slips, applications."""

    def say(key: str, **params: str | int) -> str:
        return text(f"form.hand_over.{key}", language, **params)

    number = Column("number", text("report.column.number", language), Unit.COUNT, 4)

    def listed(
        name: str, columns: Iterable[tuple[str, Unit, int]], rows: Iterable[tuple[Value, ...]]
    ) -> Section:
        table = Table(
            name=f"hand_over_{name}",
            title=say(name),
            clause=CLAUSE,
            school="",
            subject_of=act.school_class,
            period="",
            first_day=act.day,
            last_day=act.day,
            columns=(number, *(Column(key, say(key), unit, width) for key, unit, width in columns)),
            rows=tuple(Row((place, *row)) for place, row in enumerate(rows, 1)),
            missing=(say("partial"),) if act.partial and name == "passed" else (),
            language=language,
        )
        return Section(say(name), table=table)

    due = (("duty", Unit.TEXT, 70), ("clause", Unit.TEXT, 8), ("until", Unit.DATE, 12))
    return Deed(
        school=school,
        title=say("title", date=_date(act.day)),
        about=(say("about", school_class=act.school_class),),
        sections=(
            Section(
                lines=(
                    say("ground", number=act.number),
                    say("gave", name=act.from_name),
                    say("took", name=act.to_name),
                )
            ),
            listed("passed", due, ((said(one), one.clause, one.last_day) for one in act.passed)),
            listed("stayed", due, ((said(one), one.clause, one.last_day) for one in act.stayed)),
            listed(
                "slips",
                (("person", Unit.TEXT, 40), ("pupil", Unit.TEXT, 40), ("valid", Unit.DATE, 12)),
                (
                    (one.name, one.pupil, None if one.expires_at is None else one.expires_at.date())
                    for one in act.slips
                ),
            ),
            listed(
                "applications",
                (
                    ("guardian", Unit.TEXT, 35),
                    ("pupil", Unit.TEXT, 35),
                    ("document", Unit.TEXT, 20),
                    ("since", Unit.DATE, 12),
                ),
                (
                    (one.guardian, one.pupil, one.document, one.first_day)
                    for one in act.applications
                ),
            ),
        ),
        signers=(say("gives"), say("takes"), text("report.signer.head", language)),
    )


def _date(day: date) -> str:
    return f"{day:%d.%m.%Y}"
