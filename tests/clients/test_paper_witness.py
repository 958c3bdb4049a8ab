"""Issued papers by command line, on a real server: printed, scanned from pictures, checked."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner, Result
from eschool_cli import printing
from eschool_cli.main import cli
from eschool_cli.session import Session

from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.people import EndAppointment
from eschool_core.domain.enums import Role
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.journal import Mark
from eschool_core.domain.school import Appointment
from eschool_core.forms import attached
from eschool_core.forms.read_pdf import read_pdf
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.labels import text
from eschool_core.reports.catalogue import make_report
from eschool_core.reports.table import Column, Row, Table, Unit
from eschool_sync.history.paper_code import BareCode, ProvenCode, bare_code, read_code
from eschool_sync.security.signing import SigningKey
from tests.core.commands.acts import mark
from tests.core.forms.pages import scanned, text_of
from tests.core.reports.results import set_terms
from tests.school import FIRST_DAY, MONDAY
from tests.sync.conftest import world, world_template
from tests.sync.harness import World, lesson, pupils, request_lost

__all__ = ["world", "world_template"]

COPY = ("print", "journal", "5А", "--subject", "мат", "--from", "01.09.2026", "--to", "30.09.2026")


class Desk:
    """A school with a mark, and the command line of its people on their real replicas."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        world.synced("maths", "deputy", "russian")
        world.member("maths").do(mark(lesson(world), pupils(world)[0], 4))
        world.synced("maths", "deputy", "russian")

    @property
    def key(self) -> str:
        return self.world.member("deputy").replica.witness().school_key.hex()

    def run(self, *args: object, who: str = "deputy") -> Result:
        runner = CliRunner(env={"COLUMNS": "160"})
        return runner.invoke(cli, ["--profile", who, *map(str, args)], prog_name="eschool")

    def printed(self, *args: object, name: str = "sheet.pdf", who: str = "deputy") -> Path:
        file = self.folder / name
        command, form, *rest = args
        target = [rest[0], file, *rest[1:]] if rest and form != "registers" else [file, *rest]
        done = self.run(command, form, *target, who=who)
        assert done.exit_code == 0, done.output
        return file

    def copy(self, name: str = "copy.pdf") -> Path:
        """Print the certified copy of a journal with a mark."""
        return self.printed(*COPY, "--copy", name=name)

    def verified(self, *args: object, who: str = "deputy") -> tuple[int, dict[str, Any]]:
        """Return exit code and what is said of the file's first paper."""
        done = self.run("verify", *args, "--json", who=who)
        found = json.loads(done.stdout) if done.stdout.startswith("[") else [{"said": done.output}]
        return done.exit_code, found[0]

    def offline(self, who: str = "deputy") -> None:
        self.world.member(who).wire.faults += [request_lost] * 3


@pytest.fixture
def desk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    @contextmanager
    def opened(self: Session, *, leased: bool = True) -> Iterator[object]:
        yield world.member(str(self.profile)).replica

    monkeypatch.setattr(Session, "replica", opened)
    set_terms(world.school)
    return Desk(world, tmp_path)


def scan_to(file: Path, dpi: int = 300) -> Path:
    """Save the text of the only code of a printed PDF as a scanner would."""
    [code] = scanned(file.read_bytes(), dpi)
    saved = file.with_suffix(".txt")
    saved.write_text(code + "\n", encoding="utf-8")
    return saved


