"""``eschool import marks``: a table of marks into a journal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.home import existing_folder
from eschool_cli.importing import FILE, dry_run, give_all, show
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.remembered import Remembered
from eschool_cli.session import Session, today_of
from eschool_core.calendar import date_of
from eschool_core.domain.imports import ImportSource
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_marks import build_marks
from eschool_core.imports.joining import year_of
from eschool_core.imports.marks import SKIP, MarksDraft, Year, meaning_of, read_marks
from eschool_core.imports.summary import not_taken_summary
from eschool_core.imports.tables import header_text
from eschool_core.queries import lookup


@click.command(name="marks", cls=LocalCommand, says="import.marks")
@argument("file", says="marks_file", type=FILE)
@journal_arguments
@option("--column", "columns", multiple=True, says="marks_column", shown_as="text")
@option("--replace", is_flag=True, says="marks_replace")
@option("--reason", default="", says="marks_reason", shown_as="text")
@dry_run
@as_json
@click.pass_obj
def marks_command(
    session: Session,
    file: Path,
    class_name: str,
    subject: str,
    columns: tuple[str, ...],
    replace: bool,  # noqa: FBT001
    reason: str,
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Read a table of marks; without ``--dry-run`` enter what is not in the journal yet."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        held = year_of(store, today)
        year = Year(date_of(held.first_day), date_of(held.last_day))
        remembered = Remembered(existing_folder(session.home, session.profile), place.journal_id)
        meanings = remembered.columns | _meanings(columns, year)
        draft = read_marks(file, year, meanings)
        batch = CommandBatch(replica.device, replica.next_number())
        batch.begin_import(ImportSource.MARKS, place.journal_id)
        made = build_marks(batch, store, place.journal_id, draft, replace=replace, reason=reason)
        summary: dict[str, Any] = {
            **_counts(draft),
            "imported": made.imported,
            "same": made.same,
            "unknown_columns": list(draft.unknown),
            "not_taken": not_taken_summary(made.not_taken, session.language),
        }
        if not dry_run:
            remembered.keep(meanings)
            give_all(replica, batch)
            summary["commands"] = len(batch.commands)
    show(session, summary, as_json=as_json, dry_run=dry_run)
    if draft.unknown and not as_json:
        listed = ", ".join(draft.unknown)
        session.screen.line(say("cli.import.unknown_columns", columns=listed))


def _meanings(columns: tuple[str, ...], year: Year) -> dict[str, str]:
    """Return what the person says of headings: ``КР1=14.09 контрольная``, ``Итог=-``.

    Raises:
        InputError: ``cli.import.column``: not in this form.
    """
    meanings: dict[str, str] = {}
    for said in columns:
        heading, sign, meaning = said.partition("=")
        plain = meaning.strip()
        known = plain == SKIP or meaning_of(plain, year) is not None
        if not sign or not header_text(heading) or not known:
            raise InputError("cli.import.column")
        meanings[header_text(heading)] = plain
    return meanings


def _counts(draft: MarksDraft) -> dict[str, int]:
    days: set[date] = {column.day for column in draft.columns}
    return {"columns": len(draft.columns), "days": len(days), "marks": len(draft.marks)}
