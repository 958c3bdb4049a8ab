"""Makes a package of a class and year on the server, whole or not at all (4.4.5/3)."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import bagit

from eschool_core import calendar
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.domain.school import School
from eschool_core.errors import AccessError, InputError
from eschool_core.exports.class_year import ClassYear, Tables
from eschool_core.exports.table_files import as_csv, as_json, as_objects, schema_of
from eschool_core.labels import Language, text
from eschool_sync.history.entries import LogEntry
from eschool_sync.packages.history import Leaves, entry_lines, proof_file
from eschool_sync.packages.layout import (
    ALGORITHM,
    DATA,
    FORMAT,
    SIGNATURE,
    TAG_MANIFEST,
    PackageSignature,
    digest_of,
)
from eschool_sync.security.durable import OWNER_ONLY, sync_folder
from eschool_sync.security.signing import SigningKey

OWNER_FOLDER: Final = 0o700
UNSAFE: Final = re.compile(r"[^\w-]+")

Tell = Callable[[str], None]
"""Told the name of each file before it is written."""


@dataclass(frozen=True, slots=True)
class Log:
    """The whole history that a package's entries are proven to be in.

    Attributes:
        school: The school's number.
        leaves: Of all of them; verified.
        read: Gives the entries at some places, rising.
        signed_head: Over all of them.
    """

    school: int
    leaves: Leaves
    read: Callable[[Sequence[int]], Iterator[LogEntry]]
    signed_head: bytes


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished package.

    Attributes:
        digest: Stands for every byte; recorded in the archive.
        files: Under ``data``.
    """

    folder: Path
    kind: ArchiveKind
    school_class: str
    digest: str
    files: int
    keep_until: int


def make_package(
    bank: Path,
    content: ClassYear,
    tables: Tables,
    papers: Iterable[tuple[str, bytes]],
    seqs: Sequence[int],
    log: Log,
    key: SigningKey,
    today: int,
    language: Language = "ru",
    tell: Tell = lambda name: None,
) -> Packed:
    """Write a package as a new folder in the data bank.

    Args:
        bank: Must be there.
        content: What is packed.
        tables: Its rows.
        papers: File names with the bytes of PDFs, made as they are asked for.
        seqs: The entries of the log that wrote the packed rows, rising.
        log: The whole history.
        key: The school's.
        today: On the school's calendar, as a day number.
        language: Of what is written for people.
        tell: Told of progress.

    Raises:
        InputError: ``package.there``: the data bank has one of this class, year and kind.
        AccessError: ``access.file``.
    """
    folder = bank / folder_name(content)
    if folder.exists():
        raise InputError("package.there", folder=folder.name)
    made = bank / f".{folder.name}.{os.getpid()}"
    try:
        made.mkdir(mode=OWNER_FOLDER)
        for part in ("papers", "tables", "history"):
            (made / part).mkdir()
        for name, pdf in papers:
            tell(name)
            (made / "papers" / name).write_bytes(pdf)
        _write_tables(made / "tables", tables, tell)
        tell("history")
        with (made / "history" / "entries.jsonl").open("wb") as stream:
            stream.writelines(entry_lines(log.read(seqs)))
        proof = proof_file(log.signed_head, key.public_bytes, log.leaves.proof(seqs))
        (made / "history" / "proof.json").write_bytes(proof)
        about = _about(content, tables, len(seqs), today)
        (made / "about.json").write_bytes(_json(about))
        (made / "README.txt").write_text(_readme(about, language), encoding="utf-8")
        tell(folder.name)
        _bag(made, about, language)
        digest = digest_of(made / TAG_MANIFEST)
        signature = PackageSignature.make(log.school, digest, key)
        (made / SIGNATURE).write_bytes(signature.to_json())
        files = _close(made)
        made.rename(folder)
        sync_folder(bank)
    except OSError as error:
        raise AccessError("access.file") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    keep_until = max(entry.keep_until for entry in content.entries)
    return Packed(folder, content.kind, content.school_class.name, digest.hex(), files, keep_until)


def folder_name(content: ClassYear) -> str:
    """Return the name of a package's folder: year, class, kind."""
    kind = "journals" if content.kind is ArchiveKind.JOURNAL_PACKAGE else "register"
    parts = (content.year.name, content.school_class.name, kind)
    safe = [UNSAFE.sub("-", unicodedata.normalize("NFC", part)).strip("-") for part in parts]
    return "_".join(safe)


def _write_tables(folder: Path, tables: Tables, tell: Tell) -> None:
    for table, rows in tables.items():
        name = str(table.__tablename__)
        tell(name)
        objects = as_objects(table, rows)
        (folder / f"{name}.json").write_bytes(as_json(objects))
        (folder / f"{name}.csv").write_bytes(as_csv(table, objects))
        (folder / f"{name}.schema.json").write_bytes(_json(schema_of(table)))


def _about(content: ClassYear, tables: Tables, entries: int, today: int) -> dict[str, Any]:
    [school] = tables[School]
    return {
        "format": FORMAT,
        "school": school.__dict__["name"],
        "year": content.year.name,
        "class": content.school_class.name,
        "class_id": content.school_class.id,
        "kind": content.kind.name.lower(),
        "made_on": calendar.date_of(today).isoformat(),
        "program": f"eschool {version('eschool')}",
        "holds": [
            {
                "title": entry.title,
                "keep_until": calendar.date_of(entry.keep_until).isoformat(),
            }
            for entry in content.entries
        ],
        "keep_until": calendar.date_of(
            max(entry.keep_until for entry in content.entries)
        ).isoformat(),
        "tables": {str(table.__tablename__): len(rows) for table, rows in tables.items()},
        "history_entries": entries,
    }


def _readme(about: Mapping[str, Any], language: Language) -> str:
    kind = text(f"ArchiveKind.{about['kind']}", language)
    said = {name: str(about[name]) for name in ("school", "year", "class", "keep_until", "made_on")}
    said["school_class"] = said.pop("class")
    return text("package.readme", language, kind=kind, **said).strip() + "\n"


def _bag(folder: Path, about: Mapping[str, Any], language: Language) -> None:
    """Turn a folder into a bag."""
    # The library writes folders and files to its log.
    logging.getLogger(bagit.__name__).setLevel(logging.CRITICAL + 1)
    described = {
        "Source-Organization": str(about["school"]),
        "External-Identifier": f"{about['year']} {about['class']} {about['kind']}",
        "External-Description": text(f"ArchiveKind.{about['kind']}", language),
        "Bagging-Date": str(about["made_on"]),
        "Bag-Software-Agent": str(about["program"]),
        "Keep-Until": str(about["keep_until"]),
    }
    bagit.make_bag(str(folder), described, checksums=[ALGORITHM])


def _close(folder: Path) -> int:
    """Let the owner alone read; return how many files lie under ``data``."""
    count = 0
    for place, _, names in os.walk(folder):
        Path(place).chmod(OWNER_FOLDER)
        inside = Path(place).relative_to(folder).parts[:1] == (DATA,)
        for name in names:
            file = Path(place) / name
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())
            file.chmod(OWNER_ONLY)
            count += inside
    return count


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
