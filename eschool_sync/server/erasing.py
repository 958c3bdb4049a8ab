"""Erases on the server what approved acts of destruction name (5.3, design §6).

Rows go by a command in the log; payload and salt of the commands that wrote them go in the same
transaction. Which payloads went is also written to a file outside the database, before they go:
a backup restored from before the erasure still holds them, and is made to forget them again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from eschool_core.commands.base import Occasion
from eschool_core.commands.erasing import EraseRecord, erased_rows, whole_partitions
from eschool_core.commands.former import OF_PEOPLE, ProposeErasure, check_over
from eschool_core.commands.rights import act_days
from eschool_core.domain.archive import ArchiveEntry
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.errors import BusyError, DamageError, InputError
from eschool_core.imports.builder import BatchEntry
from eschool_core.regulation.interval import Interval
from eschool_sync.history.entries import LogEntry, read_log
from eschool_sync.history.erasure import Plan, plan_erasure
from eschool_sync.history.remains import Gone, digest_of, read_remains, write_remains
from eschool_sync.history.verify import Verifier
from eschool_sync.security.durable import read_at_most, write_atomically
from eschool_sync.server.school import ServerSchool

FILE: Final = "erased.json"
FORMAT: Final = 1
MAX_BYTES: Final = 512 * 1024 * 1024
NOTHING: Final = "0" * 64
RETRY_SECONDS: Final = 60
OF_ACCOUNT: Final = (
    "DELETE FROM account WHERE person_id = ?",
    "DELETE FROM session WHERE person_id = ?",
    "DELETE FROM browser WHERE person_id = ?",
    "DELETE FROM ended_session WHERE person_id = ?",
    "DELETE FROM family_contact WHERE person_id = ?",
    "DELETE FROM outbox WHERE person_id = ?",
)
"""What the server keeps of an access beside the log."""
BLANK: Final = "UPDATE log SET payload = ?, salt = ? WHERE seq = ?"


@dataclass(frozen=True, slots=True)
class Erased:
    """What one erasure did.

    Attributes:
        rows: That were deleted.
        payloads: Of commands that were removed from the log.
    """

    entry_id: int
    rows: int
    payloads: int


def due(school: ServerSchool) -> list[int]:
    """Return the archive's entries whose act is approved and that are not erased yet."""
    entries = school.store.select(ArchiveEntry, state=int(ArchiveState.DESTROYED))
    return [entry.id for entry in entries]


def erase(school: ServerSchool, entry_id: int, file: Path, now: int) -> Erased:
    """Erase what an approved act names, wholly or not at all.

    Takes as long as two checks of the whole history, and holds the school meanwhile.

    Args:
        school: Open; nobody else writes to it.
        entry_id: The archive's entry.
        file: Where erased commitments are kept outside the database.
        now: Seconds UTC.

    Raises:
        InputError: ``archive.state``: no act is approved.
        RegulationError: It must still be kept (5.3).
        InputError: ``erasure.not_over``, ``erasure.journals``: the person came back.
        DamageError: ``damage.tables``: the history is not sound; nothing was erased.
        BusyError: ``busy.database``: another process wrote meanwhile; nothing was erased.
    """
    entry = school.store.require(ArchiveEntry, entry_id)
    if entry.state != ArchiveState.DESTROYED:
        raise InputError("archive.state")
    return _erase(school, entry, file, now, again=0)


def erase_returned(school: ServerSchool, file: Path, now: int) -> list[Erased]:
    """Erase again what a restored backup has brought back; see ``erase``."""
    done = []
    for entry_id in list(returned(school, file)):
        entry = school.store.get(ArchiveEntry, entry_id) or _entered_again(school, file, entry_id)
        done.append(_erase(school, entry, file, now, again=1))
    return done


