"""What goes into the school's electronic data bank, and the record that it did (4.4.5/3).

The server makes a package of a class and year (``eschool_sync.packages``); who hands it over checks
it and records its digest. From then on everybody who reads the archive can tell a true package from
another one.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from eschool_core.commands import rights
from eschool_core.commands.base import MAX_ID, Command, CommandSpec, Findings, ObjectId, Occasion
from eschool_core.domain.archive import ArchiveEntry, ArchivePackage
from eschool_core.domain.partition import ARCHIVE
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.school import AcademicYear, SchoolClass
from eschool_core.errors import InputError
from eschool_core.results.checklist import journals_of
from eschool_core.store.store import Store

PACKED: Final = {
    ArchiveKind.JOURNAL_PACKAGE: ArchiveKind.JOURNAL,
    ArchiveKind.REGISTER_PACKAGE: ArchiveKind.REGISTER,
}
"""What a package of a kind holds; each kind has one time of keeping, so it goes as a whole."""

OVER: Final = (ArchiveState.DESTROYED, ArchiveState.ERASED)
MAX_FILES: Final = 10_000


class RecordPackage(Command):
    """Record that a package of a class was handed to the data bank (4.4.5/3).

    Attributes:
        package: ``JOURNAL_PACKAGE`` or ``REGISTER_PACKAGE``.
        digest: SHA-256 of its list of checksums.
        history_size: Entries of the history that its signed head covers.
    """

    kind: ClassVar[str] = "record_package"
    class_id: ObjectId
    package: Annotated[
        int,
        Field(strict=True, ge=ArchiveKind.JOURNAL_PACKAGE, le=ArchiveKind.REGISTER_PACKAGE),
    ]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    files: Annotated[int, Field(strict=True, ge=1, le=MAX_FILES)]
    history_size: Annotated[int, Field(strict=True, ge=1, le=MAX_ID)]


def record_package(store: Store, command: RecordPackage, occasion: Occasion) -> Findings:
    """Write the record, with the last day of keeping of what is in the package.

    Raises:
        InputError: ``archive.not_sealed``: the archive lacks a journal or the register of the
            class; ``archive.already``: this very package is recorded.
    """
    kind = ArchiveKind(command.package)
    school_class = store.require(SchoolClass, command.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    held = entries_to_pack(store, school_class, kind)
    if store.first(ArchivePackage, digest=command.digest) is not None:
        raise InputError("archive.already")
    entry_id = occasion.new_id()
    store.put(
        ArchiveEntry(
            id=entry_id,
            part=ARCHIVE,
            year_id=year.id,
            kind=kind,
            object_id=school_class.id,
            title=f"{year.name} · {school_class.name}",
            sealed_at=occasion.interval.made_at,
            sealed_by_id=occasion.actor_id,
            keep_until=max(entry.keep_until for entry in held),
            state=ArchiveState.KEPT,
        )
    )
    store.put(
        ArchivePackage(
            id=occasion.new_id(),
            part=ARCHIVE,
            entry_id=entry_id,
            digest=command.digest,
            files=command.files,
            history_size=command.history_size,
        )
    )
    return []


def entries_to_pack(
    store: Store, school_class: SchoolClass, kind: ArchiveKind
) -> list[ArchiveEntry]:
    """Return the archive's entries that a package of a class holds.

    Args:
        store: The school's.
        school_class: Of a year that is over.
        kind: ``JOURNAL_PACKAGE`` or ``REGISTER_PACKAGE``.

    Raises:
        InputError: ``archive.not_sealed``: one of them is not in the archive yet;
            ``archive.journals_gone``: journals of the class are destroyed.
    """
    journals = [journal.id for journal in journals_of(store, school_class)]
    states = {
        entry.object_id: ArchiveState(entry.state)
        for entry in store.select(
            ArchiveEntry, kind=ArchiveKind.JOURNAL, year_id=school_class.year_id
        )
    }
    if any(states.get(journal_id) in OVER for journal_id in journals):
        # The register's paper is printed from the journals; without them it would be empty.
        raise InputError("archive.journals_gone")
    wanted = journals if kind is ArchiveKind.JOURNAL_PACKAGE else [school_class.id]
    entries = {
        entry.object_id: entry
        for entry in store.select(ArchiveEntry, kind=PACKED[kind], year_id=school_class.year_id)
    }
    lacking = sum(1 for object_id in wanted if object_id not in entries)
    if lacking or not wanted:
        raise store.absent("archive.not_sealed", count=lacking)
    return [entries[object_id] for object_id in wanted]


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(RecordPackage, rights.by_role(*rights.STUDIES), record_package),
)