@pytest.mark.scenario("5.2:1")
@pytest.mark.clause("5.2")
def test_a_certified_copy_has_its_block_its_number_in_the_log_and_a_code_that_is_verified(
    desk: Desk,
) -> None:
    file = desk.copy()
    [entry] = json.loads(desk.run("print", "log", "--json").stdout)
    said = text_of(file.read_bytes())
    for wanted in ("КОПИЯ ВЕРНА", "заместитель директора по УВР", "(подпись)", "М. П.",
                   f"№ {entry['paper_number']} в журнале", "По данным на"):  # fmt: skip
        assert wanted in said
    assert entry["certified"]
    assert entry["confirmed"]
    assert entry["post"] == "deputy_studies"
    for paper, state in ((file, "genuine"), (scan_to(file), "issued")):
        code, told = desk.verified(paper, "--key", desk.key)
        assert (code, told["state"]) == (0, state)
        assert told["paper_number"] == entry["paper_number"]
        assert desk.verified(paper, "--here") == (0, told)
    shown = desk.run("verify", file.with_suffix(".txt"), "--here").stdout
    assert text("PaperState.issued") in " ".join(shown.split())
    assert "5А, Математика" in shown


@pytest.mark.clause("4.4.5/2")
@pytest.mark.asvs("row 84")
def test_each_register_of_the_school_has_a_code_of_its_own(desk: Desk) -> None:
    file = desk.printed("print", "registers", "--year")
    codes = scanned(file.read_bytes())
    entries = json.loads(desk.run("print", "log", "--json").stdout)
    assert len(codes) == len(set(codes)) == len(entries) > 1
    assert {entry["form"] for entry in entries} == {"register"}
    done = json.loads(desk.run("verify", file, "--here", "--json").stdout)
    assert [one["state"] for one in done] == ["genuine"] * len(codes)


@pytest.mark.clause("4.6.5")
def test_each_weekly_list_has_a_code_of_its_own_that_is_read_at_half_the_usual_fineness(
    desk: Desk,
) -> None:
    for pupil in pupils(desk.world)[:2]:
        command = FilePaperApplication(
            pupil_id=pupil,
            guardian_id=desk.world.school.guardian(pupil),
            document="№ 1",
            first_day=FIRST_DAY,
        )
        desk.world.act(command, "russian")
    file = desk.printed("print", "weekly", "5А", who="russian")
    codes = scanned(file.read_bytes(), dpi=150)
    assert len(set(codes)) == 2
    key = bytes.fromhex(desk.key)
    claims = [read_code(code).check(key) for code in codes]
    assert {claim.command.form for claim in claims if claim.command} == {"weekly_slip"}
    done = desk.run("verify", file, "--here", who="russian")
    assert done.exit_code == 0, done.output


# A figure changed on the sheet.


def test_a_figure_that_somebody_reads_otherwise_is_named(desk: Desk) -> None:
    file = desk.copy()
    code = scan_to(file)
    asked = ("--against", file, "--key", desk.key)
    pupil = desk.world.school.store.rows(
        "SELECT family FROM pupil WHERE id = ?", pupils(desk.world)[0]
    )[0][0]
    assert desk.verified(code, *asked, "--value", pupil, "07", "4")[0] == 0
    exit_code, told = desk.verified(code, *asked, "--value", pupil, "07", "5")
    assert (exit_code, told["state"]) == (6, "sheet_changed")
    [place] = told["differences"]
    assert (place["place"], place["column"]) == (pupil, "07")
    assert (place["issued"], place["found"]) == ("4", "5")
    assert desk.run("verify", code, *asked, "--value", "Никто", "07", "5").exit_code == 4


def test_a_figure_changed_in_the_pdf_is_found_with_its_data_changed_or_left(desk: Desk) -> None:
    file = desk.copy()
    read = read_pdf(file.read_bytes())
    grid, *others = read.document.tables
    # The first cell is the row's number.
    rows = [
        Row((row.cells[0], *("5" if cell == "4" else cell for cell in row.cells[1:])))
        for row in grid.rows
    ]
    forged = replace(read.document, tables=(replace(grid, rows=tuple(rows)), *others))
    both = file.with_name("both.pdf")
    both.write_bytes(to_pdf(forged))
    exit_code, told = desk.verified(both, "--here")
    assert (exit_code, told["state"]) == (6, "sheet_changed")
    assert [(one["issued"], one["found"]) for one in told["differences"]] == [("4", "5")]
    only_shown = file.with_name("shown.pdf")
    with pikepdf.open(both) as pdf:
        spec = pikepdf.AttachedFileSpec(pdf, attached.pack(read.document))
        pdf.attachments[attached.NAME] = spec
        pdf.save(only_shown)
    exit_code, told = desk.verified(only_shown, "--key", desk.key)
    assert (exit_code, told["state"]) == (6, "sheet_changed")
    assert [(one["issued"], one["found"]) for one in told["differences"]] == [("4", "5")]


