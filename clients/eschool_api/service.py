"""An open replica behind the JSON door: what may be asked of it, and when it closes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eschool_web.door import Door
from eschool_web.proof import NEEDED, needs_proof
from eschool_web.refusals import RefusedRequest
from eschool_web.replica_source import ReplicaSource
from eschool_web.sessions import Sessions

from eschool_api.reads import Asking, Read, as_json
from eschool_api.rows import rows
from eschool_core import calendar
from eschool_core.commands.base import Command
from eschool_core.domain.row import Row
from eschool_core.errors import AccessError, RightsError
from eschool_core.labels import Language
from eschool_core.queries.in_force import zone_of
from eschool_core.queries.lease import lease_is_over
from eschool_core.regulation import checks
from eschool_core.store.store import Store
from eschool_sync.replica import Receipt, Replica

OPENED: Final = ""


class Service:
    """Answers for one person's open replica.

    Args:
        replica: Closed by ``close``.
        language: Of texts.

    Attributes:
        door: Counts the time without requests, and knows who has proven to be the owner.
    """

    def __init__(self, replica: Replica, language: Language = "ru") -> None:
        self.replica = replica
        self.language = language
        # The passphrase has opened the replica already.
        self.door = Door(lambda _: ReplicaSource(replica, keep_in_step=False), Sessions())
        self.door.unlock(OPENED)

    def read(self, read: Read, object_id: int, day: int | None) -> Any:
        """Return the answer to a question as JSON.

        Args:
            read: The question.
            object_id: What it is about; 0 where that is said already.
            day: Day number; None for the school's date.

        Raises:
            AccessError: ``access.lease``: too long without a word from the server.
            RightsError: Personal data outside the owner's work; the attempt is logged (1.4).
            InputError: What is asked about is not here.
        """
        if read.opens is not None:
            with self.replica.reading() as store:
                reading = read.opens(self._asking(store, day), object_id)
            if reading.note is not None:
                self.replica.do(reading.note)
            if not reading.allowed:
                raise RightsError(checks.OUT_OF_SCOPE)
        with self.replica.reading() as store:
            return as_json(read.ask(self._asking(store, day), object_id))

    def rows(
        self, table: type[Row], equals: dict[str, str], after: int, limit: int
    ) -> list[dict[str, Any]]:
        """Return rows of a table; see ``eschool_api.rows``.

        Raises:
            AccessError: ``access.lease``.
            InputError: ``api.column``.
        """
        with self.replica.reading() as store:
            self._check_lease(store)
            return rows(store, table, equals, after, limit)

    def do(self, commands: Sequence[Command], replaces: int | None) -> list[Receipt]:
        """Carry out commands that stand or fall together.

        Raises:
            RefusedRequest: ``web.proof``: one of them asks for the passphrase again.
            RegulationError, InputError: The local judgement refuses; nothing is kept.
            AccessError: ``access.lease``.
        """
        with self.replica.reading() as store:
            today = self._asking(store, None).today
            needed = any(needs_proof(store, command, today) for command in commands)
        if needed and not self.door.proven():
            raise RefusedRequest(403, NEEDED)
        return self.replica.do_all(commands, replaces=replaces)

    def _asking(self, store: Store, day: int | None) -> Asking:
        self._check_lease(store)
        moment = self.replica.now()
        today = calendar.local_day(moment, zone_of(store))
        return Asking(
            store=store,
            person_id=self.replica.person_id,
            day=today if day is None else day,
            today=today,
            moment=moment,
            language=self.language,
        )

    def _check_lease(self, store: Store) -> None:
        if lease_is_over(store, self.replica.status().last_sync, self.replica.now()):
            raise AccessError("access.lease")
