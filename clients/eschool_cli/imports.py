"""``eschool import``: timetables, rosters and calendar plans, always with a preview."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.writing import receipt_json
from eschool_core.domain.school import AcademicYear, BellPeriod, BellSchedule
from eschool_core.errors import InputError
from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef
from eschool_core.imports.builder_existing import ExistingSchool, read_existing
from eschool_core.imports.builder_plan import build_plan
from eschool_core.imports.builder_roster import build_roster
from eschool_core.imports.builder_timetable import DEFAULT_ORDER, build_timetable
from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.drafts import PlanDraft, RosterDraft
from eschool_core.imports.fet import read_timetable
from eschool_core.imports.oneroster import read_oneroster
from eschool_core.imports.plan import read_plan
from eschool_core.imports.summary import not_taken_summary, timetable_summary
from eschool_core.queries import lookup
from eschool_core.queries.in_force import year_on
from eschool_core.store.store import Store

MAX_SHOWN = 20
ARCHIVE = ".zip"

dry_run = option("--dry-run", "dry_run", is_flag=True, says="dry_run")
FILE = click.Path(path_type=Path)


@click.group(name="import", cls=LocalGroup)
def import_group() -> None:
    """Take over what a school has in files."""


@import_group.command(name="timetable", cls=LocalCommand, says="import.timetable")
@argument("file", says="timetable_file", type=FILE)
@option("--placements", type=FILE, says="placements", shown_as="file")
@option("--order", default="", says="order", shown_as="text")
@dry_run
@as_json
@click.pass_obj
def timetable_command(
    session: Session,
    file: Path,
    placements: Path | None,
    order: str,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Read a FET timetable; without ``--dry-run`` make the school's timetable of it."""
    draft = read_timetable(file, placements)
    summary: dict[str, Any] = {**timetable_summary(draft, session.language)}
    if not dry_run:

        def build(batch: CommandBatch, school: _School) -> dict[str, Any]:
            result = build_timetable(
                batch,
                draft,
                year=school.year,
                bells=school.bells,
                existing=school.existing,
                from_day=school.from_day,
                order=order or DEFAULT_ORDER,
            )
            return {
                "imported": result.imported,
                "waiting": len(result.waiting),
                "not_taken": not_taken_summary(result.not_taken, session.language),
            }

        summary.update(_carry_out(session, build))
    _show(session, summary, as_json=as_json, dry_run=dry_run)