# A row changed in the archive.


def test_a_corrected_mark_is_told_from_a_changed_sheet(desk: Desk) -> None:
    file = desk.copy()
    maths = desk.world.member("maths")
    maths.do(mark(lesson(desk.world), pupils(desk.world)[0], 5))
    desk.world.synced("maths", "deputy")
    exit_code, told = desk.verified(file, "--here")
    assert (exit_code, told["state"]) == (9, "archive_differs")
    assert [(one["issued"], one["found"]) for one in told["differences"]] == [("4", "5")]
    assert desk.verified(file, "--key", desk.key)[0] == 0
    # Of the code alone the cells are not known, but that they changed is.
    exit_code, told = desk.verified(scan_to(file), "--here")
    assert (exit_code, told["state"], told["differences"]) == (9, "archive_differs", [])
    assert text("cli.verify.in_archive") in desk.run("verify", file, "--here").stdout


@pytest.mark.threat("T7")
def test_a_row_edited_behind_the_journals_back_is_found_by_the_paper(desk: Desk) -> None:
    file = desk.copy()
    desk.world.member("deputy").database.execute("UPDATE mark SET value = 2")
    exit_code, told = desk.verified(file, "--here")
    assert (exit_code, told["state"]) == (9, "archive_differs")
    assert [(one["issued"], one["found"]) for one in told["differences"]] == [("4", "2")]


# A form that a new version of the program prints otherwise.


def older(table: Table) -> Table:
    """Return a table as an older version of the form would have had it."""
    mean = Column("mean", "Средний балл", Unit.TEXT, 8)
    rows = tuple(replace(row, cells=(*row.cells, "4,5")) for row in table.rows)
    return replace(
        table, title="Ведомость учёта", columns=(*table.columns, mean), rows=rows,
        totals=tuple(replace(row, cells=(*row.cells, "")) for row in table.totals),
    )  # fmt: skip


