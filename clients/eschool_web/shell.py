"""What stands around every page: who this is, where one may go, how entries stand."""

from __future__ import annotations

from typing import Any

from eschool_core.domain.enums import Role
from eschool_core.queries.me import Me, me
from eschool_web.asking import Asked
from eschool_web.idle import WARNING_SECONDS
from eschool_web.offered import offered
from eschool_web.views.state import standing_said
from eschool_web.views.watching import WATCHING


def shell_of(asked: Asked, path: str, lock_seconds: int) -> dict[str, Any]:
    """Return the values that every page's frame needs.

    Args:
        asked: The request.
        path: Of the page.
        lock_seconds: After so many without a sign of anybody it locks; 0 for never.
    """
    day, person_id = asked.today(), asked.source.person_id
    person = asked.read(lambda store: me(store, person_id, day))
    standing = asked.source.standing()
    links = links_of(person) + (links_at_server() if standing.online else [])
    return {
        "person": person,
        "links": [
            {"to": to, "key": key, "here": path == to or path.startswith(f"{to}/")}
            for to, key in links
        ],
        "may": offered(person.roles),
        "standing": standing_said(asked, standing),
        "lock": {"seconds": lock_seconds, "warning": WARNING_SECONDS},
    }


def links_of(person: Me) -> list[tuple[str, str]]:
    """Return where a person may go, by roles; what one begins with comes first."""
    links = []
    if person.wards:
        links.append(("/diary", "web.nav.diary"))
    if person.is_staff:
        links += [("/today", "web.nav.today"), ("/journals", "web.nav.journals")]
    if person.led:
        links.append(("/class", "web.nav.class"))
    if set(WATCHING) & set(person.roles):
        links.append(("/control", "web.nav.control"))
    if Role.SYSTEM_OFFICER in person.roles:
        links.append(("/officer", "web.nav.officer"))
    if person.is_staff:
        links += [("/duties", "web.nav.duties"), ("/reports", "web.nav.reports")]
    links += [("/messages", "web.nav.messages"), ("/inbox", "web.nav.inbox")]
    return links


def links_at_server() -> list[tuple[str, str]]:
    """Return what there is besides where people log in."""
    return [("/access", "web.nav.access")]
