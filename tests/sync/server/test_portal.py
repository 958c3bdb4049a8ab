"""The portal's door and its sessions, on a school with a made-up clock (SECURITY rows 35–46)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest

from eschool_core.commands.access import IssueSlip, RevokeDevice
from eschool_core.commands.breach import ReportBreach
from eschool_core.commands.credentials import BlockAccess
from eschool_core.commands.grants import DismissStaff
from eschool_core.commands.people import Appoint
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.access_enums import BreachKind
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.office import Device, Notice
from eschool_core.domain.school import Appointment
from eschool_core.errors import AccessError, BusyError, EschoolError, InputError
from eschool_core.ids import login_of, person_of
from eschool_sync.security.codes import code_hash, new_code
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.passwords import PasswordCost, Passwords
from eschool_sync.server.portal import Portal
from eschool_sync.server.sessions import FAMILY, STAFF
from eschool_sync.server.standing import Entered, Stage
from tests.school import FIRST_DAY, MONDAY
from tests.sync.harness import World, build, copied

PASSWORD = "тихий омут у моста"
OTHER = "зелёный чайник на окне"
HOME, SCHOOL, STRANGE = "10.0.0.1", "10.0.0.2", "203.0.113.9"
DAY = 24 * 3600
COSTS = (PasswordCost(64, 1, 1), PasswordCost(128, 1, 1))


@dataclass
class Stand:
    """A portal, with short ways through it."""

    world: World
    portal: Portal
    codes: SeededRandom

    @property
    def now(self) -> int:
        return self.world.clock.wall()

    def person(self, name: str) -> int:
        return self.world.person(name)

    def slip(self, name: str) -> str:
        """Give somebody a slip, and return its code."""
        code = new_code(self.codes)
        slip = IssueSlip(
            person_id=self.person(name), secret_hash=code_hash(code), expires_at=self.now + 7 * DAY
        )
        self.world.act(slip)
        return code

    def first(self, name: str, password: str = PASSWORD, browser: str = "") -> Entered:
        login = login_of(self.person(name))
        return self.portal.first_sign_in(login, self.slip(name), password, HOME, browser)

    def log_in(
        self, name: str, password: str = PASSWORD, source: str = HOME, browser: str = ""
    ) -> Entered:
        return self.portal.log_in(login_of(self.person(name)), password, source, browser)

    def factor(self, token: str, browser: str = "") -> tuple[pyotp.TOTP, str]:
        """Set a second factor up and show it."""
        address = self.portal.offer_factor(token)
        totp = pyotp.parse_uri(address)
        assert isinstance(totp, pyotp.TOTP)
        return totp, self.portal.show_factor(token, totp.at(self.now), HOME, browser)

    def opened(self, name: str) -> str:
        """Return the token of a session that is open, with all steps done."""
        token = self.first(name).token
        if name in self.world.school.staff:
            self.factor(token)
        self.portal.acknowledge(token)
        return token

    def stage(self, token: str) -> Stage:
        return self.portal.visit(token).stage


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A school in which nobody has an account yet."""
    world = build(tmp_path_factory.mktemp("portal"))
    world.close()
    return world


@pytest.fixture
def stand(origin: World, tmp_path: Path) -> Iterator[Stand]:
    """A portal on a copy of the school."""
    world = copied(origin, tmp_path / "world")
    passwords = Passwords(SeededRandom(5), COSTS[0])
    yield Stand(
        world, Portal(world.server, world.clock, SeededRandom(6), passwords), SeededRandom(7)
    )
    world.close()


def refused(act: object, *args: object, **fields: object) -> str:
    assert callable(act)
    with pytest.raises(EschoolError) as caught:
        act(*args, **fields)
    return caught.value.key


def test_a_login_is_the_persons_id_in_letters_that_can_be_read_aloud() -> None:
    for person in (1, 137438962688, 2**53 - 1):
        assert person_of(login_of(person)) == person
    assert person_of(" 4ООО–О4ОО ".replace("О", "о")) == person_of("4000-0400")
    for none in ("", "ю", "x" * 50, "'; --"):
        assert person_of(none) == 0


@pytest.mark.asvs("6.3.2")
def test_a_new_school_has_no_account_that_anybody_could_guess(stand: Stand) -> None:
    assert stand.world.server.database.fetch("SELECT * FROM account") == []
    for name in ("officer", "head"):
        for password in ("admin", "password", "12345678", "", "nobody has this password"):
            assert (
                refused(stand.log_in, name, password, source=f"10.1.{len(password)}.1")
                == "access.login"
            )


