"""Who may give a command: relations between the actor and the object, from dated rows.

Each function returns for those who may, raises ``RightsError`` with the clause for those who may
not, and ``HoldForReview`` where the right covers only a part of the time in which the command
can have been given (design §5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.base import HoldForReview, Occasion, Right
from eschool_core.domain.enums import Role, SubstitutionKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.people import Enrolment
from eschool_core.domain.school import Appointment, Journal, Substitution, TeachingLoad
from eschool_core.errors import RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check
from eschool_core.regulation.interval import Cover, best, cover
from eschool_core.store.store import Store

ADMINISTRATION = (
    Role.HEAD,
    Role.DEPUTY_STUDIES,
    Role.DEPUTY_UPBRINGING,
    Role.DEPUTY_SAFETY,
    Role.DEPUTY_FACILITIES,
)
STUDIES = (Role.HEAD, Role.DEPUTY_STUDIES)


WRITTEN_BY_OTHERS = (
    "SELECT 1 FROM mark WHERE lesson_id = ? AND author_id <> ? "
    "UNION ALL SELECT 1 FROM attendance WHERE lesson_id = ? AND author_id <> ? "
    "UNION ALL SELECT 1 FROM topic WHERE lesson_id = ? AND author_id <> ? "
    "UNION ALL SELECT 1 FROM homework WHERE lesson_id = ? AND author_id <> ? "
    "UNION ALL SELECT 1 FROM roll_taken WHERE lesson_id = ? AND author_id <> ? LIMIT 1"
)
WRITTEN_TABLES = 5


def act_days(store: Store, occasion: Occasion) -> tuple[int, int]:
    """Return the first and last local day on which the command can have been given."""
    zone = facts.school(store).zone
    return (
        calendar.local_day(occasion.interval.lo, zone),
        calendar.local_day(occasion.interval.hi, zone),
    )


def made_day(store: Store, occasion: Occasion) -> int:
    """Return the local day on which the command was given, by its best estimate."""
    return calendar.local_day(occasion.interval.made_at, facts.school(store).zone)


def covered(periods: Iterable[tuple[int, int]], days: tuple[int, int]) -> Cover:
    """Return how the best of several ``[first day, last day]`` covers ``days``."""
    return best([cover(first, last, *days) for first, last in periods])


def roles_of(store: Store, person_id: int, days: tuple[int, int]) -> set[Role]:
    """Return the roles a person holds at some time within ``days``."""
    return {
        Role(entry.role)
        for entry in store.select(Appointment, person_id=person_id)
        if cover(entry.first_day, entry.last_day, *days) is not Cover.NOWHERE
    }


def is_held(store: Store, role: Role, days: tuple[int, int]) -> bool:
    """Return whether anybody holds a role at some time within ``days``."""
    return any(
        cover(entry.first_day, entry.last_day, *days) is not Cover.NOWHERE
        for entry in store.select(Appointment, role=role)
    )


def holders(store: Store, role: Role, day: int) -> list[int]:
    """Return who holds a role on a day, in the order of their ids."""
    return sorted(
        {
            entry.person_id
            for entry in store.select(Appointment, role=role)
            if entry.first_day <= day <= entry.last_day
        }
    )


def settle(answer: Cover, check: Check) -> None:
    """Let pass a right that holds throughout the judged interval.

    Raises:
        RightsError: It holds at no time of the interval.
        HoldForReview: It holds for a part of it.
    """
    if answer is Cover.NOWHERE:
        raise RightsError(check)
    if answer is Cover.PARTLY:
        raise HoldForReview(check)


def require_role(
    store: Store, occasion: Occasion, *roles: Role, check: Check = checks.ROLE_DENIED
) -> None:
    """Let pass who holds one of ``roles`` throughout the judged interval.

    The server's own acts (actor 0) pass: they found the school and appoint the first officer.

    Raises:
        RightsError: The actor holds none of them at any time of the interval.
        HoldForReview: The actor holds one for a part of it.
    """
    if occasion.actor_id != 0:
        settle(role_cover(store, occasion, *roles), check)


def role_cover(store: Store, occasion: Occasion, *roles: Role) -> Cover:
    """Return how the actor's appointments to ``roles`` cover the judged interval."""
    return covered(
        [
            (entry.first_day, entry.last_day)
            for entry in store.select(Appointment, person_id=occasion.actor_id)
            if entry.role in roles
        ],
        act_days(store, occasion),
    )


def by_role(*roles: Role, check: Check = checks.ROLE_DENIED) -> Right:
    """Return a right that rests on the actor's roles alone."""

    def right(store: Store, command: Any, occasion: Occasion) -> None:
        require_role(store, occasion, *roles, check=check)

    return right


ENTERS_USERS = by_role(Role.SYSTEM_OFFICER, check=checks.ACCOUNT_CREATOR)
"""Who enters new users (4.7.4)."""


def server_only(store: Store, command: Any, occasion: Occasion) -> None:
    """Let pass the server's own acts only.

    Raises:
        RightsError: A person gave the command.
    """
    if occasion.actor_id != 0:
        raise RightsError(checks.ROLE_DENIED)


