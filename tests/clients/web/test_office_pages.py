"""The system officer's pages: people and roles, devices, codes, files, rules, help (4.7)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from eschool_core.domain.acts import SupportContact
from eschool_core.domain.care import PupilRequest
from eschool_core.domain.care_enums import RequestState
from eschool_core.domain.enums import Role
from eschool_core.domain.imports import ImportRecord
from eschool_core.domain.journal import PlanItem
from eschool_core.domain.office import Device, Slip
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.school import Appointment, Staff
from eschool_core.regulation.registry import CLAUSES
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.security.codes import code_hash
from tests.clients.web import staging
from tests.clients.web.conftest import DAY
from tests.clients.web.speaking import client_of, give, prove

PAGES = (
    "/officer",
    "/officer/people",
    "/officer/devices",
    "/officer/slips",
    "/officer/import",
    "/policy",
)
LIST = "Класс;Фамилия;Имя;Отчество;Дата рождения\n5А;Новиков;Пётр;Ильич;01.02.2015\n"


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=5) as school:
        yield school


@pytest.fixture(scope="module")
def officer(stage: Sandbox) -> Replica:
    return stage.replica("officer")


@pytest.fixture
def client(officer: Replica) -> Iterator[httpx.Client]:
    with client_of(officer) as (made, _):
        yield made


def load(client: httpx.Client, kind: str, content: str, **fields: object) -> httpx.Response:
    packed = b64encode(content.encode()).decode()
    return client.post("/api/import", json={"kind": kind, "content": packed, **fields})


@pytest.mark.clause("4.1")
@pytest.mark.asvs("8.2.2")
def test_nobody_else_finds_them(stage: Sandbox) -> None:
    with client_of(stage.replica("teacher")) as (client, _):
        for path in PAGES[:-1]:
            assert client.get(path).status_code == 404, path
        assert client.get(f"/officer/person/{stage.cast.teacher_id}").status_code == 404
        # Rules of the school are everybody's to read; setting them is not offered.
        rules = client.get("/policy")
        assert rules.status_code == 200
        assert "set_policy" not in rules.text
    with client_of(stage.replica("guardian")) as (client, _):
        assert client.get("/policy").status_code == 404


def test_each_page_says_what_it_is(client: httpx.Client) -> None:
    for path in PAGES:
        page = client.get(path)
        assert page.status_code == 200, path
        assert f'href="{path}" aria-current="page"' in page.text, path


@pytest.mark.clause("1.2")
@pytest.mark.clause("4.7.3")
def test_a_school_without_a_verified_backup_is_told_so(client: httpx.Client) -> None:
    page = client.get("/officer").text
    assert re.search(r'<div class="bad"><dt>Проверенная резервная копия', page)


@pytest.mark.clause("4.7.1")
@pytest.mark.clause("4.7.4")
@pytest.mark.threat("T2")
def test_somebody_is_hired_appointed_and_given_a_code(
    client: httpx.Client, officer: Replica
) -> None:
    hired = {"family": "Яхонтова", "given": "Ольга"}
    asked = give(client, "hire_staff", **hired)
    assert asked is not None
    assert asked["key"] == "web.proof"
    prove(client)
    assert give(client, "hire_staff", **hired) is None
    [person] = officer.store.select(Staff, family="Яхонтова")
    found = client.get("/officer/people", params={"q": "яхон"}).text
    assert f'href="/officer/person/{person.id}"' in found
    page = client.get(f"/officer/person/{person.id}").text
    assert 'data-act="appoint"' in page
    today = officer.today()
    assert give(client, "appoint", person_id=person.id, role=8, first_day=today) is None
    [entry] = officer.store.select(Appointment, person_id=person.id)
    assert entry.role == Role.TEACHER
    end = {"appointment_id": entry.id, "last_day": today + 10, "act": "№ 4"}
    assert give(client, "end_appointment", **end) is None
    made = client.post("/api/slips", json={"person": person.id}).json()
    [slip] = made["slips"]
    assert slip["name"].startswith("Яхонтова")
    [kept] = officer.store.select(Slip, person_id=person.id)
    assert kept.secret_hash.hex() == code_hash(slip["code"])
    assert slip["code"] not in client.get("/officer/slips").text


@pytest.mark.clause("4.7.6")
@pytest.mark.threat("T2")
def test_codes_of_a_class_need_the_passphrase_and_go_to_everybody_of_it(
    client: httpx.Client, officer: Replica
) -> None:
    page = client.get("/officer/slips").text
    class_id = int(re.findall(r'<option value="(\d+)">5А', page)[0])
    asked = client.post("/api/slips", json={"school_class": class_id}).json()
    assert asked["refused"]["key"] == "web.proof"
    prove(client)
    made = client.post("/api/slips", json={"school_class": class_id}).json()
    assert made["refused"] is None
    codes = [slip["code"] for slip in made["slips"]]
    assert len(set(codes)) == len(codes) > 10
    assert {slip.class_id for slip in officer.store.select(Slip, class_id=class_id)} == {class_id}


@pytest.mark.clause("4.6.8")
def test_a_device_is_revoked_and_told_apart(
    client: httpx.Client, officer: Replica, stage: Sandbox
) -> None:
    stage.replica("substitute")
    officer.sync()
    page = client.get("/officer/devices").text
    assert 'data-confirm="Отозвать устройство' in page
    [device] = officer.store.select(Device, person_id=stage.cast.substitute_id)
    prove(client)
    assert give(client, "revoke_device", device=device.device) is None
    page = client.get("/officer/devices").text
    used, revoked = page.split('id="revoked"')
    assert f'<th scope="row">{device.device}</th>' not in used
    assert f'<th scope="row">{device.device}</th>' in revoked


@pytest.mark.clause("4.7.4")
@pytest.mark.threat("T2")
def test_a_class_list_is_shown_first_and_written_after_the_passphrase(
    client: httpx.Client, officer: Replica
) -> None:
    before = officer.next_number()
    shown = load(client, "roster", LIST).json()
    assert (shown["refused"], shown["written"]) == (None, False)
    assert ["Обучающихся", 1] in shown["figures"]
    assert shown["commands"] >= 1
    assert officer.next_number() == before
    asked = load(client, "roster", LIST, order="№ 7", write=True).json()
    assert asked["refused"]["key"] == "web.proof"
    prove(client)
    refused = load(client, "roster", LIST, write=True)
    assert refused.json()["error"]["key"] == "cli.import.no_order"
    assert load(client, "roster", LIST, order="№ 7", write=True).json()["written"] is True
    assert officer.store.select(Pupil, family="Новиков")


@pytest.mark.clause("4.7.4")
@pytest.mark.asvs("row 81")
def test_an_import_stands_in_the_list_and_is_taken_back_from_there(
    client: httpx.Client, officer: Replica
) -> None:
    prove(client)
    wanted = LIST.replace("Новиков", "Возвратов")
    assert load(client, "roster", wanted, order="№ 8", write=True).json()["written"] is True
    page = client.get("/officer/import").text
    last = max(one.id for one in officer.store.select(ImportRecord))
    assert 'data-act="undo_import"' in page
    assert f'name="import_id" data-as="number" value="{last}"' in page
    officer.sync()
    assert give(client, "undo_import", import_id=last) is None
    assert officer.store.select(Pupil, family="Возвратов") == []
    page = client.get("/officer/import").text
    assert f'value="{last}"' not in page
    assert "Отменена" in page
    again = give(client, "undo_import", import_id=last)
    assert again is not None
    assert "уже отменена" in str(again["text"])
    assert again["remedy"]


@pytest.mark.clause("2.3")
def test_a_plan_goes_into_its_journal(
    client: httpx.Client, officer: Replica, stage: Sandbox
) -> None:
    plan = "№;Тема;Часы;Домашнее задание\n1;Дроби;2;№ 5\n2;Доли;1;\n"
    journal = stage.cast.first.journal_id
    shown = load(client, "plan", plan, journal=journal).json()
    assert shown["refused"] is None, shown
    assert shown["commands"] == 1
    outside = load(client, "plan", plan, journal=77).json()
    assert outside["error"]["key"] == "lookup.journal_not_here"
    # A plan is the teacher's or the deputy's to write: the officer is refused with the clause.
    prove(client)
    refused = load(client, "plan", plan, journal=journal, write=True).json()
    assert refused["error"]["clause"]
    assert all(item.topic != "Доли" for item in officer.store.select(PlanItem))


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize("kind", ["timetable", "roster", "staff", "plan"])
def test_what_is_no_such_file_is_refused_with_a_remedy(client: httpx.Client, kind: str) -> None:
    answer = load(client, kind, "\x7fELF\x00\x00 не таблица")
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["text"]
    assert error["remedy"]


def test_what_is_no_request_of_the_form_is_refused(client: httpx.Client) -> None:
    for body in ({}, {"kind": "x", "content": ""}, {"kind": "plan", "content": "%"},
                 {"kind": "plan", "content": "", "journal": "1"}):  # fmt: skip
        assert client.post("/api/import", json=body).status_code == 400


@pytest.mark.clause("4.7.7")
def test_the_contact_of_support_is_entered_and_everybody_sees_it(
    client: httpx.Client, officer: Replica, stage: Sandbox
) -> None:
    refused = give(client, "set_support_contact", name="Служба")
    assert refused is not None
    contact = {"name": "Служба поддержки", "phone": "8 800 100-00-00"}
    assert give(client, "set_support_contact", **contact) is None
    assert officer.store.select(SupportContact)
    officer.sync()
    with client_of(stage.replica("teacher")) as (their, _):
        assert "8 800 100-00-00" in their.get("/help").text


@pytest.mark.clause("4.7.5")
def test_every_clause_is_explained_on_a_page(client: httpx.Client) -> None:
    page = client.get("/help").text
    for entry in CLAUSES:
        assert f'href="/help?clause={entry.number}"' in page
        assert client.get("/help", params={"clause": entry.number}).status_code == 200
    assert "полтора часа" in client.get("/help?clause=4.5.3").text
    assert client.get("/help?clause=4.5.3/late").status_code == 200
    assert client.get("/help?clause=99").status_code == 404


@pytest.mark.clause("4.4.1")
def test_the_rules_name_their_clause_and_act(client: httpx.Client, stage: Sandbox) -> None:
    page = client.get("/policy").text
    assert 'href="/help?clause=4.5.3"' in page
    assert "по умолчанию" in page
    assert "<b>90 мин включительно</b>" in page
    assert "<b>прочерком</b>" in page
    assert "dash" not in page
    assert "data-act" not in client.get("/policy?set=zero_shown").text.partition("<main")[2]
    with client_of(stage.replica("deputy")) as (deputy, _):
        prove(deputy)
        chosen = deputy.get("/policy", params={"set": "zero_shown"}).text
        assert '<option value="dash">прочерком</option>' in chosen
        assert "от 0 до 1440" in deputy.get("/policy?set=homework_grace_minutes").text
        assert "/policy?set=zero_shown" in deputy.get("/policy").text
        assert deputy.get("/policy?set=nothing").status_code == 422
        day = stage.stage.day
        fields = {"name": "homework_minutes", "value": "60", "first_day": day, "act": "№ 99"}
        refused = give(deputy, "set_policy", **fields)
        assert refused is not None
        act = {"title": "Положение", "act_number": "99", "act_day": day, "first_day": day}
        assert give(deputy, "register_act", **act) is None
        assert "Положение" in deputy.get("/policy").text
        assert "90 мин включительно" in deputy.get("/help?clause=4.5.3").text
        own = {"name": "homework_grace_minutes", "value": "75", "first_day": day, "act": "99"}
        assert give(deputy, "set_policy", **own) is None
        told = deputy.get("/help?clause=4.5.3").text
        assert "75 мин включительно" in told
        assert "90 мин включительно" not in told


@pytest.mark.clause("4.6.6")
def test_a_request_of_a_class_teacher_is_carried_out_by_an_order(
    client: httpx.Client, officer: Replica, stage: Sandbox
) -> None:
    today = officer.today()
    staging.asked_newcomers(stage, "Прибывший", "Лишний")
    officer.sync()
    page = client.get("/officer").text
    assert "Прибывший Лев" in page
    by_name = {}
    for request in officer.store.select(PupilRequest, state=RequestState.OPEN):
        by_name[officer.store.require(Pupil, request.pupil_id).family] = request.id
    fields = {"request_id": by_name["Прибывший"], "day": today, "order": "№ 12"}
    assert give(client, "confirm_request", **fields) is None
    rejected = {"request_id": by_name["Лишний"], "reason": "нет документов"}
    assert give(client, "reject_request", **rejected) is None
    page = client.get("/officer").text
    assert "Прибывший" not in page
    assert "confirm_request" not in page
    [enrolment] = officer.store.select(
        Enrolment, pupil_id=officer.store.select(Pupil, family="Прибывший")[0].id
    )
    assert (enrolment.order_in, enrolment.provisional) == ("№ 12", 0)


def test_a_report_leads_the_officer_to_no_gaps_that_are_for_others(
    client: httpx.Client, stage: Sandbox
) -> None:
    address = "/report?name=activity&section=control"
    page = client.get(address)
    assert page.status_code == 200
    assert "name=gaps" not in page.text
    with client_of(stage.replica("deputy")) as (deputy, _):
        led = re.findall(r'href="(/report[?]name=gaps[^"]*)"', deputy.get(address).text)
        assert deputy.get(unescape(led[0])).status_code == 200
