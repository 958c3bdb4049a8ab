"""Lists of subgroups to which their teacher agrees once they are approved (4.6.4/1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eschool_core.domain.care import GroupApproval
from eschool_core.domain.school import Journal, SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.lookup import journals, own_journals
from eschool_core.queries.me import me
from eschool_core.queries.names import staff_names
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.class_groups import subgroups


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """Who was put into the group of an own journal from one class.

    Attributes:
        pupils: By name.
        confirmed_at: When its teacher agreed; None while nobody has.
    """

    journal_id: int
    class_id: int
    school_class: str
    group: str
    subject: str
    pupils: tuple[str, ...]
    approved_by: str
    approved_at: datetime | None
    confirmed_at: datetime | None


def own_groups_page(asked: Asked) -> Page:
    """Return the approved lists of the person's own subgroups, those not agreed to first.

    Raises:
        InputError: ``web.not_found``: it is for staff.
    """
    day, person_id = asked.today(), asked.source.person_id
    if not asked.read(lambda store: me(store, person_id, day)).is_staff:
        raise InputError(NOT_FOUND)
    found = asked.read(lambda store: own_groups(store, person_id, day))
    return Page(
        "own_groups.html",
        {
            "waiting": [entry for entry in found if entry.confirmed_at is None],
            "agreed": [entry for entry in found if entry.confirmed_at is not None],
        },
    )


def own_groups(store: Store, person_id: int, day: int) -> list[OwnGroup]:
    """Return the approved lists of the subgroups whose journals a person writes in."""
    zone, staff = zone_of(store), staff_names(store)
    places = {place.journal_id: place for place in journals(store, day)}
    found = []
    for journal_id in own_journals(store, person_id, day):
        journal, place = store.get(Journal, journal_id), places.get(journal_id)
        if journal is None or place is None:
            continue
        for approval in store.select(GroupApproval, journal_id=journal_id):
            school_class = store.require(SchoolClass, approval.class_id)
            lists = {one.group_id: one.pupils for one in subgroups(store, school_class.id, day)}
            found.append(
                OwnGroup(
                    journal_id=journal_id,
                    class_id=school_class.id,
                    school_class=school_class.name,
                    group=place.group,
                    subject=place.subject,
                    pupils=tuple(name for _, name in lists.get(journal.group_id, ())),
                    approved_by=staff.get(approval.approved_by_id, ""),
                    approved_at=local(approval.approved_at, zone),
                    confirmed_at=local(approval.confirmed_at, zone),
                )
            )
    return found
