"""``eschool server``: founds schools, serves them, gives out enrolment codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeVar

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.wording import moment
from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.access import RevokeDevice
from eschool_core.domain.enums import Role
from eschool_core.domain.office import Device
from eschool_core.domain.school import Appointment, School, Staff
from eschool_core.errors import InputError
from eschool_core.imports.drafts import NameDraft
from eschool_core.labels import Language
from eschool_sync.addresses import is_loopback
from eschool_sync.server.audit import open_audit_log
from eschool_sync.server.directory import Directory
from eschool_sync.server.feeds import FeedRoutes
from eschool_sync.server.http import PolicyRoute, make_app
from eschool_sync.server.live import LiveRoutes
from eschool_sync.server.metrics import Metrics, MetricsPage, read_token
from eschool_sync.server.portal_routes import PortalRoutes, Portals
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.serving import LOOPBACK, Tls, serve
from eschool_sync.server.single import single_server
from eschool_sync.server.state import Phase

F = TypeVar("F", bound=Callable[..., Any])
MAX_ID = 2**53 - 1
MAX_PORT = 65_535
DEFAULT_PORT = 8000
DEFAULT_ZONE = "Europe/Moscow"
AUDIT_FILE = "audit.jsonl"


@click.group(
    name="server",
    cls=LocalGroup,
    places={
        "init": "eschool_cli.server:init_command",
        "serve": "eschool_cli.server:serve_command",
        "enrol-code": "eschool_cli.server:enrol_code_command",
        "revoke-device": "eschool_cli.server:revoke_device_command",
        "status": "eschool_cli.server:status_command",
        "sync": "eschool_cli.server_sync:sync_command",
        "erase": "eschool_cli.server_erase:erase_command",
        "migrate": "eschool_cli.server_migrate:migrate_command",
        "notices": "eschool_cli.server_notices:notices_group",
        "report": "eschool_cli.server_report:report_command",
        "keys": "eschool_cli.server_backup:keys_group",
        "backup": "eschool_cli.server_backup:backup_group",
        "restore": "eschool_cli.server_backup:restore_command",
        "verify": "eschool_cli.server_verify:verify_command",
        "restored": "eschool_cli.server_restored:restored_group",
        "key": "eschool_cli.server_verify:key_command",
    },
)
def server() -> None:
    """Keep the central server (design §5)."""


def on_data(command: F) -> F:
    """Add where the server's data is."""
    data = option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        required=True,
        says="server_data",
        shown_as="folder",
    )
    database = option(
        "--database",
        default="",
        envvar="ESCHOOL_DATABASE",
        says="server_database",
        shown_as="address",
    )
    return data(database(command))


def of_school(command: F) -> F:
    """Add which school is meant; the only one needs no naming."""
    return option("--school", type=NumberType(1, MAX_ID), says="server_school", shown_as="number")(
        command
    )