@pytest.mark.scenario("3.1/2:1")
@pytest.mark.clause("3.1/2")
@pytest.mark.clause("6.2")
@pytest.mark.asvs("6.4.1")
def test_a_slip_opens_once_and_gives_way_to_an_own_password(stand: Stand) -> None:
    login, code = login_of(stand.person("guardian")), stand.slip("guardian")
    first = stand.portal.first_sign_in(login, code, PASSWORD, HOME)
    assert first.stage is Stage.ACKNOWLEDGE
    assert refused(stand.portal.first_sign_in, login, code, OTHER, HOME) == "access.login"
    assert refused(stand.portal.log_in, login, code, HOME) == "access.login"
    assert stand.log_in("guardian").stage is Stage.ACKNOWLEDGE


@pytest.mark.asvs("6.4.1")
@pytest.mark.parametrize(("late", "opens"), [(7 * DAY, True), (7 * DAY + 1, False)])
def test_a_slip_opens_for_seven_days(stand: Stand, late: int, opens: bool) -> None:  # noqa: FBT001
    login, code = login_of(stand.person("guardian")), stand.slip("guardian")
    stand.world.clock.advance(late)
    if opens:
        assert stand.portal.first_sign_in(login, code, PASSWORD, HOME).token
    else:
        assert refused(stand.portal.first_sign_in, login, code, PASSWORD, HOME) == "access.login"


@pytest.mark.asvs("6.4.1")
@pytest.mark.asvs("6.2.11")
def test_the_first_password_is_held_to_the_same_rules_and_costs_no_slip(stand: Stand) -> None:
    login, code = login_of(stand.person("guardian")), stand.slip("guardian")
    for bad, key in (
        ("мост", "input.passphrase_short"),
        ("Пароль2026", "input.password_common"),
        ("Абрамов77", "input.password_named"),
        (login, "input.password_named"),
    ):
        with pytest.raises(InputError) as caught:
            stand.portal.first_sign_in(login, code, bad, HOME)
        assert caught.value.key == key
    assert stand.portal.first_sign_in(login, code, PASSWORD, HOME).token


@pytest.mark.asvs("row 30")
def test_whatever_is_wrong_at_the_door_looks_the_same(stand: Stand) -> None:
    stand.first("guardian")
    code = stand.slip("pupil")
    logins = [login_of(stand.person("guardian")), login_of(stand.person("hr")), "4zzz-zz", "ю"]
    told = {refused(stand.portal.log_in, login, OTHER, STRANGE) for login in logins}
    told |= {
        refused(stand.portal.first_sign_in, login, code, PASSWORD, STRANGE) for login in logins[:3]
    }
    assert told == {"access.login"}


@pytest.mark.asvs("6.3.1")
def test_guessing_gets_slow_and_the_owner_gets_in_from_the_own_browser(stand: Stand) -> None:
    browser = stand.first("guardian").browser
    tried, waits = 0, []
    for number in range(1_000):
        try:
            stand.log_in("guardian", f"догадка номер {number}", source=STRANGE)
        except BusyError as busy:
            waits.append(int(busy.params["retry_after"]))
            if number % 50 == 0:
                stand.world.clock.advance(waits[-1])
        except AccessError:
            tried += 1
    assert tried <= 30
    assert waits[-1] <= 15 * 60
    assert max(waits) > 8 * 60
    assert stand.log_in("guardian", browser=browser).token


@pytest.mark.asvs("6.3.1")
def test_many_places_together_are_slowed_down_and_the_owner_still_is_not(stand: Stand) -> None:
    browser = stand.first("guardian").browser
    keys = [
        refused(stand.log_in, "guardian", "не тот пароль", source=f"203.0.{number}.1")
        for number in range(80)
    ]
    assert keys[:60] == ["access.login"] * 60
    assert "busy.guesses" in keys[61:]
    assert stand.log_in("guardian", source=HOME, browser=browser).token
    assert refused(stand.log_in, "guardian", source=SCHOOL) == "busy.guesses"
    stand.world.clock.advance(31)
    assert stand.log_in("guardian", source=SCHOOL).token


