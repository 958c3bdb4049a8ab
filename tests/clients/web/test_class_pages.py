"""The class teacher's pages: checks, codes, lists on paper, newcomers, subgroups, data (4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from eschool_core import calendar
from eschool_core.domain.care import ClassCheck, GroupApproval, PupilRequest
from eschool_core.domain.care_enums import ClassCheckKind, RequestState, SlipState
from eschool_core.domain.informing import PaperApplication, PaperSlip
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.office import Slip
from eschool_core.domain.people import Exemption, GroupMember, GroupTransfer, Guardianship, Pupil
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.school import Journal, SchoolClass, TeachingLoad
from eschool_core.labels import text
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.clients.web.conftest import DAY
from tests.clients.web.portal_stage import portal_site
from tests.clients.web.speaking import class_of_child, client_of, give, prove


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=7) as school:
        yield school


@pytest.fixture(scope="module")
def leader(stage: Sandbox) -> Replica:
    return stage.replica("class_teacher")


@pytest.fixture
def client(leader: Replica) -> Iterator[httpx.Client]:
    with client_of(leader) as (made, _):
        yield made


@pytest.fixture(scope="module")
def class_id(stage: Sandbox) -> int:
    return class_of_child(stage)


def options(page: str, name: str) -> list[int]:
    [select] = re.findall(rf'<select name="{name}".*?</select>', page, re.DOTALL)
    return [int(value) for value in re.findall(r'value="(\d+)"', select)]


@pytest.mark.clause("4.6.1")
@pytest.mark.asvs("8.2.2")
def test_a_class_is_its_teachers_alone(stage: Sandbox, class_id: int) -> None:
    for role in ("teacher", "deputy"):
        with client_of(stage.replica(role)) as (client, _):
            for path in ("", "/families", "/changes"):
                assert client.get(f"/class/{class_id}{path}").status_code == 404, (role, path)


@pytest.mark.clause("4.6.2")
@pytest.mark.clause("4.6.7")
def test_the_week_and_the_month_are_checked_with_the_days_left(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    page = client.get(f"/class/{class_id}").text
    assert "просрочено" in page
    week = re.findall(r'data-act="check_attendance".*?name="day"[^>]*value="(\d+)"', page)
    before = len(week)
    assert give(client, "check_attendance", class_id=class_id, day=int(week[0])) is None
    [check] = leader.store.select(ClassCheck, kind=ClassCheckKind.ATTENDANCE)
    assert check.first_day == calendar.monday_of(int(week[0]))
    page = client.get(f"/class/{class_id}").text
    assert page.count('data-act="check_attendance"') == before - 1
    card = re.findall(r'<form data-act="check_cards">.*?</form>', page, re.DOTALL)[0]
    day = int(re.findall(r'name="day"[^>]*value="(\d+)"', card)[0])
    pupils = [int(value) for value in re.findall(r'name="pupil_ids"[^>]*value="(\d+)"', card)]
    left_out = give(client, "check_cards", class_id=class_id, day=day, pupil_ids=pupils[1:])
    assert left_out is not None
    assert left_out["clause"] == "4.6.7"
    assert give(client, "check_cards", class_id=class_id, day=day, pupil_ids=pupils) is None


@pytest.mark.clause("1.4")
def test_the_pages_with_cards_are_logged_once_a_day_and_refusals_too(
    client: httpx.Client, leader: Replica, stage: Sandbox, class_id: int
) -> None:
    for path in ("", "/changes", ""):
        assert client.get(f"/class/{class_id}{path}").status_code == 200
    other = next(entry.id for entry in leader.store.select(SchoolClass) if entry.id != class_id)
    assert client.get(f"/class/{other}").status_code == 404
    logged = leader.store.select(PersonalRead)
    assert [(row.class_id, row.denied) for row in logged] == [(class_id, 0), (other, 1)]


@pytest.mark.clause("4.6.9")
def test_where_visits_are_not_known_the_card_says_that_it_counts_codes(
    client: httpx.Client, stage: Sandbox, class_id: int
) -> None:
    said = text("web.class.card.by_codes")
    assert said in client.get(f"/class/{class_id}").text
    with portal_site(stage) as site, site.client(stage.person("class_teacher")) as at_server:
        assert said not in at_server.get(f"/class/{class_id}").text


@pytest.mark.clause("4.6.6")
def test_a_day_on_which_the_pupil_is_in_no_class_is_refused_at_once(
    client: httpx.Client, leader: Replica, stage: Sandbox, class_id: int
) -> None:
    """The class teacher's own replica knows every enrolment of the pupil: nothing is sent."""
    fields = {
        "class_id": class_id,
        "pupil_id": stage.cast.child,
        "last_day": stage.stage.day - 2_000,
    }
    before = leader.status().pending
    refused = give(client, "request_removal", **fields)
    assert refused is not None
    assert "не числится" in str(refused["text"])
    assert refused["remedy"]
    assert leader.status().pending == before


