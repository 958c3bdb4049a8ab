"""A package in one ZIP file, and files that pretend to be one."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from eschool_core.errors import InputError
from eschool_sync.packages import zipped
from eschool_sync.packages.check import check_package
from eschool_sync.packages.zipped import unzipped, zip_folder
from tests.sync.packages.conftest import Bank

MIB = 1024 * 1024


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "package.zip"


def refused(file: Path) -> str:
    with pytest.raises(InputError) as error, unzipped(file):
        raise AssertionError("it was unpacked")
    return error.value.key


def written(file: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file


@pytest.mark.clause("4.4.5/3")
def test_a_package_goes_in_and_comes_out_whole(bank: Bank, file: Path) -> None:
    zip_folder(bank.journals, file)
    assert file.stat().st_mode & 0o077 == 0
    with unzipped(file) as folder:
        assert folder.name == bank.journals.name
        assert check_package(folder, bank.key).is_whole
        scratch = folder.parent
    assert not scratch.exists()
    with pytest.raises(InputError):
        zip_folder(bank.journals, file)


@pytest.mark.asvs("5.3.2")
@pytest.mark.asvs("row 80")
@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "a\\..\\..\\out", "C:/out"])
def test_a_member_that_leads_out_is_refused(file: Path, name: str) -> None:
    assert refused(written(file, ("a/b", b"1"), (name, b"2"))) == "package.strange"


@pytest.mark.asvs("5.3.2")
@pytest.mark.asvs("row 80")
def test_a_link_is_refused(file: Path) -> None:
    link = zipfile.ZipInfo("a/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(written(file, (link, b"/etc/passwd"))) == "package.strange"


@pytest.mark.asvs("5.2.3")
def test_what_swells_is_refused_before_it_is_unpacked(file: Path) -> None:
    assert refused(written(file, ("a/zeros", bytes(64 * MIB)))) == "package.too_large"


@pytest.mark.asvs("5.2.3")
def test_what_is_more_than_its_directory_says_is_stopped(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(file, *((f"a/{number}", bytes(MIB // 2)) for number in range(8)))
    monkeypatch.setattr(zipped, "MAX_PACKAGE_BYTES", 3 * MIB)
    assert refused(file) == "package.too_large"
    monkeypatch.setattr(zipped, "_check", lambda members: None)
    assert refused(file) == "package.too_large"


@pytest.mark.asvs("5.2.3")
def test_too_many_members_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "MAX_FILES", 3)
    written(file, *((f"a/{number}", b"1") for number in range(7)))
    assert refused(file) == "package.too_large"


def test_two_names_for_one_file_are_refused(file: Path) -> None:
    assert refused(written(file, ("a/b", b"1"), ("A/B", b"2"))) == "package.strange"


def test_what_is_no_zip_or_of_two_folders_is_no_package(file: Path) -> None:
    assert refused(written(file, ("a/b", b"1"), ("c/d", b"2"))) == "package.none"
    file.write_bytes(b"PK\x03\x04 and more")
    assert refused(file) == "package.none"
    whole = written(file, ("a/b", bytes(range(256)) * 40)).read_bytes()
    file.write_bytes(whole[:40] + bytes([whole[40] ^ 0xFF]) + whole[41:])
    assert refused(file) == "package.none"
