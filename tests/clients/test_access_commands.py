"""The commands on rights, slips, devices, breaches and guardians, as a person types them."""

from __future__ import annotations

import pytest

from eschool_core.commands.access import EnrolDevice, IssueSlip
from eschool_core.commands.guardians import AddGuardian, GuardianEntry
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.domain.access import AccessBlock, BreachReport, GuardianDecision, HandOver
from eschool_core.domain.access_enums import Authority, BreachKind
from eschool_core.domain.feeds import CalendarFeed
from eschool_core.domain.office import Device, Slip
from eschool_core.domain.people import Guardianship
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.school import Staff
from eschool_core.ids import login_of
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_sync.security.codes import code_hash, feed_hash
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.school import FIRST_DAY, MONDAY, clock


@pytest.mark.clause("4.7.6")
@pytest.mark.clause("3.1/2")
def test_the_officer_makes_the_slips_of_a_class_and_its_teacher_hands_them_out(
    world: World, terminal: Terminal
) -> None:
    made = terminal.json("slips", "batch", "5А", who="officer")
    pupils = world.school.pupils["5А"]
    assert len(made["slips"]) == 2 * len(pupils)
    first = made["slips"][0]
    assert first["name"].startswith("Абрамов")
    assert first["login"] == login_of(pupils[0])
    stored = {slip.secret_hash.hex() for slip in world.school.all(Slip)}
    assert {code_hash(one["code"]) for one in made["slips"]} == stored
    result = terminal.run("slips", "handed", str(pupils[0]), who="officer")
    assert (result.exit_code, "п. 3.1" in result.stderr) == (3, True)
    assert "Бланк выдан" in terminal.shown("slips", "handed", str(pupils[0]), who="russian")
    again = terminal.run("slips", "handed", str(pupils[0]), who="russian")
    assert again.exit_code == 4
    listed = terminal.json("slips", "--class", "5А", who="russian")
    assert [line["state"] for line in listed].count("handed_out") == 1
    assert "code" not in listed[0]
    shown = terminal.shown("slips", "--class", "5А", who="russian")
    assert "не выдан" in shown
    assert not any(one["code"] in shown for one in made["slips"])


@pytest.mark.clause("3.1/2")
def test_who_leads_the_class_makes_its_slips_too_and_nobody_else(
    world: World, terminal: Terminal
) -> None:
    made = terminal.json("slips", "batch", "5А", who="russian")
    stored = {slip.secret_hash.hex() for slip in world.school.all(Slip)}
    assert {code_hash(one["code"]) for one in made["slips"]} == stored
    assert len(stored) == 2 * len(world.school.pupils["5А"])
    refused = terminal.run("slips", "batch", "5А", who="maths")
    assert refused.exit_code == 3
    assert {slip.secret_hash.hex() for slip in world.school.all(Slip)} == stored


@pytest.mark.scenario("6.2:1")
@pytest.mark.clause("6.2")
def test_a_secret_is_shown_once(world: World, terminal: Terminal) -> None:
    shown = terminal.json("slip", str(world.school.pupils["5А"][2]), who="russian")
    assert shown["login"]
    assert shown["code"] not in terminal.shown("slips", who="russian")


def enrolled(world: World, name: str, device: int, officer: str = "officer") -> None:
    person = world.school.staff[name]
    slip = IssueSlip(
        person_id=person, secret_hash=f"{device:064x}", expires_at=clock(MONDAY + 1, 9)
    )
    world.school.must(slip, officer)
    enrol = EnrolDevice(
        person_id=person,
        secret_hash=f"{device:064x}",
        device=device,
        public_key="7" * 64,
        label="ноутбук",
    )
    world.school.must(enrol)


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.5.2")
def test_devices_are_listed_and_shut_out(world: World, terminal: Terminal) -> None:
    enrolled(world, "maths", 60)
    assert "ноутбук" in terminal.shown("devices")
    assert terminal.json("devices")[0]["device"] == 60
    assert "отключено" in terminal.shown("devices", "revoke", "60")
    assert world.school.one(Device).revoked_at
    assert terminal.run("devices", "revoke", "60", who="russian").exit_code == 3


@pytest.mark.clause("6.3")
def test_a_leak_is_reported_in_one_command(world: World, terminal: Terminal) -> None:
    shown = terminal.shown("breach", "password", "Пароль подсмотрели", "--learned", "04.09")
    assert "Ваш доступ закрыт" in shown
    assert "07.09.2026 23:59" in shown
    entry = world.school.one(BreachReport)
    assert (entry.kind, entry.text) == (BreachKind.PASSWORD, "Пароль подсмотрели")
    assert world.school.one(AccessBlock).person_id == world.school.staff["maths"]
    terminal.shown("breach", "device", "--person", str(world.school.staff["english"]))
    assert len(world.school.all(AccessBlock)) == 1


@pytest.mark.clause("4.6.8")
def test_the_class_teacher_blocks_a_lost_slip(world: World, terminal: Terminal) -> None:
    pupil = world.school.pupils["5А"][2]
    assert "Доступ закрыт" in terminal.shown(
        "block", str(pupil), "--note", "потерян", who="russian"
    )
    assert world.school.one(AccessBlock).note == "потерян"
    assert terminal.run("block", str(pupil), who="primary").exit_code == 3


