"""One's own access at the server: password, sessions, devices (SECURITY rows 45, 46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from eschool_core.commands.access import RevokeDevice
from eschool_core.errors import EschoolError, InputError
from eschool_core.ids import login_of
from eschool_core.queries.devices import devices
from eschool_core.queries.in_force import local, zone_of
from eschool_web import wording
from eschool_web.asking import Asked, Elsewhere, Page, Reply, View, form_number
from eschool_web.portal_source import PortalSource
from eschool_web.refusals import NOT_FOUND

OWN: Final = "session"
"""Guesses at one's own password count for the session, wherever it is."""

NAMES_ALL: Final = 0


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A session in the list."""

    id: int
    begun: datetime | None
    seen: datetime | None
    here: bool


def access_page(asked: Asked) -> Page:
    """Return how one comes in, and from where one is in."""
    return _page(asked)


def change_password(asked: Asked) -> Reply:
    """Choose another password; every other session ends."""
    source, new = _source(asked), _text(asked, "new_password")
    try:
        if new != _text(asked, "repeat"):
            raise InputError("web.portal.differs")
        source.portal.change_password(source.token, _text(asked, "password"), new, OWN)
    except EschoolError as error:
        return _page(asked, error)
    return Elsewhere("/access?done=password")


def end_session(asked: Asked) -> Reply:
    """End one of one's sessions, or with 0 every other one."""
    source, wanted = _source(asked), form_number(asked, "session")
    own = source.visit.session.id
    for session in source.portal.sessions(source.token):
        if session.id == wanted or (wanted == NAMES_ALL and session.id != own):
            source.portal.end_session(source.token, session.id)
    return Elsewhere("/access?done=session")


def end_device(asked: Asked) -> Reply:
    """Shut out one of one's devices; asks for the password."""
    source = _source(asked)
    try:
        source.portal.prove(source.token, _text(asked, "password"), OWN)
        source.do(RevokeDevice(device=form_number(asked, "device")))
    except EschoolError as error:
        return _page(asked, error)
    return Elsewhere("/access?done=device")


def _page(asked: Asked, error: EschoolError | None = None) -> Page:
    source = _source(asked)
    own, used = source.visit.session.id, source.portal.device_use(source.token)
    zone = asked.read(zone_of)
    done = asked.query.get("done", "")
    return Page(
        "access.html",
        {
            "login": login_of(source.person_id),
            "sessions": [
                ShownSession(
                    row.id, local(row.created_at, zone), local(row.seen_at, zone), row.id == own
                )
                for row in source.portal.sessions(source.token)
            ],
            "devices": asked.read(lambda store: devices(store, source.person_id, used)),
            "is_staff": source.visit.is_staff,
            "done": f"web.portal.done_{done}" if done in ("password", "session", "device") else "",
            "said": None if error is None else _told(error, asked),
        },
    )


def _told(error: EschoolError, asked: Asked) -> str:
    said = wording.sentence(error.key, error.params, asked.language)
    return f"{said} {wording.remedy(error.key, error.params, asked.language)}".strip()


def _source(asked: Asked) -> PortalSource:
    """Return the source of a page that exists at the server alone.

    Raises:
        InputError: ``web.not_found``: it is another one.
    """
    if not isinstance(asked.source, PortalSource):
        raise InputError(NOT_FOUND)
    return asked.source


def _text(asked: Asked, name: str) -> str:
    value = asked.body.get(name)
    return value if isinstance(value, str) else ""


PAGES: Final[tuple[tuple[str, View], ...]] = (("/access", access_page),)
FORMS: Final[tuple[tuple[str, View], ...]] = (
    ("/access/password", change_password),
    ("/access/session", end_session),
    ("/access/device", end_device),
)
