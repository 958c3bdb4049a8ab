"""All schools of one server: where they are, how they are opened, who answers for which."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from eschool_core import calendar
from eschool_core.commands.catalogue import validated
from eschool_core.commands.people import Appoint, HireStaff
from eschool_core.commands.school import FoundSchool
from eschool_core.domain.enums import Role
from eschool_core.errors import AccessError, InputError, TransportError
from eschool_core.ids import make_id
from eschool_core.imports.builder import BatchEntry
from eschool_core.imports.drafts import NameDraft
from eschool_core.store.database import Database, SqliteDatabase, transaction
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.protocol.branching import read_branch_request
from eschool_sync.protocol.enrolling import read_enrol_request
from eschool_sync.protocol.files import read_get, read_put
from eschool_sync.protocol.messages import read_request
from eschool_sync.protocol.proving import read_proof_request
from eschool_sync.protocol.readmitting import read_readmission, read_witness
from eschool_sync.protocol.repairing import read_repair_request
from eschool_sync.protocol.snapshot import read_snapshot_request
from eschool_sync.security.cipher import create_encrypted, open_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import Random, SystemRandom
from eschool_sync.server import branching, files, reading, repairing, restoring
from eschool_sync.server.migrating import migrate, require_current
from eschool_sync.server.postgres import open_postgres
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.state import ServerState
from eschool_sync.server.tables import create_server_tables

STATE_FILE: Final = "state.json"
DATABASE_FILE: Final = "school.db"
NUMBER_BYTES: Final = 4


READERS: Final[dict[str, Callable[[bytes], object]]] = {
    "enrol": read_enrol_request,
    "sync": read_request,
    "snapshot": read_snapshot_request,
    "proof": read_proof_request,
    "repair": read_repair_request,
    "witness": read_witness,
    "readmit": read_readmission,
    "branch": read_branch_request,
    "putfile": read_put,
    "getfile": read_get,
}


class Directory:
    """The server's data folder, and the PostgreSQL server if there is one.

    Args:
        folder: Holds one folder for each school.
        postgres_url: Where the schools' schemas are; empty for one SQLite file each.
    """

    def __init__(
        self,
        folder: Path,
        postgres_url: str = "",
        *,
        clock: Clock | None = None,
        random: Random | None = None,
    ) -> None:
        self.folder = folder
        self._postgres_url = postgres_url
        self._clock = clock or SystemClock()
        self._random = random or SystemRandom()
        self._open: dict[int, ServerSchool] = {}
        self._lock = threading.Lock()

    def numbers(self) -> list[int]:
        """Return the numbers of the schools, sorted."""
        return sorted(
            int(entry.name)
            for entry in self.folder.glob("*")
            if entry.name.isdecimal() and (entry / STATE_FILE).exists()
        )

    def knows(self, school: int) -> bool:
        """Return whether a school has this number."""
        with self._lock:
            if school in self._open:
                return True
        return (self.folder / str(school) / STATE_FILE).exists()

    def found(self, name: str, zone: str, officer: NameDraft) -> tuple[int, int]:
        """Found a school with its system officer, who enters everything else.

        Returns:
            The school's number and the officer's person id.

        Raises:
            InputError: A name or the zone is not valid; nothing is left behind.
        """
        founding = validated(FoundSchool, {"name": name, "zone": zone})
        hiring = validated(HireStaff, asdict(officer))
        # Numbers are drawn, not counted: one school's address tells nothing of another's.
        number = 1 + int.from_bytes(self._random.bytes(NUMBER_BYTES), "big") % (1 << 31)
        folder = self.folder / str(number)
        folder.mkdir(parents=True, mode=0o700)
        try:
            school = self._create(number, folder)
            first = school.next_number()
            officer_id = make_id(school.state.server_device, first + 1)
            today = calendar.local_day(self._clock.wall(), zone)
            appointing = Appoint(person_id=officer_id, role=Role.SYSTEM_OFFICER, first_day=today)
            acts = enumerate((founding, hiring, appointing))
            outcomes = school.act_all([BatchEntry(first + place, 1, act) for place, act in acts])
            refused = next((outcome for outcome in outcomes if outcome.key), None)
            if refused is not None:
                raise InputError(refused.key, **dict(refused.params))
        except BaseException:
            self._forget(number)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return number, officer_id

    def school(self, number: int) -> ServerSchool:
        """Return a school, opened once.

        Raises:
            InputError: ``server.no_school``, ``schema.newer``.
            DamageError: Its files are damaged.
            BusyError: ``busy.migrating``: its tables are older than this program.
        """
        with self._lock:
            known = self._open.get(number)
        if known is not None and known.is_usable:
            return known
        self._forget(number)
        state = ServerState.load(self.folder / str(number) / STATE_FILE)
        database = self._connected(number, state)
        try:
            require_current(database)
        except BaseException:
            database.close()
            raise
        return self._keep(number, database, state)

    def migrate(self, number: int) -> tuple[int, int]:
        """Bring a school's tables up to this program; return their versions before and after.

        Raises:
            InputError: ``server.no_school``, ``schema.newer``.
        """
        state = ServerState.load(self.folder / str(number) / STATE_FILE)
        with closing(self._connected(number, state)) as database:
            return migrate(database, bytes.fromhex(state.digest_key))

    def connection(self, number: int) -> Database:
        """Return a further connection to a school's database, which the caller closes.

        Raises:
            InputError: ``server.no_school``.
            DamageError: Its files are damaged.
        """
        folder = self.folder / str(number)
        return self._connected(number, ServerState.load(folder / STATE_FILE))

    def close(self) -> None:
        """Close every school."""
        for number in list(self._open):
            self._forget(number)

    def handle(self, school: int, route: str, body: bytes, source: str) -> bytes:
        """Answer one request of a device; called by one thread a school.

        Raises:
            AccessError: No such school looks like an unknown device.
            TransportError: ``transport.route``: no such door.
            EschoolError: As ``ServerSchool.enrol`` and ``ServerSchool.sync``.
        """
        if route not in READERS:
            raise TransportError("transport.route")
        try:
            served = self.school(school)
        except InputError as error:
            # A malformed body gets the same answer whether or not there is such a school.
            READERS[route](body)
            raise AccessError("access.device") from error
        answers: dict[str, Callable[[bytes], bytes]] = {
            "enrol": served.enrol,
            "sync": served.sync,
            "snapshot": partial(reading.snapshot, served),
            "proof": partial(reading.prove, served),
            "repair": partial(repairing.repair, served),
            "witness": partial(restoring.hear_witness, served),
            "readmit": partial(restoring.readmit, served),
            "branch": partial(branching.branch, served),
            "putfile": partial(files.put, served),
            "getfile": partial(files.get, served),
        }
        with served.turn:
            return answers[route](body)

    def _connected(self, number: int, state: ServerState) -> Database:
        if self._postgres_url:
            return open_postgres(self._postgres_url, number)
        key = DatabaseKey.from_bytes(bytes.fromhex(state.database_key))
        path = self.folder / str(number) / DATABASE_FILE
        return SqliteDatabase(open_encrypted(path, key))

    def _create(self, number: int, folder: Path) -> ServerSchool:
        state = ServerState.found(number, self._random)
        if self._postgres_url:
            database: Database = open_postgres(self._postgres_url, number, create=True)
        else:
            key = DatabaseKey.from_bytes(bytes.fromhex(state.database_key))
            database = SqliteDatabase(create_encrypted(folder / DATABASE_FILE, key))
        with transaction(database):
            create_server_tables(database)
        state.save(folder / STATE_FILE)
        return self._keep(number, database, state)

    def _keep(self, number: int, database: Database, state: ServerState) -> ServerSchool:
        path = self.folder / str(number) / STATE_FILE
        school = ServerSchool(database, state, path, self._clock, self._random)
        with self._lock:
            return self._open.setdefault(number, school)

    def _forget(self, number: int) -> None:
        with self._lock:
            school = self._open.pop(number, None)
        if school is not None:
            school.close()
