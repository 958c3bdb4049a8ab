"""Staff of a draft: joined by name with those the school has, or hired."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from eschool_core.commands.people import Appoint, HireStaff
from eschool_core.domain.enums import Role
from eschool_core.domain.school import Appointment
from eschool_core.imports.builder import CommandBatch, make
from eschool_core.imports.builder_existing import ExistingSchool, read_existing
from eschool_core.imports.drafts import NameDraft, StaffDraft
from eschool_core.store.store import Store

UNKNOWN_GIVEN_NAME = "—"
"""Stands where a file calls a teacher by one word."""

_INITIAL = re.compile(r"[^\W\d_]{1,3}\.")


def teacher_name(text: str) -> NameDraft:
    """Return the parts of a teacher's name as timetables write it.

    >>> teacher_name("Иванова А.П.") == teacher_name("А. П. Иванова")
    True
    >>> teacher_name("Петров-Водкин Кузьма Сергеевич").given, teacher_name("Rossi").given
    ('Кузьма', '—')
    """
    family, comma, rest = text.partition(",")
    if comma and family.strip() and rest.strip():
        return _name([family.strip(), *_words(rest)])
    words = _words(text)
    leading = next(
        (index for index, word in enumerate(words) if not _INITIAL.fullmatch(word)), len(words)
    )
    if 0 < leading < len(words):
        return _name([" ".join(words[leading:]), *words[:leading]])
    return _name(words or [text])


def _words(text: str) -> list[str]:
    return text.replace(".", ". ").split()


def _name(words: list[str]) -> NameDraft:
    given = words[1] if len(words) > 1 else UNKNOWN_GIVEN_NAME
    return NameDraft(words[0], given, " ".join(words[2:]))


def build_staff(
    batch: CommandBatch,
    staff: Iterable[StaffDraft],
    *,
    existing: ExistingSchool,
    first_day: int,
    order: str,
) -> dict[str, int]:
    """Return the id of each member of staff by key; whoever is new is hired as a teacher.

    Two people of one name in the file are two people in the school, in the same order.

    Raises:
        InputError: A name is longer than the school takes.
    """
    ids: dict[str, int] = {}
    taken = set(existing.staff_keys.values())
    for person in staff:
        if person.key in existing.staff_keys or person.key in ids:
            ids.setdefault(person.key, existing.staff_keys.get(person.key, 0))
            continue
        namesakes = existing.staff.get(person.name, ())
        joined = next((one for one in namesakes if one not in taken), None)
        ids[person.key] = joined or _hire(batch, person, first_day, order)
        taken.add(ids[person.key])
    return ids


def build_teachers(
    batch: CommandBatch, store: Store, staff: Iterable[StaffDraft], first_day: int, order: str
) -> int:
    """Hire who is not known yet, and appoint everybody a teacher who is none by then.

    Returns:
        How many are new.

    Raises:
        InputError: A name is longer than the school takes.
    """
    existing = read_existing(store, 0, first_day)
    known = {one for ids in existing.staff.values() for one in ids}
    teachers = {
        entry.person_id
        for entry in store.select(Appointment, role=Role.TEACHER)
        if entry.last_day >= first_day
    }
    found = build_staff(batch, staff, existing=existing, first_day=first_day, order=order)
    for person_id in sorted(known & set(found.values()) - teachers):
        _appoint(batch, person_id, first_day, order)
    return len(set(found.values()) - known)


def with_staff(
    school: ExistingSchool, staff: Iterable[StaffDraft], ids: Mapping[str, int]
) -> ExistingSchool:
    """Return the school with these members of staff, known by name and by key."""
    by_name = dict(school.staff)
    for person in staff:
        namesakes = by_name.get(person.name, ())
        if ids[person.key] not in namesakes:
            by_name[person.name] = (*namesakes, ids[person.key])
    return replace(school, staff=by_name, staff_keys={**school.staff_keys, **ids})


def _hire(batch: CommandBatch, person: StaffDraft, first_day: int, order: str) -> int:
    name = person.name
    staff_id = batch.add(
        make(
            HireStaff,
            "",
            family=name.family,
            given=name.given or UNKNOWN_GIVEN_NAME,
            patronymic=name.patronymic,
        )
    )
    _appoint(batch, staff_id, first_day, order)
    return staff_id


def _appoint(batch: CommandBatch, staff_id: int, first_day: int, order: str) -> None:
    batch.add(
        make(
            Appoint,
            "",
            person_id=staff_id,
            role=Role.TEACHER,
            first_day=first_day,
            act=order,
        )
    )
