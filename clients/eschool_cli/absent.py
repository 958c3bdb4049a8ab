"""``eschool absent``: who was away or late, and «все на месте»."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, WordType
from eschool_cli.session import Session
from eschool_cli.writing import give, made, show
from eschool_core.commands.lessons import RecordAttendance, TakeRoll
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.errors import InputError
from eschool_core.queries import lookup


@click.command(name="absent", cls=LocalCommand)
@journal_arguments
@argument("pupils", says="pupils", nargs=-1)
@lesson_options
@option("--late", is_flag=True, says="late")
@option("--take-back", "take_back", is_flag=True, says="take_back")
@option("--all-present", "all_present", is_flag=True, says="all_present")
@option(
    "--reason",
    type=WordType(ExcuseKind, ExcuseKind.UNKNOWN, ExcuseKind.NONE),
    says="absence_reason",
    shown_as="absence_reason",
)
@as_json
@click.pass_obj
def absent_command(
    session: Session,
    class_name: str,
    subject: str,
    pupils: tuple[str, ...],
    day: Day,
    period: int | None,
    late: bool,  # noqa: FBT001
    take_back: bool,  # noqa: FBT001
    all_present: bool,  # noqa: FBT001
    reason: ExcuseKind | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Record who was away or late, or that all are present (4.5.2)."""
    if late + take_back + all_present > 1 or all_present == bool(pupils):
        raise InputError("cli.absent.what")
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        where = place.said(session.language)
        if all_present:
            command = made(TakeRoll, lesson_id=place.lesson.id)
            done = say("cli.absent.all_present", place=where)
            give(session, replica, command, done, as_json=as_json)
            return
        presence = 0 if take_back else int(Presence.LATE if late else Presence.ABSENT)
        journal_id = place.journal.journal_id
        # Everybody is found before anybody is written down.
        people = [
            lookup.pupil(replica.store, typed, journal_id, place.lesson.day) for typed in pupils
        ]
        receipts = [
            replica.do(
                made(
                    RecordAttendance,
                    lesson_id=place.lesson.id,
                    pupil_id=person.pupil_id,
                    presence=presence,
                    stated_reason=0 if reason is None else reason,
                )
            )
            for person in people
        ]
        kind = "taken_back" if take_back else "late" if late else "absent"
        done_each = [say(f"cli.absent.{kind}", place=where, pupil=person.name) for person in people]
        show(session, receipts, done_each, as_json=as_json)
