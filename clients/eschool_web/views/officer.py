"""The system officer's page (4.7): people with roles and access, devices, the policy in force."""

from __future__ import annotations

from eschool_core import calendar
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.office import Device
from eschool_core.domain.school import PolicyValue
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.me import me
from eschool_core.queries.names import people_names
from eschool_core.queries.people import people
from eschool_core.regulation.policy import PARAMETERS
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND


def officer_page(asked: Asked) -> Page:
    """Return staff, devices and policy.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    today, now, person_id = asked.today(), asked.source.now(), asked.source.person_id
    person = asked.read(lambda store: me(store, person_id, today))
    if Role.SYSTEM_OFFICER not in person.roles:
        raise InputError(NOT_FOUND)
    return Page(
        "officer.html",
        {
            "staff": asked.read(lambda store: people(store, today, now, kind=PersonKind.STAFF)),
            "devices": asked.read(_devices),
            "policy": asked.read(lambda store: _policy(store, asked, today)),
        },
    )


def _devices(store: Store) -> list[dict[str, object]]:
    names, zone = people_names(store), zone_of(store)
    return [
        {
            "device": entry.device,
            "person": names.get(entry.person_id, ""),
            "label": entry.label,
            "enrolled": local(entry.enrolled_at, zone),
            "revoked": local(entry.revoked_at, zone),
        }
        for entry in sorted(store.select(Device), key=lambda entry: entry.device)
    ]


def _policy(store: Store, asked: Asked, today: int) -> list[dict[str, object]]:
    """Return the values that a local act has set; what is not set follows the defaults."""
    rows = store.where(PolicyValue, "first_day <= ? AND last_day >= ? ORDER BY name", today, today)
    clauses = {entry.name: entry.clause for entry in PARAMETERS}
    return [
        {
            "name": text(f"policy.title.{row.name}", asked.language),
            "value": row.value,
            "act": row.act,
            "since": calendar.date_of(row.first_day),
            "clause": clauses.get(row.name, ""),
        }
        for row in rows
    ]