@pytest.mark.clause("3.1/2")
def test_a_code_is_made_for_a_guardian_and_handed_out_against_signature(
    client: httpx.Client, leader: Replica, stage: Sandbox, class_id: int
) -> None:
    guardian = stage.cast.guardian_id
    page = client.get(f"/class/{class_id}/families").text
    assert f'data-slips="person" data-id="{guardian}"' in page
    prove(client)
    [made] = client.post("/api/slips", json={"person": guardian}).json()["slips"]
    assert made["code"]
    [slip] = leader.store.select(Slip, person_id=guardian, handed_at=0)
    page = client.get(f"/class/{class_id}/families").text
    assert f'name="slip_id" data-as="number" value="{slip.id}"' in page
    assert give(client, "hand_out_slip", slip_id=slip.id, signed=1) is None
    page = client.get(f"/class/{class_id}/families").text
    assert "hand_out_slip" not in page


@pytest.mark.clause("4.6.5")
def test_what_became_of_a_weeks_list_is_written_on_the_page(
    client: httpx.Client, leader: Replica, stage: Sandbox, class_id: int
) -> None:
    today = leader.today()
    [guardianship, *_] = leader.store.select(Guardianship, pupil_id=stage.cast.child)
    filed = {
        "pupil_id": stage.cast.child,
        "guardian_id": guardianship.guardian_id,
        "document": "вх. 12",
        "first_day": today - 7,
    }
    assert give(client, "file_paper_application", **filed) is None
    page = client.get(f"/class/{class_id}/families").text
    assert "вх. 12" in page
    [application] = leader.store.select(PaperApplication)
    state = options(page, "slip_state")
    assert state == [int(one) for one in SlipState]
    done = {
        "application_id": application.id,
        "week_day": today,
        "slip_state": state[0],
        "day": today,
    }
    assert give(client, "record_paper_slip", **done) is None
    assert leader.store.select(PaperSlip)
    assert client.get(f"/class/{class_id}/families?day={today - 7}").status_code == 200


