"""Packages for the data bank as people type them (4.4.5/3)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli
from eschool_cli.session import Session

from eschool_core.domain.archive import ArchiveEntry, ArchivePackage
from eschool_sync.replica import Replica
from eschool_sync.signing.certificates import make_leaf, make_root
from tests.softhsm import PIN, SoftHsm
from tests.sync.harness import Member, build
from tests.sync.packages.conftest import seal

PASSPHRASE = "яблоко груша слива"
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def run(*args: object, typed: str = "") -> Result:
    named = [str(arg) for arg in args]
    return CliRunner(env={"COLUMNS": "160"}).invoke(cli, named, input=typed, prog_name="eschool")


def shown(*args: object, typed: str = "") -> str:
    result = run(*args, typed=typed)
    assert result.exit_code == 0, result.output
    return result.stdout


class School:
    """A server's folder with a closed year, and the data bank that was packed from it."""

    def __init__(self, folder: Path) -> None:
        self.world = build(folder)
        seal(self.world)
        self.key = self.world.server.public_key.hex()
        self.size = self.world.server.head().seq
        self.data = folder / "server"
        root = make_root("Школа № 1", PASSPHRASE, NOW)
        leaf = make_leaf(root.sealed, PASSPHRASE, "Петрова А. А.", PASSPHRASE, NOW)
        self.root, self.signer = folder / "school.pem", folder / "petrova.p12"
        self.root.write_bytes(root.certificate)
        self.signer.write_bytes(leaf.sealed)
        self.bank = folder / "bank"
        self.said = json.loads(
            shown(
                *("archive", "pack", self.bank, "--data", self.data),
                *("--class", "5А", "--key", self.signer, "--zip", "--json"),
                typed=f"{PASSPHRASE}\n",
            )
        )


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    school = School(tmp_path_factory.mktemp("packed"))
    yield school
    school.world.close()


