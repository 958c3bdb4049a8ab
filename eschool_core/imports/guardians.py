"""Guardians in a class list: columns of names and phones, and the cells that hold both.

A phone column belongs to the guardian column of the same word or number («Телефон матери»,
«Телефон 2»), else to the nearest one before it that has no phone yet. A pupil's own phone and a
phone without a guardian are not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eschool_core.errors import InputError
from eschool_core.imports.cells import as_text
from eschool_core.imports.drafts import GuardianDraft, NotTaken
from eschool_core.imports.names import split_full_name
from eschool_core.imports.tables import Row

_MOTHER, _FATHER = "мать", "отец"
_RELATION_STEMS = (
    (re.compile(r"\b(?:мат(?:ь|ер\w*)|мам\w*|mother)\b", re.IGNORECASE), _MOTHER),
    (re.compile(r"\b(?:от(?:ец|ц\w*)|пап\w*|father)\b", re.IGNORECASE), _FATHER),
    (re.compile(r"\b(?:бабушк\w*|grandmother)\b", re.IGNORECASE), "бабушка"),
    (re.compile(r"\b(?:дедушк\w*|grandfather)\b", re.IGNORECASE), "дедушка"),
    (re.compile(r"\b(?:опекун\w*|guardian)\b", re.IGNORECASE), "опекун"),
    (re.compile(r"\b(?:попечител\w*)\b", re.IGNORECASE), "попечитель"),
)
_GUARDIAN = re.compile(
    r"(?:фио )?(?:родител\w*|законн\w* представител\w*|родител\w* законн\w* представител\w*"
    r"|мат(?:ь|ер\w*)|мам\w*|от(?:ец|ц\w*)|пап\w*|опекун\w*|попечител\w*"
    r"|parents?|guardians?|mother|father)"
    r"(?: ученика| обучающегося| ребенка)?(?: no)?(?: \d)?(?: фио| (?:full )?name)?(?: \d)?"
)
_PHONE = re.compile(
    r"(?:(?:контактн\w* |мобильн\w* |сотов\w* )?тел(?:ефон\w*)?|номер телефона|моб|phone|mobile"
    r"|cell)\b.*|(?:parent|guardian|mother|father)(?: s)? (?:\d )?(?:phone|mobile)(?: \d)?"
)
_OF_PUPIL = re.compile(r"\b(?:учени\w+|обуча\w+|учащ\w+|ребенк\w+|pupil|student)\b")
_PHONE_NUMBER = re.compile(r"\+?\d(?:[\s()\-]*\d){6,14}")
_PIECES = re.compile(r"[,;/\n\r]+")
_LEFT_OVER = re.compile(r"[(),;:]+|(?<!\w)[-–—.]+(?!\w)")
_MOST_COLUMNS = 6
_MOST_IN_CELL = 4


@dataclass(frozen=True, slots=True)
class GuardianColumns:
    """Where one guardian of each pupil stands; ``title`` is the header of the name."""

    title: str
    name: int
    relation: str
    number: str
    phone: int | None = None


def guardian_columns(header: tuple[str, ...]) -> tuple[GuardianColumns, ...]:
    """Return the guardian columns of a header, given as normalised texts."""
    found = [
        GuardianColumns(text, position, _relation(text), _number(text))
        for position, text in enumerate(header)
        if _GUARDIAN.fullmatch(text)
    ][:_MOST_COLUMNS]
    for position, text in enumerate(header):
        if _PHONE.fullmatch(text) and not _OF_PUPIL.search(text):
            owner = _owner(position, text, found)
            if owner is not None:
                found[owner] = replace(found[owner], phone=position)
    return tuple(found)


def _owner(position: int, text: str, guardians: list[GuardianColumns]) -> int | None:
    free = [index for index, one in enumerate(guardians) if one.phone is None]
    marks = {mark for mark in (_relation(text), _number(text)) if mark}
    same = [index for index in free if marks & {guardians[index].relation, guardians[index].number}]
    before = [index for index in free if guardians[index].name < position]
    return next(iter(same or reversed(before)), None)


def _relation(text: str) -> str:
    return next((word for stem, word in _RELATION_STEMS if stem.search(text)), "")


def _number(text: str) -> str:
    found = re.search(r"\d", text)
    return found.group() if found else ""


def read_guardians(
    row: Row, columns: tuple[GuardianColumns, ...], left_out: list[NotTaken]
) -> tuple[GuardianDraft, ...]:
    """Return the guardians of a row; a cell without a whole name goes to ``left_out``.

    Raises:
        InputError: A cell holds a control character or is too long.
    """
    guardians: list[GuardianDraft] = []
    for one in columns:
        pieces = _PIECES.split(str(row.cell(one.name) or ""))
        texts = [text for piece in pieces if (text := as_text(piece, one.title))]
        phone = as_text(row.cell(one.phone), one.title)
        try:
            found = _guardians(texts, one, row.where)
        except InputError as reason:
            left_out.append(NotTaken(row.where, reason.key, tuple(reason.params.items())))
        else:
            guardians += [replace(each, phone=each.phone or phone) for each in found]
    return tuple(_keyed(each) for each in guardians)


def _guardians(texts: list[str], columns: GuardianColumns, where: str) -> list[GuardianDraft]:
    """Return the guardians that the pieces of one cell name.

    A piece of two words and more is a name; what stands beside or after it (the relation, the
    phone) is told of that person. Short pieces alone are one name in the English order.
    """
    read = [_read_piece(text) for text in texts]
    names = [name for name, _, _ in read if len(name.split()) > 1]
    if texts and not names:
        whole = split_full_name(", ".join(name for name, _, _ in read if name), columns.title)
        read = [(f"{whole.family} {whole.given} {whole.patronymic}", *_told(read))]
    found: list[GuardianDraft] = []
    for name, relation, phone in read:
        if len(name.split()) > 1:
            key = f"{where}/{columns.name + 1}.{len(found) + 1}"
            person = split_full_name(name, columns.title)
            found.append(GuardianDraft(key, person, columns.relation or relation, phone))
        elif found:
            last = found[-1]
            found[-1] = replace(last, relation=last.relation or relation, phone=last.phone or phone)
    return found[:_MOST_IN_CELL]


def _read_piece(text: str) -> tuple[str, str, str]:
    """Return name, relation and phone of one piece of a cell."""
    written = _PHONE_NUMBER.search(text)
    rest = text.replace(written.group(), " ") if written else text
    relation = _relation(rest)
    for stem, _ in _RELATION_STEMS:
        rest = stem.sub(" ", rest)
    name = " ".join(_LEFT_OVER.sub(" ", rest).split())
    return name, relation, written.group() if written else ""


def _told(read: list[tuple[str, str, str]]) -> tuple[str, str]:
    relation = next((relation for _, relation, _ in read if relation), "")
    return relation, next((phone for _, _, phone in read if phone), "")


def _keyed(guardian: GuardianDraft) -> GuardianDraft:
    """Return the guardian under name and phone, which join the rows of several children."""
    digits = re.sub(r"\D", "", guardian.phone)[-10:]
    name = guardian.name
    key = f"{name.family} {name.given} {name.patronymic} {digits}".casefold()
    return replace(guardian, key=key) if digits else guardian
