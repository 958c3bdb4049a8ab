"""``eschool pupil file``, ``health``, ``work``, ``curriculum``, ``came``, ``went`` (4.4.3)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.correct import guardianship_of
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, NumberType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.personal_files import (
    KeepGuardianWork,
    KeepHealthGroup,
    KeepPupilFile,
    NoteSchoolChange,
)
from eschool_core.domain.enums import ExemptionKind
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.personal_file import (
    HEALTH_GROUPS,
    ChangeDirection,
    ChangePlace,
    PhysicalGroup,
    PupilFile,
    PupilHealth,
)
from eschool_core.errors import InputError
from eschool_core.queries import lookup, lookup_groups

pupil_argument = argument("pupil", says="corrected_pupil")
place_argument = argument("place", says="change_place", type=WordType(ChangePlace))
school_option = option("--school", default="", says="change_school", shown_as="text")
day_option = option(
    "--date", "day", type=DayType(), default=TODAY, says="change_day", shown_as="date"
)


@click.command(name="file", cls=LocalCommand, says="pupil.file")
@pupil_argument
@option("--number", says="file_number", shown_as="text")
@option("--address", says="file_address", shown_as="text")
@as_json
@click.pass_obj
def file_command(
    session: Session,
    pupil: str,
    number: str | None,
    address: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Change what is named of the personal file and leave the rest."""
    with session.replica() as replica:
        someone = lookup.any_pupil(replica.store, pupil, today_of(replica))
        row = replica.store.first(PupilFile, pupil_id=someone.pupil_id)
        command = made(
            KeepPupilFile,
            pupil_id=someone.pupil_id,
            file_number=_kept(number, row.file_number if row else ""),
            address=_kept(address, row.address if row else ""),
        )
        done = say("cli.pupil.file_kept", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@click.command(name="health", cls=LocalCommand, says="pupil.health")
@pupil_argument
@option("--group", type=NumberType(0, HEALTH_GROUPS), says="health_group", shown_as="number")
@option("--physical", type=WordType(PhysicalGroup), says="physical_group", shown_as="text")
@as_json
@click.pass_obj
def health_command(
    session: Session,
    pupil: str,
    group: int | None,
    physical: PhysicalGroup | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Change what is named of the health group and leave the rest."""
    with session.replica() as replica:
        someone = lookup.any_pupil(replica.store, pupil, today_of(replica))
        row = replica.store.first(PupilHealth, pupil_id=someone.pupil_id)
        known = (row.health_group, row.physical_group) if row else (0, 0)
        command = made(
            KeepHealthGroup,
            pupil_id=someone.pupil_id,
            health_group=known[0] if group is None else group,
            physical_group=known[1] if physical is None else int(physical),
        )
        done = say("cli.pupil.health_kept", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@click.command(name="work", cls=LocalCommand, says="pupil.work")
@pupil_argument
@argument("guardian", says="work_guardian")
@argument("workplace", says="workplace")
@as_json
@click.pass_obj
def work_command(
    session: Session,
    pupil: str,
    guardian: str,
    workplace: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write a guardian's workplace."""
    with session.replica() as replica:
        someone = lookup.any_pupil(replica.store, pupil, today_of(replica))
        entries = replica.store.select(Guardianship, pupil_id=someone.pupil_id)
        entry = guardianship_of(entries, guardian)
        command = made(KeepGuardianWork, guardianship_id=entry.id, workplace=workplace)
        done = say("cli.pupil.work_kept", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@click.command(name="curriculum", cls=LocalCommand, says="pupil.curriculum")
@pupil_argument
@argument("subject", says="subject")
@option("--order", required=True, says="curriculum_order", shown_as="text")
@option("--from", "first", type=DayType(), default=TODAY, says="curriculum_from", shown_as="date")
@option("--to", "last", type=DayType(), required=True, says="curriculum_to", shown_as="date")
@as_json
@click.pass_obj
def curriculum_command(
    session: Session,
    pupil: str,
    subject: str,
    order: str,
    first: Day,
    last: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write by which order a pupil learns a subject by an individual curriculum."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = lookup.any_pupil(store, pupil, today)
        command = made(
            ExemptPupil,
            pupil_id=someone.pupil_id,
            subject_id=lookup_groups.subject(store, subject),
            exemption_kind=ExemptionKind.INDIVIDUAL,
            first_day=first.number(today),
            last_day=last.number(today),
            document=order,
        )
        done = say("cli.pupil.curriculum_kept", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@click.command(name="family", cls=LocalCommand, says="pupil.family")
@pupil_argument
@option("--order", required=True, says="curriculum_order", shown_as="text")
@option("--from", "first", type=DayType(), default=TODAY, says="curriculum_from", shown_as="date")
@option("--to", "last", type=DayType(), required=True, says="curriculum_to", shown_as="date")
@as_json
@click.pass_obj
def family_command(
    session: Session,
    pupil: str,
    order: str,
    first: Day,
    last: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write by which order a pupil is taught in the family."""
    with session.replica() as replica:
        today = today_of(replica)
        someone = lookup.any_pupil(replica.store, pupil, today)
        command = made(
            ExemptPupil,
            pupil_id=someone.pupil_id,
            exemption_kind=ExemptionKind.FAMILY,
            first_day=first.number(today),
            last_day=last.number(today),
            document=order,
        )
        done = say("cli.pupil.family_kept", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@click.command(name="came", cls=LocalCommand, says="pupil.came")
@pupil_argument
@place_argument
@school_option
@day_option
@as_json
@click.pass_obj
def came_command(
    session: Session,
    pupil: str,
    place: ChangePlace,
    school: str,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write where a pupil came from."""
    _note(session, pupil, (ChangeDirection.ARRIVED, place, school), day, as_json=as_json)


@click.command(name="went", cls=LocalCommand, says="pupil.went")
@pupil_argument
@place_argument
@school_option
@day_option
@as_json
@click.pass_obj
def went_command(
    session: Session,
    pupil: str,
    place: ChangePlace,
    school: str,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write where a pupil went to."""
    _note(session, pupil, (ChangeDirection.LEFT, place, school), day, as_json=as_json)


def _note(
    session: Session,
    pupil: str,
    change: tuple[ChangeDirection, ChangePlace, str],
    day: Day,
    *,
    as_json: bool,
) -> None:
    direction, place, school = change
    with session.replica() as replica:
        number = day.number(today_of(replica))
        someone = lookup.any_pupil(replica.store, pupil, number)
        command = made(
            NoteSchoolChange,
            enrolment_id=_enrolment(
                replica.store.select(Enrolment, pupil_id=someone.pupil_id), number
            ).id,
            direction=direction,
            place=place,
            school=school,
        )
        said = say(f"ChangePlace.{place.name.lower()}")
        done = say("cli.pupil.change_noted", name=someone.name, place=said)
        give(session, replica, command, done, as_json=as_json)


def _enrolment(entries: list[Enrolment], day: int) -> Enrolment:
    """Return the last enrolment that had begun by a day.

    Raises:
        InputError: ``school.not_enrolled``: there is none.
    """
    begun = [entry for entry in entries if entry.first_day <= day]
    if not begun:
        raise InputError("school.not_enrolled")
    return max(begun, key=lambda entry: entry.first_day)


def _kept(typed: str | None, known: str) -> str:
    return known if typed is None else typed


COMMANDS = (
    file_command,
    health_command,
    work_command,
    curriculum_command,
    family_command,
    came_command,
    went_command,
)
