"""``eschool import``: timetables, rosters and calendar plans, always with a preview."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.importing import (
    FILE,
    carry_out,
    dry_run,
    from_day,
    give_all,
    show,
)
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option
from eschool_cli.parameters import Day
from eschool_cli.session import Session, today_of
from eschool_cli.writing import receipt_json
from eschool_core.calendar import date_of
from eschool_core.domain.imports import ImportSource
from eschool_core.domain.school import AcademicYear
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_plan import build_plan
from eschool_core.imports.builder_roster import build_roster
from eschool_core.imports.builder_staff import build_teachers, teacher_name
from eschool_core.imports.builder_timetable import DEFAULT_ORDER, build_timetable
from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.drafts import PlanDraft, RosterDraft, StaffDraft
from eschool_core.imports.joining import JoinedSchool, year_of
from eschool_core.imports.oneroster import read_oneroster
from eschool_core.imports.plan import read_plan
from eschool_core.imports.summary import not_taken_summary, timetable_summary
from eschool_core.imports.timetable import read_any_timetable
from eschool_core.queries import lookup

ARCHIVE = ".zip"


@click.group(
    name="import",
    cls=LocalGroup,
    places={
        "marks": "eschool_cli.import_marks:marks_command",
        "list": "eschool_cli.import_undo:list_command",
        "undo": "eschool_cli.import_undo:undo_command",
    },
)
def import_group() -> None:
    """Take over what a school has in files."""


@import_group.command(name="timetable", cls=LocalCommand, says="import.timetable")
@argument("file", says="timetable_file", type=FILE)
@option("--placements", type=FILE, says="placements", shown_as="file")
@option("--order", default="", says="order", shown_as="text")
@from_day
@dry_run
@as_json
@click.pass_obj
def timetable_command(
    session: Session,
    file: Path,
    placements: Path | None,
    order: str,
    first: Day | None,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Read a FET or aSc timetable; without ``--dry-run`` make the school's timetable of it."""
    draft = read_any_timetable(file, placements)
    summary: dict[str, Any] = {**timetable_summary(draft, session.language)}
    if not dry_run:

        def build(batch: CommandBatch, school: JoinedSchool) -> dict[str, Any]:
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

        summary.update(carry_out(session, ImportSource.TIMETABLE, first, build))
    show(session, summary, as_json=as_json, dry_run=dry_run)


@import_group.command(name="roster", cls=LocalCommand, says="import.roster")
@argument("file", says="roster_file", type=FILE)
@option("--class", "class_name", says="class_of_list", shown_as="name")
@option("--school-id", says="school_id", shown_as="name")
@option("--order", default="", says="order", shown_as="text")
@from_day
@dry_run
@as_json
@click.pass_obj
def roster_command(
    session: Session,
    file: Path,
    class_name: str | None,
    school_id: str | None,
    order: str,
    first: Day | None,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Read a OneRoster folder or a class list; without ``--dry-run`` admit who is in it."""
    draft = _read_roster(file, class_name, school_id)
    summary = _roster_summary(draft, session)
    if not dry_run:
        if not order:
            raise InputError("cli.import.no_order")

        def build(batch: CommandBatch, school: JoinedSchool) -> dict[str, Any]:
            result = build_roster(
                batch,
                draft,
                year=school.year,
                bells=school.bells,
                order=order,
                existing=school.existing,
                first_day=school.from_day,
                gives_loads=school.gives_loads,
            )
            return {
                "joined": result.joined,
                "not_taken": not_taken_summary(result.not_taken, session.language),
            }

        summary.update(carry_out(session, ImportSource.ROSTER, first, build))
    show(session, summary, as_json=as_json, dry_run=dry_run)


@import_group.command(name="staff", cls=LocalCommand, says="import.staff")
@argument("file", says="staff_file", type=FILE)
@option("--school-id", says="school_id", shown_as="name")
@option("--order", default="", says="order", shown_as="text")
@from_day
@dry_run
@as_json
@click.pass_obj
def staff_command(
    session: Session,
    file: Path,
    school_id: str | None,
    order: str,
    first: Day | None,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Hire the teachers of a timetable or roster whom the school does not have (4.7.4)."""
    staff = _read_staff(file, school_id)
    summary: dict[str, Any] = {"teachers": len(staff), "not_taken": []}
    if not dry_run:
        with session.replica() as replica:
            today = today_of(replica)
            batch = CommandBatch(replica.device, replica.next_number())
            batch.begin_import(ImportSource.STAFF)
            begins = today if first is None else first.number(today)
            hired = build_teachers(batch, replica.store, staff, begins, order)
            give_all(replica, batch)
        summary |= {"hired": hired, "commands": len(batch.commands)}
    show(session, summary, as_json=as_json, dry_run=dry_run)


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
        show(session, summary, as_json=as_json, dry_run=True)
        return
    with session.replica() as replica:
        today = today_of(replica)
        year = year_of(replica.store, today)
        place = lookup.journal(replica.store, class_name, subject, today, replica.person_id)
        draft = read_plan(file, sheet, _calendar_year(year))
        batch = CommandBatch(replica.device, replica.next_number())
        batch.begin_import(ImportSource.PLAN, place.journal_id)
        build_plan(batch, draft, place.journal_id)
        summary = _plan_summary(draft, session)
        receipts = give_all(replica, batch)
        summary["receipts"] = [receipt_json(entry, session.language) for entry in receipts]
        summary["commands"] = len(receipts)
    show(session, summary, as_json=as_json, dry_run=False)


def _calendar_year(year: AcademicYear) -> int:
    return date_of(year.first_day).year


def _read_roster(file: Path, class_name: str | None, school_id: str | None) -> RosterDraft:
    if file.is_dir() or file.suffix.lower() == ARCHIVE:
        return read_oneroster(file, school_id)
    return read_class_list(file, class_name)


def _read_staff(file: Path, school_id: str | None) -> tuple[StaffDraft, ...]:
    if file.is_dir() or file.suffix.lower() == ARCHIVE:
        return read_oneroster(file, school_id).staff
    names = read_any_timetable(file).teachers
    return tuple(StaffDraft(name, teacher_name(name)) for name in names)


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
