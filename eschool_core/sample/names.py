"""Russian names of invented people: surnames and rare given names from mimesis."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mimesis import Person
from mimesis.enums import Gender
from mimesis.locales import Locale
from mimesis.random import Random

from eschool_core.domain.enums import Sex
from eschool_core.imports.drafts import NameDraft

_RARE_NAME_SHARE = 0.15
_FEMALE_STAFF_SHARE = 0.85
_SOFT_ENDINGS = ("ий", "ый", "ой")
_POSSESSIVE_ENDINGS = ("ов", "ев", "ёв", "ин", "ын")


@dataclass(frozen=True, slots=True)
class NameLists:
    """What ``names.toml`` holds."""

    class_letters: str
    mother: str
    father: str
    grandmother: str
    male: list[str]
    female: list[str]
    fathers: list[list[str]]


@cache
def name_lists() -> NameLists:
    """Return the lists of the file."""
    file = files("eschool_core.sample.data").joinpath("names.toml")
    return NameLists(**tomllib.loads(file.read_text("utf-8")))


@dataclass(frozen=True, slots=True)
class Father:
    """Where children have their surname and patronymic from.

    Attributes:
        family: Masculine form.
        patronymics: Of a son and of a daughter.
    """

    family: str
    given: str
    patronymics: tuple[str, str]


class NameSource:
    """Invents names; the same seed gives the same names in the same order."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)
        self._person = Person(Locale.RU, seed=seed)

    def father(self) -> Father:
        """Return a new father of a family."""
        given, of_son, of_daughter = self._random.choice(name_lists().fathers)
        return Father(self._person.surname(Gender.MALE), given, (of_son, of_daughter))

    def child(self, father: Father, sex: Sex) -> NameDraft:
        """Return a child of ``father``."""
        of_son, of_daughter = father.patronymics
        given = self._given(sex)
        if sex is Sex.MALE:
            return NameDraft(father.family, given, of_son)
        return NameDraft(feminine(father.family), given, of_daughter)

    def adult(self, sex: Sex, family: str | None = None) -> NameDraft:
        """Return a grown-up, of the masculine surname ``family`` if one is given."""
        father = self.father()
        if family is not None:
            father = Father(family, father.given, father.patronymics)
        return self.child(father, sex)

    def staff_member(self) -> NameDraft:
        """Return a teacher: a woman in most cases, as in most schools."""
        woman = self._random.random() < _FEMALE_STAFF_SHARE
        return self.adult(Sex.FEMALE if woman else Sex.MALE)

    def _given(self, sex: Sex) -> str:
        if self._random.random() < _RARE_NAME_SHARE:
            return self._person.first_name(Gender.MALE if sex is Sex.MALE else Gender.FEMALE)
        lists = name_lists()
        return self._random.choice(lists.male if sex is Sex.MALE else lists.female)


def feminine(family: str) -> str:
    """Return the feminine form of a masculine Russian surname.

    >>> feminine("Белый"), feminine("Пушкин"), feminine("Шевченко")
    ('Белая', 'Пушкина', 'Шевченко')
    """
    if family.endswith(_SOFT_ENDINGS):
        return family[:-2] + ("яя" if family.endswith("ний") else "ая")
    return family + "а" if family.endswith(_POSSESSIVE_ENDINGS) else family


def full_name(name: NameDraft) -> str:
    """Return surname, given name and patronymic in one line."""
    return " ".join(part for part in (name.family, name.given, name.patronymic) if part)
