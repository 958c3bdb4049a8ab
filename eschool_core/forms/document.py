"""What is put on paper: sheets with tables, orders and acts, slips of a quarter of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.care import SchoolDetails
from eschool_core.labels import Language, text
from eschool_core.queries.in_force import local, zone_of
from eschool_core.reports.table import Table
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an issued paper bears: the code by which it is checked, and its place in the log.

    Attributes:
        code: The digits of the code, see ``eschool_sync.history.paper_code``.
        about: What is issued: title, class, period.
        lines: What stands beside it: number, moment of the data, what the code proves.
        copy: «Копия верна» with the number; empty where it is no certified copy.
        post: Of who certifies it.
        name: Of the same.
    """

    code: str
    about: str
    lines: tuple[str, ...]
    copy: str = ""
    post: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip of a quarter of a page, or of a whole one where it does not fit.

    Attributes:
        title: Its first line.
        about: Lines beneath: whom it is for, of which days.
        table: What it tells; None where ``fields`` say all.
        fields: Names with values, one under another.
        foot: Lines at its end, each a place for a signature or a remark.
        stamp: Of a slip that was issued.
    """

    title: str
    about: tuple[str, ...]
    table: Table | None = None
    fields: tuple[tuple[str, str], ...] = ()
    foot: tuple[str, ...] = ()
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a deed: a heading, paragraphs, a table; any of them may be absent."""

    heading: str = ""
    lines: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """An order or an act: words with the signatures beneath them.

    Attributes:
        school: Its name, where the letterhead is not entered.
        title: «Приказ № 17 от 08.09.2026».
        about: Lines beneath the title.
        sections: What it says, one after another.
        signers: Posts, or what they sign as: «Сдал(а)».
        annexed: What follows the signatures: the list of those who have seen an order.
    """

    school: str
    title: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    signers: tuple[str, ...]
    annexed: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One PDF.

    Attributes:
        title: Name of the whole, for the file's own data.
        letterhead: What stands over each sheet: the school's requisites.
        printed: The date that the paper bears, on the school's calendar.
        as_of: «по данным на …» where the paper is printed from a replica; else empty.
        stamps: At each table the stamp of the paper that ends with it, or None; empty where
            nothing is issued.
        bound: Whether a last sheet says how many sheets are sewn (4.4.5/2).
    """

    title: str
    letterhead: tuple[str, ...]
    printed: date
    tables: tuple[Table, ...] = ()
    slips: tuple[Slip, ...] = ()
    deeds: tuple[Deed, ...] = ()
    stamps: tuple[Stamp | None, ...] = ()
    as_of: str = ""
    bound: bool = False
    layout: int = 0
    language: Language = "ru"


def drawn_up(
    store: Store,
    title: str,
    today: int,
    moment: int,
    *,
    tables: Sequence[Table] = (),
    slips: Sequence[Slip] = (),
    deeds: Sequence[Deed] = (),
    language: Language = "ru",
) -> Document:
    """Return a document with the school's requisites that says as of when its data are.

    Args:
        store: Where the data come from.
        title: Name of the whole.
        today: The date that the paper bears, as a day number.
        moment: Of the data, seconds UTC: of the last sync, or now at the server.
        tables: Its sheets.
        slips: Its slips.
        deeds: Its orders and acts.
        language: Of the words.
    """
    as_of = local(moment, zone_of(store))
    shown = "–" if as_of is None else f"{as_of:%d.%m.%Y %H:%M}"
    return Document(
        title=title,
        letterhead=letterhead(store, language),
        printed=calendar.date_of(today),
        tables=tuple(tables),
        slips=tuple(slips),
        deeds=tuple(deeds),
        as_of=text("form.as_of", language, moment=shown),
        language=language,
    )


def letterhead(store: Store, language: Language) -> tuple[str, ...]:
    """Return the school's requisites, as far as they are entered (2.1)."""
    row = store.first(SchoolDetails)
    if row is None:
        return ()
    contacts = ", ".join(part for part in (row.phone, row.email, row.website) if part)
    numbers = ", ".join(
        text(f"form.{name}", language, number=value)
        for name, value in (
            ("tax_number", row.tax_number),
            ("state_number", row.state_number),
            ("licence", row.licence),
        )
        if value
    )
    return tuple(line for line in (row.full_name, row.address, contacts, numbers) if line)
