"""Reads the hand-written tables, and lays the product's own table out in the same columns."""

from __future__ import annotations

from pathlib import Path

from eschool_core.regulation.permissions import EVERYBODY, Permission
from tests.matrix.stage import COLUMNS, GROUPS

FOLDER = Path(__file__).parent
NARROW = frozenset({"own", "class", "school"})
WIDE = frozenset({"class", "school"})
WHOLE = frozenset({"school"})

# What a permission must be over so that it reaches the object of the tables, by column and
# subject. The class teachers of the stage teach too: one in the same class, one elsewhere.
REACH: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "head": (("head", NARROW),),
    "studies": (("deputy_studies", NARROW),),
    "upbringing": (("deputy_upbringing", NARROW),),
    "safety": (("deputy_safety", NARROW),),
    "facilities": (("deputy_facilities", NARROW),),
    "hr": (("hr_specialist", NARROW),),
    "officer": (("system_officer", NARROW),),
    "maths": (("teacher", NARROW),),
    "english": (("teacher", WIDE),),
    "physics": (("teacher", WHOLE),),
    "russian": (("class_teacher", WIDE), ("teacher", WIDE)),
    "primary": (("class_teacher", WHOLE), ("teacher", WHOLE)),
    "pupil": (("pupil", NARROW),),
    "classmate": (("pupil", WIDE),),
    "stranger_pupil": (("pupil", WHOLE),),
    "guardian": (("guardian", NARROW),),
    "class_guardian": (("guardian", WIDE),),
    "stranger_guardian": (("guardian", WHOLE),),
    "acting": (("head", NARROW),),
    # An employee without a post at the moment is somebody of the school and nothing more.
    "acted": (("everybody", NARROW),),
    "nobody": (("everybody", NARROW),),
    "foreigner": (),
    "server": (("server", NARROW),),
}


def read(name: str, width: int) -> dict[str, str]:
    """Return the signs of each line of a hand-written table, one for each column.

    Raises:
        ValueError: A line has another shape, or comes twice.
    """
    lines: dict[str, str] = {}
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        label, *groups = line.split()
        sizes = [len(group) for group in groups]
        signs = "".join(groups)
        if sizes != [*GROUPS][: len(sizes)] or len(signs) != width or set(signs) - {"+", "-", "="}:
            raise ValueError(f"{name}: the line {label} has another shape")
        if label in lines:
            raise ValueError(f"{name}: the line {label} comes twice")
        lines[label] = signs
    return lines


def signs_of(permissions: tuple[Permission, ...], width: int) -> str:
    """Return how the product's table reads in the columns of the hand-written one."""
    return "".join(
        "+" if any(_reaches(one, name) for one in _with_everybody(permissions)) else "-"
        for name in COLUMNS[:width]
    )


def _with_everybody(permissions: tuple[Permission, ...]) -> tuple[Permission, ...]:
    """Name everybody as one more subject where all of them may."""
    whole = {Permission(subject, "school") for subject in EVERYBODY}
    everybody = Permission("everybody", "school")
    return (*permissions, everybody) if whole <= set(permissions) else permissions


def _reaches(permission: Permission, column: str) -> bool:
    return any(
        permission.subject == subject and permission.over in over for subject, over in REACH[column]
    )


def differences(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """Return every cell in which two tables differ, as people look for it."""
    return [
        f"{label}, {COLUMNS[place]}: {found.get(label, '')[place : place + 1]!r}, not {sign!r}"
        for label, signs in wanted.items()
        for place, sign in enumerate(signs)
        if found.get(label, "")[place : place + 1] != sign
    ]
