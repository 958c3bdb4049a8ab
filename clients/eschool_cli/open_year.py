"""``eschool open-year``: proposes a school year by rule, shows it, and enters it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Column, Screen
from eschool_cli.session import Session
from eschool_cli.writing import receipt_json
from eschool_core.commands.school import refuse_second_year
from eschool_core.domain.school import BellSchedule
from eschool_core.imports.bells import read_bells
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_year import YearDraft, build_bells, build_year
from eschool_core.imports.drafts import PeriodDraft
from eschool_core.queries.in_force import clock
from eschool_core.sample import first_shift
from eschool_core.sample.year_draft import sample_year

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_CYCLE_WEEKS = 4
USUAL = "usual"
WEEKS = ("5", "6")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be entered; no bells where the school keeps those that it has."""

    year: YearDraft
    bells: tuple[PeriodDraft, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it for scripts."""
        year = self.year
        return {
            "name": year.name,
            "first": year.first.isoformat(),
            "last": year.last.isoformat(),
            "weekdays": year.weekdays,
            "cycle_weeks": year.cycle_weeks,
            "act": year.act,
            "terms": [
                {
                    "kind": term.kind.name.lower(),
                    "number": term.number,
                    "first": term.first.isoformat(),
                    "last": term.last.isoformat(),
                }
                for term in year.terms
            ],
            "breaks": [
                {
                    "name": entry.name,
                    "first": entry.first.isoformat(),
                    "last": entry.last.isoformat(),
                    "grade": entry.grade,
                }
                for entry in year.breaks
            ],
            "days_off": [{"day": day.isoformat(), "name": name} for day, name in year.days_off],
            "working_days": [
                {"day": entry.day.isoformat(), "as_weekday": entry.as_weekday}
                for entry in year.working_days
            ],
            "bells": [
                {
                    "period": period.name,
                    "start": clock(period.start_minute or 0),
                    "end": clock(period.end_minute or 0),
                }
                for period in self.bells
            ],
        }


@click.command(name="open-year", cls=LocalCommand)
@argument("start_year", says="start_year", type=NumberType(FIRST_YEAR, LAST_YEAR))
@option(
    "--weekdays", type=click.Choice(WEEKS), default="5", says="year_weekdays", shown_as="number"
)
@option(
    "--cycle-weeks",
    type=NumberType(1, MOST_CYCLE_WEEKS),
    default=1,
    says="cycle_weeks",
    shown_as="number",
)
@option("--act", default="", says="act", shown_as="text")
@option("--bells", says="bells", shown_as="bells")
@option("--dry-run", "dry_run", is_flag=True, says="dry_run")
@as_json
@click.pass_obj
def open_year_command(
    session: Session,
    start_year: int,
    weekdays: str,
    cycle_weeks: int,
    act: str,
    bells: str | None,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter a school year with its terms, calendar and bells (4.7.2)."""
    year = sample_year(start_year, act, weekdays=int(weekdays), cycle_weeks=cycle_weeks)
    asked = None if bells is None else _bells(bells)
    if dry_run:
        proposal = Proposal(year, first_shift() if asked is None else asked)
        _show(session, proposal, {}, as_json=as_json)
        return
    with session.replica() as replica:
        refuse_second_year(replica.store, year.name, year.first, year.last)
        if asked is None:
            asked = () if replica.store.first(BellSchedule) is not None else first_shift()
        proposal = Proposal(year, asked)
        batch = CommandBatch(replica.device, replica.next_number())
        build_year(batch, year)
        if asked:
            build_bells(batch, say("cli.open-year.bells_name"), asked)
        receipts = replica.do_all([entry.command for entry in batch.commands])
    told = {"receipts": [receipt_json(entry, session.language) for entry in receipts]}
    _show(session, proposal, told, as_json=as_json)


def _bells(asked: str) -> tuple[PeriodDraft, ...]:
    return first_shift() if asked == USUAL else read_bells(Path(asked))


def _show(session: Session, proposal: Proposal, told: dict[str, Any], *, as_json: bool) -> None:
    """Show the proposal; ``told`` is empty for a preview."""
    if as_json:
        session.screen.json(
            {**proposal.as_json(), **told, "commands": len(told.get("receipts", ()))}
        )
        return
    screen, year = session.screen, proposal.year
    screen.heading(say("cli.open-year.year", name=year.name))
    screen.fields(
        [
            (say("cli.open-year.lessons"), f"{year.first:%d.%m.%Y} – {year.last:%d.%m.%Y}"),
            (say("cli.open-year.weekdays"), str(year.weekdays)),
            (say("cli.open-year.cycle_weeks"), str(year.cycle_weeks)),
        ]
    )
    _show_dates(screen, proposal)
    screen.line()
    screen.line(say("cli.written.sync" if told else "cli.import.preview"), "dim")


def _show_dates(screen: Screen, proposal: Proposal) -> None:
    year = proposal.year
    columns = (
        Column(say("cli.open-year.what")),
        Column(say("cli.open-year.first"), keep=True),
        Column(say("cli.open-year.last"), keep=True),
    )
    rows = [
        (f"{entry.number} {say(f'TermKind.{entry.kind.name.lower()}')}", entry.first, entry.last)
        for entry in year.terms
    ] + [(_break(entry.name, entry.grade), entry.first, entry.last) for entry in year.breaks]
    screen.table(
        columns, [(name, f"{first:%d.%m.%Y}", f"{last:%d.%m.%Y}") for name, first, last in rows]
    )
    whole = [entry for entry in year.breaks if entry.grade is None]
    days = ", ".join(
        f"{day:%d.%m} {name}"
        for day, name in year.days_off
        if not any(entry.first <= day <= entry.last for entry in whole)
    )
    screen.line(say("cli.open-year.days_off", days=days))
    for moved in year.working_days:
        weekday = say(f"cli.weekday.{moved.as_weekday}")
        screen.line(say("cli.open-year.working_day", day=f"{moved.day:%d.%m.%Y}", weekday=weekday))
    if proposal.bells:
        times = ", ".join(
            f"{period.name}. {clock(period.start_minute or 0)}–{clock(period.end_minute or 0)}"
            for period in proposal.bells
        )
        screen.line(say("cli.open-year.bells", times=times))


def _break(name: str, grade: int | None) -> str:
    said = say(f"cli.break.{name}")
    return said if grade is None else say("cli.open-year.grade", name=said, grade=grade)