@click.command(name="init", cls=LocalCommand, says="server.init")
@on_data
@argument("name", says="school_name")
@option("--zone", default=DEFAULT_ZONE, show_default=True, says="server_zone", shown_as="zone")
@option("--officer", required=True, says="server_officer", shown_as="full_name")
@as_json
@click.pass_obj
def init_command(
    session: Session,
    data: Path,
    database: str,
    name: str,
    zone: str,
    officer: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Found a school with its system officer (4.7.1)."""
    words = officer.split()
    if not 2 <= len(words) <= 3:
        raise InputError("server.officer_name")
    directory = Directory(data, database)
    number, officer_id = directory.found(name, zone, NameDraft(*words))
    if as_json:
        session.screen.json({"school": number, "officer": officer_id})
        return
    session.screen.line(say("server.founded", school=number, officer=officer_id))
    session.screen.lines(say("server.founded.next", data=data, officer=officer_id, school=number))


@click.command(name="serve", cls=LocalCommand, says="server.serve")
@on_data
@option("--host", default=LOOPBACK, show_default=True, says="server_host", shown_as="address")
@option(
    "--port",
    type=NumberType(0, MAX_PORT),
    default=DEFAULT_PORT,
    show_default=True,
    says="server_port",
    shown_as="number",
)
@option("--cert", type=click.Path(path_type=Path), says="server_cert", shown_as="file")
@option("--key", type=click.Path(path_type=Path), says="server_key", shown_as="file")
@option("--proxy", "proxies", multiple=True, says="server_proxy", shown_as="address")
@option("--site", default="", says="server_site", shown_as="address")
@as_json
@click.pass_obj
def serve_command(
    session: Session,
    data: Path,
    database: str,
    host: str,
    port: int,
    cert: Path | None,
    key: Path | None,
    proxies: tuple[str, ...],
    site: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Serve replicas and pages until interrupted."""
    if (cert is None) != (key is None):
        raise InputError("server.tls_pair")
    directory = Directory(data, database)
    if not directory.numbers():
        raise InputError("server.no_school")
    tls = None if cert is None or key is None else Tls(cert, key)
    if not site and tls is None and is_loopback(host) and port:
        site = f"http://{host}:{port}"
    with ExitStack() as held:
        held.enter_context(closing(directory))
        if not database:
            held.enter_context(single_server(data))
        scheme = "http" if tls is None else "https"
        audit = held.enter_context(closing(open_audit_log(data / AUDIT_FILE)))
        portals = held.enter_context(closing(Portals(directory)))
        extra = [*PortalRoutes(portals).routes(), *FeedRoutes(directory).routes()]
        if site:
            extra += _pages(portals, site, session.language)
        live = LiveRoutes(directory)
        extra += live.routes()
        app = make_app(
            directory,
            extra_routes=extra,
            audit=audit,
            proxies=proxies,
            ending=[live.end],
            metrics=MetricsPage(Metrics(), read_token(data)),
        )
        schools = [directory.school(number) for number in directory.numbers()]
        tell = _tell_program if as_json else _tell_people
        serve(
            app,
            host,
            port,
            tls=tls,
            listening=lambda bound: tell(session, f"{scheme}://{host}:{bound}", schools, site),
        )


def _tell_people(session: Session, url: str, schools: Sequence[ServerSchool], site: str) -> None:
    session.screen.line(say("server.serving", url=url))
    for served in schools:
        _tell_school(session, served)
    session.screen.line(say("server.pages", site=site) if site else say("server.no_pages"))


def _tell_program(session: Session, url: str, schools: Sequence[ServerSchool], site: str) -> None:
    """Say all in one line, so that whoever started us need not guess where it ends."""
    told = [
        {
            "school": served.state.school,
            "name": _name(served),
            "phase": Phase(served.state.phase).name.lower(),
        }
        for served in schools
    ]
    session.screen.whole(json.dumps({"url": url, "site": site or None, "schools": told}))


def _tell_school(session: Session, served: ServerSchool) -> None:
    """Name a school, and what the operator has to do for it first."""
    session.screen.line(f"  {served.state.school}  {_name(served)}")
    if served.state.phase != Phase.OPEN:
        phase = Phase(served.state.phase).name.lower()
        session.screen.line("     " + say(f"cli.restored.phase.{phase}"))


def _pages(portals: Portals, site: str, language: Language) -> list[PolicyRoute]:
    from eschool_web.guard import Address
    from eschool_web.portal_app import PortalPages

    return PortalPages(portals, Address.of_site(site), language).routes()


@click.command(name="enrol-code", cls=LocalCommand, says="server.enrol-code")
@on_data
@of_school
@argument("person", says="person_id", type=NumberType(1, MAX_ID))
@as_json
@click.pass_obj
def enrol_code_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    person: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Give out a one-time code (3.1)."""
    served = school_of(Directory(data, database), school)
    code = served.issue_code(person)
    if as_json:
        session.screen.json({"school": served.state.school, "person": person, "code": code})
        return
    session.screen.line(say("server.code", code=code))
    session.screen.line(say("server.code.next", school=served.state.school))


@click.command(name="revoke-device", cls=LocalCommand, says="server.revoke-device")
@on_data
@of_school
@argument("device", says="device", type=NumberType(1, MAX_PORT))
@as_json
@click.pass_obj
def revoke_device_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    device: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Shut a lost device out (4.6.8)."""
    outcome = school_of(Directory(data, database), school).act(RevokeDevice(device=device))
    if outcome.key:
        raise InputError(outcome.key, **dict(outcome.params))
    if as_json:
        session.screen.json({"revoked": device})
    else:
        session.screen.line(say("server.device_revoked", device=device))


@click.command(name="status", cls=LocalCommand, says="server.status")
@on_data
@as_json
@click.pass_obj
def status_command(session: Session, data: Path, database: str, as_json: bool) -> None:  # noqa: FBT001
    """Show schools, devices and officers."""
    directory = Directory(data, database)
    found = [_describe(directory.school(number)) for number in directory.numbers()]
    if as_json:
        session.screen.json(found)
        return
    if not found:
        raise InputError("server.no_school")
    columns = (
        Column(say("server.column.school"), "right", keep=True),
        Column(say("server.column.name")),
        Column(say("server.column.day"), keep=True),
        Column(say("server.column.seq"), "right", keep=True),
        Column(say("server.column.rows"), "right", keep=True),
        Column(say("server.column.devices"), "right", keep=True),
    )
    session.screen.table(
        columns,
        [
            (
                str(entry["school"]),
                str(entry["name"]),
                str(entry["day"]),
                str(entry["seq"]),
                str(entry["rows"]),
                str(len(entry["devices"])),
            )
            for entry in found
        ],
    )
    for entry in found:
        for officer in entry["officers"]:
            session.screen.line(say("server.officer", **officer))


def _describe(served: ServerSchool) -> dict[str, Any]:
    store = served.store
    school = facts.school(store)
    [rows] = store.rows("SELECT sum(rows) FROM part_state")
    officers = store.select(Appointment, role=Role.SYSTEM_OFFICER)
    return {
        "school": served.state.school,
        "name": school.name,
        "day": calendar.date_of(school.current_day).isoformat(),
        "seq": served.head().seq,
        "rows": int(rows[0] or 0),
        "devices": [
            {
                "device": device.device,
                "person": device.person_id,
                "enrolled_at": moment(calendar.local_time(device.enrolled_at, school.zone)),
                "revoked": bool(device.revoked_at),
            }
            for device in store.select(Device)
        ],
        "officers": [
            {"person": person.id, "name": f"{person.family} {person.given} {person.patronymic}"}
            for entry in officers
            if (person := store.get(Staff, entry.person_id)) is not None
        ],
    }


def school_of(directory: Directory, number: int | None) -> ServerSchool:
    """Return the school that is meant: the named one, or the only one.

    Raises:
        InputError: ``server.no_school`` or ``server.which_school``.
    """
    known = directory.numbers()
    if number is not None:
        return directory.school(number)
    if not known:
        raise InputError("server.no_school")
    if len(known) > 1:
        raise InputError("server.which_school", count=len(known))
    return directory.school(known[0])


def _name(served: ServerSchool) -> str:
    school = served.store.first(School)
    return "" if school is None else school.name
