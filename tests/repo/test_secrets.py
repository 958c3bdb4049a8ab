from __future__ import annotations

import ast
import re

import pytest

from tests.repo import scans
from tests.repo.files import package_sources, place, project_files, syntax_of, text_of

# Put together here, so that this file itself does not hold what it looks for.
SECRETS = re.compile(
    "|".join(
        (
            "-----BEGIN [A-Z ]*PRIVATE " + "KEY",
            "AGE-SECRET-" + "KEY-1[A-Z0-9]{20}",
            r"\bA(KIA|SIA)[0-9A-Z]{16}\b",
            r"\bgh[pousr]_[A-Za-z0-9]{36}",
            r"\bgithub_pat_[A-Za-z0-9_]{40}",
            r"\bglpat-[A-Za-z0-9_-]{20}",
            r"\bxox[abeoprs]-[A-Za-z0-9-]{10}",
            r"\bAIza[A-Za-z0-9_-]{35}",
            r"\bsk-[A-Za-z0-9_-]{32}",
            r"\bpypi-[A-Za-z0-9_-]{50}",
            r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
            r"[a-z][a-z0-9+]*://[^/\s:@\"'{}]+:[^/\s:@\"'{}]+@",
        )
    )
)


def secret_lines(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if SECRETS.search(line)]


@pytest.mark.asvs("13.3.1")
def test_no_file_holds_a_secret() -> None:
    found = [
        place(path, line)
        for path in project_files()
        if (text := text_of(path)) is not None
        for line in secret_lines(text)
    ]
    assert found == []


@pytest.mark.asvs("13.3.1")
def test_no_package_gives_a_secret_its_value() -> None:
    found = [
        place(path, line)
        for path in package_sources()
        for line in scans.secret_lines(syntax_of(path))
    ]
    assert found == []


@pytest.mark.asvs("13.3.1")
@pytest.mark.parametrize(
    "bad",
    [
        "-----BEGIN OPENSSH PRIVATE " + "KEY-----",
        "ghp_" + "a1" * 18,
        "AKIA" + "ABCD" * 4,
        "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + ".c",
        "postgresql://teacher" + ":letmein" + "@host/school",
    ],
)
def test_the_scan_finds_a_secret(bad: str) -> None:
    assert secret_lines(f"first line\nvalue = '{bad}'") == [2]


@pytest.mark.asvs("13.3.1")
@pytest.mark.parametrize(
    "bad", [f"SESSION_SECRET = '{'0f' * 16}'", f"connect(api_key='{'Ab1' * 14}')"]
)
def test_the_scan_finds_a_value_given_to_a_secret(bad: str) -> None:
    assert scans.secret_lines(ast.parse(bad)) == [1]


def test_the_scan_lets_names_of_secrets_pass() -> None:
    fine = "TOKEN_KEY = 'access.token_expired'\npassphrase = ask('passphrase')"
    assert scans.secret_lines(ast.parse(fine)) == []
