"""The system officer's pages (4.7): first of all how everything stands."""

from __future__ import annotations

from typing import Any, Final

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.backups import BackupRecord
from eschool_core.domain.care_enums import RequestState
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.office import Device
from eschool_core.errors import InputError
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.me import Me, me
from eschool_core.queries.people import AccessState, people
from eschool_core.queries.pupil_requests import pupil_requests
from eschool_core.queries.slips import SlipState, register
from eschool_core.queries.support import support_contact
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.duties import shown_duties
from eschool_web.views.state import standing_said

SECTIONS: Final = (
    ("/officer", "web.officer.monitoring"),
    ("/officer/people", "web.officer.staff"),
    ("/officer/devices", "web.officer.devices"),
    ("/officer/slips", "web.officer.slips"),
    ("/officer/import", "web.officer.import"),
    ("/officer/consents", "web.consents"),
    ("/officer/reads", "web.reads"),
    ("/policy", "web.officer.policy"),
)


def officer(asked: Asked) -> Me:
    """Return the person.

    Raises:
        InputError: ``web.not_found``: the page is not for this person.
    """
    day = asked.today()
    person = asked.read(lambda store: me(store, asked.source.person_id, day))
    if Role.SYSTEM_OFFICER not in person.roles:
        raise InputError(NOT_FOUND)
    return person


def office(template: str, here: str, values: dict[str, Any]) -> Page:
    """Return one of the officer's pages with the row of its sections."""
    sections = [{"to": to, "key": key, "here": to == here, "count": 0} for to, key in SECTIONS]
    return Page(template, {"sections": sections, **values})


def officer_page(asked: Asked) -> Page:
    """Return how exchange, backups, access and the officer's duties stand.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    officer(asked)
    now, person_id = asked.source.now(), asked.source.person_id
    due = asked.read(lambda store: duties(store, now, person_id))
    return office(
        "officer.html",
        "/officer",
        {
            "facts": asked.read(lambda store: _facts(store, asked)),
            "stands": standing_said(asked, asked.source.standing()),
            "overdue": shown_duties(due.duties, DutyState.OVERDUE, asked.language),
            "due": shown_duties(due.duties, DutyState.DUE, asked.language),
            "support": asked.read(support_contact),
            "requests": asked.read(lambda store: pupil_requests(store, RequestState.OPEN)),
        },
    )


def _facts(store: Store, asked: Asked) -> dict[str, Any]:
    now, day, zone = asked.source.now(), asked.today(), zone_of(store)
    staff = people(store, day, now, kind=PersonKind.STAFF)
    backups = sorted(store.select(BackupRecord), key=lambda entry: (entry.made_at, entry.id))
    every = facts.policy_number(store, "backup_period_days", day)
    last = backups[-1] if backups else None
    age = None if last is None else day - calendar.local_day(last.made_at, zone)
    return {
        "staff": len(staff),
        "without_access": [one for one in staff if one.access is AccessState.NOTHING],
        "devices": len(store.select(Device, revoked_at=0)),
        "slips": sum(line.state is SlipState.WAITING for line in register(store, now)),
        "backup": None if last is None else local(last.made_at, zone),
        "backup_seq": 0 if last is None else last.backup_seq,
        "backup_late": age is None or age > every,
        "backup_days": every,
    }
