"""The diary of a pupil's week (2.10), for the family, the pupil and the class teacher."""

from __future__ import annotations

from collections.abc import Callable

from eschool_core import calendar
from eschool_core.commands.releases import SeeMarks
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.forecast.journal import PupilForecast
from eschool_core.forecast.overview import pupil_forecasts
from eschool_core.forecast.term import Needed
from eschool_core.queries.beside_marks import owed_works
from eschool_core.queries.concerns import told_of
from eschool_core.queries.diary import diary
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.me import me
from eschool_core.queries.messages import threads
from eschool_core.queries.notices import NoticeAnswer, notices
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Elsewhere, Page, Reply, form_number
from eschool_web.refusals import NOT_FOUND

WEEK = 7


def own_diary(asked: Asked) -> Reply:
    """Lead to the diary of the only child, or let the person choose."""
    day, person_id = asked.today(), asked.source.person_id
    person = asked.read(lambda store: me(store, person_id, day))
    if len(person.wards) == 1:
        return Elsewhere(f"/diary/{person.wards[0].pupil_id}")
    return Page("wards.html", {"wards": person.wards})


def diary_page(asked: Asked) -> Page:
    """Return a week, with the means of the term and what they may become.

    Raises:
        InputError: ``web.not_found``: the diary is not this person's to read, or there is none.
    """
    pupil_id, today = asked.path["pupil"], asked.today()
    day = asked.number("day", today)
    asked.read(lambda store: let_read(store, asked.source.person_id, pupil_id, today))
    week = asked.read(lambda store: diary(store, pupil_id, day, asked.source.now()))
    person = asked.read(lambda store: me(store, asked.source.person_id, today))
    forecasts = asked.read(lambda store: pupil_forecasts(store, pupil_id, today))
    monday = calendar.day_number(week.first_day)
    return Page(
        "diary.html",
        {
            "diary": week,
            "pupil_id": pupil_id,
            "wards": person.wards,
            "before": monday - WEEK,
            "after": monday + WEEK,
            "is_now": monday <= today < monday + WEEK,
            "today": calendar.date_of(today),
            "is_family": pupil_id in {ward.pupil_id for ward in person.wards},
            "seen": asked.query.get("seen") == "1",
            "told": asked.query.get("told") == "1",
            "concerns": asked.read(lambda store: unread(store, asked, pupil_id)),
            "as_of": as_of(asked, today),
            "letters": asked.read(lambda store: unread_messages(store, asked.source.person_id)),
            "owed": asked.read(
                lambda store: [one for one in owed_works(store) if one.pupil_id == pupil_id]
            ),
            "sums": [
                (one.subject, each, next_mark(each))
                for one in forecasts
                for each in one.forecast.pupils
            ],
        },
    )


def as_of(asked: Asked, today: int) -> str:
    """Return of what moment the records are, where that is not today or the line is down."""
    standing = asked.source.standing()
    if standing.online or not standing.last_sync:
        return ""
    last = local(standing.last_sync, asked.read(zone_of))
    old = last is not None and calendar.day_number(last.date()) < today
    return wording.moment(last) if old or standing.trouble else ""


def unread_messages(store: Store, person_id: int) -> int:
    """Return how many messages the person has not read."""
    return sum(thread.unread for thread in threads(store, person_id))


def next_mark(each: PupilForecast) -> Needed | None:
    """Return what it takes for the next better mark of the term; None where nothing is to come.

    With few marks nothing is foretold, yet what it takes can be counted: for the lowest mark that
    is not sure.
    """
    if each.outlook is not None:
        likely = each.outlook.mark
        return next((need for need in each.needed if need.target == likely + 1), None)
    return next((need for need in each.needed if need.state != "sure"), None)


def unread(store: Store, asked: Asked, pupil_id: int) -> list[NoticeAnswer]:
    """Return what the person was told of the pupil and has not confirmed (4.5.4)."""
    about = told_of(store, pupil_id)
    return [
        entry
        for entry in notices(store, asked.source.person_id, asked.language)
        if entry.concern_id in about and entry.seen_at is None
    ]


def seen(asked: Asked) -> Elsewhere:
    """Confirm that released marks were opened (2.9), and go back to the week.

    Raises:
        InputError: ``web.not_found``: no such release, or the diary is not this person's to read.
    """
    pupil_id, today = asked.path["pupil"], asked.today()
    asked.read(lambda store: let_read(store, asked.source.person_id, pupil_id, today))
    asked.source.do(SeeMarks(release_id=form_number(asked, "release"), pupil_id=pupil_id))
    return Elsewhere(f"/diary/{pupil_id}?seen=1")


def let_read(store: Store, person_id: int, pupil_id: int, day: int) -> None:
    """Let pass the family, and whoever's source holds the pupil's reasons of absence.

    Raises:
        InputError: ``web.not_found``.
    """
    if not diaries_open_to(store, person_id, day)(pupil_id):
        raise InputError(NOT_FOUND)


def diaries_open_to(store: Store, person_id: int, day: int) -> Callable[[int], bool]:
    """Return whether a pupil's diary is a person's to read: of the family, or held here."""
    wards = {entry.pupil_id for entry in me(store, person_id, day).wards}

    def may_read(pupil_id: int) -> bool:
        held = not store.complete and store.holds(partition(PartitionKind.PUPIL_DAY, pupil_id))
        return pupil_id in wards or held

    return may_read
