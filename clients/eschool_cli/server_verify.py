"""``eschool server verify`` and ``key``: are the tables what the log says?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.paper_check import codes_in, is_paper, read_file
from eschool_cli.proving import FILE, read_text
from eschool_cli.server import of_school, on_data, school_of
from eschool_cli.session import Session
from eschool_core.errors import DamageError
from eschool_sync.history.head import TreeHead
from eschool_sync.history.verify import Verifier
from eschool_sync.history.witness import MAX_FILE_BYTES, Witness
from eschool_sync.server.directory import Directory


@click.command(name="verify", cls=LocalCommand, says="server.verify")
@on_data
@of_school
@option("--head", "heads", type=FILE, multiple=True, says="witness_head", shown_as="file")
@as_json
@click.pass_obj
def verify_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    heads: tuple[Path, ...],
    as_json: bool,  # noqa: FBT001
) -> None:
    """Find every edit of the server's tables behind the log's back (design §6)."""
    with closing(Directory(data, database)) as directory:
        served = school_of(directory, school)
        key = served.public_key
        witnesses: list[TreeHead] = []
        for path in heads:
            witnesses += [TreeHead.read(signed, key) for signed in _heads_in(path)]
        digest_key = bytes.fromhex(served.state.digest_key)
        verifier = Verifier(served.database, served.state.school, key, digest_key)
        with session.screen.progress(say("cli.stage.verify")):
            done = verifier.verify(witnesses)
    if as_json:
        session.screen.json(
            {
                "school": served.state.school,
                "sound": done.is_sound,
                "entries": done.entries,
                "rows": done.rows,
                "root": None if done.head is None else done.head.root.hex(),
                "witnesses": len(witnesses),
                "problems": [
                    {"key": found.key, "table": found.table, "place": found.place}
                    for found in done.problems
                ],
                "count": done.count,
            }
        )
    elif done.is_sound:
        session.screen.line(say("cli.verify.sound", entries=done.entries, rows=done.rows), "bold")
        if not witnesses:
            session.screen.line(say("cli.verify.no_witness"), "dim")
    for found in () if as_json else done.problems:
        session.screen.line(say(found.key, table=found.table, place=found.place))
    if not done.is_sound:
        raise DamageError("damage.tables", count=done.count)


def _heads_in(path: Path) -> list[bytes]:
    """Return the signed heads of a file: a replica's, or those that printed papers bear.

    Raises:
        InputError: ``input.tree_head``, ``paper.not_ours``, ``paper.no_code``.
    """
    data = read_file(path)
    if is_paper(data):
        return [code.tree_head for code in codes_in(data)]
    return [Witness.of_json(read_text(path, MAX_FILE_BYTES, "input.tree_head")).tree_head]


@click.command(name="key", cls=LocalCommand, says="server.key")
@on_data
@of_school
@as_json
@click.pass_obj
def key_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the school's public key: with it alone anybody can check a proof."""
    with closing(Directory(data, database)) as directory:
        served = school_of(directory, school)
        number, key = served.state.school, served.public_key.hex()
    if as_json:
        session.screen.json({"school": number, "school_key": key})
    else:
        session.screen.line(key)
