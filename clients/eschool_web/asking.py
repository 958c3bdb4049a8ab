"""What a view is asked and what it may answer; views know no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from eschool_core import calendar
from eschool_core.errors import InputError
from eschool_core.forms.document import Document
from eschool_core.forms.wishes import Wish
from eschool_core.labels import Language
from eschool_core.queries.in_force import zone_of
from eschool_core.store.store import Store
from eschool_web.refusals import NOT_FOUND, RefusedRequest
from eschool_web.source import Source

T = TypeVar("T")
MAX_ID = 2**53 - 1
MAX_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a person whose source is open.

    Attributes:
        path: Ids in the address.
        query: What stands behind the question mark, each name once.
        body: Of an unsafe call; a JSON object.
        proven: The person has entered the passphrase again a moment ago (``proof``).
    """

    source: Source
    language: Language
    path: Mapping[str, int] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    proven: bool = False

    def read(self, question: Callable[[Store], T]) -> T:
        """Return what a query finds in the person's source."""
        return self.source.read(question)

    def today(self) -> int:
        """Return the school's date as a day number."""
        zone = self.read(zone_of)
        return calendar.local_day(self.source.now(), zone)

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number behind the question mark.

        Raises:
            RefusedRequest: It is none.
        """
        given = self.query.get(name)
        if given is None:
            return default
        if not given.isascii() or not given.isdigit() or len(given) > MAX_ID_DIGITS:
            raise RefusedRequest(404, NOT_FOUND)
        return int(given)


def form_number(asked: Asked, name: str) -> int:
    """Return a whole number of a form.

    Raises:
        InputError: ``web.not_found``: it is none.
    """
    given = str(asked.body.get(name, ""))
    if not given.isascii() or not given.isdigit() or len(given) > MAX_ID_DIGITS:
        raise InputError(NOT_FOUND)
    return int(given)


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be made from a template."""

    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Data:
    """An answer for the page's own modules."""

    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another page, by its own address."""

    address: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved; its name is made safe on the way (``disposition``)."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to be issued, typeset and saved: slow, and waits for no turn at the source.

    Attributes:
        wishes: What of it is issued: all that it holds, or nothing.
        as_of: The moment whose data it shows, seconds UTC.
    """

    name: str
    document: Document
    wishes: tuple[Wish, ...] = ()
    as_of: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that may have to come from afar: made outside the turn of the source."""

    fetch: Callable[[], File]


Reply = Page | Data | Elsewhere | File | Paper | Fetched
View = Callable[[Asked], Reply]
