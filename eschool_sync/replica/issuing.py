"""Issues papers from a replica: entered here at once, proven where the school can be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from eschool_core.commands.issuing import IssueDocument
from eschool_core.domain.enums import Verdict
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.errors import BusyError, InputError, TransportError
from eschool_core.forms.wishes import Wish
from eschool_core.ids import make_id
from eschool_core.store.store import Store
from eschool_sync.history.paper_code import ProvenCode, bare_code
from eschool_sync.history.proof import Proof
from eschool_sync.issuing import NOT_ISSUED, Code
from eschool_sync.replica.replica import Replica
from eschool_sync.replica.reports import Receipt

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress

NO_LINE: Final = (TransportError, BusyError)

Tell = Callable[[int, int], None]
"""Told how many papers of how many are proven."""


class ReplicaIssuer:
    """Issues as the owner of a replica; see ``Issuer``.

    Args:
        replica: The owner's.
        online: Whether the school was heard just now; if not, it is not asked.
        progress: Of the exchange.
        tell: Told of each proof.
    """

    def __init__(
        self,
        replica: Replica,
        *,
        online: bool = True,
        progress: Progress | None = None,
        tell: Tell = lambda done, total: None,
    ) -> None:
        self._replica = replica
        self._online = online
        self._progress = progress
        self._tell = tell

    def give(self, commands: Sequence[IssueDocument]) -> list[int]:
        """Enter the papers here, for the next exchange at the latest."""
        receipts = self._replica.do_all(commands)
        if any(_is_held(receipt) for receipt in receipts):
            raise InputError(NOT_ISSUED)
        return [make_id(self._replica.device, receipt.number) for receipt in receipts]

    def codes(self, row_ids: Sequence[int], wishes: Sequence[Wish]) -> list[Code]:
        """Send the entries and prove each; bare codes where the line is lost on the way."""
        proofs = self._proofs(row_ids) if self._online else None
        if proofs is not None:
            return [ProvenCode(proof) for proof in proofs]
        head = self._replica.witness().tree_head
        return [
            bare_code(row_id, wish.paper.hash(), head)
            for row_id, wish in zip(row_ids, wishes, strict=True)
        ]

    def reading(self) -> AbstractContextManager[Store]:
        """Give the replica's rows."""
        return self._replica.reading()

    def school_key(self) -> bytes:
        """The key that the replica has known since its enrolment."""
        return self._replica.witness().school_key

    def _proofs(self, row_ids: Sequence[int]) -> list[Proof] | None:
        found = []
        try:
            self._replica.sync(self._progress)
            for row_id in row_ids:
                found.append(self._replica.prove(IssuedDocument.number, row_id))
                self._tell(len(found), len(row_ids))
        except NO_LINE:
            self._require_there(row_ids)
            return None
        except InputError as error:
            if error.key != "proof.none":
                raise
            # The school has not taken the entry: why, is on the list of what was refused.
            raise InputError(NOT_ISSUED) from error
        return found

    def _require_there(self, row_ids: Sequence[int]) -> None:
        """Let pass what stands here; the exchange may have brought a refusal before it broke.

        Raises:
            InputError: ``print.not_issued``.
        """
        with self._replica.reading() as store:
            if any(store.get(IssuedDocument, row_id) is None for row_id in row_ids):
                raise InputError(NOT_ISSUED)


def _is_held(receipt: Receipt) -> bool:
    return receipt.outcome is not None and receipt.outcome.verdict is Verdict.HELD
