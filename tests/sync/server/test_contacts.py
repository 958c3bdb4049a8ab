"""How many families were in touch: right over the turn of a week, whatever happens (4.4.4/5)."""

from __future__ import annotations

import pytest

from eschool_core.calendar import weekday_of
from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.domain.people import Guardianship
from eschool_core.errors import AccessError, BusyError
from eschool_core.reports.frame import FamilyWeek
from eschool_core.store import steps
from eschool_core.store.database import transaction
from eschool_sync.server import contacts
from eschool_sync.server.contacts import KEEP_WEEKS, WEEK_DAYS, Contacts, family_weeks
from eschool_sync.server.erasing import OF_ACCOUNT
from eschool_sync.server.migrating import migrate
from eschool_sync.server.usage import last_seen
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, clock
from tests.sync.harness import World
from tests.sync.older_places import VERSION_4
from tests.sync.server.test_portal import Stand, origin, stand

__all__ = ["origin", "stand"]

THIS = MONDAY + WEEK_DAYS
"""The week before is that in which people of the world have enrolled."""

NEXT = THIS + WEEK_DAYS
MINUTE, DAY = 60, 24 * 3600
ONLINE = 4
"""Families of 5А."""


def hear(world: World, person_id: int, day: int, hour: int) -> None:
    """Let somebody be in touch at an hour of a day, on the school's clock."""
    world.server.contacts.hear(person_id, clock(day, hour))


def guardians(world: World, class_name: str = "5А") -> list[int]:
    return [world.school.guardian(pupil_id) for pupil_id in world.school.pupils[class_name]]


def seen(world: World, day: int, class_name: str = "5А") -> dict[int, tuple[int, int]]:
    """Return by week what is known of a class on a day, from the week of the test on."""
    weeks = family_weeks(world.server.store, clock(day, 12))
    wanted = world.school.classes[class_name]
    return {
        one.week: (one.seen, one.online)
        for one in weeks
        if one.class_id == wanted and one.week >= THIS
    }


def kept(world: World) -> set[tuple[int, int]]:
    """Return who is noted for which week."""
    rows = world.server.database.fetch("SELECT week, person_id FROM family_contact")
    return {(int(week), int(person_id)) for week, person_id in rows}


@pytest.mark.clause("4.4.4/5")
def test_who_looks_again_after_midnight_counts_in_both_weeks(any_world: World) -> None:
    """The last contact alone would have taken the week before from the family."""
    first, *_ = guardians(any_world)
    hear(any_world, first, NEXT - 1, 23)
    hear(any_world, first, NEXT, 0)
    assert seen(any_world, NEXT) == {THIS: (1, ONLINE)}
    assert seen(any_world, NEXT + WEEK_DAYS) == {THIS: (1, ONLINE), NEXT: (1, ONLINE)}
    assert seen(any_world, NEXT, "5Б") == {THIS: (0, 4)}


@pytest.mark.clause("4.4.4/5")
def test_a_week_is_the_schools_from_its_midnight_on(world: World) -> None:
    """The school is seven hours ahead of UTC: its Monday begins on Sunday there."""
    first, second, *_ = guardians(world)
    midnight = clock(NEXT, 0)
    world.server.contacts.hear(first, midnight - 1)
    world.server.contacts.hear(second, midnight)
    told = family_weeks(world.server.store, midnight - 1)
    assert THIS not in {one.week for one in told}
    assert seen(world, NEXT) == {THIS: (1, ONLINE)}
    assert {person for week, person in kept(world) if week == NEXT} == {0, second}


@pytest.mark.clause("4.4.4/5")
def test_a_family_counts_once_whoever_looks_and_how_often(world: World) -> None:
    pupil_id = world.school.pupils["5А"][0]
    father = GuardianEntry(family="Абрамов", given="Пётр", relation="отец", phone="+7 384 1")
    world.act(
        AddGuardian(pupil_id=pupil_id, guardian=father, first_day=FIRST_DAY, ground="свидетельство")
    )
    both = [row.guardian_id for row in world.server.store.select(Guardianship, pupil_id=pupil_id)]
    assert len(both) == 2
    for day in (THIS, THIS + 2):
        for person_id in both:
            hear(world, person_id, day, 18)
    assert seen(world, NEXT) == {THIS: (1, ONLINE)}


@pytest.mark.clause("4.4.4/5")
@pytest.mark.clause("4.6.5")
def test_a_family_on_paper_counts_nowhere(world: World) -> None:
    first, second, *_ = guardians(world)
    on_paper = FilePaperApplication(
        pupil_id=world.school.pupils["5А"][0],
        guardian_id=first,
        document="З-1",
        first_day=THIS,
    )
    world.act(on_paper, "russian")
    for person_id in (first, second):
        hear(world, person_id, THIS, 18)
    assert seen(world, NEXT) == {THIS: (1, ONLINE - 1)}


