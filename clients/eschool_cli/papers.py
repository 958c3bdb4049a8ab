"""From tables and slips to a PDF that its owner alone may read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eschool_cli.localised import argument, option, say
from eschool_cli.session import Session
from eschool_cli.tables import FILE
from eschool_core.errors import AccessError, InputError
from eschool_core.forms.document import Deed, Document, Slip, drawn_up
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.reports.table import Table

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

OWNER_ONLY = 0o600

overwrite_option = option("--overwrite", is_flag=True, says="print_overwrite")
file_argument = argument("file", says="print_file", type=FILE)


def refuse_early(file: Path, *, overwrite: bool) -> None:
    """Refuse before the passphrase is asked for and a long reading begins."""
    if not overwrite:
        refuse_existing(file)


def document_of(
    session: Session,
    replica: Replica,
    today: int,
    title: str,
    tables: Sequence[Table] = (),
    slips: Sequence[Slip] = (),
    *,
    deeds: Sequence[Deed] = (),
) -> Document:
    """Return a document with the school's requisites that says as of when its data are."""
    return drawn_up(
        replica.store,
        title,
        today,
        replica.status().last_sync or replica.now(),
        tables=tables,
        slips=slips,
        deeds=deeds,
        language=session.language,
    )


def refuse_existing(file: Path) -> None:
    """Refuse a file that is there already.

    Raises:
        InputError: ``print.file_there``.
    """
    if file.exists():
        raise InputError("print.file_there")


def hand_out(
    session: Session, file: Path, document: Document, *, as_json: bool, overwrite: bool = False
) -> None:
    """Write a document as ``write_pdf`` does, and say where it is."""
    write_pdf(session, file, document, overwrite=overwrite)
    if as_json:
        session.screen.json(told_of(file, document))


def told_of(file: Path, document: Document) -> dict[str, str]:
    """Return what a program is told of a document that was written."""
    return {"file": str(file), "title": document.title}


def write_pdf(session: Session, file: Path, document: Document, *, overwrite: bool = False) -> None:
    """Typeset a document and write it whole, or not at all.

    Raises:
        InputError: ``print.file_there``: it is there, and nothing was said of overwriting it.
        AccessError: ``access.file``.
    """
    if not overwrite:
        refuse_existing(file)
    with session.screen.progress(say("print.typesetting")):
        data = to_pdf(document)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        if overwrite:
            beside.replace(file)
        else:
            # A link fails where the name was taken meanwhile; a rename would not.
            os.link(beside, file)
            beside.unlink()
    except FileExistsError as error:
        beside.unlink(missing_ok=True)
        raise InputError("print.file_there") from error
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise AccessError("access.file") from error
    session.screen.note(say("print.written", file=file.name))
