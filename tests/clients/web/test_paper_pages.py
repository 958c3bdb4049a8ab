"""Papers from the pages: each asks for the passphrase, is not kept, and says what the page says."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator

import httpx
import pytest
from eschool_web.routes import FILES, PAPERS

from eschool_core.commands.inspections import DraftInspection, RegisterNote
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.domain.informing import PaperApplication
from eschool_core.domain.inspection import Inspection
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.school import AcademicYear, Journal, SchoolClass
from eschool_core.forms.content import papers_of
from eschool_core.forms.read_pdf import read_pdf
from eschool_core.labels import text
from eschool_sync.history.paper_code import read_code
from eschool_sync.sandbox import Sandbox
from eschool_sync.server.portal import FRESH_SECONDS
from tests.clients.web import staging
from tests.clients.web.conftest import DAY
from tests.clients.web.portal_stage import PASSWORD, portal_site
from tests.clients.web.speaking import class_of_child, client_of, give, prove
from tests.core.forms.pages import scanned, sheets_of, text_of


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    """A fortnight of lessons, a guardian on paper, and a check with its note."""
    with Sandbox(DAY, seed=8) as school:
        staging.a_fortnight(school, school.replica("teacher"))
        server, cast, day = school.stage.school, school.cast, school.stage.day
        on_file = FilePaperApplication(
            pupil_id=cast.child, guardian_id=cast.guardian_id, document="№ 4", first_day=day - 20
        )
        assert server.act(on_file, cast.class_teacher_id).key == ""
        draft = DraftInspection(aim="Ведение журналов", first_day=day - 30, last_day=day)
        assert server.act(draft, school.stage.deputy_id).key == ""
        [check] = server.store.select(Inspection)
        note = RegisterNote(inspection_id=check.id, note_number="17", note_day=day)
        assert server.act(note, school.stage.deputy_id).key == ""
        yield school


@pytest.fixture(scope="module")
def class_id(stage: Sandbox) -> int:
    return class_of_child(stage)


def printed(client: httpx.Client, address: str) -> httpx.Response:
    return client.post(address, json={})


def words(answer: httpx.Response) -> str:
    """Return the text of a PDF that was served as one to be saved and not kept."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["cache-control"] == "no-store"
    assert sheets_of(answer.content)
    return text_of(answer.content)


@pytest.mark.threat("T2")
@pytest.mark.asvs("7.5.1")
def test_no_file_leaves_without_a_proof(stage: Sandbox) -> None:
    with client_of(stage.replica("deputy")) as (client, _):
        for path, view in (*FILES, *PAPERS):
            address = re.sub(r"\{\w+\}", "1", path)
            answer = client.get(address) if (path, view) in FILES else printed(client, address)
            assert answer.status_code == 403, address
            assert answer.json()["error"]["key"] == "web.proof"
        prove(client)
        assert printed(client, "/api/paper/report?name=movement").status_code == 200


@pytest.mark.clause("5.2")
def test_a_teacher_prints_the_journals_term_and_year(stage: Sandbox) -> None:
    teacher, journal = stage.replica("teacher"), stage.cast.first.journal_id
    other = next(
        row.id
        for row in stage.stage.school.store.select(Journal)
        if not teacher.store.holds(partition(PartitionKind.JOURNAL, row.id))
    )
    with client_of(teacher) as (client, _):
        page = client.get(f"/journal/{journal}").text
        assert f"/api/paper/journal/{journal}?" in page
        prove(client)
        term = words(printed(client, f"/api/paper/journal/{journal}"))
        assert "Степени" in term
        assert "По данным на" in term
        assert "Степени" in words(printed(client, f"/api/paper/journal/{journal}?of=year"))
        refused = printed(client, f"/api/paper/journal/{other}")
        assert refused.json()["error"]["key"] == "lookup.journal_not_here"


@pytest.mark.clause("4.6.5")
def test_the_class_teacher_prints_the_weeks_lists(stage: Sandbox, class_id: int) -> None:
    leader = stage.replica("class_teacher")
    child = stage.stage.school.store.require(Pupil, stage.cast.child)
    with client_of(leader) as (client, _):
        address = f"/api/paper/weekly/{class_id}"
        assert address in client.get(f"/class/{class_id}/families").text
        prove(client)
        assert child.family in words(printed(client, address))
        assert printed(client, f"/api/paper/weekly/{class_id + 1}").status_code == 404
    with client_of(stage.replica("teacher")) as (client, _):
        prove(client)
        assert printed(client, address).status_code == 404


@pytest.mark.clause("4.6.5")
def test_the_wish_for_paper_is_filed_and_revoked_on_the_page(stage: Sandbox, class_id: int) -> None:
    leader, day = stage.replica("class_teacher"), stage.stage.day
    taken = {row.guardian_id for row in leader.store.select(PaperApplication)}
    with client_of(leader) as (client, _):
        page = client.get(f"/class/{class_id}/families").text
        wish = next(
            row
            for row in leader.store.select(Guardianship)
            if row.guardian_id not in taken
            and f'value="{row.guardian_id}" data-value="{row.pupil_id}"' in page
        )
        about = {"pupil_id": wish.pupil_id, "guardian_id": wish.guardian_id}
        filed = give(client, "file_paper_application", document="№ 9", first_day=day, **about)
        assert filed is None
        [row] = leader.store.select(PaperApplication, guardian_id=wish.guardian_id)
        page = client.get(f"/class/{class_id}/families").text
        assert page.count('data-act="revoke_paper_application"') == len(taken) + 1
        ended = {"application_id": row.id, "last_day": day}
        assert give(client, "revoke_paper_application", **ended) is None


