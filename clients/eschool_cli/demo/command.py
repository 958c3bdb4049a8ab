"""``eschool demo``: builds a school, plays a day offline and back, checks every stated fact."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.demo.day import Day
from eschool_cli.demo.play import Played, play
from eschool_cli.demo.players import PASSPHRASE, Player
from eschool_cli.demo.show import Shown, show_facts, show_replicas, show_views
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.session import Session
from eschool_cli.wording import long_date
from eschool_core.commands import facts
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Journal, Subject
from eschool_core.errors import InputError
from eschool_core.queries.names import full_name
from eschool_sync.sandbox.cast import Cast
from eschool_sync.sandbox.playing_day import school_day_before
from eschool_sync.sandbox.stage import Setting, Size, Stage
from eschool_sync.server.serving import LOOPBACK

PROGRAM = "eschool"
MAX_SEED = 2**31 - 1
FAILED = 1


@click.command(name="demo", cls=LocalCommand)
@option(
    "--size",
    type=click.Choice(("small", "full")),
    default="full",
    show_default=True,
    says="demo_size",
    shown_as="size",
)
@option(
    "--timetable",
    type=click.Path(path_type=Path, dir_okay=False),
    says="demo_timetable",
    shown_as="file",
)
@option("--seed", type=NumberType(0, MAX_SEED), default=1, says="demo_seed", shown_as="number")
@option("--date", "day", type=click.DateTime(("%Y-%m-%d",)), says="demo_date", shown_as="date")
@option("--dir", "folder", type=click.Path(path_type=Path), says="demo_dir", shown_as="folder")
@option("--database", default="", says="demo_database", shown_as="address")
@option("--lived", is_flag=True, says="demo_lived")
@option("--serve", is_flag=True, says="demo_serve")
@as_json
@click.pass_context
def demo(
    ctx: click.Context,
    size: Size,
    timetable: Path | None,
    seed: int,
    day: datetime | None,
    folder: Path | None,
    database: str,
    lived: bool,  # noqa: FBT001
    serve: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Play a school day and check every stated fact."""
    session: Session = ctx.obj
    asked = datetime.now(UTC).date() if day is None else day.date()
    with _folder(folder) as place:
        setting = Setting(place, size, seed, school_day_before(asked), timetable, database)
        played = _play(session, setting, lived=lived, quiet=as_json)
        if as_json:
            session.screen.json(played.as_dict())
        else:
            _sum_up(session, played)
        if serve and played.holds:
            _serve(session, setting, played)
        if not as_json:
            _say_how_to_go_on(session, played, setting.day, folder, served=serve)
    if not played.holds:
        ctx.exit(FAILED)


def _play(session: Session, setting: Setting, *, lived: bool, quiet: bool) -> Played:
    def watch(stage: Stage, cast: Cast, players: dict[str, Player], day: Day) -> None:
        if quiet:
            return
        store = stage.school.store
        journal = store.require(Journal, cast.first.journal_id)
        subject = store.require(Subject, journal.subject_id)
        place = (facts.journal_name(store, journal.id), subject.name)
        child = store.require(Pupil, cast.child)
        # By the full name: a guardian may have several children at the school.
        named = full_name(child.family, child.given, child.patronymic)
        show_views(session, players, Shown(*place, named), day)

    if not quiet:
        session.screen.heading(say("demo.title"))
        session.screen.line(say("demo.intro", date=long_date(setting.day, session.language)))
    with session.screen.progress(say("demo.stage.timetable")) as report:
        return play(
            setting, lambda key, done, total: report(say(key), done, total), watch, lived=lived
        )


def _sum_up(session: Session, played: Played) -> None:
    screen, found = session.screen, played.as_dict()
    screen.line()
    screen.heading(say("demo.heading.facts"))
    show_facts(screen, played.facts)
    screen.line()
    screen.heading(say("demo.heading.replicas"))
    show_replicas(screen, played.proofs)
    screen.line()
    screen.line(say("demo.sum.timetable", **found["timetable"]))
    screen.line(say("demo.sum.school", **found["school"]))
    screen.line(say("demo.sum.commands", **found["commands"]))


def _say_how_to_go_on(
    session: Session, played: Played, day: date, folder: Path | None, *, served: bool
) -> None:
    """Name the commands to copy: for the folder that stays, else how to keep one.

    Where the pages were served the port is free now; a folder of our own is gone with them.
    """
    screen, beside = session.screen, Path(sys.executable).parent
    on_path = shutil.which(PROGRAM) is not None
    if folder is None:
        if not served:
            screen.line()
            program = PROGRAM if on_path else shlex.quote(shorter(beside / PROGRAM))
            screen.lines(say("demo.go_on.dir", program=program))
        return
    screen.line()
    values = {
        "folder": shlex.quote(str(folder.absolute())),
        "port": played.port,
        "passphrase": PASSPHRASE,
        "date": day.isoformat(),
        "child": shlex.quote(played.child),
    }
    title, *commands = say("demo.go_on.commands", **values).splitlines()
    if not on_path:
        commands = [f"  PATH={shlex.quote(str(beside))}:$PATH", *commands]
    for line in (title, *commands):
        # A command that a terminal has broken in two cannot be copied.
        screen.whole(line)


def shorter(program: Path) -> str:
    """Return a program as one calls it from here."""
    here = Path.cwd()
    return str(program.relative_to(here) if program.is_relative_to(here) else program)


def _serve(session: Session, setting: Setting, played: Played) -> None:
    """Offer the pages of everybody, until interrupted."""
    from eschool_cli.demo.serving import Offer, serve_pages

    session.screen.line()
    session.screen.heading(say("demo.heading.pages"))
    session.screen.line(say("demo.pages.passphrase", passphrase=PASSPHRASE))

    def tell(role: str, link: str) -> None:
        session.screen.line(say(f"demo.role.{role}"))
        session.screen.whole(f"  {link}")

    told: list[str] = []

    def tell_slip(role: str, login: str, code: str) -> None:
        if not told:
            session.screen.line()
            site = f"http://{LOOPBACK}:{played.port}"
            session.screen.heading(say("demo.heading.portal", site=site))
        told.append(role)
        session.screen.line(say(f"demo.role.{role}"))
        session.screen.line(say("demo.portal.slip", login=login, code=code), indent=2)

    offer = Offer(setting.folder, setting.postgres_url, played.port, played.people)
    serve_pages(offer, tell, tell_slip)


@contextmanager
def _folder(asked: Path | None) -> Iterator[Path]:
    """Give the folder to play in; one of our own is gone afterwards.

    Raises:
        InputError: ``demo.folder_in_use``: the folder holds something.
    """
    if asked is not None:
        if asked.exists() and any(asked.iterdir()):
            raise InputError("demo.folder_in_use")
        asked.mkdir(parents=True, exist_ok=True)
        yield asked
        return
    own = Path(tempfile.mkdtemp(prefix="eschool-demo-"))
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
