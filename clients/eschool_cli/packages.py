"""``eschool archive pack``, ``verify`` and ``record``: packages for the data bank (4.4.5/3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.proving import key_of
from eschool_cli.screen import Column
from eschool_cli.server import of_school, on_data, school_of
from eschool_cli.session import Session
from eschool_cli.signing import MOST_PDF_BYTES
from eschool_cli.signing_key import FILE, MOST_KEY_BYTES, OwnKey, own_key, read_file
from eschool_cli.writing import give, made
from eschool_core.commands.packages import RecordPackage
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.domain.school import School, SchoolClass
from eschool_core.errors import AccessError, DamageError, InputError
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.in_force import year_on
from eschool_sync.packages.catalogue import Listed, folded, read_catalogue
from eschool_sync.packages.check import Checked, State, Wrong, check_package, is_package
from eschool_sync.packages.packing import Done, Wanted, pack, unsigned
from eschool_sync.packages.zipped import unzipped, zip_folder
from eschool_sync.server.directory import Directory
from eschool_sync.server.school import ServerSchool
from eschool_sync.signing.pades import check_signatures
from eschool_sync.signing.provider import SignatureProvider, SignatureState

FOLDER = click.Path(path_type=Path, file_okay=False)
ANY = click.Path(path_type=Path)


@click.command(name="pack", cls=LocalCommand, says="archive.pack")
@argument("bank", says="package_bank", type=FOLDER)
@on_data
@of_school
@option("--class", "class_name", default="", says="package_class", shown_as="class")
@option("--date", "day", type=DayType(), default=TODAY, says="package_date", shown_as="date")
@own_key("package_key")
@option("--zip", "zipped", is_flag=True, says="package_zip")
@as_json
@click.pass_obj
def pack_command(
    session: Session,
    /,
    bank: Path,
    data: Path,
    database: str,
    *,
    school: int | None,
    class_name: str,
    day: Day,
    own: OwnKey,
    zipped: bool,
    as_json: bool,
) -> None:
    """Pack the journals and registers of a closed year for the data bank, on the server."""
    with ExitStack() as held:
        sign = _signing(held.enter_context(own.opened(session))) if own.is_named else unsigned
        directory = held.enter_context(closing(Directory(data, database)))
        served = school_of(directory, school)
        row = served.store.first(School)
        today = 0 if row is None else row.current_day
        classes = _classes(served, class_name, day.number(today))
        bank.mkdir(parents=True, exist_ok=True, mode=0o700)
        with session.screen.progress(say("package.packing")) as report:

            def told(stage: str, done: int, total: int) -> None:
                report(f"{say('package.packing')} {stage}", done, total)

            wanted = Wanted(classes, today, sign, session.language)
            done = pack(served, bank, wanted, told)
            if zipped:
                for one in done.packed:
                    zip_folder(one.folder, one.folder.with_name(f"{one.folder.name}.zip"))
    _show_packed(session, done, as_json=as_json)
    if done.packed or done.there:
        return
    if done.not_issued and not done.not_sealed:
        raise InputError("archive.not_issued", count=len(done.not_issued))
    raise InputError("archive.not_sealed", count=len(done.not_sealed))


def _signing(signer: SignatureProvider) -> Callable[[bytes], bytes]:
    return lambda pdf: signer.sign(pdf, say("package.reason"))


@click.command(name="verify", cls=LocalCommand, says="archive.verify")
@argument("place", says="package_place", type=ANY)
@option("--key", "typed", required=True, says="school_key", shown_as="key")
@option("--root", type=FILE, says="sign_root", shown_as="file")
@as_json
@click.pass_obj
def verify_command(
    session: Session,
    place: Path,
    typed: str,
    root: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Check a package, or a whole data bank, without network and without the database."""
    key = key_of(typed)
    roots = None if root is None else read_file(root, MOST_KEY_BYTES)
    found: list[dict[str, Any]] = []
    with session.screen.progress(say("package.checking")) as report:
        for name, checked in _checked(place, key):
            report(f"{say('package.checking')} {name}", 0, 0)
            found.append(_told(name, checked, roots))
    if as_json:
        session.screen.json(found)
    else:
        for entry in found:
            _show_checked(session, entry)
    if not found:
        raise InputError("package.none")
    if any(entry["wrong"] for entry in found):
        raise DamageError("package.changed", count=sum(len(entry["wrong"]) for entry in found))
    if any(
        paper["state"] == SignatureState.FOREIGN for entry in found for paper in entry["papers"]
    ):
        raise AccessError("sign.foreign")


@click.command(name="record", cls=LocalCommand, says="archive.record")
@argument("place", says="package_place", type=ANY)
@as_json
@click.pass_obj
def record_command(session: Session, place: Path, as_json: bool) -> None:  # noqa: FBT001
    """Check a package and record that it was handed to the data bank."""
    with session.replica() as replica, _opened(place) as folder:
        with session.screen.progress(say("package.checking")):
            checked = check_package(folder, replica.witness().school_key)
        if not checked.is_whole:
            _show_checked(session, _told(place.name, checked, None))
            raise DamageError("package.changed", count=len(checked.wrong))
        command = made(
            RecordPackage,
            class_id=checked.about.get("class_id"),
            package=int(checked.kind),
            digest=checked.digest,
            files=checked.files,
            history_size=checked.history_size,
        )
        done = say("cli.archive.record.done", digest=checked.digest)
        give(session, replica, command, done, as_json=as_json)


