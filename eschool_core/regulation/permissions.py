"""The table of permissions: who may give each command and who sees each kind of rows (4.1).

The table is data beside this module (``permissions.toml``), to be printed and read by people; the
rights that judge commands are in ``eschool_core.commands``, the scopes of replicas with the
server. A test holds table and judgement equal, cell by cell, against a second table.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Over = Literal["school", "class", "own"]
Section = Literal["commands", "reads"]

ADMINISTRATION = (
    "head",
    "deputy_studies",
    "deputy_upbringing",
    "deputy_safety",
    "deputy_facilities",
)
EVERYBODY = (
    *ADMINISTRATION,
    "hr_specialist",
    "system_officer",
    "teacher",
    "class_teacher",
    "pupil",
    "guardian",
)
SUBJECTS = (*EVERYBODY, "server")
_SETS = {"administration": ADMINISTRATION, "everybody": EVERYBODY}


@dataclass(frozen=True, slots=True)
class Permission:
    """One subject who may, and over what.

    Attributes:
        subject: One of ``SUBJECTS``.
        over: ``school``: everything; ``class``: the class led, taught in or attended; ``own``:
            the journal taught, oneself, the own child.
    """

    subject: str
    over: Over


@cache
def table(section: Section) -> dict[str, tuple[Permission, ...]]:
    """Return who may, by command kind or by kind of partition, in the order of the file.

    A command that asks for different people by its object has a line for each, told apart by
    what follows the slash.

    Raises:
        ValueError: The file names a subject or an object that there is not.
    """
    source = files("eschool_core.regulation").joinpath("permissions.toml")
    sections = tomllib.loads(source.read_text(encoding="utf-8"))
    return {
        name: tuple(one for word in words.split() for one in _permissions(word))
        for name, words in sections[section].items()
    }


def _permissions(word: str) -> list[Permission]:
    name, _, over = word.partition(":")
    subjects = _SETS.get(name, (name,))
    return [Permission(_subject(subject), _over(over)) for subject in subjects]


def _subject(word: str) -> str:
    if word not in SUBJECTS:
        raise ValueError(f"permissions.toml names no subject {word}")
    return word


def _over(word: str) -> Over:
    if word == "":
        return "school"
    if word == "class":
        return "class"
    if word == "own":
        return "own"
    raise ValueError(f"permissions.toml names no object {word}")