@pytest.mark.asvs("6.3.3")
@pytest.mark.clause("7.1")
def test_staff_see_nothing_without_a_second_factor(stand: Stand) -> None:
    token = stand.first("maths").token
    assert stand.stage(token) is Stage.SET_UP_FACTOR
    assert refused(stand.portal.require_open, token) == "access.stage"
    assert refused(stand.portal.read, token, lambda store, person: person) == "access.stage"
    totp, _ = stand.factor(token)
    stand.portal.acknowledge(token)
    assert stand.stage(token) is Stage.OPEN
    again = stand.log_in("maths", source=STRANGE).token
    assert stand.stage(again) is Stage.SHOW_FACTOR
    assert refused(stand.portal.require_open, again) == "access.stage"
    assert refused(stand.portal.offer_factor, again) == "input.factor_exists"
    assert refused(stand.portal.show_factor, again, "000000", STRANGE) == "access.factor"
    stand.world.clock.advance(30)
    stand.portal.show_factor(again, totp.at(stand.now), STRANGE)
    assert stand.stage(again) is Stage.OPEN


@pytest.mark.asvs("6.5.1")
def test_a_code_of_the_second_factor_works_once(stand: Stand) -> None:
    token = stand.first("maths").token
    totp, _ = stand.factor(token)
    again = stand.log_in("maths").token
    assert refused(stand.portal.show_factor, again, totp.at(stand.now), HOME) == "access.factor"


@pytest.mark.asvs("11.4.2")
def test_the_secret_of_the_second_factor_is_not_kept_plain(stand: Stand) -> None:
    token = stand.first("maths").token
    totp, _ = stand.factor(token)
    [[kept]] = stand.world.server.database.fetch("SELECT factor FROM account")
    assert totp.byte_secret() not in bytes(kept)


@pytest.mark.scenario("3.2:1")
@pytest.mark.clause("3.2")
@pytest.mark.clause("6.1")
@pytest.mark.clause("6.2")
def test_nothing_is_shown_before_the_duties_are_acknowledged(stand: Stand) -> None:
    token, person = stand.first("guardian").token, stand.person("guardian")
    assert stand.stage(token) is Stage.ACKNOWLEDGE
    assert refused(stand.portal.read, token, lambda store, who: who) == "access.stage"
    stand.portal.acknowledge(token)
    assert stand.portal.read(token, lambda store, who: who) == person


@pytest.mark.asvs("11.4.2")
def test_an_old_hash_is_made_anew_at_the_next_login(stand: Stand) -> None:
    stand.first("guardian")
    read = "SELECT password FROM account"
    [[before]] = stand.world.server.database.fetch(read)
    newer = Portal(
        stand.world.server, stand.world.clock, SeededRandom(8), Passwords(SeededRandom(9), COSTS[1])
    )
    login = login_of(stand.person("guardian"))
    assert newer.log_in(login, PASSWORD, HOME).token
    [[after]] = stand.world.server.database.fetch(read)
    assert ("m=64," in before, "m=128," in after) == (True, True)
    assert newer.log_in(login, PASSWORD, HOME).token


@pytest.mark.asvs("7.2.2")
@pytest.mark.asvs("7.2.3")
def test_a_token_is_random_and_only_its_hash_is_kept(stand: Stand) -> None:
    tokens = {stand.first("guardian").token} | {stand.log_in("guardian").token for _ in range(3)}
    assert len(tokens) == 4
    assert all(len(bytes.fromhex(token)) * 8 >= 128 for token in tokens)
    kept = str(stand.world.server.database.fetch("SELECT * FROM session"))
    assert not any(token in kept or str(bytes.fromhex(token)) in kept for token in tokens)


@pytest.mark.asvs("7.2.4")
def test_a_login_gives_a_new_token_and_a_slip_ends_the_old_ones(stand: Stand) -> None:
    first = stand.first("guardian").token
    second = stand.log_in("guardian").token
    assert first != second
    third = stand.first("guardian", OTHER).token
    for dead in (first, second, "made up", "", "ю"):
        assert refused(stand.portal.visit, dead) == "access.session"
    assert stand.portal.visit(third).session.id