@pytest.mark.clause("4.4.5/2")
@pytest.mark.clause("4.1")
def test_registers_of_all_classes_are_the_deputys(stage: Sandbox, class_id: int) -> None:
    with client_of(stage.replica("deputy")) as (client, _):
        assert "/api/paper/registers" in client.get("/reports").text
        prove(client)
        said = words(printed(client, "/api/paper/registers"))
        for school_class in stage.stage.school.store.select(SchoolClass):
            assert school_class.name in said
        assert "прошит" in said.lower()
        assert "/api/paper/registers?of=year" in client.get("/reports").text
        year = words(printed(client, "/api/paper/registers?of=year"))
        [name] = [row.name for row in stage.stage.school.store.select(AcademicYear)]
        whole = text("report.period.year", name=name)
        assert whole in year
        assert whole not in said
    with client_of(stage.replica("teacher")) as (client, _):
        assert "/api/paper/registers" not in client.get("/reports").text
        prove(client)
        assert printed(client, "/api/paper/registers").status_code == 409
    with client_of(stage.replica("class_teacher")) as (client, _):
        prove(client)
        assert words(printed(client, f"/api/paper/registers?class={class_id}"))


@pytest.mark.clause("4.4.5/2")
@pytest.mark.clause("5.2")
def test_the_server_issues_what_its_pages_print(stage: Sandbox) -> None:
    server = stage.stage.school
    before = {row.id for row in server.store.select(IssuedDocument)}
    with portal_site(stage) as site, site.client(stage.person("deputy")) as browser:
        assert browser.post("/prove", json={"passphrase": PASSWORD}).json()["refused"] is None
        file = printed(browser, "/api/paper/registers").content
    codes = [read_code(code) for code in scanned(file)]
    rows = [row for row in server.store.select(IssuedDocument) if row.id not in before]
    claims = [code.check(server.public_key) for code in codes]
    assert all(claim.command is not None for claim in claims)
    assert {claim.row_id for claim in claims} == {row.id for row in rows}
    assert {row.issued_by_id for row in rows} == {stage.person("deputy")}
    assert len({row.class_id for row in rows}) == len(server.store.select(SchoolClass))
    papers = papers_of(read_pdf(file).document)
    assert {paper.hash() for paper in papers} == {row.sheet_hash for row in rows}


@pytest.mark.clause("1.4")
@pytest.mark.clause("2.4")
def test_a_report_on_paper_is_logged_as_its_page_is(stage: Sandbox, class_id: int) -> None:
    leader = stage.replica("class_teacher")
    asked = f"name=particulars&class={class_id}"
    with client_of(leader) as (client, _):
        assert f"/api/paper/report?name=particulars&amp;class={class_id}" in client.get(
            f"/report?{asked}"
        ).text.replace("%26", "&")
        prove(client)
        assert words(printed(client, f"/api/paper/report?{asked}"))
    assert leader.store.select(PersonalRead)


@pytest.mark.clause("5.1")
def test_the_note_of_a_check_is_printed_and_no_order_before_there_is_one(stage: Sandbox) -> None:
    [check] = stage.stage.school.store.select(Inspection)
    with client_of(stage.replica("deputy")) as (client, _):
        address = f"/api/paper/inspection/{check.id}"
        page = client.get(f"/control/inspection/{check.id}").text
        assert address in page
        assert "of=order" not in page
        prove(client)
        assert "Ведение журналов" in words(printed(client, address))
        assert printed(client, f"{address}?of=order").json()["error"]["key"] == "form.no_order"
    with client_of(stage.replica("teacher")) as (client, _):
        prove(client)
        assert printed(client, address).status_code == 404


@pytest.mark.clause("3.1/2")
def test_the_codes_of_a_class_come_as_slips_to_be_cut(stage: Sandbox, class_id: int) -> None:
    with client_of(stage.replica("officer")) as (client, pages):
        prove(client)
        made = client.post("/api/slips", json={"school_class": class_id}).json()
        printed = text_of(b64decode(made["pdf"])).replace(" ", "")
        assert len(made["slips"]) > 4
        for slip in made["slips"]:
            assert slip["login"].replace(" ", "") in printed
        assert pages.source.site.replace("https://", "") in printed


@pytest.mark.scenario("2.10:1")
@pytest.mark.clause("2.10")
def test_a_guardian_prints_the_week_of_a_ward_and_of_nobody_else(stage: Sandbox) -> None:
    with portal_site(stage) as site, site.client(stage.cast.guardian_id) as browser:
        address = f"/diary/{stage.cast.child}/print"
        assert f"{address}?day=" in browser.get(f"/diary/{stage.cast.child}").text
        assert stage.stage.school.store.require(Pupil, stage.cast.child).family in words(
            browser.get(address)
        )
        stranger = next(
            row.id
            for row in stage.stage.school.store.select(Pupil)
            if row.id not in {one.pupil_id for one in stage.stage.school.store.select(
                Guardianship, guardian_id=stage.cast.guardian_id)}
        )  # fmt: skip
        assert browser.get(f"/diary/{stranger}/print").status_code == 404


@pytest.mark.asvs("7.5.1")
def test_at_the_server_the_password_is_the_proof(stage: Sandbox) -> None:
    with portal_site(stage) as site, site.client(stage.person("deputy")) as browser:
        address = "/api/paper/report?name=movement"
        for _ in range(FRESH_SECONDS // 100 + 1):
            stage.clock.advance(100)
            browser.post("/touch", json={})
        assert printed(browser, address).json()["error"]["key"] == "web.proof"
        assert browser.post("/prove", json={"passphrase": PASSWORD}).json()["refused"] is None
        assert words(printed(browser, address))
