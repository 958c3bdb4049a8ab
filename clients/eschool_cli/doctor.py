"""``eschool doctor``: how the replica stands, also where it opens no more; and its rescue."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from eschool_cli.answers import as_json
from eschool_cli.home import existing_folder
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.prompts import secret
from eschool_cli.session import Session
from eschool_cli.wording import DASH, kind_name, moment
from eschool_core.errors import DamageError, InputError
from eschool_core.queries.in_force import local

if TYPE_CHECKING:
    from eschool_sync.replica.checkup import Checkup
    from eschool_sync.replica.rescue import Rescued

MOST_SHOWN = 12
UTC = "UTC"


@click.command(name="doctor", cls=LocalCommand)
@option("--rescue", "is_rescue", is_flag=True, says="doctor_rescue")
@as_json
@click.pass_obj
def doctor_command(session: Session, is_rescue: bool, as_json: bool) -> int:  # noqa: FBT001
    """Check the replica, or make it anew around what can still be read; return the exit code."""
    folder = existing_folder(session.home, session.profile)
    from eschool_sync.replica import checkup, rescue

    key = checkup.key_of(folder, secret("cli.ask.passphrase", session.passphrase_fd))
    found = checkup.check_up(folder, key)
    if not is_rescue:
        _tell(session, found, as_json=as_json)
        return 0 if found.sound else DamageError.exit_code
    if not found.damaged:
        raise InputError("doctor.nothing_to_rescue")
    _tell_rescued(session, rescue.rescue(folder, key), rescue.DAMAGED_FILE, as_json=as_json)
    return 0


def _tell(session: Session, found: Checkup, *, as_json: bool) -> None:
    advice = _advice(found)
    if as_json:
        judged = {"sound": found.sound, "damaged": found.damaged, "advice": advice}
        session.screen.json(judged | asdict(found))
        return
    session.screen.fields([(say(f"doctor.field.{name}"), value) for name, value in _fields(found)])
    session.screen.line()
    for name in advice:
        session.screen.line(say(f"doctor.advice.{name}"), "bold" if not found.sound else "")


def _fields(found: Checkup) -> list[tuple[str, str]]:
    """Return names and values; what cannot be read is a dash, never a guess."""
    inside = found.inside
    return [
        ("pages", _pages(found)),
        ("opens", _yes(inside is not None)),
        ("digest", _yes(None if inside is None else inside.digest_equal)),
        ("pending", str(found.pending)),
        ("rejected", str(found.rejected)),
        ("held", str(found.held)),
        ("chain", _chain(found)),
        ("alarm", _yes(None if inside is None else inside.alarm)),
        ("lease", _yes(None if inside is None else inside.lease_over)),
        ("last_sync", _last_sync(found)),
    ]


def _pages(found: Checkup) -> str:
    said = []
    if found.damaged_pages:
        wrong, numbers = len(found.damaged_pages), _numbers(found.damaged_pages)
        said.append(say("doctor.pages.damaged", count=wrong, pages=found.pages, numbers=numbers))
    if found.missing_pages:
        said.append(say("doctor.pages.missing", count=found.missing_pages, pages=found.pages))
    return "; ".join(said) or say("doctor.pages.whole", pages=found.pages)


def _chain(found: Checkup) -> str:
    said = []
    if found.lost:
        said.append(say("doctor.chain.lost", numbers=_numbers(found.lost)))
    if found.broken:
        said.append(say("doctor.chain.broken", numbers=_numbers(found.broken)))
    return "; ".join(said) or say("doctor.chain.whole")


def _last_sync(found: Checkup) -> str:
    if found.last_sync is None:
        return DASH
    if not found.last_sync:
        return say("cli.status.never")
    zone = found.inside.zone if found.inside is not None else ""
    return moment(local(found.last_sync, zone or UTC)) + ("" if zone else f" {UTC}")


def _advice(found: Checkup) -> list[str]:
    """Return names of what is to be said: the judgement, then what to do, the gravest first."""
    from eschool_sync.replica.checkup import MANY_PENDING

    inside = found.inside
    said = {
        "sound": found.sound,
        "rescue": found.damaged,
        "broken": bool(found.broken),
        "alarm": inside is not None and inside.alarm,
        "unequal": inside is not None and inside.digest_equal is False,
        "load": inside is not None and not inside.zone,
        "lease": inside is not None and inside.lease_over,
        "many": found.pending > MANY_PENDING,
        "long": found.waits_long,
        "again": inside is not None and inside.again > 0,
        "refused": found.rejected + found.held > 0,
    }
    return [name for name, holds in said.items() if holds]


def _tell_rescued(session: Session, rescued: Rescued, kept_as: str, *, as_json: bool) -> None:
    told = _as_json(rescued, kept_as)
    screen = session.screen
    if as_json:
        screen.json(told)
        return
    screen.line(say("doctor.rescued", file=kept_as), "bold")
    names = ("kept", "pending", "again", "lost")
    counts = (told["kept"], told["pending"], len(rescued.again), len(rescued.lost))
    screen.fields(
        [
            (say(f"doctor.rescued.{name}"), str(count))
            for name, count in zip(names, counts, strict=True)
        ]
    )
    for name in ("lost", "again"):
        if told[name]:
            screen.line()
            screen.line(say(f"doctor.rescued.{name}_are"))
        for entry in told[name]:
            kind = kind_name(entry["kind"]) if entry["kind"] else say("doctor.kind_unknown")
            screen.line(f"№ {entry['number']} · {kind}", indent=2)
    screen.line()
    if rescued.position is None:
        screen.line(say("doctor.rescued.end_unknown"), "bold")
    screen.line(say("doctor.rescued.next"))


def _as_json(rescued: Rescued, kept_as: str) -> dict[str, Any]:
    return {
        "damaged_file": kept_as,
        "damaged_pages": rescued.damaged_pages,
        "kept": len(rescued.kept),
        "pending": sum(each.is_pending for each in rescued.kept),
        "again": [{"number": each.number, "kind": each.header.kind} for each in rescued.again],
        "lost": [{"number": n, "kind": rescued.kinds.get(n, "")} for n in rescued.lost],
        "end_known": rescued.position is not None,
        "next": "eschool sync",
    }


def _numbers(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_SHOWN]))
    return f"{shown} …" if len(numbers) > MOST_SHOWN else shown


def _yes(holds: bool | None) -> str:  # noqa: FBT001 - one word for one fact
    return DASH if holds is None else say("cli.yes" if holds else "cli.no")
