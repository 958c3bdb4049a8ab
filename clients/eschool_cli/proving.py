"""``eschool proof`` and ``eschool verify``: that an entry is in the history, shown to anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.history import CELLS, OF_PUPIL
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day
from eschool_cli.session import Session
from eschool_cli.wording import moment
from eschool_core.commands.catalogue import make_command
from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Attendance, Homework, Mark, Topic
from eschool_core.domain.row import Row
from eschool_core.errors import DamageError, EschoolError, InputError
from eschool_core.labels import catalogue
from eschool_core.queries import lookup
from eschool_core.queries.cell_history import line_of

TABLES: dict[str, type[Row]] = {
    "mark": Mark,
    "absence": Attendance,
    "topic": Topic,
    "homework": Homework,
}
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="proof", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="history_pupil", required=False)
@option("--of", "cell", type=click.Choice(CELLS), says="cell", shown_as="cell")
@lesson_options
@option("--out", type=FILE, required=True, says="proof_out", shown_as="file")
@as_json
@click.pass_obj
def proof_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str | None,
    cell: str | None,
    day: Day,
    period: int | None,
    out: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Fetch the proof that an entry is in the school's history (design §6)."""
    wanted = cell or ("topic" if pupil is None else "mark")
    if (wanted in OF_PUPIL) != (pupil is not None):
        raise InputError("cli.history.what")
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        table, about = TABLES[wanted], {"lesson_id": place.lesson.id}
        if pupil is not None:
            person = lookup.pupil(replica.store, pupil, place.journal.journal_id, place.lesson.day)
            line = line_of(replica.store, place.journal.journal_id, person.pupil_id)
            about["part"] = 0 if line is None else line.part
        row = replica.store.first(table, **about)
        if row is None or not row.seq:
            raise InputError("proof.none")
        proof = replica.prove(table.number, row.id)
        key = replica.witness().school_key.hex()
    out.write_text(proof.to_json(), encoding="utf-8")
    if as_json:
        session.screen.json({"file": str(out), "seq": proof.seq, "school_key": key})
        return
    session.screen.line(say("cli.proof.written", file=out))
    session.screen.line(say("cli.proof.key", public_key=key))


@click.command(name="verify", cls=LocalCommand)
@argument("file", says="proof_file", type=FILE)
@option("--key", says="school_key", shown_as="key")
@option("--here", is_flag=True, says="verify_here")
@option("--against", "archived", type=FILE, says="verify_against", shown_as="file")
@option("--value", "typed", nargs=3, multiple=True, says="verify_value", shown_as="typed_cell")
@as_json
@click.pass_obj
def verify_command(
    session: Session,
    file: Path,
    key: str | None,
    here: bool,  # noqa: FBT001
    archived: Path | None,
    typed: tuple[tuple[str, str, str], ...],
    as_json: bool,  # noqa: FBT001
) -> None:
    """Check a proof or a paper without network, with the public key alone (design §6)."""
    from eschool_cli.paper_check import is_paper, read_file, verify_papers
    from eschool_sync.history.paper_check import Typed

    known = None if key is None else key_of(key)
    data = read_file(file)
    if is_paper(data):
        cells = tuple(Typed(*cell) for cell in typed)
        verify_papers(session, data, known, archived, cells, here=here, as_json=as_json)
    elif here or archived is not None or typed:
        raise InputError("paper.not_ours")
    elif known is None:
        raise InputError("paper.key_needed")
    else:
        _verify_proof(session, file, known, as_json=as_json)


def _verify_proof(session: Session, file: Path, key: bytes, *, as_json: bool) -> None:
    from eschool_sync.history.proof import MAX_FILE_BYTES, Proof

    proof = Proof.of_json(read_text(file, MAX_FILE_BYTES, "input.proof"))
    entry, head = proof.check(key)
    header = entry.header
    accepted = entry.outcome.verdict in (Verdict.ACCEPTED, Verdict.WITH_FINDINGS)
    named = _named(header.kind, header.version, entry.fields)
    if as_json:
        session.screen.json(
            {
                "proven": True,
                "school": head.school,
                "seq": entry.seq,
                "of": head.size,
                "kind": header.kind,
                "fields": named,
                "actor": header.actor,
                "device": header.device,
                "received": _utc(entry.received).isoformat(),
                "verdict": entry.outcome.verdict.name.lower(),
                "accepted": accepted,
                "head_time": _utc(head.time).isoformat(),
                "root": head.root.hex(),
            }
        )
        return
    title = f"cli.command.{header.kind}"
    session.screen.heading(say(title) if title in catalogue() else header.kind)
    session.screen.fields([(name, str(value)) for name, value in named.items()])
    session.screen.fields(
        [
            (say("cli.verify.received"), f"{moment(_utc(entry.received))} UTC"),
            (say("cli.verify.verdict"), say(f"Verdict.{entry.outcome.verdict.name.lower()}")),
            (say("cli.verify.author"), str(header.actor)),
            (say("cli.verify.device"), str(header.device)),
            (say("cli.verify.place"), say("cli.verify.of", seq=entry.seq, size=head.size)),
            (say("cli.verify.head"), f"{moment(_utc(head.time))} UTC"),
        ]
    )
    session.screen.line(say("cli.verify.proven", school=head.school), "bold")


def read_text(path: Path, limit: int, key: str) -> str:
    """Return the text of a small file from anywhere.

    Raises:
        InputError: ``key``: it is missing, too long or no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise InputError(key)
        return data.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(key) from error


def key_of(given: str) -> bytes:
    """Return the public key: as typed, or in a file that ``eschool status --head`` has written.

    Raises:
        InputError: ``input.school_key``.
    """
    from eschool_sync.history.witness import MAX_FILE_BYTES, Witness
    from eschool_sync.security.suite import KEY_BYTES

    try:
        key = bytes.fromhex(given)
    except ValueError:
        try:
            text = read_text(Path(given), MAX_FILE_BYTES, "input.school_key").strip()
            key = bytes.fromhex(text) if text[:1] != "{" else Witness.of_json(text).school_key
        except (EschoolError, ValueError) as error:
            raise InputError("input.school_key") from error
    if len(key) != KEY_BYTES:
        raise InputError("input.school_key")
    return key


def _named(kind: str, version: int, fields: list[Any]) -> dict[str, Any]:
    """Return the payload's values by name, where this version knows the kind."""
    try:
        return make_command(kind, version, fields).model_dump(mode="json")
    except InputError as error:
        raise DamageError("damage.proof") from error


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
