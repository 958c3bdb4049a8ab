"""The pages of control: what waits is decided there, terms are closed, checks go to release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from eschool_web.views import archive as archive_view
from eschool_web.views.control import by_age, by_week

from eschool_core import calendar
from eschool_core.commands.inspections import RegisterInspectionOrder
from eschool_core.commands.people import Appoint, HireStaff
from eschool_core.domain.enums import FindingState, Role
from eschool_core.domain.inspection import Inspection, InspectionResult
from eschool_core.domain.inspection_enums import InspectionState, ResultState
from eschool_core.domain.journal import Mark
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.review import HeldCommand, HeldState
from eschool_core.domain.school import Appointment, SchoolClass, Staff
from eschool_core.queries.archive import Kept
from eschool_core.queries.findings import FindingAnswer
from eschool_core.queries.term_state import term_states
from eschool_core.regulation import checks
from eschool_sync.attachment import disposition
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.clients.web import staging
from tests.clients.web.conftest import DAY
from tests.clients.web.speaking import client_of, give, prove

PAGES = (
    "/control",
    "/control/review",
    "/control/matrix",
    "/control/terms",
    "/control/inspections",
    "/control/archive",
)

SECOND_WEEK = date(2026, 9, 9)
"""So early that no lesson is older than the time over which a change is told."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    """A school in which something waits for the deputy head."""
    with Sandbox(DAY, seed=3) as school:
        teacher = school.replica("teacher")
        staging.a_fortnight(school, teacher)
        staging.held_mark(school)
        staging.undetermined_homework(school, teacher)
        yield school


@pytest.fixture(scope="module")
def deputy(stage: Sandbox) -> Replica:
    return stage.replica("deputy")


@pytest.fixture
def client(deputy: Replica) -> Iterator[httpx.Client]:
    with client_of(deputy) as (made, _):
        yield made


@pytest.mark.clause("4.1")
@pytest.mark.asvs("8.2.2")
def test_nobody_else_finds_the_pages_of_control(stage: Sandbox) -> None:
    with client_of(stage.replica("teacher")) as (client, _):
        for path in (*PAGES, "/control/term/1/0", "/control/inspection/1", "/api/lacking/1/0"):
            assert client.get(path).status_code == 404, path
        assert 'href="/control"' not in client.get("/today").text


def test_each_page_says_what_it_is_and_where_one_is(client: httpx.Client) -> None:
    for path in PAGES:
        page = client.get(path)
        assert page.status_code == 200, path
        assert f'href="{path}" aria-current="page"' in page.text, path


@pytest.mark.clause("4.5.3")
def test_what_is_held_is_shown_with_evidence_and_accepted_with_a_ground(
    client: httpx.Client, deputy: Replica, stage: Sandbox
) -> None:
    page = client.get("/control/review").text
    [held] = deputy.store.select(HeldCommand, state=HeldState.OPEN)
    assert f'name="held_id" data-as="number" value="{held.id}"' in page
    assert "не раньше" in page
    assert "4.5.1" in page
    refused = give(client, "apply_held", held_id=held.id, reason="")
    assert refused is not None
    assert give(client, "apply_held", held_id=held.id, reason="Акт № 3") is None
    deputy.sync()
    marks = stage.stage.school.store.select(Mark, lesson_id=stage.cast.first.id)
    assert 5 in {mark.value for mark in marks}
    page = client.get("/control/review").text
    assert "apply_held" not in page


@pytest.mark.clause("4.5.3")
def test_an_undetermined_time_is_settled_and_one_for_sure_is_apart(
    client: httpx.Client, deputy: Replica
) -> None:
    page = client.get("/control/review").text
    [finding] = deputy.store.select(FindingRecord, check_id=checks.HOMEWORK_UNDETERMINED.id)
    undetermined, late = page.split('id="late_sure"')
    assert 'id="by_clock"' in late
    assert f'value="{finding.id}"' in undetermined
    assert f'value="{finding.id}"' not in late
    assert late.count("waive_finding") == 3
    done = give(client, "settle_timeliness", finding_id=finding.id, in_time=1, reason="акт № 12")
    assert done is None
    assert f'value="{finding.id}"' not in client.get("/control/review").text


@pytest.mark.clause("4.4.4")
def test_counts_of_findings_lead_to_their_lessons(client: httpx.Client, deputy: Replica) -> None:
    whole = client.get("/control").text
    records = deputy.store.select(FindingRecord, state=FindingState.OPEN)
    clause = next(entry for entry in records if entry.lesson_id).check_id.rpartition("/")[0]
    assert f'href="/control?clause={clause}#found"' in whole
    page = client.get(f"/control?clause={clause}").text.split('id="found"')[1]
    wanted = [entry for entry in records if entry.check_id.startswith(f"{clause}/")]
    assert page.count('href="/help?clause=') == min(100, len(wanted))
    assert page.count(f'href="/help?clause={clause}"') == min(100, len(wanted))
    assert "?lesson=" in page
    person = records[0].staff_id
    page = client.get(f"/control?person={person}").text.split('id="found"')[1]
    own = [entry for entry in records if entry.staff_id == person]
    assert page.count('href="/help?clause=') == min(100, len(own))
    assert client.get("/control?person=x").status_code == 404


@pytest.mark.clause("4.5.5")
@pytest.mark.threat("T2")
def test_the_board_says_what_a_class_lacks_and_a_term_that_lacks_something_stays_open(
    client: httpx.Client, deputy: Replica, stage: Sandbox
) -> None:
    board = client.get("/control/terms").text
    assert "data-lacks" in board
    school_class = deputy.store.select(SchoolClass, grade=5)[0]
    quarter = next(
        state
        for state in term_states(deputy.store, stage.stage.day)
        if state.ordinal == 1 and school_class.id in {entry.class_id for entry in state.classes}
    )
    lacks = client.get(f"/api/lacking/{school_class.id}/{quarter.term_id}").json()
    page = client.get(f"/control/term/{school_class.id}/{quarter.term_id}").text
    assert f"(журналов): {lacks['count']}" in page
    assert lacks["count"] > 0
    assert "Физическая культура" in page
    assert 'data-act="close_term"' in page
    assert "reopen_term" not in page
    fields = {"class_id": school_class.id, "term_id": quarter.term_id}
    asked = give(client, "close_term", **fields)
    assert asked is not None
    assert asked["key"] == "web.proof"
    prove(client)
    refused = give(client, "close_term", **fields)
    assert refused is not None
    assert refused["clause"] == "4.5.5"
    assert refused["remedy"]
    assert client.get(f"/control/term/{school_class.id}/999").status_code == 404


@pytest.mark.clause("4.4.4")
@pytest.mark.parametrize("name", ["gaps", "coverage_lessons", "homework_lessons"])
def test_the_matrix_leads_to_the_exact_lessons(
    client: httpx.Client, stage: Sandbox, name: str
) -> None:
    page = client.get("/control/matrix").text
    teacher = stage.cast.teacher_id
    [address] = set(re.findall(rf'href="(/report\?name={name}&[^"]*teacher={teacher})"', page))
    report = client.get(address.replace("&amp;", "&"))
    assert report.status_code == 200
    lessons = re.findall(r'href="(/journal/\d+\?lesson=\d+)"', report.text)
    assert lessons
    assert client.get(lessons[0]).status_code == 200
    # A picture is never the only way to a number.
    assert page.count("<svg") == page.count('aria-hidden="true" preserveAspectRatio')


@pytest.mark.clause("4.4.4")
def test_a_change_of_zero_is_said_and_none_where_there_is_nothing_to_compare_with(
    client: httpx.Client,
) -> None:
    same = '<span aria-hidden="true">0</span><span class="unseen">без изменений</span></small>'
    assert client.get("/control/matrix").text.count(same) > 3
    with Sandbox(SECOND_WEEK, seed=3) as young, client_of(young.replica("deputy")) as (fresh, _):
        [_, page] = fresh.get("/control/matrix").text.split("<tbody>", 1)
    assert page.count("<b>0,0</b>") > 3
    assert "<small" not in page
    assert "без изменений" not in page


@pytest.mark.clause("4.4.4/3")
@pytest.mark.clause("4.4.4/4")
@pytest.mark.parametrize("name", ["coverage", "homework"])
def test_a_count_of_a_journal_leads_to_its_own_lessons(client: httpx.Client, name: str) -> None:
    counts = client.get(f"/report?name={name}&section=control").text
    leads = re.findall(rf'href="(/report\?name={name}_lessons[^"]*journal=(\d+))"', counts)
    seen = []
    for address, journal in leads:
        report = client.get(address.replace("&amp;", "&")).text
        seen += [(found, journal) for found in re.findall(r'href="/journal/(\d+)\?lesson', report)]
    assert seen
    assert all(found == journal for found, journal in seen)


@pytest.mark.clause("4.5.1")
def test_a_journal_that_is_only_read_offers_nothing_to_write(
    client: httpx.Client, stage: Sandbox
) -> None:
    offered = ('data-what="digit"', 'data-what="clear"', 'id="undo-since"', 'name="mode"')
    address = f"/journal/{stage.cast.first.journal_id}"
    read = client.get(address).text
    assert 'aria-readonly="true"' in read
    assert 'data-what="explain"' in read
    assert not [mark for mark in offered if mark in read]
    with client_of(stage.replica("teacher")) as (teacher, _):
        written = teacher.get(address).text
    assert all(mark in written for mark in offered)


@pytest.mark.clause("5.1")
def test_a_check_goes_from_draft_to_release_and_comes_back_answered(
    client: httpx.Client, deputy: Replica, stage: Sandbox
) -> None:
    day = stage.stage.day
    drafted = give(
        client, "draft_inspection", aim="Ведение журналов", first_day=day - 30, last_day=day + 3
    )
    assert drafted is None
    [check] = deputy.store.select(Inspection)
    address = f"/control/inspection/{check.id}"
    page = client.get(address).text
    assert "register_note" in page
    assert "register_inspection_order" not in page
    item = re.findall(r'name="item_id" data-as="number" value="(\d+)"', page)[0]
    assert give(client, "drop_inspection_item", item_id=int(item)) is None
    assert f'value="{item}"' not in client.get(address).text
    fields = {"inspection_id": check.id, "note_number": "7", "note_day": day}
    assert give(client, "register_note", **fields, conclusions="Темы записаны не везде") is None
    page = client.get(address).text
    assert "Темы записаны не везде" in page
    # The order is the head's (5.1): the deputy is told so and offered nothing.
    assert "register_inspection_order" not in page
    assert "приказ регистрирует директор" in page
    deputy.sync()
    _ordered_by_the_head(stage, check.id, day)
    deputy.sync()
    assert give(client, "release_inspection", inspection_id=check.id) is None
    deputy.sync()
    assert deputy.store.require(Inspection, check.id).state == InspectionState.RELEASED
    teacher = stage.replica("teacher")
    with client_of(teacher) as (their, _):
        page = their.get("/results").text
        own = teacher.store.select(InspectionResult)
        assert page.count("acknowledge_result") == len(own)
        objection = {"result_id": own[0].id, "objection": "Урока не было"}
        assert give(their, "acknowledge_result", **objection) is None
        assert "Урока не было" in their.get("/results").text
    teacher.sync()
    deputy.sync()
    assert "Урока не было" in client.get(address).text
    answered = deputy.store.require(InspectionResult, own[0].id)
    assert answered.state == ResultState.OBJECTED


def _ordered_by_the_head(stage: Sandbox, check: int, day: int) -> None:
    school = stage.stage.school
    heads = school.store.select(Appointment, role=Role.HEAD)
    head = heads[0].person_id if heads else _a_head(stage)
    command = RegisterInspectionOrder(inspection_id=check, order_number="17-о", order_day=day)
    assert school.act(command, head).key == ""


def _a_head(stage: Sandbox) -> int:
    """Appoint one: the made-up school has a deputy alone."""
    school, officer = stage.stage.school, stage.stage.officer_id
    hired = HireStaff(family="Директорова", given="Анна")
    assert school.act(hired, officer).key == ""
    [head] = school.store.select(Staff, family="Директорова")
    appoint = Appoint(person_id=head.id, role=Role.HEAD, first_day=stage.stage.day - 60, act="№ 1")
    assert school.act(appoint, officer).key == ""
    return head.id


@pytest.mark.clause("4.4.3")
@pytest.mark.threat("T2")
def test_a_report_leaves_as_a_file_only_with_a_proof(deputy: Replica) -> None:
    with client_of(deputy) as (client, _):
        address = "/api/file/report?name=matrix&section=control&format=xlsx"
        refused = client.get(address)
        assert refused.status_code == 403
        assert "парольную фразу" in refused.text
        prove(client)
        file = client.get(address)
        assert file.status_code == 200
        assert file.content[:2] == b"PK"
        assert file.headers["content-disposition"] == disposition("matrix.xlsx")
        assert file.headers["cache-control"] == "no-store"
        assert client.get(address.replace("xlsx", "exe")).status_code == 404


@pytest.mark.clause("4.4.3")
@pytest.mark.threat("T2")
def test_the_nine_reports_leave_as_one_file_with_a_proof_and_a_line_in_the_log(
    stage: Sandbox,
) -> None:
    deputy = stage.replica("deputy")
    with client_of(deputy) as (client, _):
        assert client.get("/api/file/bundle").status_code == 403
        prove(client)
        answer = client.get("/api/file/bundle")
        assert answer.headers["content-disposition"] == disposition("bundle.zip")
        with ZipFile(BytesIO(answer.content)) as packed:
            names = packed.namelist()
        assert {int(name[0]) for name in names} == set(range(1, 10))
        assert all(name.endswith(".xlsx") for name in names)
    read = deputy.store.select(PersonalRead, person_id=deputy.person_id, class_id=0, pupil_id=0)
    assert read
    with client_of(stage.replica("teacher")) as (teacher, _):
        prove(teacher)
        assert teacher.get("/api/file/bundle").status_code == 409


@pytest.mark.clause("4.4.4")
def test_the_panel_tells_findings_by_age_and_week() -> None:
    today = calendar.day_number(date(2026, 11, 26))
    ages = (0, 7, 8, 14, 15, 30, 31)
    found = [finding(age) for age in ages]
    assert by_age(found, today) == [("4.5.3", (2, 2, 2, 1, 7))]
    weeks = by_week(found, today)
    assert [bar.name for bar in weeks][-2:] == ["16.11–22.11", "23.11–29.11"]
    assert [bar.count for bar in weeks] == [0, 0, 0, 2, 0, 2, 2, 1]
    assert by_week([], today)[0].share == 0


def finding(age_days: int) -> FindingAnswer:
    at = datetime(2026, 11, 26, 9, tzinfo=UTC) - timedelta(days=age_days)
    return FindingAnswer(
        1, 1, "", "4.5.3/late", {}, FindingState.OPEN, None, None, "", "", at, None, None, ""
    )


@pytest.mark.clause("5.3/1")
@pytest.mark.clause("5.3/2")
def test_the_archive_says_until_when_each_thing_is_kept_and_what_is_over(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client.get("/control/archive").text
    assert "В архив ещё ничего не сдано" in page
    assert "хранить по 31.12.2032" in page, "journals: five years from 1 January 2028"
    assert "хранить по 31.12.2052" in page, "registers: twenty-five"
    today = date(2026, 11, 26)
    kept = tuple(
        Kept(number, ArchiveKind.JOURNAL, f"Журнал-{number}", last_day, state, "")
        for number, last_day, state in (
            (1, today - timedelta(days=1), ArchiveState.KEPT),
            (2, today - timedelta(days=1), ArchiveState.ERASED),
            (3, today, ArchiveState.KEPT),
            (4, today + timedelta(days=400), ArchiveState.KEPT),
        )
    )
    monkeypatch.setattr(archive_view, "archive", lambda *_: kept)
    due, _, calendar_shown = client.get("/control/archive").text.partition("Хранится по 2026")
    assert "Журнал-1" in due
    assert not any(f"Журнал-{number}" in due for number in (2, 3, 4))
    assert [calendar_shown.count(f"Журнал-{number}") for number in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert "Хранится по 2027 год" in calendar_shown
