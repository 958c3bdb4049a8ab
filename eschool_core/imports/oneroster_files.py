"""The tables of a OneRoster bundle: a folder or a zip of CSV files, with or without a manifest.

A table holds only the columns that an import uses: passwords, which some exports carry, are
passed over while the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.archive import unpack
from eschool_core.imports.drafts import NotTaken
from eschool_core.imports.source import ImportFile, Source, is_folder, load
from eschool_core.imports.tables import csv_records, decode

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "manifest": ("propertyname", "value"),
    "users": (
        "sourcedid", "status", "orgsourcedids", "primaryorgsourcedid", "role", "givenname",
        "familyname", "middlename", "sms", "phone", "agentsourcedids", "grades",
    ),
    "roles": ("sourcedid", "status", "usersourcedid", "roletype", "role", "orgsourcedid"),
    "classes": (
        "sourcedid", "status", "title", "grades", "classcode", "classtype", "schoolsourcedid",
        "metadata.eschool.kind", "metadata.eschool.classes",
    ),
    "enrollments": ("sourcedid", "status", "classsourcedid", "usersourcedid", "role", "primary"),
    "demographics": ("sourcedid", "status", "birthdate", "sex"),
}  # fmt: skip
_LIMITS = {"enrollments": limits.ENROLLMENT_ROWS}
_REQUIRED = ("users",)
_ABSENT, _DELTA = "absent", "delta"
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Record:
    """One row.

    Attributes:
        values: Stripped cells by column name in small letters.
        too_wide: It has more cells than the header: a quotation mark is missing somewhere.
    """

    where: str
    values: Mapping[str, str]
    too_wide: bool = False

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def listed(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that holds a list."""
        return tuple(part for each in self[column].split(",") if (part := each.strip()))

    def not_taken(self, reason: str, **params: str | int) -> NotTaken:
        """Return this row as left out."""
        return NotTaken(self.where, reason, tuple(params.items()))


Bundle = Mapping[str, tuple[Record, ...]]
"""Records by table; a table that is absent is empty."""


def read_bundle(source: Source) -> Bundle:
    """Return the tables of a bundle.

    Args:
        source: A folder, or a zip file (or its bytes) that holds the CSV files, perhaps in one
            folder.

    Raises:
        InputError: It is no bundle, is damaged or too large, or holds changes only (``delta``).
    """
    files = _files(source)
    manifest = _read_manifest(files)
    tables: dict[str, tuple[Record, ...]] = {}
    for name in _COLUMNS:
        mode = manifest.get(f"file.{name}", "")
        if mode == _DELTA:
            raise InputError("import.oneroster_delta", file=f"{name}.csv")
        listed = mode not in ("", _ABSENT)
        if name not in files and (listed or name in _REQUIRED):
            raise InputError("import.oneroster_file_missing", file=f"{name}.csv")
        absent = mode == _ABSENT or name not in files
        tables[name] = () if absent else _read_table(name, files[name])
    if not tables["users"]:
        raise InputError("import.oneroster_file_missing", file="users.csv")
    return tables


def _files(source: Source) -> dict[str, ImportFile]:
    if not isinstance(source, bytes) and is_folder(source):
        folder = Path(source)
        paths = {name: folder / f"{name}.csv" for name in _COLUMNS}
        return {name: load(path, ("text",)) for name, path in paths.items() if path.is_file()}
    archive = load(source, ("zip",))
    members = unpack(archive, (".csv",))
    found: dict[str, ImportFile] = {}
    for full_name, data in members.items():
        path = PurePosixPath(full_name)
        if path.stem not in _COLUMNS or "__MACOSX" in path.parts:
            continue
        if path.stem in found:
            raise InputError("import.archive_strange", file=archive.name)
        found[path.stem] = load(data, ("text",), path.name)
    return found


def _read_manifest(files: Mapping[str, ImportFile]) -> dict[str, str]:
    if "manifest" not in files:
        return {}
    records = _read_table("manifest", files["manifest"])
    return {record["propertyname"]: record["value"].lower() for record in records}


def _read_table(name: str, file: ImportFile) -> tuple[Record, ...]:
    text = decode(file)
    first_line = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(_DELIMITERS, key=first_line.count)
    limit = _LIMITS.get(name, limits.ROSTER_ROWS)
    records = csv_records(text, delimiter, limit, file.name)
    header = [cell.strip().lower() for cell in records[0]] if records else []
    named = [column for column in header if column]
    key = _COLUMNS[name][0]
    if key not in named or len(set(named)) < len(named):
        raise InputError("import.oneroster_header", file=file.name, column=key)
    wanted = [(header.index(column), column) for column in _COLUMNS[name] if column in header]
    return tuple(
        Record(
            where=f"{file.name}:{number}",
            values={column: cells[at].strip() for at, column in wanted if at < len(cells)},
            too_wide=any(cell.strip() for cell in cells[len(header) :]),
        )
        for number, cells in enumerate(records[1:], start=2)
        if any(cell.strip() for cell in cells)
    )