@import_group.command(name="roster", cls=LocalCommand, says="import.roster")
@argument("file", says="roster_file", type=FILE)
@option("--class", "class_name", says="class_of_list", shown_as="name")
@option("--school-id", says="school_id", shown_as="name")
@option("--order", default="", says="order", shown_as="text")
@dry_run
@as_json
@click.pass_obj
def roster_command(
    session: Session,
    file: Path,
    class_name: str | None,
    school_id: str | None,
    order: str,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Read a OneRoster folder or a class list; without ``--dry-run`` admit who is in it."""
    draft = _read_roster(file, class_name, school_id)
    summary = _roster_summary(draft, session)
    if not dry_run:
        if not order:
            raise InputError("cli.import.no_order")

        def build(batch: CommandBatch, school: _School) -> dict[str, Any]:
            result = build_roster(
                batch,
                draft,
                year=school.year,
                bells=school.bells,
                order=order,
                existing=school.existing,
                first_day=school.from_day,
            )
            return {
                "joined": result.joined,
                "not_taken": not_taken_summary(result.not_taken, session.language),
            }

        summary.update(_carry_out(session, build))
    _show(session, summary, as_json=as_json, dry_run=dry_run)


@import_group.command(name="plan", cls=LocalCommand, says="import.plan")
@argument("file", says="plan_file", type=FILE)
@journal_arguments
@option("--sheet", says="sheet", shown_as="name")
@dry_run
@as_json
@click.pass_obj
def plan_command(
    session: Session,
    file: Path,
    class_name: str,
    subject: str,
    sheet: str | None,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Read a calendar plan (КТП); without ``--dry-run`` enter it into a journal."""
    if dry_run:
        summary = _plan_summary(read_plan(file, sheet), session)
        _show(session, summary, as_json=as_json, dry_run=True)
        return
    with session.replica() as replica:
        today = today_of(replica)
        year = _year_of(replica.store, today)
        place = lookup.journal(replica.store, class_name, subject, today, replica.person_id)
        draft = read_plan(file, sheet, _calendar_year(year))
        batch = CommandBatch(0, 0)
        build_plan(batch, draft, place.journal_id)
        summary = _plan_summary(draft, session)
        receipts = replica.do_all([entry.command for entry in batch.commands])
        summary["receipts"] = [receipt_json(entry, session.language) for entry in receipts]
        summary["commands"] = len(receipts)
    _show(session, summary, as_json=as_json, dry_run=False)


class _School:
    """What an import joins: the year, its bells, and what there is already."""

    def __init__(self, store: Store, today: int) -> None:
        year = _year_of(store, today)
        self.year = YearRef(year.id, year.first_day, year.last_day, year.weekdays, year.cycle_weeks)
        self.bells = _bells_of(store)
        self.from_day = min(max(today, year.first_day), year.last_day)
        self.existing: ExistingSchool = read_existing(store, year.id, self.from_day)


def _year_of(store: Store, today: int) -> AcademicYear:
    year = year_on(store, today)
    if year is None:
        raise InputError("cli.import.no_year")
    return year


def _bells_of(store: Store) -> BellsRef:
    """Return the first bell schedule of the school, that of new classes."""
    schedule = store.first(BellSchedule)
    if schedule is None:
        raise InputError("cli.import.no_bells")
    periods = store.select(BellPeriod, schedule_id=schedule.id)
    times = {entry.period: (entry.start_minute, entry.end_minute) for entry in periods}
    return BellsRef(schedule.id, times)


def _calendar_year(year: AcademicYear) -> int:
    from eschool_core.calendar import date_of

    return date_of(year.first_day).year


def _carry_out(
    session: Session, build: Callable[[CommandBatch, _School], dict[str, Any]]
) -> dict[str, Any]:
    """Give the commands of an import as one group; return what is to be told of it."""
    with session.replica() as replica:
        batch = CommandBatch(replica.device, replica.next_number())
        told = build(batch, _School(replica.store, today_of(replica)))
        if batch.commands:
            replica.do_all([entry.command for entry in batch.commands])
    return {**told, "commands": len(batch.commands)}


def _read_roster(file: Path, class_name: str | None, school_id: str | None) -> RosterDraft:
    if file.is_dir() or file.suffix.lower() == ARCHIVE:
        return read_oneroster(file, school_id)
    return read_class_list(file, class_name)


def _roster_summary(draft: RosterDraft, session: Session) -> dict[str, Any]:
    guardians = {guardian.key for pupil in draft.pupils for guardian in pupil.guardians}
    return {
        "classes": len(draft.classes),
        "groups": len(draft.groups),
        "staff": len(draft.staff),
        "pupils": len(draft.pupils),
        "guardians": len(guardians),
        "memberships": len(draft.memberships),
        "not_taken": not_taken_summary(draft.not_taken, session.language),
    }


def _plan_summary(draft: PlanDraft, session: Session) -> dict[str, Any]:
    return {
        "items": len(draft.items),
        "hours": sum(item.hours for item in draft.items),
        "sections": len({item.section for item in draft.items if item.section}),
        "with_homework": sum(bool(item.homework) for item in draft.items),
        "not_taken": not_taken_summary(draft.not_taken, session.language),
    }


def _show(session: Session, summary: dict[str, Any], *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        session.screen.json(summary)
        return
    screen = session.screen
    figures = [(name, value) for name, value in summary.items() if isinstance(value, int)]
    screen.fields([(say(f"cli.import.{name}"), str(value)) for name, value in figures])
    left_out = summary["not_taken"]
    if left_out:
        screen.line()
        screen.heading(say("cli.import.not_taken", count=len(left_out)))
        columns = (Column(say("cli.column.where"), keep=True), Column(say("cli.column.reason")))
        rows = [(row["where"], row["reason"]) for row in left_out[:MAX_SHOWN]]
        screen.table(columns, rows)
        if len(left_out) > MAX_SHOWN:
            screen.line(say("cli.import.more", count=len(left_out) - MAX_SHOWN), "dim")
    screen.line()
    screen.line(say("cli.import.preview" if dry_run else "cli.written.sync"), "dim")
