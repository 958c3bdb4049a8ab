"""What is printed to count is issued first: the commands, the proofs, the stamps on the paper.

One way for the command line, for the pages at a replica and for those at the server: they differ
in their ``Issuer`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from eschool_core import calendar
from eschool_core.commands.issuing import IssueDocument
from eschool_core.domain.enums import Role
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.forms.document import Document, Stamp
from eschool_core.forms.wishes import Wish, stamped
from eschool_core.labels import Language, text
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.issued import certifier, paper_number
from eschool_core.store.store import Store
from eschool_sync.history.paper_code import BareCode, ProvenCode

NOT_ISSUED: Final = "print.not_issued"

Code = ProvenCode | BareCode


class Issuer(Protocol):
    """A person's way to the log of issued papers."""

    def give(self, commands: Sequence[IssueDocument]) -> list[int]:
        """Give commands that stand or fall together; return the ids of the log's rows.

        Raises:
            RightsError: They are not for this person to issue (5.2).
            InputError: ``print.not_issued``.
        """
        ...

    def codes(self, row_ids: Sequence[int], wishes: Sequence[Wish]) -> list[Code]:
        """Return the code of each paper: proven, or bare where the school cannot be asked.

        Raises:
            InputError: ``print.not_issued``: the school refuses them or has yet to decide.
        """
        ...

    def reading(self) -> AbstractContextManager[Store]:
        """Give the rows that the person has, the log's among them."""
        ...

    def school_key(self) -> bytes:
        """The school's public key."""
        ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A document whose papers are issued.

    Attributes:
        proven: False where it was printed without a line to the school.
    """

    document: Document
    proven: bool


def issue(issuer: Issuer, document: Document, wishes: Sequence[Wish], as_of: int) -> Issued:
    """Issue the papers of a document together and return it with a stamp on each.

    Args:
        issuer: Of who issues them.
        document: On which they stand, and nothing else.
        wishes: What to issue, in the document's order.
        as_of: The moment whose data it shows, seconds UTC.

    Raises:
        RightsError, InputError: As ``Issuer.give`` and ``Issuer.codes``; nothing is printed.
    """
    day = calendar.day_number(document.printed)
    ids = issuer.give([wish.command(day, as_of) for wish in wishes])
    codes = issuer.codes(ids, wishes)
    with issuer.reading() as store:
        stamps = [
            stamp_of(
                store,
                store.require(IssuedDocument, row_id),
                wish.about,
                code,
                issuer.school_key(),
                document.language,
            )
            for row_id, wish, code in zip(ids, wishes, codes, strict=True)
        ]
    proven = all(isinstance(code, ProvenCode) for code in codes)
    return Issued(stamped(document, wishes, stamps), proven)


def stamp_of(
    store: Store,
    row: IssuedDocument,
    about: str,
    code: Code,
    school_key: bytes,
    language: Language,
) -> Stamp:
    """Return what an issued paper bears.

    Args:
        store: Where the log's row stands.
        row: Of the paper.
        about: What the paper is called: title, class, period.
        code: Of the paper.
        school_key: The school's public key.
        language: Of the words.

    Raises:
        AccessError: ``paper.never_issued``: the code is not this school's.
    """
    zone, head = zone_of(store), code.check(school_key).head

    def shown(seconds: int) -> str:
        at = local(seconds, zone)
        return "–" if at is None else f"{at:%d.%m.%Y %H:%M}"

    if isinstance(code, ProvenCode):
        proven = text("paper.line.proven", language, seq=code.proof.seq, moment=shown(head.time))
    else:
        proven = text("paper.line.bare", language, size=head.size, moment=shown(head.time))
    lines = (
        text("paper.line.number", language, number=paper_number(row.id)),
        text("form.as_of", language, moment=shown(row.as_of)),
        proven,
        text("paper.line.check", language),
    )
    if not row.certified:
        return Stamp(code.to_digits(), about, lines)
    return Stamp(
        code.to_digits(),
        about,
        lines,
        copy=text("form.copy", language).upper(),
        post=text(f"Role.{Role(row.post).name.lower()}", language),
        name=certifier(store, row.issued_by_id),
    )