@pytest.mark.clause("4.4.4/5")
def test_a_week_in_which_nobody_at_all_came_is_unknown_and_one_of_silence_is_none(
    world: World,
) -> None:
    maths = world.person("maths")
    hear(world, maths, THIS, 9)
    hear(world, maths, THIS + 3 * WEEK_DAYS, 9)
    found = seen(world, THIS + 4 * WEEK_DAYS)
    assert found == {THIS: (0, ONLINE), THIS + 3 * WEEK_DAYS: (0, ONLINE)}


@pytest.mark.clause("4.4.4/5")
@pytest.mark.asvs("14.1.1")
def test_of_a_week_that_is_over_numbers_are_left_and_of_this_one_guardians_alone(
    any_world: World,
) -> None:
    first, second, *_ = guardians(any_world)
    pupil, maths = any_world.person("pupil"), any_world.person("maths")
    for person_id in (first, second, pupil, maths):
        hear(any_world, person_id, THIS, 18)
    assert kept(any_world) == {(THIS, 0), (THIS, first), (THIS, second)}
    hear(any_world, first, NEXT, 8)
    assert kept(any_world) == {(NEXT, 0), (NEXT, first)}
    assert seen(any_world, NEXT) == {THIS: (2, ONLINE)}


@pytest.mark.clause("4.4.4/5")
def test_nothing_is_lost_by_a_restart_or_a_kill(any_world: World) -> None:
    first, second, third, _ = guardians(any_world)
    hear(any_world, first, THIS, 18)
    any_world.restart()
    hear(any_world, second, THIS + 1, 18)
    any_world.kill()
    any_world.school.move(any_world.server)
    before = seen(any_world, NEXT)
    any_world.restart()
    hear(any_world, third, NEXT, 8)
    any_world.kill()
    any_world.school.move(any_world.server)
    assert before == seen(any_world, NEXT) == {THIS: (2, ONLINE)}
    assert seen(any_world, NEXT + WEEK_DAYS)[NEXT] == (1, ONLINE)


@pytest.mark.clause("4.4.4/5")
def test_a_clock_that_is_put_back_changes_nothing_that_was_counted(world: World) -> None:
    first, second, third, _ = guardians(world)
    hear(world, first, THIS, 18)
    hear(world, second, NEXT, 8)
    hear(world, third, THIS + 1, 8)
    assert seen(world, NEXT) == {THIS: (1, ONLINE)}
    hear(world, third, NEXT, 9)
    assert seen(world, NEXT + WEEK_DAYS) == {THIS: (1, ONLINE), NEXT: (2, ONLINE)}


@pytest.mark.clause("4.4.4/5")
def test_weeks_of_the_year_before_last_are_forgotten(world: World) -> None:
    first, *_ = guardians(world)
    hear(world, first, THIS, 18)
    hear(world, first, THIS + KEEP_WEEKS * WEEK_DAYS, 8)
    assert THIS in seen(world, THIS + KEEP_WEEKS * WEEK_DAYS)
    hear(world, first, THIS + (KEEP_WEEKS + 1) * WEEK_DAYS, 8)
    assert THIS not in seen(world, THIS + (KEEP_WEEKS + 1) * WEEK_DAYS)


@pytest.mark.clause("4.4.4/5")
def test_a_summer_week_is_of_no_class(world: World) -> None:
    first, *_ = guardians(world)
    summer = LAST_DAY - weekday_of(LAST_DAY) + 3 * WEEK_DAYS
    hear(world, first, summer, 18)
    hear(world, first, summer + WEEK_DAYS, 18)
    assert summer not in seen(world, summer + 2 * WEEK_DAYS)


@pytest.mark.threat("T19")
@pytest.mark.clause("4.4.4/5")
def test_a_school_of_version_4_counts_from_its_first_week_on(any_world: World) -> None:
    """Whom the older program has heard since Monday counts as well."""
    [guardian] = any_world.synced("guardian")
    database = any_world.server.database
    with transaction(database):
        for sql in (*VERSION_4, "UPDATE schema_version SET version = 4"):
            database.execute(sql)
    key = bytes.fromhex(any_world.server.state.digest_key)
    assert migrate(database, key) == (4, steps.newest())
    any_world.restart()
    hear(any_world, any_world.person("maths"), MONDAY + 1, 8)
    assert kept(any_world) == {(MONDAY, 0), (MONDAY, guardian.person)}
    hear(any_world, any_world.person("maths"), THIS, 8)
    classes = any_world.school.classes
    found = [one for one in family_weeks(any_world.server.store, clock(THIS, 9)) if one.seen]
    assert found == [FamilyWeek(MONDAY, classes["5А"], 1, ONLINE)]


