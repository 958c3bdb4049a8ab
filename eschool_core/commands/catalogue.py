"""Every command the school knows: its class, its right, its handler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgpack
from pydantic import ValidationError

from eschool_core.commands import (
    access,
    acts,
    archive,
    backups,
    breach,
    care,
    channels,
    class_care,
    closing,
    concerns,
    control,
    corrections,
    credentials,
    debts,
    erasing,
    external,
    feeds,
    files,
    finals,
    former,
    grants,
    group_drafts,
    groups,
    guardians,
    held,
    import_undo,
    imported,
    inspection_answers,
    inspections,
    issuing,
    journals,
    lessons,
    links,
    messages,
    office_work,
    outages,
    owed,
    packages,
    paper,
    people,
    personal_files,
    plans,
    privacy,
    pupil_requests,
    releases,
    school,
    sections,
    term_marks,
    terms,
    timetable_drafts,
)
from eschool_core.commands.base import Command, CommandSpec
from eschool_core.errors import InputError


def _kept(kind: str, version: int, fields: bytes) -> tuple[CommandSpec, Command]:
    """Return a command that was kept as its device sent it, with its specification."""
    command = make_command(kind, version, msgpack.unpackb(fields))
    return BY_MODEL[type(command)], command


SPECS: tuple[CommandSpec, ...] = (
    *school.SPECS,
    *acts.SPECS,
    *backups.SPECS,
    *people.SPECS,
    *guardians.SPECS,
    *groups.SPECS,
    *journals.SPECS,
    *lessons.SPECS,
    *care.SPECS,
    *class_care.SPECS,
    *personal_files.SPECS,
    *sections.SPECS,
    *pupil_requests.SPECS,
    *group_drafts.SPECS,
    *concerns.SPECS,
    *paper.SPECS,
    *links.SPECS,
    *files.SPECS,
    *messages.SPECS,
    *plans.SPECS,
    *privacy.SPECS,
    *timetable_drafts.SPECS,
    *office_work.SPECS,
    *access.SPECS,
    *credentials.SPECS,
    *grants.SPECS,
    *breach.SPECS,
    *feeds.SPECS,
    *channels.SPECS,
    *control.SPECS,
    *terms.SPECS,
    *term_marks.SPECS,
    *finals.SPECS,
    *external.SPECS,
    *owed.SPECS,
    *closing.SPECS,
    *corrections.SPECS,
    *releases.SPECS,
    *debts.SPECS,
    *outages.SPECS,
    *held.specs(_kept),
    *inspections.SPECS,
    *inspection_answers.SPECS,
    *archive.SPECS,
    *packages.SPECS,
    *former.SPECS,
    *issuing.SPECS,
    *erasing.SPECS,
    *imported.SPECS,
    *import_undo.SPECS,
)

BY_MODEL: Mapping[type[Command], CommandSpec] = MappingProxyType(
    {spec.model: spec for spec in SPECS}
)
BY_KIND: Mapping[tuple[str, int], CommandSpec] = MappingProxyType(
    {(spec.model.kind, spec.model.version): spec for spec in SPECS}
)


_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def fields_of(command: Command) -> list[Any]:
    """Return a command's values in the order of its fields, as they are stored and sent."""
    return list(command.model_dump(mode="json").values())


def make_command(kind: str, version: int, values: list[Any]) -> Command:
    """Return the command that ``fields_of`` gave ``values`` for.

    Raises:
        InputError: Unknown kind or version, or a value out of its field's bounds; names the
            field, never the value.
    """
    spec = BY_KIND.get((kind, version))
    if spec is None:
        raise InputError("command.unknown", kind=kind[:40], version=version)
    names = list(spec.model.model_fields)
    if len(values) != len(names):
        raise InputError("command.invalid", kind=kind, field="*")
    return validated(spec.model, dict(zip(names, values, strict=True)))


def validated(model: type[Command], values: dict[str, Any]) -> Command:
    """Return a command of validated values.

    Raises:
        InputError: Names the first field that does not fit, never its value.
    """
    try:
        packed = _as_json(values)
    except (TypeError, ValueError, RecursionError):
        raise InputError("command.invalid", kind=model.kind, field=_culprit(values)) from None
    try:
        return model.model_validate_json(packed)
    except ValidationError as error:
        place = error.errors(include_input=False, include_context=False)[0]["loc"]
        field = ".".join(str(step) for step in place) or "*"
        raise InputError("command.invalid", kind=model.kind, field=field[:80]) from None


def _as_json(value: Any) -> bytes:
    """Return JSON.

    Raises:
        TypeError, ValueError, RecursionError: JSON cannot carry it: bytes, lone surrogates, NaN,
            endless nesting.
    """
    return _JSON.encode(value).encode()


def _culprit(values: dict[str, Any]) -> str:
    for name, value in values.items():
        try:
            _as_json(value)
        except (TypeError, ValueError, RecursionError):
            return name
    return "*"
