"""The pages' source over a teacher's own open replica."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from eschool_core.commands.base import Command
from eschool_core.imports.builder import CommandBatch
from eschool_core.store.store import Store
from eschool_sync.history.proof import Proof
from eschool_sync.issuing import Issuer
from eschool_sync.replica import FileContent, Receipt, RefusedCommand, Replica
from eschool_sync.replica.issuing import ReplicaIssuer
from eschool_sync.replica.slots import slots_of
from eschool_web.listening import Listening
from eschool_web.source import Standing
from eschool_web.syncing import Syncing

T = TypeVar("T")
PAGE_KEY: Final = b"eschool/pages/unsaved"


class ReplicaSource:
    """Answers from a replica; see ``Source``.

    Args:
        replica: Open; closed by ``close``.
        keep_in_step: Exchange with the server in the background, and at once when it has news.
    """

    def __init__(self, replica: Replica, *, keep_in_step: bool = True) -> None:
        self._replica = replica
        self._syncing = Syncing(replica.sync, replica.send_files)
        self._listening = Listening(replica.watch, self._syncing.now)
        if keep_in_step:
            self._syncing.start()
            self._listening.start()

    @property
    def person_id(self) -> int:
        """The replica's owner."""
        return self._replica.person_id

    @property
    def site(self) -> str:
        """Where the replica exchanges."""
        return self._replica.status().server_url

    @property
    def school(self) -> int:
        """The school's number there."""
        return self._replica.school

    def now(self) -> int:
        """Return the replica's estimate of the server's time."""
        return self._replica.now()

    def read(self, question: Callable[[Store], T]) -> T:
        """Return what a query finds in the rows that are here."""
        with self._replica.reading() as store:
            return question(store)

    def do(self, command: Command, *, replaces: int | None = None) -> Receipt:
        """Carry out a command here, durably, and send it soon."""
        receipt = self._replica.do(command, replaces=replaces)
        self._syncing.soon()
        return receipt

    def attach(self, lesson_id: int, name: str, content: bytes, *, for_homework: bool) -> Receipt:
        """Keep a file here, durably; its row goes soon, its bytes after it."""
        receipt = self._replica.attach_file(lesson_id, name, content, for_homework=for_homework)
        self._syncing.soon()
        return receipt

    def file(self, file_id: int) -> FileContent:
        """Return a file from here, or from the server."""
        return self._replica.read_file(file_id)

    def unsent_files(self) -> frozenset[bytes]:
        """Return the hashes of files that wait here."""
        return self._replica.unsent_files()

    def batch(self) -> CommandBatch:
        """Return an empty batch with the numbers that come next."""
        return CommandBatch(self._replica.device, self._replica.next_number())

    def give_batch(self, batch: CommandBatch) -> None:
        """Give what is in a batch as one group, and send it soon."""
        if batch.commands:
            self._replica.do_all(batch.group)
            self._syncing.soon()

    def last_seen(self) -> None:
        """Return nothing: the server alone hears of everybody."""

    def family_weeks(self) -> None:
        """Return nothing, as above."""

    def unconfirmed(self) -> frozenset[tuple[int, int]]:
        """Return the rows that commands without a verdict have written."""
        return self._replica.unconfirmed()

    def refused(self) -> list[RefusedCommand]:
        """Return what the server rejected or holds."""
        return self._replica.refused()

    def dismiss(self, number: int) -> None:
        """Take a refused command off the list."""
        self._replica.dismiss(number)

    def standing(self) -> Standing:
        """Return how the replica stands to its server."""
        status = self._replica.status()
        return Standing(
            pending=status.pending,
            refused=status.rejected + status.held,
            last_sync=status.last_sync,
            seq=status.seq,
            syncing=self._syncing.running,
            trouble=self._syncing.trouble,
        )

    def sync_soon(self) -> None:
        """Exchange now."""
        self._syncing.now()

    def page_key(self) -> bytes:
        """Return a key made from the replica's own: the same after each unlocking."""
        return self._replica.derived_key(PAGE_KEY)

    def proof_of(self, table: int, row_id: int) -> Proof:
        """Fetch a proof from the server, checked against what this replica has seen."""
        return self._replica.prove(table, row_id)

    def issuer(self) -> Issuer:
        """Issue here, and prove where the school can be asked."""
        return ReplicaIssuer(self._replica)

    def school_key(self) -> bytes:
        """Return the key that the replica has known since its enrolment."""
        return self._replica.witness().school_key

    def prove(self, passphrase: str) -> None:
        """Let pass who knows the replica's passphrase."""
        slots_of(self._replica.folder).unlock_with_passphrase(passphrase)

    def stop(self) -> None:
        """End the exchanges in the background."""
        self._listening.stop()
        self._syncing.stop()

    def close(self) -> None:
        """End the exchange in hand, and close the replica: the key leaves with it."""
        self.stop()
        self._replica.close()
        self._listening.join()