@pytest.mark.clause("4.4.4/5")
def test_a_device_that_syncs_and_a_browser_that_asks_are_in_touch(
    world: World, stand: Stand
) -> None:
    [guardian] = world.synced("guardian")
    assert (MONDAY, guardian.person) in kept(world)
    token = stand.opened("guardian")
    stand.world.advance(WEEK_DAYS * DAY)
    stand.portal.visit(token, quiet=True)
    person = stand.person("guardian")
    assert kept(stand.world) == {(MONDAY, 0), (MONDAY, person)}
    stand.portal.visit(token)
    assert kept(stand.world) == {(THIS, 0), (THIS, person)}
    [week] = [one for one in stand.portal.family_weeks() if one.seen]
    assert week == FamilyWeek(MONDAY, stand.world.school.classes["5А"], 1, ONLINE)


@pytest.mark.clause("4.4.4/5")
def test_when_somebody_was_last_here_is_known_after_the_session_is_over(stand: Stand) -> None:
    """Of what is left the browser knows the day of the login alone."""
    token = stand.opened("guardian")
    person = stand.person("guardian")
    for _ in range(3):
        stand.world.advance(DAY)
        stand.portal.visit(token)
    last = stand.now
    stand.world.advance(MINUTE)
    stand.portal.log_out(token)
    assert last_seen(stand.world.server.store)[person] == last
    again = stand.log_in("guardian").token
    stand.world.advance(DAY)
    stand.portal.visit(again)
    stand.portal.end_session(again, 0)
    assert last_seen(stand.world.server.store)[person] == stand.now


@pytest.mark.asvs("14.2.7")
def test_what_is_kept_of_contacts_goes_with_the_account(stand: Stand) -> None:
    token = stand.opened("guardian")
    stand.portal.log_out(token)
    person, database = stand.person("guardian"), stand.world.server.database
    with transaction(database):
        for sql in OF_ACCOUNT:
            database.execute(sql, (person,))
    assert kept(stand.world) == {(MONDAY, 0)}
    assert person not in last_seen(stand.world.server.store)


@pytest.mark.threat("T15")
@pytest.mark.clause("4.4.4/5")
def test_a_device_that_is_shut_out_is_no_family_in_touch(world: World) -> None:
    [guardian] = world.synced("guardian")
    world.act(RevokeDevice(device=guardian.replica.device))
    world.advance(WEEK_DAYS * DAY)
    with pytest.raises(AccessError):
        guardian.sync()
    world.synced("maths")
    assert kept(world) == {(THIS, 0)}


@pytest.mark.threat("T16")
@pytest.mark.clause("4.4.4/5")
def test_a_school_that_was_put_back_counts_no_week(world: World) -> None:
    [guardian] = world.synced("guardian")
    world.advance(WEEK_DAYS * DAY)
    world.server.suspend()
    with pytest.raises(BusyError):
        guardian.sync()
    assert {week for week, _ in kept(world)} == {MONDAY}


@pytest.mark.clause("4.4.4/5")
@pytest.mark.parametrize(("least", "told"), [(ONLINE, {THIS: (1, ONLINE)}), (ONLINE + 1, {})])
def test_a_small_class_is_counted_nowhere(
    world: World, monkeypatch: pytest.MonkeyPatch, least: int, told: dict[int, tuple[int, int]]
) -> None:
    """Its number would tell of single families."""
    monkeypatch.setattr(contacts, "LEAST_FAMILIES", least)
    first, *_ = guardians(world)
    hear(world, first, THIS, 18)
    hear(world, first, NEXT, 18)
    assert seen(world, NEXT) == told


@pytest.mark.threat("T20")
@pytest.mark.clause("4.4.4/5")
def test_a_week_that_cannot_be_counted_keeps_nobody_out_and_is_counted_later(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, *_ = guardians(world)
    hear(world, first, THIS, 18)
    with monkeypatch.context() as patched:
        patched.setattr(contacts, "families_of", lambda *_: 1 // 0)
        hear(world, second, NEXT, 8)
    assert "ZeroDivisionError" in caplog.text
    assert kept(world) == {(THIS, 0), (THIS, first), (NEXT, 0), (NEXT, second)}
    world.restart()
    hear(world, first, NEXT, 9)
    assert seen(world, NEXT) == {THIS: (1, ONLINE)}
    assert kept(world) == {(NEXT, 0), (NEXT, first), (NEXT, second)}


@pytest.mark.clause("4.4.4/5")
def test_two_processes_count_a_week_once(any_world: World) -> None:
    first, second, *_ = guardians(any_world)
    hear(any_world, first, THIS, 18)
    other = Contacts(any_world.server.store)
    other.hear(second, clock(NEXT, 8))
    hear(any_world, first, NEXT, 8)
    other.hear(first, clock(NEXT, 9))
    assert seen(any_world, NEXT) == {THIS: (1, ONLINE)}
    assert kept(any_world) == {(NEXT, 0), (NEXT, first), (NEXT, second)}
