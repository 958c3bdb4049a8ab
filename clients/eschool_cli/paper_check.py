"""``eschool verify`` on a paper: its PDF, or the text of the scanned code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eschool_cli.issued import form_name
from eschool_cli.localised import say
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.tables import show
from eschool_cli.wording import DASH, moment
from eschool_core import calendar
from eschool_core.commands.issuing import IssueDocument
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import AccessError, DamageError, DisagreementError, InputError
from eschool_core.forms.content import Paper, papers_of
from eschool_core.forms.differences import Difference
from eschool_core.forms.read_pdf import MAX_PDF_BYTES, read_pdf, shown_differences
from eschool_core.forms.remaking import made_again
from eschool_core.queries.issued import certifier, paper_number
from eschool_sync.history.paper_check import Checked, Evidence, PaperState, Typed, check_paper
from eschool_sync.history.paper_code import BareCode, Claim, ProvenCode, read_code

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

PDF: Final = b"%PDF"
WORST: Final = tuple(PaperState)


@dataclass(frozen=True, slots=True)
class Against:
    """What a paper is held against.

    Attributes:
        here: The own replica, or None.
        archived: A PDF that the archive keeps of it, or None.
        typed: What was read on the sheet.
    """

    here: Replica | None
    archived: Path | None
    typed: tuple[Typed, ...]


def is_paper(data: bytes) -> bool:
    """Return whether a file is a PDF, or the digits of a code."""
    return data.startswith(PDF) or (data[:1].isdigit() and data.strip().isascii())


def codes_in(data: bytes) -> list[ProvenCode | BareCode]:
    """Return the codes of a PDF, or the one whose digits a file holds.

    Raises:
        InputError: ``paper.not_ours``, ``paper.no_code``.
    """
    if not data.startswith(PDF):
        return [read_code(data.decode(errors="replace"))]
    papers = papers_of(read_pdf(data).document)
    return [read_code(paper.stamp.code) for paper in papers if paper.stamp is not None]


def verify_papers(
    session: Session,
    data: bytes,
    key: bytes | None,
    archived: Path | None,
    typed: tuple[Typed, ...],
    *,
    here: bool,
    as_json: bool,
) -> None:
    """Check a file's papers and say of each what came of it.

    Args:
        session: Where to say it.
        data: The file.
        key: The school's public key; with ``here`` that of the own replica counts.
        archived: A PDF from the archive.
        typed: What was read on the sheet.
        here: Hold it against the rows of the own replica.
        as_json: Say it as JSON.

    Raises:
        InputError: ``paper.not_ours``, ``paper.no_code``, ``paper.key_needed``.
        AccessError: ``paper.never_issued``, ``paper.unproven``.
        DamageError: ``paper.sheet_changed``.
        DisagreementError: ``paper.archive_differs``, ``paper.form_differs``.
    """
    with session.replica() if here else nullcontext() as replica:
        school_key = key if replica is None else replica.witness().school_key
        if school_key is None:
            raise InputError("paper.key_needed")
        against = Against(replica, archived, typed)
        found = [
            (code, check_paper(code, school_key, evidence))
            for code, evidence in _papers(session, data, against)
        ]
        if as_json:
            session.screen.json([_json(code, one) for code, one in found])
        else:
            for _, one in found:
                _say(session, one, against)
    _raise(max((one.state for _, one in found), key=WORST.index))


def _papers(
    session: Session, data: bytes, against: Against
) -> Iterator[tuple[ProvenCode | BareCode, Evidence]]:
    if not data.startswith(PDF):
        yield _one(session, data.decode(errors="replace"), Evidence(typed=against.typed), against)
        return
    read = read_pdf(data)
    shown = shown_differences(read)
    for paper in papers_of(read.document):
        if paper.stamp is not None:
            evidence = Evidence(sheet=paper, shown=shown, typed=against.typed)
            yield _one(session, paper.stamp.code, evidence, against)


def _one(
    session: Session, digits: str, evidence: Evidence, against: Against
) -> tuple[ProvenCode | BareCode, Evidence]:
    """Return a code with all that it is held against."""
    code = read_code(digits)
    archive, logged = None, None
    if against.archived is not None:
        archive = _archived(against.archived, digits)
    if against.here is not None:
        archive, logged = _here(session, against.here, code)
    return code, Evidence(evidence.sheet, evidence.shown, archive, logged, evidence.typed)


def _archived(file: Path, digits: str) -> Paper:
    """Return the paper with the same code in a PDF of the archive.

    Raises:
        InputError: ``paper.not_in_archive``.
    """
    for paper in papers_of(read_pdf(read_file(file)).document):
        if paper.stamp is not None and paper.stamp.code == "".join(digits.split()):
            return paper
    raise InputError("paper.not_in_archive")


def _here(
    session: Session, replica: Replica, code: ProvenCode | BareCode
) -> tuple[Paper | None, str | None]:
    """Return the paper as the own rows give it, and its hash in the own log; empty for none."""
    store = replica.store
    row = None
    try:
        claim = code.check(replica.witness().school_key)
    except AccessError:
        return None, ""
    row = store.get(IssuedDocument, claim.row_id)
    logged = row.sheet_hash if row is not None and row.seq else ""
    issued: IssueDocument | IssuedDocument | None = claim.command or row
    if issued is None or (claim.command is None and logged != claim.sheet_hash):
        return None, logged
    return made_again(store, issued, replica.person_id, session.language), logged


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        InputError: ``paper.unreadable``: it is missing, unreadable or too long.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PDF_BYTES + 1)
    except OSError as error:
        raise InputError("paper.unreadable") from error
    if len(data) > MAX_PDF_BYTES:
        raise InputError("paper.unreadable")
    return data


def _say(session: Session, one: Checked, against: Against) -> None:
    screen, claim = session.screen, one.claim
    if claim is not None:
        screen.heading(say("paper.line.number", number=paper_number(claim.row_id)))
        screen.fields(list(_fields(claim, against.here)))
    screen.line(say(f"PaperState.{one.state}"), "bold")
    if one.differences:
        screen.table(_columns(one.state), [_row(place) for place in one.differences])
    if one.issued is not None and one.state in (PaperState.ISSUED, PaperState.SHEET_CHANGED):
        screen.line(say("cli.verify.compare"))
        for table in one.issued.all_tables:
            show(screen, table)


def _fields(claim: Claim, here: Replica | None) -> Iterator[tuple[str, str]]:
    command = claim.command
    if command is not None:
        yield say("cli.verify.form"), form_name(command.form)
        days = [calendar.date_of(day) for day in (command.first_day, command.last_day)]
        yield say("cli.verify.days"), f"{days[0]:%d.%m.%Y} – {days[1]:%d.%m.%Y}"
        yield say("cli.verify.received"), f"{moment(_utc(claim.received))} UTC"
        if here is not None:
            led = here.store.get(SchoolClass, command.class_id)
            yield say("cli.column.class"), DASH if led is None else led.name
            yield say("cli.verify.issuer"), certifier(here.store, claim.actor) or DASH
        yield (
            say("cli.verify.place"),
            say("cli.verify.of", seq=claim.seq, size=claim.head.size),
        )
    yield say("cli.verify.head"), f"{moment(_utc(claim.head.time))} UTC"


def _columns(state: PaperState) -> tuple[Column, ...]:
    changed = state is PaperState.SHEET_CHANGED
    return (
        Column(say("cli.verify.row")),
        Column(say("cli.verify.column")),
        Column(say("cli.verify.issued")),
        Column(say("cli.verify.on_sheet" if changed else "cli.verify.in_archive")),
    )


def _row(place: Difference) -> tuple[str, ...]:
    return (place.place, place.column, place.issued or DASH, place.found or DASH)


def _json(code: ProvenCode | BareCode, one: Checked) -> dict[str, Any]:
    claim = one.claim
    told: dict[str, Any] = {
        "state": str(one.state),
        "offline": isinstance(code, BareCode),
        "differences": [place.as_json() for place in one.differences],
    }
    if claim is None:
        return told
    command = claim.command
    return told | {
        "paper_number": paper_number(claim.row_id),
        "sheet_hash": claim.sheet_hash,
        "head_size": claim.head.size,
        "head_time": _utc(claim.head.time).isoformat(),
        "root": claim.head.root.hex(),
        "seq": claim.seq,
        "form": "" if command is None else command.form,
        "certified": None if command is None else bool(command.certified),
    }


def _raise(state: PaperState) -> None:
    key = f"paper.{state}"
    if state is PaperState.SHEET_CHANGED:
        raise DamageError(key)
    if state in (PaperState.ARCHIVE_DIFFERS, PaperState.FORM_DIFFERS):
        raise DisagreementError(key)
    if state in (PaperState.NEVER_ISSUED, PaperState.UNPROVEN):
        raise AccessError(key)


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
