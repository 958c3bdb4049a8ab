"""What is to be issued of a document, and the stamps on it once it is (5.2, 4.4.5/2, 4.6.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eschool_core import calendar
from eschool_core.commands.issuing import WEEKLY_SLIP, IssueDocument
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.forms.content import Paper
from eschool_core.forms.document import Document, Slip, Stamp
from eschool_core.queries.paper import PaperWeek
from eschool_core.reports.table import Table
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Wish:
    """A paper that is to be issued; the other fields are those of ``IssueDocument``.

    Attributes:
        about: What the paper is called beside its code: title, class, period.
    """

    paper: Paper
    about: str
    form: str
    first_day: int
    last_day: int
    class_id: int = 0
    object_id: int = 0
    certified: bool = False

    def command(self, day: int, as_of: int) -> IssueDocument:
        """Return the command that issues it.

        Args:
            day: The date that the paper bears, as a day number.
            as_of: The moment whose data it shows, seconds UTC.
        """
        return IssueDocument(
            form=self.form,
            sheet_hash=self.paper.hash(),
            class_id=self.class_id,
            object_id=self.object_id,
            first_day=self.first_day,
            last_day=self.last_day,
            day=day,
            as_of=as_of,
            certified=int(self.certified),
        )


def of_table(
    table: Table, form: str, class_id: int, object_id: int = 0, *, certified: bool = False
) -> Wish:
    """Return the wish for a report of its own."""
    about = ", ".join(part for part in (table.title, table.subject_of, table.period) if part)
    days = calendar.day_number(table.first_day), calendar.day_number(table.last_day)
    return Wish(Paper((table,)), about, form, *days, class_id, object_id, certified)


def of_week(week: PaperWeek, slips: Sequence[Slip], class_id: int) -> list[Wish]:
    """Return a wish for each weekly list of a class, in the order of its entries."""
    days = calendar.day_number(week.first_day), calendar.day_number(week.last_day)
    return [
        Wish(Paper(slip=slip), slip.title, WEEKLY_SLIP, *days, class_id, entry.application_id)
        for slip, entry in zip(slips, week.entries, strict=True)
    ]


def issued_as(store: Store, wish: Wish) -> IssuedDocument | None:
    """Return the newest entry of the log by which just this paper was issued; None for none."""
    same = store.select(
        IssuedDocument,
        form=wish.form,
        class_id=wish.class_id,
        object_id=wish.object_id,
        first_day=wish.first_day,
        last_day=wish.last_day,
        sheet_hash=wish.paper.hash(),
        certified=int(wish.certified),
    )
    return max(same, key=lambda row: (row.issued_at, row.id), default=None)


def stamped(document: Document, wishes: Sequence[Wish], stamps: Sequence[Stamp]) -> Document:
    """Return a document whose papers, which are all that it holds, bear their stamps."""
    pairs = list(zip(wishes, stamps, strict=True))
    slips = tuple(replace(wish.paper.slip, stamp=one) for wish, one in pairs if wish.paper.slip)
    return replace(document, slips=slips, stamps=tuple(_on_tables(pairs)))


def _on_tables(pairs: Sequence[tuple[Wish, Stamp]]) -> Iterator[Stamp | None]:
    """Yield what stands at each table: a paper's stamp stands at its last one."""
    for wish, stamp in pairs:
        if wish.paper.tables:
            yield from [None] * (len(wish.paper.tables) - 1)
            yield stamp
