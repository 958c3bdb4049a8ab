"""Write the commands of the version in the making: ``python -m tests.outboxes.generate``."""

from __future__ import annotations

from pathlib import Path

from eschool_core.commands.catalogue import fields_of
from eschool_sync.protocol.envelope import pack_payload
from tests.core.commands.samples import samples
from tests.outboxes.corpus import FOLDER, NEXT, RELEASED, Waiting
from tests.school import built_school


def waiting() -> list[Waiting]:
    """Return a lawful sample of every command."""
    return [
        Waiting(
            command.kind,
            command.version,
            command.numbers_taken(),
            pack_payload(fields_of(command)),
        )
        for command in samples(built_school()).values()
    ]


def write(folder: Path) -> None:
    """Write every command, and drop what is there no more."""
    folder.mkdir(exist_ok=True)
    made = {entry.file: entry.to_json() for entry in waiting()}
    for path in folder.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    if NEXT in RELEASED:
        raise SystemExit(f"{NEXT} is released: it is never written again")
    write(FOLDER / NEXT)