@pytest.mark.clause("4.6.6")
def test_a_newcomer_is_asked_for_and_stands_in_the_lists(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    fields = {"class_id": class_id, "family": "Новичков", "given": "Лев"}
    assert give(client, "request_pupil", **fields, first_day=leader.today()) is None
    assert leader.store.select(Pupil, family="Новичков")
    [request] = leader.store.select(PupilRequest)
    assert request.state == RequestState.OPEN
    page = client.get(f"/class/{class_id}/changes").text
    assert "Новичков Лев" in page


@pytest.mark.scenario("newcomer:1", "journal_kinds:4")
@pytest.mark.clause("4.5.1")
def test_the_grid_says_who_awaits_an_order_and_who_learns_by_an_own_curriculum(
    client: httpx.Client, stage: Sandbox, leader: Replica, class_id: int
) -> None:
    today, child = leader.today(), stage.cast.child
    newcomer = {"class_id": class_id, "family": "Поздняков", "given": "Лев", "first_day": today}
    assert give(client, "request_pupil", **newcomer) is None
    store, [other] = leader.store, leader.store.select(Pupil, family="Поздняков")
    shared = {line.journal_id for line in store.select(JournalLine, pupil_id=other.id)}
    own_lines = store.select(JournalLine, pupil_id=child)
    journal = next(line.journal_id for line in own_lines if line.journal_id in shared)
    subject = store.require(Journal, journal).subject_id
    arranged = {"pupil_id": child, "subject_id": subject, "exemption_kind": 3}
    days = {"first_day": today, "last_day": today + 30}
    assert give(client, "exempt_pupil", **arranged, **days, document="14") is None
    grid = client.get(f"/journal/{journal}").text
    rows = re.findall(r'<th scope="row" class="who">.*?</th>', grid)
    [awaited] = [row for row in rows if "приказ ожидается" in row and "Поздняков" in row]
    assert "ИУП" not in awaited
    [own] = [row for row in rows if "ИУП" in row]
    assert "ИУП, приказ № 14, с 24.11.2026 по 24.12.2026" in own
    assert "приказ ожидается" not in own


@pytest.mark.scenario("journal_kinds:4")
@pytest.mark.clause("1.4")
def test_the_class_teacher_enters_an_individual_curriculum_by_its_order(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    path = f"/class/{class_id}/changes"
    page, today = client.get(path).text, leader.today()
    form = page[page.index('<details id="release">') : page.index('<details id="family">')]
    fields = {name: options(form, name)[0] for name in ("pupil_id", "subject_id")}
    assert options(form, "exemption_kind") == [1, 2, 3]
    assert "№ 15-и" not in page
    days = {"first_day": today, "last_day": today - 1}
    refused = give(client, "exempt_pupil", **fields, exemption_kind=3, **days, document="15-и")
    assert refused is not None
    days = {"first_day": today, "last_day": today + 30}
    assert give(client, "exempt_pupil", **fields, exemption_kind=3, **days, document="15-и") is None
    [kept] = leader.store.select(Exemption, document="15-и")
    assert (kept.kind, kept.pupil_id, kept.last_day) == (3, fields["pupil_id"], today + 30)
    assert "индивидуальный учебный план, № 15-и" in client.get(path).text


@pytest.mark.scenario("journal_kinds:5")
@pytest.mark.clause("1.4")
def test_the_class_teacher_enters_the_family_form_by_its_order(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    path = f"/class/{class_id}/changes"
    page, today = client.get(path).text, leader.today()
    form = page[page.index('<details id="family">') :]
    pupil, [kind] = options(form, "pupil_id")[0], options(form, "exemption_kind")
    fields = {"pupil_id": pupil, "exemption_kind": kind, "document": "7-с"}
    days = {"first_day": today, "last_day": today + 30}
    assert give(client, "exempt_pupil", **fields, **days) is None
    [kept] = leader.store.select(Exemption, document="7-с")
    assert (kept.kind, kept.pupil_id, kept.subject_id) == (4, pupil, 0)
    assert "семейная форма, № 7-с" in client.get(path).text


def section(page: str, begin: str, end: str) -> str:
    return page[page.index(begin) : page.index(end, page.index(begin))]


def move_of(pupil: int, old: int, new: int, day: int, document: str) -> dict[str, int | str]:
    """Return the fields of a move by application that begins and was signed on a day."""
    return {
        "pupil_id": pupil,
        "from_group_id": old,
        "to_group_id": new,
        "first_day": day,
        "ground": 1,
        "document": document,
        "document_day": day,
    }


def member_of(leader: Replica, group_id: int) -> int:
    """Return the last pupil of a subgroup: tests that follow each move another one."""
    today = leader.today()
    members = [
        member
        for member in leader.store.select(GroupMember, group_id=group_id)
        if member.first_day <= today <= member.last_day
    ]
    return members[-1].pupil_id


def way_of(page: str) -> tuple[int, int]:
    """Return the first way between two parts that the page offers: from, to."""
    form = section(page, '<select name="to_group_id" data-as="number" data-with=', "</select>")
    [[new, old], *_] = re.findall(r'value="(\d+)" data-value="(\d+)"', form)
    return int(old), int(new)


def approve_all(client: httpx.Client, leader: Replica, class_id: int) -> None:
    """Approve every split as the page offers it, whoever has no place outside with a reason."""
    page = client.get(f"/class/{class_id}/changes").text
    for form in re.findall(r'<form data-act="draft_group" class="box">.*?</form>', page, re.DOTALL):
        [subject] = re.findall(r'name="subject_id"[^>]*value="(\d+)"', form)
        about = {"class_id": class_id, "subject_id": int(subject)}
        for pupil in re.findall(r'<option value="(\d+)">[^<]* – места нет', form):
            refused = give(client, "draft_group", **about, pupil_id=int(pupil))
            assert refused is not None
            outside = {"pupil_id": int(pupil), "reason": "обучение на дому"}
            assert give(client, "draft_group", **about, **outside) is None
        assert give(client, "approve_groups", **about, first_day=leader.today()) is None


@pytest.mark.clause("4.6.4/2")
def test_a_move_between_subgroups_needs_its_document(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    old, new = way_of(client.get(f"/class/{class_id}/changes").text)
    today, pupil = leader.today(), member_of(leader, old)
    move = {
        "pupil_id": pupil,
        "from_group_id": old,
        "to_group_id": new,
        "first_day": today,
        "ground": 2,
    }
    refused = give(client, "change_group", **move)
    assert refused is not None
    assert refused["clause"] == "4.6.4/2"
    done = give(client, "change_group", **move, document="17-о", document_day=today)
    assert done is None
    now = leader.store.select(GroupMember, group_id=new, pupil_id=pupil)
    assert [member.first_day for member in now] == [today]


@pytest.mark.clause("4.6.4/2")
def test_a_move_by_application_names_who_signed_it(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    page = client.get(f"/class/{class_id}/changes").text
    (old, new), today = way_of(page), leader.today()
    pupil = member_of(leader, old)
    form = section(page, 'name="applicant_id" data-as="number" data-with="pupil_id"', "</select>")
    signers = {
        int(about): int(signer)
        for signer, about in re.findall(r'value="(\d+)" data-value="(\d+)"', form)
    }
    move = move_of(pupil, old, new, today, "вх. 41")
    stranger = next(signer for about, signer in signers.items() if about != pupil)
    refused = give(client, "change_group", **move, applicant_id=stranger)
    assert refused is not None
    assert (refused["clause"], bool(refused["remedy"])) == ("4.6.4/2", True)
    assert give(client, "change_group", **move, applicant_id=signers[pupil]) is None
    [transfer] = leader.store.select(GroupTransfer, pupil_id=pupil)
    assert (transfer.document, transfer.applicant_id) == ("вх. 41", signers[pupil])


@pytest.mark.clause("4.6.4/2")
def test_a_planned_move_waits_for_its_application_where_the_class_teacher_sees_it(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    path = f"/class/{class_id}/changes"
    page = client.get(path).text
    assert "заявления ещё нет" not in page
    (old, new), today = way_of(page), leader.today()
    pupil = member_of(leader, old)
    place = section(page, '<form data-act="draft_group" class="box">', "</form>")
    subject = int(re.findall(r'name="subject_id"[^>]*value="(\d+)"', place)[0])
    assert new in options(place, "group_id")
    planned = {"class_id": class_id, "subject_id": subject, "pupil_id": pupil}
    assert give(client, "draft_group", **planned, group_id=new) is None
    page = client.get(path).text
    waiting = section(page, '<ul class="waiting">', "</ul>")
    assert "заявления ещё нет" in waiting
    [signer, *_] = options(waiting, "applicant_id")
    assert "заявления ещё нет" in client.get(f"/class/{class_id}").text
    move = move_of(pupil, old, new, today, "вх. 42") | {"applicant_id": signer}
    assert give(client, "change_group", **move) is None
    assert "заявления ещё нет" not in client.get(path).text


@pytest.mark.clause("4.6.4/1")
@pytest.mark.clause("4.6.4/2")
def test_a_newcomer_is_placed_without_an_application(
    client: httpx.Client, leader: Replica, class_id: int
) -> None:
    path, today = f"/class/{class_id}/changes", leader.today()
    approve_all(client, leader, class_id)
    assert 'id="newcomer-' not in client.get(path).text
    newcomer = {"class_id": class_id, "family": "Нездешний", "given": "Яков", "first_day": today}
    assert give(client, "request_pupil", **newcomer) is None
    [pupil] = leader.store.select(Pupil, family="Нездешний")
    page = client.get(path).text
    form = section(page, '<details id="newcomer-', "</details>")
    assert options(form, "pupil_id") == [pupil.id]
    group = options(form, "to_group_id")[0]
    placing = {"pupil_id": pupil.id, "to_group_id": group, "first_day": today, "ground": 3}
    assert give(client, "change_group", **placing) is None
    assert leader.store.select(GroupMember, group_id=group, pupil_id=pupil.id)


@pytest.mark.clause("4.6.4/1")
def test_a_teacher_agrees_to_the_list_of_the_own_subgroup(
    client: httpx.Client, leader: Replica, stage: Sandbox, class_id: int
) -> None:
    approve_all(client, leader, class_id)
    leader.sync()
    server = stage.stage.school
    [approval, *_] = server.store.select(GroupApproval, class_id=class_id, confirmed_at=0)
    [load, *_] = server.store.select(TeachingLoad, journal_id=approval.journal_id)
    teacher = stage.replica_of(load.staff_id)
    with client_of(teacher) as (own, _):
        assert f'value="{approval.journal_id}"' in own.get("/groups").text
        assert 'href="/groups"' in own.get("/duties").text
        agreed = {"journal_id": approval.journal_id, "class_id": class_id}
        assert give(own, "confirm_group", **agreed) is None
        page = own.get("/groups").text
        assert f'value="{approval.journal_id}"' not in page
        assert "согласие дано" in page
    teacher.sync()
    leader.sync()
    known = leader.store.require(GroupApproval, approval.id)
    assert known.confirmed_by_id == load.staff_id