@pytest.mark.clause("5.2")
def test_a_paper_printed_without_a_line_by_an_older_form_is_taken_and_is_genuine(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheet is on paper already: the school takes it, and tells the form from the figures."""
    desk.offline()
    with monkeypatch.context() as before:
        before.setattr(printing, "make_report", lambda *asked: older(make_report(*asked)))
        file = desk.printed("print", "registers", "--class", "5А", "--year")
    assert desk.verified(file, "--key", desk.key)[1]["state"] == "unproven"
    desk.world.settle()
    [entry] = json.loads(desk.run("print", "log", "--json").stdout)
    assert entry["confirmed"]
    exit_code, told = desk.verified(file, "--here")
    assert (exit_code, told["state"]) == (9, "form_differs")
    assert ["Средний балл" in one["issued"] for one in told["differences"]].count(True) == 1
    said = desk.run("verify", file, "--here")
    assert "остаётся в силе" in " ".join(said.output.split())
    assert "выдают заново" in " ".join(said.output.split())
    archive = desk.world.member("deputy").database
    archive.execute("UPDATE pupil SET family = 'Другой' WHERE id = ?", (pupils(desk.world)[0],))
    assert desk.verified(file, "--here")[1]["state"] == "archive_differs"


def test_sheets_that_another_version_has_laid_out_are_compared_by_eye(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other breaks or words around are no change of the sheet; nor does it count as compared."""
    with monkeypatch.context() as before:
        before.setattr(attached, "LAYOUT", attached.LAYOUT - 1)
        file = desk.copy()
    exit_code, told = desk.verified(file, "--key", desk.key)
    assert (exit_code, told["state"], told["differences"]) == (0, "issued", [])
    shown = " ".join(desk.run("verify", file, "--key", desk.key).output.split())
    assert "Сверьте лист с тем, что было выдано" in shown
    assert "5А, Математика" in shown
    read = read_pdf(file.read_bytes())
    grid, *others = read.document.tables
    rows = tuple(replace(row, cells=(*row.cells[:-1], "5")) for row in grid.rows)
    forged = replace(read.document, tables=(replace(grid, rows=rows), *others))
    file.write_bytes(to_pdf(forged))
    assert desk.verified(file, "--key", desk.key)[1]["state"] == "sheet_changed"


# A sheet never issued.


@pytest.mark.threat("T7")
def test_a_code_of_another_school_of_another_hash_or_of_a_mark_was_never_issued(
    desk: Desk,
) -> None:
    file = desk.copy()
    foreign = SigningKey(b"x" * 32).public_bytes.hex()
    assert desk.verified(file, "--key", foreign) == (5, {
        "state": "never_issued", "offline": False, "differences": []
    })  # fmt: skip
    code = read_code(scan_to(file).read_text(encoding="utf-8"))
    assert isinstance(code, ProvenCode)
    proof = code.proof
    wrong = proof.payload.replace(proof.payload[4:12], b"00000000")
    [row] = desk.world.member("maths").replica.store.select(Mark)
    of_mark = desk.world.member("maths").replica.prove(Mark.number, row.id)
    for made in (replace(proof, payload=wrong), replace(proof, seq=proof.seq - 1), of_mark):
        forged = file.with_name("forged.txt")
        forged.write_text(ProvenCode(made).to_digits(), encoding="utf-8")
        exit_code, told = desk.verified(forged, "--key", desk.key)
        assert (exit_code, told["state"]) == (5, "never_issued")


def test_a_paper_without_a_line_that_the_log_does_not_have_was_never_issued(desk: Desk) -> None:
    head = desk.world.member("deputy").replica.witness().tree_head
    forged = desk.folder / "forged.txt"
    forged.write_text(bare_code(1 << 40, "5" * 64, head).to_digits(), encoding="utf-8")
    assert desk.verified(forged, "--here")[1]["state"] == "never_issued"
    exit_code, told = desk.verified(forged, "--key", desk.key)
    assert (exit_code, told["state"]) == (5, "unproven")


def test_a_number_of_the_log_does_not_cover_another_content(desk: Desk) -> None:
    desk.copy()
    [row] = desk.world.member("deputy").replica.store.select(IssuedDocument)
    head = desk.world.member("deputy").replica.witness().tree_head
    forged = desk.folder / "forged.txt"
    forged.write_text(bare_code(row.id, "5" * 64, head).to_digits(), encoding="utf-8")
    assert desk.verified(forged, "--here")[1]["state"] == "never_issued"


@pytest.mark.threat("T7")
def test_a_history_cut_after_a_paper_was_printed_is_found_by_the_paper(desk: Desk) -> None:
    file = desk.copy()
    code = scan_to(file)
    asked = ("server", "verify", "--data", desk.world.directory.folder, "--head")
    for paper in (file, code):
        assert desk.run(*asked, paper).exit_code == 0
    lines = code.read_text(encoding="utf-8")
    code.write_text(lines[:-2] + "\n", encoding="utf-8")
    assert desk.run(*asked, code).exit_code == 4
    seq = desk.world.server.head().seq
    desk.world.server.database.execute("DELETE FROM log WHERE seq = ?", (seq,))
    done = desk.run(*asked, file)
    assert done.exit_code == 6


# Without a line, and without a right.


@pytest.mark.clause("5.2")
@pytest.mark.asvs("row 84")
def test_without_a_line_the_sheet_says_so_and_is_proven_by_the_log_after_a_sync(
    desk: Desk,
) -> None:
    desk.offline()
    file = desk.copy()
    said = text_of(file.read_bytes())
    assert "Напечатано без связи" in said
    assert "По данным на" in said
    code = read_code(scan_to(file).read_text(encoding="utf-8"))
    assert isinstance(code, BareCode)
    witness = desk.world.member("deputy").replica.witness()
    assert code.tree_head == witness.tree_head
    exit_code, told = desk.verified(file, "--key", desk.key)
    assert (exit_code, told["state"], told["offline"]) == (5, "unproven", True)
    assert desk.verified(file, "--here")[1]["state"] == "never_issued"
    assert not json.loads(desk.run("print", "log", "--json").stdout)[0]["confirmed"]
    desk.world.settle()
    assert desk.verified(file, "--here")[:1] == (0,)


def test_a_line_lost_on_the_way_prints_as_without_a_line(desk: Desk) -> None:
    wire = desk.world.member("deputy").wire
    lost_third = [
        lambda wire, route, body: wire.deliver(route, body),
        lambda wire, route, body: wire.deliver(route, body),
        request_lost,
    ]
    wire.faults += lost_third
    file = desk.copy()
    assert isinstance(read_code(scan_to(file).read_text(encoding="utf-8")), BareCode)
    assert desk.verified(file, "--here")[0] == 0


@pytest.mark.clause("5.2")
def test_who_may_not_certify_gets_no_sheet_and_the_clause(desk: Desk) -> None:
    file = desk.folder / "mine.pdf"
    done = desk.run(*COPY[:3], file, *COPY[3:], "--copy", who="russian")
    assert done.exit_code == 3
    assert text("5.2/issuer") in " ".join(done.output.split())
    assert not file.exists()


def test_what_the_school_refuses_is_not_printed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = desk.world.school.one(
        Appointment, person_id=desk.world.person("deputy"), role=Role.DEPUTY_STUDIES
    )
    desk.world.act(EndAppointment(appointment_id=post.id, last_day=MONDAY - 1))
    # The replica has not heard of it yet.
    monkeypatch.setattr(printing, "heard", lambda *_: True)
    file = desk.folder / "sheet.pdf"
    done = desk.run(*COPY[:3], file, *COPY[3:], "--copy")
    assert text("print.not_issued") in " ".join(done.output.split())
    assert done.exit_code == 4
    assert not file.exists()


# What is no paper of ours.


@pytest.mark.parametrize(
    "data",
    [
        b"", b"12", b"%PDF-1.7 no more", b"9" * 5_000, b"\xff\xfe", b"%PDF-1.7\n1 0 obj\n<<>>\n",
        str(int.from_bytes(b"\x01\x94\x01\x02\xc4\x01a\xc4\x01b", "big")).encode(),
    ],
    ids=["empty", "short", "cut", "long", "bytes", "bare", "fields"],
)  # fmt: skip
def test_what_is_no_paper_is_said(desk: Desk, data: bytes) -> None:
    file = desk.folder / "x"
    file.write_bytes(data)
    done = desk.run("verify", file, "--key", desk.key)
    assert done.exit_code == 4
    assert "Traceback" not in done.output


def test_a_report_that_was_not_issued_is_no_paper(desk: Desk) -> None:
    file = desk.printed("print", "report", "movement", "--term", "1")
    assert desk.run("verify", file, "--key", desk.key).exit_code == 4
    assert desk.run("verify", file).exit_code == 4
    copy = desk.copy()
    other = desk.copy("other.pdf")
    done = desk.run("verify", scan_to(copy), "--key", desk.key, "--against", other)
    assert text("paper.not_in_archive") in " ".join(done.output.split())


def test_data_inside_a_pdf_are_judged_before_they_are_typeset(desk: Desk) -> None:
    file = desk.copy()
    for made in (b"[]", b'{"title": 5}', b"\x00" * 9):
        with pikepdf.open(io.BytesIO(file.read_bytes())) as pdf:
            pdf.attachments[attached.NAME] = pikepdf.AttachedFileSpec(pdf, made)
            pdf.save(desk.folder / "odd.pdf")
        assert desk.run("verify", desk.folder / "odd.pdf", "--key", desk.key).exit_code == 4