def _entered_again(school: ServerSchool, file: Path, entry_id: int) -> ArchiveEntry:
    """Return a new entry for a person whose act is younger than the backup.

    Journals and registers have theirs long before they may go; a person's is made by the act.

    Raises:
        DamageError: ``damage.server_state``: the list does not say whom it was of.
    """
    person = read_people(file).get(entry_id)
    if person is None:
        raise DamageError("damage.server_state")
    outcome = school.act(ProposeErasure(**asdict(person)))
    if outcome.key:
        raise InputError(outcome.key, **dict(outcome.params))
    [*_, entry] = school.store.select(ArchiveEntry, kind=person.what, object_id=person.person_id)
    return entry


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An erasure worked out against one state of the school.

    Attributes:
        seq: The head at which it was worked out.
        number: Of the server's command that carries it out.
        fresh: Entries whose payload goes now.
    """

    seq: int
    number: int
    command: EraseRecord
    plan: Plan
    rows: int
    fresh: list[LogEntry]


def _erase(school: ServerSchool, entry: ArchiveEntry, file: Path, now: int, again: int) -> Erased:
    _require_sound(school, bytes.fromhex(school.state.digest_key))
    # Worked out before the transaction begins: it takes minutes in a school of some years, and
    # PostgreSQL ends a transaction that stands still for one (``IDLE_LIMIT_SECONDS``).
    with school.turn:
        made = _prepared(school, entry, now, again)
    with school.writing() as head:
        if head.seq != made.seq:
            raise BusyError("busy.database", retry_after=RETRY_SECONDS)
        [outcome] = school.act_within(head, [BatchEntry(made.number, 1, made.command)], 0, now)
        if outcome.key:
            raise InputError(outcome.key, **dict(outcome.params))
        _remember(file, entry, made.fresh)
        _blank(school, made.plan, made.fresh)
        if entry.kind == ArchiveKind.ACCESS:
            for sql in OF_ACCOUNT:
                school.database.execute(sql, (entry.object_id,))
    return Erased(entry.id, made.rows, len(made.fresh))


def _prepared(school: ServerSchool, entry: ArchiveEntry, now: int, again: int) -> _Prepared:
    seq, number = school.head().seq, school.next_number()
    occasion = Occasion(0, school.state.server_device, number, seq, Interval.at(now))
    # Asked before the log is replayed: there a refusal would look like a damaged history.
    check_over(school.store, entry, act_days(school.store, occasion)[1])
    rows = list(erased_rows(school.store, entry))
    gone = Gone(
        frozenset(whole_partitions(school.store, entry)),
        frozenset((row.number, row.id) for row in rows),
    )
    log = list(read_log(school.database))
    before = read_remains(school.database)
    command = EraseRecord(entry_id=entry.id, remains=NOTHING, again=again)
    digest_key = bytes.fromhex(school.state.digest_key)
    plan = plan_erasure(log, digest_key, before, gone, (command, occasion))
    final = command.model_copy(update={"remains": digest_of(plan.remains)})
    fresh = [one for one in log if one.seq in plan.blank and one.payload]
    return _Prepared(seq, number, final, plan, len(rows), fresh)


def _require_sound(school: ServerSchool, digest_key: bytes) -> None:
    """Refuse to touch a history that is not what it should be."""
    with school.turn:
        verifier = Verifier(school.database, school.state.school, school.public_key, digest_key)
        found = verifier.verify()
    if not found.is_sound:
        raise DamageError("damage.tables", count=found.count)


def _blank(school: ServerSchool, plan: Plan, fresh: list[LogEntry]) -> None:
    write_remains(school.database, plan.remains)
    school.database.execute_many(BLANK, [(b"", b"", entry.seq) for entry in fresh])


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an erasure was of, with its act; numbers of rows, no names."""

    what: int
    person_id: int
    act: str
    act_day: int


def _remember(file: Path, entry: ArchiveEntry, fresh: list[LogEntry]) -> None:
    """Write down outside the database which commitments are erased; before they are."""
    people = {}
    if entry.kind in OF_PEOPLE:
        people[entry.id] = Person(entry.kind, entry.object_id, entry.act, entry.act_day)
    _add(file, {entry.id: [one.read_header().commitment.hex() for one in fresh]}, people)


def _add(file: Path, more: Mapping[int, Sequence[str]], people: Mapping[int, Person]) -> None:
    known = read_erased(file)
    for entry_id, commitments in more.items():
        known[entry_id] = sorted({*known.get(entry_id, ()), *commitments})
    content = {
        "format": FORMAT,
        "erased": {str(key): value for key, value in known.items()},
        "people": {
            str(key): asdict(value) for key, value in (read_people(file) | dict(people)).items()
        },
    }
    write_atomically(file, json.dumps(content).encode())


def list_beside(folder: Path, school: int) -> Path:
    """Return where the list of a school lies beside its backups; it is never too old to keep."""
    return folder / f"{school}-{FILE}"


def add_list(source: Path, target: Path) -> None:
    """Add to a list what another one has; without the other nothing happens.

    Raises:
        DamageError: ``damage.server_state``: one of them is not what was written.
    """
    more = read_erased(source)
    if more:
        _add(target, more, read_people(source))


def read_erased(file: Path) -> dict[int, list[str]]:
    """Return the erased commitments by the archive's entry; nothing where there is no file.

    Raises:
        DamageError: ``damage.server_state``: it is not what was written.
    """
    try:
        content: Any = json.loads(read_at_most(file, MAX_BYTES) or b"")
        return {int(key): [str(one) for one in value] for key, value in content["erased"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamageError("damage.server_state") from error


def read_people(file: Path) -> dict[int, Person]:
    """Return whom erasures were of, by the archive's entry; nothing where there is no file.

    Raises:
        DamageError: ``damage.server_state``: it is not what was written.
    """
    try:
        content: Any = json.loads(read_at_most(file, MAX_BYTES) or b"")
        people = content.get("people", {})
        return {int(key): Person(**value) for key, value in people.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamageError("damage.server_state") from error


def returned(school: ServerSchool, file: Path) -> Iterator[int]:
    """Yield the entries of which a restored school holds payloads that were erased before."""
    for entry_id, commitments in sorted(read_erased(file).items()):
        wanted = set(commitments)
        if any(
            one.payload and one.read_header().commitment.hex() in wanted
            for one in read_log(school.database)
        ):
            yield entry_id