def writes_journal(
    store: Store, occasion: Occasion, journal: Journal, lesson: Lesson | None
) -> None:
    """Let pass who teaches the journal, or stands in for its teacher (4.5.1).

    A load or an ACTING substitution covers the whole journal within its dates; a SINGLE or
    MERGED one covers its lesson's column until the limit for entering marks. One that is only
    claimed gives no right to a column in which somebody else has written.

    Raises:
        RightsError: 4.6.1 for the class teacher, 4.2 for the administration, personnel and
            system officer, else 4.5.1.
        RegulationError: The limit of a single substitution is over (4.5.1).
        HoldForReview: The right covers only a part of the judged interval.
    """
    actor, days = occasion.actor_id, _writing_days(store, occasion, lesson)
    periods = [
        (load.first_day, load.last_day)
        for load in store.select(TeachingLoad, journal_id=journal.id, staff_id=actor)
    ]
    limit, limit_passed = 0, False
    for entry in store.select(Substitution, journal_id=journal.id, substitute_id=actor):
        if entry.kind == SubstitutionKind.ACTING:
            periods.append((entry.first_day, entry.last_day))
        elif lesson is not None and entry.lesson_id == lesson.id:
            if not entry.confirmed and others_wrote(store, lesson.id, actor):
                continue
            limit = facts.policy_number(store, "mark_entry_limit_days", lesson.day)
            last = lesson.day + limit
            periods.append((0, last))
            limit_passed = days[0] > last
    answer = covered(periods, days)
    if answer is Cover.NOWHERE and limit_passed:
        raise RegulationError(checks.SUBSTITUTION_LIMIT, limit_days=limit)
    if answer is Cover.NOWHERE:
        raise RightsError(_refusing_check(store, actor, journal, days))
    settle(answer, checks.FOREIGN_PAGE)


def others_wrote(store: Store, lesson_id: int, person_id: int) -> bool:
    """Return whether anybody but a person has written in a lesson's column."""
    return bool(store.rows(WRITTEN_BY_OTHERS, *([lesson_id, person_id] * WRITTEN_TABLES)))


def _writing_days(store: Store, occasion: Occasion, lesson: Lesson | None) -> tuple[int, int]:
    """Return the days on which a command on a lesson can have been given.

    What is written of a lesson that had begun by receipt counts from its beginning on: who taught
    it on the first day of a load is not asked about the evening before.
    """
    first, last = act_days(store, occasion)
    if lesson is None or lesson.day > last:
        return first, last
    return max(first, lesson.day), last


def class_cover(store: Store, occasion: Occasion, pupil_id: int) -> Cover:
    """Return how the actor, as the pupil's class teacher, covers the judged interval.

    A class counts until the pupil leaves it, and one that the pupil will come to counts already:
    slips are handed out before the first of September.
    """
    led = store.select(Appointment, person_id=occasion.actor_id, role=Role.CLASS_TEACHER)
    periods = [
        (entry.first_day, min(entry.last_day, enrolment.last_day))
        for enrolment in store.select(Enrolment, pupil_id=pupil_id)
        for entry in led
        if entry.class_id == enrolment.class_id and entry.first_day <= enrolment.last_day
    ]
    return covered(periods, act_days(store, occasion))


def in_classes(store: Store, pupil_id: int, classes: set[int], days: tuple[int, int]) -> bool:
    """Return whether a pupil is in one of the classes by these days, or will be."""
    return any(
        entry.class_id in classes and days[0] <= entry.last_day
        for entry in store.select(Enrolment, pupil_id=pupil_id)
    )


def led_classes(store: Store, person_id: int, days: tuple[int, int]) -> set[int]:
    """Return the classes a person leads at some time within ``days``."""
    return {
        entry.class_id
        for entry in store.select(Appointment, person_id=person_id, role=Role.CLASS_TEACHER)
        if cover(entry.first_day, entry.last_day, *days) is not Cover.NOWHERE
    }


def class_teacher_of_pupil(pupil_of: Callable[[Any], int]) -> Right:
    """Return a right for the class teacher of the pupil that a command is about."""

    def right(store: Store, command: Any, occasion: Occasion) -> None:
        settle(class_cover(store, occasion, pupil_of(command)), checks.ROLE_DENIED)

    return right


def _refusing_check(store: Store, actor: int, journal: Journal, days: tuple[int, int]) -> Check:
    roles = roles_of(store, actor, days)
    classes = {entry.id for entry in facts.group_classes(store, journal)}
    if classes & led_classes(store, actor, days):
        return checks.READ_ONLY_CLASS_TEACHER
    if roles & set(ADMINISTRATION):
        return checks.ADMINISTRATION_MARKS
    if Role.SYSTEM_OFFICER in roles:
        return checks.SYSTEM_OFFICER_MARKS
    if Role.HR_SPECIALIST in roles:
        return checks.HR_STAFF_ONLY
    return checks.FOREIGN_PAGE
