"""``eschool correct``: the class teacher corrects a pupil's or a guardian's data (4.6.7)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.class_care import CorrectGuardian, CorrectPupil
from eschool_core.domain.enums import Sex
from eschool_core.domain.people import Guardianship, Pupil, PupilCard
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.names import full_name
from eschool_core.queries.people import name_parts
from eschool_core.queries.personal_reads import reading_of_pupil


@click.command(name="correct", cls=LocalCommand)
@argument("pupil", says="corrected_pupil")
@option("--guardian", says="corrected_guardian", shown_as="text")
@option("--name", says="corrected_name", shown_as="text")
@option("--born", type=DayType(), says="corrected_born", shown_as="date")
@option("--sex", type=WordType(Sex), says="corrected_sex", shown_as="text")
@option("--relation", says="corrected_relation", shown_as="text")
@option("--phone", says="corrected_phone", shown_as="text")
@as_json
@click.pass_obj
def correct_command(
    session: Session,
    pupil: str,
    guardian: str | None,
    name: str | None,
    born: Day | None,
    sex: Sex | None,
    relation: str | None,
    phone: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Correct what is named and leave the rest."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = lookup.any_pupil(store, pupil, today)
        log_reading(replica, reading_of_pupil(store, replica.person_id, someone.pupil_id, today))
        if guardian is None:
            if relation is not None or phone is not None:
                raise InputError("cli.correct.guardian")
            row = store.require(Pupil, someone.pupil_id)
            card = store.first(PupilCard, pupil_id=row.id)
            names = _names(name, row)
            command = made(
                CorrectPupil,
                pupil_id=row.id,
                **names,
                birth_day=born.number(today) if born else (card.birth_day if card else 0),
                sex=int(sex) if sex else (card.sex if card else 0),
            )
            give(session, replica, command, say("cli.correct.done"), as_json=as_json)
            return
        entry = guardianship_of(store.select(Guardianship, pupil_id=someone.pupil_id), guardian)
        command = made(
            CorrectGuardian,
            guardianship_id=entry.id,
            **_names(name, entry),
            relation=entry.relation if relation is None else relation,
            phone=entry.phone if phone is None else phone,
        )
        give(session, replica, command, say("cli.correct.done"), as_json=as_json)


def _names(typed: str | None, row: Pupil | Guardianship) -> dict[str, str]:
    parts = (row.family, row.given, row.patronymic) if typed is None else name_parts(typed)
    return dict(zip(("family", "given", "patronymic"), parts, strict=True))


def guardianship_of(entries: list[Guardianship], typed: str) -> Guardianship:
    """Return the guardian whose name begins so, or who is that to the pupil.

    Raises:
        InputError: ``cli.correct.which_guardian``: none, or several.
    """
    wanted = typed.casefold()
    found = [
        entry
        for entry in entries
        if full_name(entry.family, entry.given, entry.patronymic).casefold().startswith(wanted)
        or entry.relation.casefold() == wanted
    ]
    if len(found) != 1:
        raise InputError("cli.correct.which_guardian", count=len(found))
    return found[0]
