"""Calendar feeds: a secret address of the own calendar or a ward's, shown once, and its end."""

from __future__ import annotations

from eschool_core.commands.feeds import OpenFeed, RevokeFeed
from eschool_core.errors import EschoolError, InputError
from eschool_core.queries.feeds import feeds
from eschool_core.queries.me import me
from eschool_sync.security.codes import feed_address, feed_hash, new_feed_secret
from eschool_sync.security.random_source import SystemRandom
from eschool_web.asking import Asked, Elsewhere, Page, Reply, form_number
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.saying import refusal_said

OWN = 0


def feeds_page(asked: Asked) -> Page:
    """Return one's feeds, and whose calendar may be opened."""
    return _page(asked)


def open_feed(asked: Asked) -> Page:
    """Open a feed and show its address: now, and never again.

    Raises:
        InputError: ``web.not_found``: the calendar is not this person's to open.
    """
    pupil_id = form_number(asked, "pupil")
    if pupil_id not in {entry for entry, _ in _calendars(asked)}:
        raise InputError(NOT_FOUND)
    secret = new_feed_secret(SystemRandom())
    try:
        asked.source.do(OpenFeed(secret_hash=feed_hash(secret), pupil_id=pupil_id))
    except EschoolError as error:
        return _page(asked, said=refusal_said(error, asked.language))
    return _page(asked, address=feed_address(asked.source.site, asked.source.school, secret))


def revoke_feed(asked: Asked) -> Reply:
    """Shut one of one's feeds: its address shows nothing any more.

    Raises:
        InputError: ``web.not_found``: it is no feed of this person.
    """
    feed_id, person_id = form_number(asked, "feed"), asked.source.person_id
    own = asked.read(lambda store: feeds(store, person_id))
    if feed_id not in {entry.feed_id for entry in own}:
        raise InputError(NOT_FOUND)
    asked.source.do(RevokeFeed(feed_id=feed_id))
    return Elsewhere("/feeds?done=1")


def _page(asked: Asked, *, address: str = "", said: dict[str, str] | None = None) -> Page:
    person_id = asked.source.person_id
    found = asked.read(lambda store: feeds(store, person_id))
    return Page(
        "feeds.html",
        {
            "address": address,
            "said": said,
            "done": asked.query.get("done") == "1",
            "online": asked.source.standing().online,
            "feeds": [entry for entry in found if entry.revoked_at is None],
            "calendars": _calendars(asked),
        },
    )


def _calendars(asked: Asked) -> list[tuple[int, str]]:
    """Return whose calendars the person may open; 0 and no name for the own one."""
    day, person_id = asked.today(), asked.source.person_id
    person = asked.read(lambda store: me(store, person_id, day))
    wards = [(one.pupil_id, one.name) for one in person.wards if one.pupil_id != person_id]
    # Whoever only represents pupils has no lessons or duties of an own calendar.
    return wards if wards and not person.is_staff else [(OWN, ""), *wards]
