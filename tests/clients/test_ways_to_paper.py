"""Every way to paper leads through the log of issued ones: bundle, page, package (5.2, ADR 0026).

Each sheet is held against the archive, then with a figure of it changed, then with a row of the
archive changed, then as one of another school.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from eschool_cli.main import cli
from eschool_cli.session import Session

from eschool_core.commands.class_care import CorrectPupil
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.people import Pupil
from eschool_core.forms.read_pdf import read_pdf
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.labels import text
from eschool_core.reports.table import Row, Table
from eschool_sync.history.paper_code import BareCode, ProvenCode, read_code
from eschool_sync.security.signing import SigningKey
from eschool_sync.signing.certificates import make_leaf, make_root
from tests.clients.test_packages import NOW, PASSPHRASE
from tests.clients.test_paper_witness import Desk, desk
from tests.clients.web.pages import serving
from tests.clients.web.speaking import begin
from tests.core.forms.pages import scanned, text_of
from tests.core.reports.results import QUARTER_END
from tests.school import FIRST_DAY, MONDAY
from tests.sync.conftest import world, world_template
from tests.sync.harness import PASSPHRASE as WORDS
from tests.sync.harness import World, build, pupils
from tests.sync.packages.conftest import seal

__all__ = ["desk", "world", "world_template"]

FORGED = "Подменённый"

Way = Callable[[Desk], Path]


def saved(desk: Desk, answer: httpx.Response) -> Path:
    assert answer.status_code == 200, answer.text
    file = desk.folder / "page.pdf"
    file.write_bytes(answer.content)
    return file


def asked_of_page(desk: Desk, who: str, address: str) -> httpx.Response:
    """Ask a page at somebody's replica for a paper, with the passphrase entered a moment ago."""
    with serving(desk.world.member(who).replica) as pages:
        headers = {"origin": pages.url, "sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=pages.url, headers=headers, timeout=60) as client:
            begin(client, pages)
            assert client.post("/prove", json={"passphrase": WORDS}).json()["refused"] is None
            return client.post(address, json={})


def by_bundle(desk: Desk) -> Path:
    folder = desk.folder / "bundle"
    done = desk.run("print", "bundle", folder, "--year")
    assert done.exit_code == 0, done.output
    others = [file for file in folder.iterdir() if file.name != "4_register.pdf"]
    assert len(others) == 8
    assert not any(scanned(file.read_bytes(), 100) for file in others)
    return folder / "4_register.pdf"


def by_page(desk: Desk) -> Path:
    """Print the registers of the term that ended last."""
    return saved(desk, asked_of_page(desk, "deputy", "/api/paper/registers"))


def by_page_of_report(desk: Desk) -> Path:
    class_id = desk.world.school.classes["5А"]
    return saved(
        desk, asked_of_page(desk, "deputy", f"/api/paper/report?name=register&class={class_id}")
    )


def on_paper(desk: Desk) -> None:
    """Let two guardians of 5А want their lists on paper."""
    for pupil in pupils(desk.world)[:2]:
        guardian = desk.world.school.guardian(pupil)
        command = FilePaperApplication(
            pupil_id=pupil, guardian_id=guardian, document="№ 1", first_day=FIRST_DAY
        )
        desk.world.act(command, "russian")
    desk.world.synced("russian", "deputy")


def by_page_of_class(desk: Desk) -> Path:
    on_paper(desk)
    class_id = desk.world.school.classes["5А"]
    return saved(desk, asked_of_page(desk, "russian", f"/api/paper/weekly/{class_id}"))


def past_the_first_quarter(desk: Desk) -> None:
    desk.world.advance((QUARTER_END + 1 - MONDAY) * 86_400)
    desk.world.synced("maths", "deputy", "russian")


WAYS: dict[str, Way] = {
    "bundle": by_bundle,
    "page": by_page,
    "page of a report": by_page_of_report,
    "page of a class": by_page_of_class,
}


def forge_figures(file: Path) -> Path:
    """Set a PDF anew with the first name on it changed, its code left as it was."""
    read = read_pdf(file.read_bytes()).document
    if read.slips:
        slip = read.slips[0]
        about = (slip.about[0] + FORGED, *slip.about[1:])
        forged = replace(read, slips=(replace(slip, about=about), *read.slips[1:]))
    else:
        forged = replace(read, tables=(with_other_name(read.tables[0]), *read.tables[1:]))
    other = file.with_name("forged.pdf")
    other.write_bytes(to_pdf(forged))
    return other


def with_other_name(table: Table) -> Table:
    first, *rest = table.rows
    cells = (first.cells[0], FORGED, *first.cells[2:])
    return replace(table, rows=(Row(cells, first.kind), *rest))


def told_apart(desk: Desk, file: Path, who: str) -> None:
    """Fail unless the four answers to a printed file are given as they should be."""
    done = desk.run("verify", file, "--here", "--json", who=who)
    found = json.loads(done.stdout)
    assert done.exit_code == 0, done.output
    assert [one["state"] for one in found] == ["genuine"] * len(found)
    assert len(found) == len(set(scanned(file.read_bytes()))) > 0
    by_key = ("--key", desk.key)
    for code in scanned(file.read_bytes()):
        assert isinstance(read_code(code), ProvenCode)
        digits = desk.folder / "code.txt"
        digits.write_text(code, encoding="utf-8")
        assert desk.verified(digits, *by_key, who=who)[1]["state"] == "issued"
    # A changed sheet.
    done = desk.run("verify", forge_figures(file), *by_key, "--json", who=who)
    assert done.exit_code == 6, done.output
    assert "sheet_changed" in {one["state"] for one in json.loads(done.stdout)}
    # Never issued: another school's, and an entry of the history that is none of a paper.
    foreign = SigningKey(b"x" * 32).public_bytes.hex()
    exit_code, told = desk.verified(file, "--key", foreign, who=who)
    assert (exit_code, told["state"]) == (5, "never_issued")
    first = read_code(scanned(file.read_bytes())[0])
    assert isinstance(first, ProvenCode)
    digits.write_text(ProvenCode(replace(first.proof, seq=1)).to_digits(), encoding="utf-8")
    exit_code, told = desk.verified(digits, *by_key, who=who)
    assert (exit_code, told["state"]) == (5, "never_issued")
    # A changed archive.
    desk.world.member(who).database.execute("UPDATE pupil SET family = ?", (FORGED,))
    done = desk.run("verify", file, "--here", "--json", who=who)
    assert done.exit_code == 9, done.output
    assert "archive_differs" in {one["state"] for one in json.loads(done.stdout)}
    assert desk.verified(file, *by_key, who=who)[0] == 0


@pytest.mark.clause("4.4.5/2")
@pytest.mark.clause("4.6.5")
@pytest.mark.threat("T7")
@pytest.mark.parametrize("way", WAYS)
def test_a_sheet_tells_agreement_change_and_forgery_apart(desk: Desk, way: str) -> None:
    past_the_first_quarter(desk)
    who = "russian" if way == "page of a class" else "deputy"
    told_apart(desk, WAYS[way](desk), who)


@pytest.mark.clause("5.2")
def test_a_page_without_a_line_says_so_and_bears_the_last_head(desk: Desk) -> None:
    past_the_first_quarter(desk)
    head = desk.world.member("deputy").replica.witness().tree_head
    desk.offline()
    file = by_page(desk)
    said = " ".join(text_of(file.read_bytes()).split())
    assert "Напечатано без связи" in said
    codes = [read_code(code) for code in scanned(file.read_bytes())]
    assert codes
    for code in codes:
        assert isinstance(code, BareCode)
        assert code.tree_head == head
    assert desk.verified(file, "--key", desk.key)[1]["state"] == "unproven"
    desk.world.settle()
    assert desk.verified(file, "--here")[1]["state"] == "genuine"


@pytest.mark.clause("5.2")
@pytest.mark.clause("4.1")
def test_who_may_not_issue_gets_no_paper_from_the_page(desk: Desk) -> None:
    past_the_first_quarter(desk)
    class_id = desk.world.school.classes["5А"]
    answer = asked_of_page(desk, "maths", f"/api/paper/report?name=register&class={class_id}")
    assert answer.status_code == 409
    assert not desk.world.server.store.select(IssuedDocument)
    answer = asked_of_page(desk, "russian", f"/api/paper/report?name=register&class={class_id}")
    assert answer.status_code == 200
    [row] = desk.world.server.store.select(IssuedDocument)
    assert (row.class_id, row.issued_by_id) == (class_id, desk.world.person("russian"))


# Packages for the data bank.


@dataclass
class Closed:
    """A school whose 5А has closed its year, sealed and issued its register."""

    desk: Desk
    root: Path
    signer: Path

    def pack(self, bank: Path, *more: object) -> tuple[int, str]:
        desk = self.desk
        named = [
            *("archive", "pack", bank, "--data", desk.world.directory.folder),
            *("--class", "5А", "--key", self.signer, *more),
        ]
        done = CliRunner(env={"COLUMNS": "160"}).invoke(
            cli, [str(arg) for arg in named], input=f"{PASSPHRASE}\n", prog_name="eschool"
        )
        return done.exit_code, done.output


class ClosedDesk(Desk):
    """The command line where the year is over."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        world.synced("deputy")


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Closed]:
    with closing(build(tmp_path / "school")) as made:
        seal(made)

        @contextmanager
        def opened(self: Session, *, leased: bool = True) -> Iterator[object]:
            yield made.member(str(self.profile)).replica

        monkeypatch.setattr(Session, "replica", opened)
        root = make_root("Школа № 1", PASSPHRASE, NOW)
        leaf = make_leaf(root.sealed, PASSPHRASE, "Петрова А. А.", PASSPHRASE, NOW)
        pem, signer = tmp_path / "school.pem", tmp_path / "petrova.p12"
        pem.write_bytes(root.certificate)
        signer.write_bytes(leaf.sealed)
        yield Closed(ClosedDesk(made, tmp_path), pem, signer)


@pytest.mark.clause("4.4.5/2")
@pytest.mark.clause("4.4.5/3")
@pytest.mark.threat("T7")
def test_the_register_in_a_package_tells_agreement_change_and_forgery_apart(
    closed: Closed, tmp_path: Path
) -> None:
    exit_code, said = closed.pack(tmp_path / "bank")
    assert exit_code == 0, said
    folder = tmp_path / "bank" / "2026-27_5А_register"
    file = folder / "data" / "papers" / "register.pdf"
    assert "журнале выданных документов" in " ".join(text_of(file.read_bytes()).split())
    signed = closed.desk.run("signatures", file, "--root", closed.root)
    assert signed.exit_code == 0, signed.output
    told_apart(closed.desk, file, "deputy")
    whole = closed.desk.run("archive", "verify", folder, "--key", closed.desk.key)
    assert whole.exit_code == 6, "what is changed beside the paper is found too"


@pytest.mark.clause("4.4.5/2")
@pytest.mark.clause("5.2")
def test_a_register_that_changed_since_it_was_issued_is_not_packed_until_it_is_issued_anew(
    closed: Closed, tmp_path: Path
) -> None:
    world, bank = closed.desk.world, tmp_path / "bank"
    pupil = world.server.store.require(Pupil, world.school.pupils["5А"][0])
    corrected = CorrectPupil(pupil_id=pupil.id, family=FORGED, given=pupil.given)
    world.act(corrected, "russian")
    exit_code, said = closed.pack(bank)
    assert exit_code == 0, said
    assert text("package.not_issued", school_class="5А") in said
    assert [one.name for one in bank.iterdir() if one.is_dir()] == ["2026-27_5А_journals"]
    shutil.rmtree(bank / "2026-27_5А_journals")
    done = closed.desk.run(
        "print", "registers", closed.desk.folder / "anew.pdf", "--class", "5А", "--year"
    )
    assert done.exit_code == 0, done.output
    exit_code, said = closed.pack(bank)
    assert exit_code == 0, said
    assert (bank / "2026-27_5А_register").is_dir()
