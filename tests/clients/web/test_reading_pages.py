"""1.4: no page shows what only a pupil's card holds without an entry in the log of reads.

Every page is asked for, by everybody who works with cards. A guardian's name or telephone in an
answer is the mark of such data; a page that is added is walked by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from eschool_web.routes import FILES, PAGES, PAPERS
from python_calamine import CalamineWorkbook

from eschool_core.commands.messages import OpenThread
from eschool_core.commands.privacy import NoteRead
from eschool_core.domain.informing import Thread
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.school import Staff
from eschool_core.queries import personal_reads
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store
from eschool_sync.sandbox import Sandbox
from tests.clients.web.conftest import DAY
from tests.clients.web.speaking import client_of, prove
from tests.core.forms.pages import text_of

pytestmark = pytest.mark.clause("1.4")

QUERIES = {
    "/api/file/report": "?section=report&name=particulars&class={school_class}&format=xlsx",
    "/api/paper/report": "?section=report&name=particulars&class={school_class}",
    "/api/paper/registers": "?class={school_class}",
    "/report": "?section=report&name=particulars&class={school_class}",
    "/officer/people": "?q={family}",
    "/officer/consents": "?class={school_class}",
}
"""What is asked of a page that shows cards only where it is asked for them."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=11) as school:
        yield school


def addresses(stage: Sandbox, thread_id: int) -> list[str]:
    """Return every page with what it takes in its address."""
    cast, store = stage.cast, stage.stage.school.store
    [enrolment] = store.select(Enrolment, pupil_id=cast.child)
    first = store.select(Guardianship, pupil_id=cast.child)[0]
    told = {
        "journal": cast.first.journal_id,
        "pupil": cast.child,
        "lesson": cast.first.id,
        "thread": thread_id,
        "school_class": enrolment.class_id,
        "term": 0,
        "inspection": 1,
        "person": stage.person("teacher"),
        "family": first.family,
    }
    return [(path + QUERIES.get(path, "")).format(**told) for path, _ in (*PAGES, *FILES, *PAPERS)]


def asked(client: httpx.Client, address: str) -> httpx.Response:
    """Ask for a page or a file; a paper is made by a call that may enter the log of issued ones."""
    if address.startswith("/api/paper/"):
        return client.post(address, json={})
    return client.get(address, follow_redirects=True)


def of_cards(store: Store) -> set[str]:
    """Return what stands on cards alone: guardians by name and telephone."""
    staff = {full_name(one.family, one.given, one.patronymic) for one in store.select(Staff)}
    entries = store.select(Guardianship)
    names = {full_name(one.family, one.given, one.patronymic) for one in entries}
    return (names - staff) | {one.phone for one in entries if one.phone}


def words_of(answer: httpx.Response) -> str:
    """Return what an answer says, a page, workbooks or a print, in single blanks."""
    data = answer.content
    if data.startswith(b"%PDF"):
        said = text_of(data)
    elif data.startswith(b"PK"):
        said = " ".join(words_of_workbook(workbook) for workbook in workbooks_of(data))
    else:
        said = answer.text
    return re.sub(r"\s+", " ", said)


def workbooks_of(data: bytes) -> list[bytes]:
    """Return the workbooks of a bundle, or the one that it is."""
    with ZipFile(BytesIO(data)) as packed:
        names = packed.namelist()
        if "[Content_Types].xml" in names:
            return [data]
        return [packed.read(name) for name in names]


def words_of_workbook(data: bytes) -> str:
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    return " ".join(str(cell) for row in sheet.to_python() for cell in row)


@pytest.mark.parametrize("role", ["class_teacher", "deputy", "officer"])
def test_whatever_page_shows_a_card_logs_it(
    stage: Sandbox, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    reader = stage.replica(role)
    thread_id = 1
    if role != "officer":
        opened = OpenThread(
            title="Пропуски", text="Здравствуйте", pupil_id=stage.cast.child, to_guardians=1
        )
        reader.do(opened)
        thread_id = reader.store.select(Thread)[-1].id
    noted: list[NoteRead] = []

    def note(store: Store, person_id: int, day: int, **fields: int) -> NoteRead:
        """Return a note each time: an earlier page's entry must not cover up a page without one."""
        made = NoteRead(**{name: int(value) for name, value in fields.items()})
        noted.append(made)
        return made

    monkeypatch.setattr(personal_reads, "_note", note)
    cards = of_cards(stage.stage.school.store)
    shows: list[str] = []
    silent: list[str] = []
    with client_of(reader) as (client, _):
        prove(client)
        for path in addresses(stage, thread_id):
            noted.clear()
            text = words_of(asked(client, path))
            if any(one in text for one in cards):
                (shows if noted else silent).append(path.partition("?")[0])
    assert silent == [], "shown without an entry in the log"
    if role == "class_teacher":
        assert {path.rpartition("/")[2] for path in shows} >= {"families", "consents", "report"}
        assert "/api/file/report" in shows
        assert any(path.startswith("/messages/") for path in shows)
    if role != "officer":
        assert "/messages" in shows
    else:
        assert {"/officer/people", "/officer/consents"} <= set(shows)