@pytest.mark.clause("2.10")
def test_a_guardian_is_closed_by_a_decision_alone(world: World, terminal: Terminal) -> None:
    school, pupil = world.school, world.school.pupils["5А"][0]
    father = GuardianEntry(family="Абрамов", given="Пётр", relation="отец")
    add = AddGuardian(pupil_id=pupil, guardian=father, first_day=FIRST_DAY, ground="отец")
    school.must(add, "officer")
    whom = str(school.all(Guardianship, pupil_id=pupil)[-1].guardian_id)
    assert "Пётр" in terminal.shown("guardians", "list", "Абр 5А", who="russian")
    close = ("guardians", "close", "Абр 5А", whom)
    refused = terminal.run(*close, who="officer")
    assert (refused.exit_code, "п. 2.10" in refused.stderr) == (3, True)
    asked = terminal.shown("guardians", "ask", "Абр 5А", whom, "--reason", "мать", who="russian")
    assert "передана" in asked
    decided = ("--authority", "court", "--document", "2-117", "--dated", "05.09")
    assert terminal.run(*close, *decided, who="russian").exit_code == 3
    terminal.shown(*close, *decided, who="officer")
    assert school.all(Guardianship, pupil_id=pupil)[-1].last_day == MONDAY - 1
    assert {entry.authority for entry in school.all(GuardianDecision)} == {
        Authority.NONE,
        Authority.COURT,
    }


@pytest.mark.clause("4.7.1")
def test_a_grant_and_a_dismissal(world: World, terminal: Terminal) -> None:
    nobody = str(world.school.staff["nobody"])
    to = ("--to", "30.09", "--reason", "Посещение уроков")
    terminal.shown("grant", nobody, "5А", "мат", *to, who="officer")
    terminal.shown("grant", nobody, "5А", *to, who="officer")
    endless = terminal.run(
        "grant", nobody, "5А", "--to", "01.09.2029", "--reason", "x", who="officer"
    )
    assert (endless.exit_code, "п. 4.7.1" in endless.stderr) == (3, True)
    terminal.shown("dismiss", nobody, "--order", "9-к", who="officer")
    assert world.school.one(Staff, id=int(nobody)).last_day == MONDAY


@pytest.mark.clause("3.1/2")
def test_a_class_is_handed_over_with_the_list_of_its_slips(
    world: World, terminal: Terminal
) -> None:
    terminal.shown("slips", "batch", "5А", who="officer")
    physics = str(world.school.staff["physics"])
    act = ("hand-over", "5А", physics, "--act", "10-к", "--from", "завтра")
    shown = terminal.json(*act, who="officer")
    assert len(shown["slips"]) == 2 * len(world.school.pupils["5А"])
    assert world.school.one(HandOver).unissued_slips == len(shown["slips"])


@pytest.mark.clause("3.1/2")
@pytest.mark.clause("4.6.2")
def test_the_act_of_a_hand_over_names_open_duties_and_applications(
    world: World, terminal: Terminal
) -> None:
    school, pupil = world.school, world.school.pupils["5А"][0]
    school.must(
        FilePaperApplication(
            pupil_id=pupil,
            guardian_id=school.guardian(pupil),
            document="З-12",
            first_day=MONDAY,
        ),
        "russian",
    )
    open_duties = [
        duty
        for duty in duties(school.store, school.now, school.staff["russian"]).duties
        if duty.state is not DutyState.DONE and duty.params.get("school_class") == "5А"
    ]
    physics = str(school.staff["physics"])
    act = ("hand-over", "5А", physics, "--act", "10-к", "--from", "завтра")
    shown = terminal.shown(*act, who="officer")
    assert "Заявлений о бумажном информировании: 1." in shown
    assert "З-12" in shown
    assert "Мария" in shown
    assert "4.6.2" in {duty.clause for duty in open_duties}
    assert f"Неисполненных обязанностей по классу: {len(open_duties)}." in shown
    assert len(school.all(PersonalRead)) == 1


@pytest.mark.clause("3.2")
def test_the_account_shows_login_and_duties(terminal: Terminal, world: World) -> None:
    assert terminal.json("account")["acknowledged_at"] is None
    assert "приняты" in terminal.shown("account", "acknowledge")
    told = terminal.json("account")
    assert told["login"] == login_of(world.school.staff["maths"])
    assert told["acknowledged_at"].startswith("2026-09-07")
    assert "Никому не передавайте" in terminal.shown("account")


@pytest.mark.clause("7.1")
def test_a_copy_without_contact_for_too_long_shows_nothing_until_it_syncs(
    world: World, terminal: Terminal
) -> None:
    world.school.now = clock(MONDAY + 28, 9)
    world.last_sync = clock(MONDAY, 9)
    refused = terminal.run("today")
    assert (refused.exit_code, "п. 7.1" in refused.stderr) == (5, True)
    assert "Дроби" not in refused.output
    assert terminal.run("sync").exit_code == 0


@pytest.mark.asvs("14.2.1")
def test_a_feed_is_shown_once_listed_and_revoked(world: World, terminal: Terminal) -> None:
    shown = terminal.json("feeds", "open", who="maths")
    [feed] = world.school.all(CalendarFeed)
    secret = shown["address"].rpartition("/")[2].removesuffix(".ics")
    assert shown["address"].endswith(f"/calendar/{secret}.ics")
    assert feed.secret_hash.hex() == feed_hash(secret)
    narrow = terminal.shown("feeds", "open", who="maths", width=60)
    assert any(line.startswith("http") and line.endswith(".ics") for line in narrow.splitlines())
    terminal.shown("feeds", "revoke", str(world.school.all(CalendarFeed)[1].id), who="maths")
    listed = [one for one in terminal.json("feeds", who="maths") if not one["revoked_at"]]
    assert [one["feed_id"] for one in listed] == [feed.id]
    assert secret not in str(listed)
    assert str(feed.id) in terminal.shown("feeds", "revoke", str(feed.id), who="maths")
    assert all(one.revoked_at for one in world.school.all(CalendarFeed))
