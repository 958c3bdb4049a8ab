"""What is installed is what was reviewed: pinned, hashed, from no named index (threat T27)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from tests.repo.files import PROJECT, place, project_files, text_of

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
# Where packages come from is the business of the machine that installs, never of the project.
# Put together here, so that this file itself does not hold what it looks for.
INDEX = re.compile(
    "|".join(
        (
            r"\bpypi\." + "org",
            "python" + r"hosted\.org",
            r"npmjs\." + "(org|com)",
            r"crates\." + "io",
            r"proxy\.golang\." + "org",
            "/simple" + r"/?(\s|$)",
            "(^|[^-])--(extra-)?index-" + "url[ =]",
            "--find-" + "links[ =]",
            "file:" + "//",
        )
    ),
    re.MULTILINE,
)


def normal(name: str) -> str:
    """Return the one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    printed = subprocess.run(
        [sys.executable, PROJECT / "scripts" / "sbom"], check=True, capture_output=True
    )
    loaded: dict[str, Any] = json.loads(printed.stdout)
    return loaded


@pytest.mark.threat("T27")
def test_no_file_names_where_packages_come_from() -> None:
    found = [
        place(path, text.count("\n", 0, match.start()) + 1)
        for path in project_files()
        if (text := text_of(path)) is not None
        for match in INDEX.finditer(text)
    ]
    assert found == []


@pytest.mark.threat("T27")
def test_the_lock_holds_no_address_and_no_path() -> None:
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    requirements = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in requirements if "://" in line or " @ " in line or "/" in line] == []


@pytest.mark.threat("T27")
def test_every_package_of_the_lock_has_hashes(bill: dict[str, Any]) -> None:
    assert [part["name"] for part in bill["components"] if not part["hashes"]] == []


@pytest.mark.asvs("15.1.2")
def test_the_bill_of_materials_names_every_package_of_the_lock(bill: dict[str, Any]) -> None:
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    assert bill["bomFormat"] == "CycloneDX"
    assert [part["name"] for part in bill["components"]] == PINNED.findall(lock)


@pytest.mark.asvs("15.1.2")
def test_the_bill_of_materials_has_as_many_hashes_as_the_lock(bill: dict[str, Any]) -> None:
    lock = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    hashes = sum(len(part["hashes"]) for part in bill["components"])
    assert hashes == lock.count("--hash=sha256:")


@pytest.mark.threat("T27")
def test_every_dependency_is_in_the_lock(bill: dict[str, Any]) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(name for extra in project["project"]["optional-dependencies"].values() for name in extra),
        *(name for group in project["dependency-groups"].values() for name in group),
    ]
    names = {normal(re.split(r"[^A-Za-z0-9._-]", requirement)[0]) for requirement in asked}
    assert names - {normal(part["name"]) for part in bill["components"]} == set()