def _classes(served: ServerSchool, class_name: str, day: int) -> list[SchoolClass]:
    """Return the class of that name, or all of the year of a day.

    Raises:
        InputError: ``package.no_class``: the year has none.
    """
    if class_name:
        return [lookup.school_class(served.store, class_name, day)]
    year = year_on(served.store, day)
    found = [] if year is None else served.store.select(SchoolClass, year_id=year.id)
    if not found:
        raise InputError("package.no_class")
    return sorted(found, key=lambda one: (one.grade, one.name))


def _show_packed(session: Session, done: Done, *, as_json: bool) -> None:
    kinds = {
        kind: text(f"ArchiveKind.{kind.name.lower()}", session.language) for kind in ArchiveKind
    }
    if as_json:
        session.screen.json(
            {
                "packed": [
                    {"folder": one.folder.name, "files": one.files, "digest": one.digest}
                    for one in done.packed
                ],
                "there": done.there,
                "not_sealed": [
                    {"class": name, "kind": kind.name.lower()} for name, kind in done.not_sealed
                ],
                "not_issued": done.not_issued,
            }
        )
        return
    for one in done.packed:
        session.screen.line(
            say("package.packed", folder=one.folder.name, files=one.files, digest=one.digest)
        )
    for folder in done.there:
        session.screen.line(say("package.was_there", folder=folder), "dim")
    for name, kind in done.not_sealed:
        session.screen.line(say("package.left_out", school_class=name, kind=kinds[kind]), "dim")
    for name in done.not_issued:
        session.screen.line(say("package.not_issued", school_class=name), "dim")


def _checked(place: Path, key: bytes) -> Iterator[tuple[str, Checked]]:
    """Yield each package of a place: itself, or all of a data bank and those that it lacks."""
    if place.is_file() or is_package(place):
        with _opened(place) as folder:
            yield place.name, check_package(folder, key)
        return
    expected = {folded(one.folder): one for one in read_catalogue(place, key)}
    for folder in sorted(place.iterdir()) if place.is_dir() else ():
        if folder.is_dir() and not folder.name.startswith("."):
            wanted = expected.pop(folded(folder.name), None)
            yield folder.name, _listed(check_package(folder, key), wanted)
    for one in expected.values():
        gone = Wrong(State.MISSING, one.folder)
        yield one.folder, Checked(place / one.folder, {}, one.digest, 0, 0, 0, (gone,))


def _listed(checked: Checked, wanted: Listed | None) -> Checked:
    """Return what was found, and whether the catalogue has this very package."""
    if wanted is not None and checked.digest == wanted.digest:
        return checked
    state = State.ADDED if wanted is None else State.CHANGED
    wrong = checked.wrong or (Wrong(state, checked.folder.name),)
    return Checked(
        *(checked.folder, checked.about, checked.digest, checked.files),
        *(checked.history_size, checked.history_entries, wrong),
    )


@contextmanager
def _opened(place: Path) -> Iterator[Path]:
    """Give a package's folder, unpacked where it is one file."""
    if place.is_file() and not place.is_symlink():
        with unzipped(place) as folder:
            yield folder
    else:
        yield place


def _told(name: str, checked: Checked, roots: bytes | None) -> dict[str, Any]:
    about = checked.about
    papers = [
        {"file": paper.name, "state": str(one.state), "name": one.name}
        for paper in (checked.papers() if checked.is_whole and roots is not None else ())
        for one in check_signatures(read_file(paper, MOST_PDF_BYTES), roots or b"")
    ]
    return {
        "package": name,
        "whole": checked.is_whole,
        "wrong": [{"state": str(one.state), "file": one.file} for one in checked.wrong],
        "kind": about.get("kind"),
        "year": about.get("year"),
        "class": about.get("class"),
        "keep_until": about.get("keep_until"),
        "digest": checked.digest,
        "files": checked.files,
        "history_entries": checked.history_entries,
        "history_size": checked.history_size,
        "papers": papers,
    }


def _show_checked(session: Session, entry: dict[str, Any]) -> None:
    if entry["wrong"]:
        session.screen.heading(entry["package"])
        columns = (Column(say("cli.column.state"), keep=True), Column(say("cli.column.file")))
        rows = [(say(f"package.{one['state']}_file"), one["file"]) for one in entry["wrong"]]
        session.screen.table(columns, rows)
        return
    session.screen.heading(say("package.whole", package=entry["package"]))
    kind = text(f"ArchiveKind.{entry['kind']}", session.language)
    session.screen.fields(
        [
            (say("cli.column.kind"), f"{kind} · {entry['year']} · {entry['class']}"),
            (say("cli.column.keep_until"), str(entry["keep_until"])),
            (say("package.files"), str(entry["files"])),
            (
                say("package.history_said"),
                say("package.of", entries=entry["history_entries"], size=entry["history_size"]),
            ),
        ]
    )
    # On a line of its own: broken in two nobody can copy it.
    session.screen.line(say("package.digest"))
    session.screen.line(entry["digest"])
    for paper in entry["papers"]:
        state = say(f"SignatureState.{paper['state']}")
        session.screen.line(f"{paper['file']}: {paper['name']} – {state}", indent=2)