@pytest.mark.asvs("7.3.1")
@pytest.mark.asvs("7.3.2")
@pytest.mark.parametrize("name", ["guardian", "maths"])
def test_a_session_ends_when_idle_and_in_the_end(stand: Stand, name: str) -> None:
    limits = STAFF if name == "maths" else FAMILY
    token = stand.first(name).token
    stand.world.clock.advance(limits.idle)
    assert stand.portal.visit(token).session.id
    stand.world.clock.advance(limits.idle + 1)
    assert refused(stand.portal.visit, token) == "access.session"
    token, begun = stand.log_in(name).token, stand.now
    while stand.now - begun + limits.idle // 2 <= limits.absolute:
        stand.world.clock.advance(limits.idle // 2)
        stand.portal.prove(token, PASSWORD, HOME)
    stand.world.clock.advance(limits.idle // 2 + 1)
    assert refused(stand.portal.visit, token) == "access.session"


@pytest.mark.clause("4.5.7")
@pytest.mark.threat("T2")
def test_an_idle_session_of_staff_is_locked_and_goes_on_with_the_password(stand: Stand) -> None:
    token = stand.opened("maths")
    stand.world.clock.advance(5 * 60)
    assert stand.stage(token) is Stage.OPEN
    stand.world.clock.advance(5 * 60 + 1)
    assert stand.stage(token) is Stage.LOCKED
    assert stand.stage(token) is Stage.LOCKED
    assert refused(stand.portal.require_open, token) == "access.stage"
    assert refused(stand.portal.prove, token, OTHER, HOME) == "access.login"
    stand.portal.prove(token, PASSWORD, HOME)
    assert stand.stage(token) is Stage.OPEN
    stand.portal.lock(token)
    assert stand.stage(token) is Stage.LOCKED


@pytest.mark.asvs("7.4.1")
def test_a_logout_ends_the_session(stand: Stand) -> None:
    token, other = stand.first("guardian").token, stand.log_in("guardian").token
    stand.portal.log_out(token)
    stand.portal.log_out(token)
    assert refused(stand.portal.visit, token) == "access.session"
    assert stand.portal.visit(other).session.id


@pytest.mark.asvs("7.4.5")
@pytest.mark.asvs("7.5.2")
def test_everybody_lists_and_ends_own_sessions_the_officer_everybodys(stand: Stand) -> None:
    token, other = stand.opened("guardian"), stand.log_in("guardian").token
    guardian = stand.person("guardian")
    listed = stand.portal.sessions(token)
    assert [session.person_id for session in listed] == [guardian] * 2
    assert refused(stand.portal.sessions, token, stand.person("maths")) == "access.denied"
    stand.portal.end_session(token, listed[1].id)
    assert refused(stand.portal.visit, other) == "access.session"
    officer = stand.opened("officer")
    assert len(stand.portal.sessions(officer, guardian)) == 1
    stand.portal.end_session(officer, 0, guardian)
    assert refused(stand.portal.visit, token) == "access.session"


@pytest.mark.asvs("7.5.1")
def test_weighty_acts_ask_for_a_password_typed_a_moment_ago(stand: Stand) -> None:
    token = stand.opened("officer")
    appoint = Appoint(
        person_id=stand.person("nobody"), role=Role.TEACHER, first_day=FIRST_DAY, last_day=MONDAY
    )
    stand.world.clock.advance(3 * 60)
    assert stand.stage(token) is Stage.OPEN
    stand.world.clock.advance(2 * 60 + 1)
    stand.portal.visit(token)
    assert refused(stand.portal.act, token, appoint) == "access.prove"
    assert refused(stand.portal.device_code, token) == "access.prove"
    assert refused(stand.portal.change_password, token, OTHER, PASSWORD, HOME) == "access.login"
    stand.portal.prove(token, PASSWORD, HOME)
    assert stand.portal.act(token, appoint).key == ""
    assert stand.portal.device_code(token)


@pytest.mark.asvs("7.5.1")
@pytest.mark.asvs("7.4.2")
def test_a_new_password_ends_every_other_session(stand: Stand) -> None:
    token, other = stand.opened("guardian"), stand.log_in("guardian").token
    stand.portal.change_password(token, PASSWORD, OTHER, HOME)
    assert refused(stand.portal.visit, other) == "access.session"
    assert stand.portal.visit(token).session.id
    assert refused(stand.log_in, "guardian") == "access.login"
    assert stand.log_in("guardian", OTHER).token


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.4.2")
@pytest.mark.parametrize("name", ["guardian", "english"])
def test_who_is_shut_out_is_out_at_the_next_request(stand: Stand, name: str) -> None:
    token = stand.first(name).token
    stand.world.clock.advance(60)
    stand.world.act(BlockAccess(person_id=stand.person(name)), "officer")
    assert refused(stand.portal.visit, token) == "access.session"
    assert refused(stand.log_in, name) == "access.login"
    stand.world.clock.advance(60)
    assert stand.first(name, OTHER).token
    assert refused(stand.log_in, name) == "access.login"
    assert stand.log_in(name, OTHER).token


@pytest.mark.asvs("7.4.2")
def test_a_dismissal_ends_sessions_and_devices(stand: Stand) -> None:
    world = stand.world
    token = stand.first("physics").token
    world.member("physics").sync()
    world.act(DismissStaff(person_id=stand.person("physics"), last_day=MONDAY - 1, order="9-к"))
    assert refused(stand.portal.visit, token) == "access.session"
    assert refused(stand.log_in, "physics") == "access.login"
    [device] = world.server.store.select(Device, person_id=stand.person("physics"))
    assert device.revoked_at
    assert refused(world.member("physics").sync) in ("access.revoked", "access.denied")


@pytest.mark.clause("6.3")
@pytest.mark.asvs("row 94")
def test_a_leak_reported_on_the_portal_shuts_it_at_once(stand: Stand) -> None:
    token = stand.first("english_2").token
    stand.world.clock.advance(60)
    leak = ReportBreach(breach_kind=BreachKind.PASSWORD, learned_day=MONDAY)
    assert stand.portal.report_breach(token, leak).key == ""
    assert refused(stand.portal.visit, token) == "access.session"
    assert refused(stand.log_in, "english_2") == "access.login"


def alerts(stand: Stand) -> list[tuple[int, str]]:
    rows = stand.world.server.store.select(Notice, kind=NoticeKind.ALERT)
    return [(row.person_id, row.key) for row in rows]


@pytest.mark.scenario("6.1:1")
@pytest.mark.clause("6.1")
def test_staff_at_an_unknown_browser_is_told_to_the_owner_and_the_officer(stand: Stand) -> None:
    token = stand.first("russian").token
    totp, browser = stand.factor(token)
    assert alerts(stand) == []
    stand.world.clock.advance(30)
    again = stand.log_in("russian", browser=browser).token
    stand.portal.show_factor(again, totp.at(stand.now), HOME, browser)
    assert alerts(stand) == []
    stand.world.clock.advance(30)
    odd = stand.log_in("russian", source=STRANGE).token
    stand.portal.show_factor(odd, totp.at(stand.now), STRANGE)
    key = "notice.alert.unknown_device"
    assert set(alerts(stand)) == {
        (stand.person("russian"), key),
        (stand.person("officer"), key),
        *((officer, key) for officer in founding_officers(stand)),
    }


def founding_officers(stand: Stand) -> set[int]:
    rows = stand.world.server.store.select(Appointment, role=Role.SYSTEM_OFFICER)
    return {row.person_id for row in rows}


@pytest.mark.clause("6.1")
def test_one_browser_under_two_people_of_staff_within_minutes_is_told(stand: Stand) -> None:
    before = len(alerts(stand))
    browser = stand.factor(stand.first("primary").token)[1]
    stand.world.clock.advance(9 * 60)
    stand.factor(stand.first("substitute", OTHER).token, browser)
    told = alerts(stand)[before:]
    assert {key for _, key in told} == {"notice.alert.shared_device"}
    assert {stand.person("primary"), stand.person("substitute")} <= {person for person, _ in told}


@pytest.mark.scenario("6.1:2")
@pytest.mark.clause("6.1")
def test_a_guardians_phone_and_computer_and_a_familys_own_are_no_alarm(stand: Stand) -> None:
    before = len(alerts(stand))
    phone = stand.first("guardian")
    stand.log_in("guardian", source=SCHOOL)
    stand.first("pupil", OTHER, browser=phone.browser)
    assert len(alerts(stand)) == before


@pytest.mark.clause("4.5.7")
def test_how_long_staff_may_be_idle_is_the_schools_to_say(stand: Stand) -> None:
    policy = SetPolicy(name="idle_lock_minutes", value="30", first_day=FIRST_DAY, act="№ 4")
    stand.world.act(policy)
    token = stand.opened("deputy")
    stand.world.clock.advance(30 * 60)
    assert stand.stage(token) is Stage.OPEN
    stand.world.clock.advance(30 * 60 + 1)
    assert stand.stage(token) is Stage.LOCKED


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.5.2")
def test_the_officer_and_the_owner_shut_a_device_out_by_the_portal(stand: Stand) -> None:
    world = stand.world
    device = world.member("hr").replica.device
    token = stand.opened("officer")
    assert stand.portal.device_use(token) == {}
    world.member("hr").sync()
    assert stand.portal.device_use(token)[device] == stand.now
    assert stand.portal.act(token, RevokeDevice(device=device)).key == ""
    assert refused(world.member("hr").sync) in ("access.revoked", "access.denied")


@pytest.mark.scenario("6.2:1")
@pytest.mark.clause("6.2")
def test_the_folder_of_the_school_shows_no_password(stand: Stand) -> None:
    stand.first("guardian")
    for path in stand.world.folder.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()