@pytest.fixture
def bank(packed: School, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "bank"
    shutil.copytree(packed.bank, folder)
    yield folder
    shutil.rmtree(folder)


def register_of(bank: Path) -> Path:
    return bank / "2026-27_5А_register"


@pytest.mark.clause("4.4.5/3")
def test_pack_and_verify_a_data_bank(packed: School, bank: Path) -> None:
    assert [one["folder"] for one in packed.said["packed"]] == [
        "2026-27_5А_journals",
        "2026-27_5А_register",
    ]
    said = shown("archive", "verify", bank, "--key", packed.key, "--root", packed.root)
    assert "2026-27_5А_journals: цел" in said
    assert "2052-12-31" in said
    assert "Петрова А. А." in said
    again = shown("archive", "pack", bank, "--data", packed.data, "--class", "5А")
    assert again.count("уже в банке данных") == 2
    told = json.loads(shown("archive", "verify", bank, "--key", packed.key, "--json"))
    assert [one["digest"] for one in told] == [one["digest"] for one in packed.said["packed"]]


def test_a_token_signs_every_paper_of_a_bank(
    packed: School, softhsm: SoftHsm, tmp_path: Path
) -> None:
    bank, root = tmp_path / "bank", tmp_path / "softhsm.pem"
    root.write_bytes(softhsm.root)
    token = ("--module", softhsm.module, "--token", "petrova")
    shown("archive", "pack", bank, "--data", packed.data, "--class", "5А", *token, typed=f"{PIN}\n")
    verify = ("archive", "verify", bank, "--key", packed.key, "--root", root, "--json")
    papers = [paper for one in json.loads(shown(*verify)) for paper in one["papers"]]
    assert papers
    assert {paper["state"] for paper in papers} == {"good"}


@pytest.mark.scenario("4.4.5/3:1")
@pytest.mark.clause("4.4.5/3")
def test_one_byte_changed_fails_and_names_the_file(packed: School, bank: Path) -> None:
    file = register_of(bank) / "data" / "papers" / "register.pdf"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    result = run("archive", "verify", register_of(bank), "--key", packed.key)
    assert result.exit_code == 6
    assert "data/papers/register.pdf" in result.stdout
    assert "изменён" in result.stdout
    told = run("archive", "verify", bank, "--key", packed.key, "--json")
    assert told.exit_code == 6
    [wrong] = [one for one in json.loads(told.stdout) if not one["whole"]]
    assert wrong["wrong"] == [{"state": "changed", "file": "data/papers/register.pdf"}]


@pytest.mark.clause("4.4.5/3")
def test_a_package_that_is_gone_from_the_data_bank_is_missed(packed: School, bank: Path) -> None:
    shutil.rmtree(register_of(bank))
    result = run("archive", "verify", bank, "--key", packed.key)
    assert result.exit_code == 6
    assert "2026-27_5А_register" in result.stdout
    assert "пропал" in result.stdout
    shutil.copytree(bank / "2026-27_5А_journals", register_of(bank))
    result = run("archive", "verify", bank, "--key", packed.key)
    assert (result.exit_code, "изменён" in result.stdout) == (6, True)


@pytest.mark.clause("4.4.5/3")
def test_a_zip_is_verified_and_a_wrong_key_told_apart(packed: School, bank: Path) -> None:
    file = bank / "2026-27_5А_register.zip"
    assert "цел" in shown("archive", "verify", file, "--key", packed.key)
    wrong = run("archive", "verify", file, "--key", "11" * 32)
    assert wrong.exit_code == 5
    assert "другим ключом" in wrong.stderr
    none = run("archive", "verify", packed.signer, "--key", packed.key)
    assert (none.exit_code, "не пакет" in none.stderr) == (4, True)
    empty = bank / "2026-27_5А_register" / "data" / "history"
    assert run("archive", "verify", empty, "--key", packed.key).exit_code == 4


def test_papers_of_another_schools_root_are_told_apart(packed: School, bank: Path) -> None:
    foreign = bank.parent / "foreign.pem"
    foreign.write_bytes(make_root("Школа № 2", PASSPHRASE, NOW).certificate)
    result = run("archive", "verify", bank, "--key", packed.key, "--root", foreign)
    assert result.exit_code == 5


def test_nothing_to_pack_is_said(packed: School, tmp_path: Path) -> None:
    result = run("archive", "pack", tmp_path / "new", "--data", packed.data, "--class", "5Б")
    assert result.exit_code == 4
    assert "eschool archive seal" in result.stderr


@pytest.fixture
def as_deputy(packed: School, monkeypatch: pytest.MonkeyPatch) -> Member:
    """The commands of a replica are the deputy's, whose replica has all that is on the server."""
    member = packed.world.member("deputy")
    member.sync()

    @contextmanager
    def opened(self: Session) -> Iterator[Replica]:
        yield member.replica

    monkeypatch.setattr(Session, "replica", opened)
    return member


@pytest.mark.clause("4.4.5")
@pytest.mark.clause("4.4.5/3")
def test_who_hands_it_over_records_it_and_the_list_shows_its_digest(
    packed: School, bank: Path, as_deputy: Member
) -> None:
    folder = register_of(bank)
    digest = packed.said["packed"][1]["digest"]
    assert digest in shown("archive", "record", folder)
    as_deputy.sync()
    store = packed.world.server.store
    [record] = store.select(ArchivePackage)
    assert (record.digest, record.history_size) == (digest, packed.size)
    entry = store.require(ArchiveEntry, record.entry_id)
    assert entry.sealed_by_id == packed.world.person("deputy")
    again = run("archive", "record", folder)
    assert (again.exit_code, "уже в архиве" in again.stderr) == (4, True)
    assert digest[:16] in shown("archive", "list")
    listed = json.loads(shown("archive", "list", "--json"))
    [kept] = [one for one in listed if one["digest"] == digest]
    assert (kept["kind"], kept["keep_until"]) == ("register_package", "2052-12-31")
    (folder / "data" / "about.json").unlink()
    changed = run("archive", "record", folder)
    assert (changed.exit_code, "data/about.json" in changed.stdout) == (6, True)
