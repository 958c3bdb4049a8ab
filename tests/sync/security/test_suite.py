from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from eschool_core.errors import InputError
from eschool_sync.security import suite
from eschool_sync.security.cipher import PAGE_BYTES

SECURITY = Path(suite.__file__).parent


@pytest.mark.asvs("11.1.2")
def test_the_inventory_is_data_with_a_source_for_everything() -> None:
    inventory = json.loads(suite.inventory_json())
    assert inventory["suite"] == suite.SUITE
    assert all(entry["source"] and entry["parameters"] for entry in inventory["algorithms"])


@pytest.mark.asvs("11.4.4")
@pytest.mark.asvs("11.4.1")
def test_the_inventory_states_the_parameters_of_the_design() -> None:
    entries = {algorithm.name: dict(algorithm.parameters) for algorithm in suite.INVENTORY}
    argon2 = entries["Argon2id"]
    assert (argon2["memory_kib"], argon2["passes"], argon2["lanes"]) == (65_536, 3, 4)
    assert entries["AES-256-GCM"] == {"key_bytes": 32, "nonce_bytes": 12, "tag_bytes": 16}
    [pages] = [values for name, values in entries.items() if name.startswith("SQLCipher")]
    assert pages["page_bytes"] == PAGE_BYTES


@pytest.mark.asvs("11.2.2")
@pytest.mark.parametrize("foreign", [0, 2, -1, True, 1.0, "1", None])
def test_an_artefact_of_another_suite_is_refused(foreign: object) -> None:
    with pytest.raises(InputError) as refusal:
        suite.require_suite(foreign)
    assert refusal.value.key == "input.suite"
    suite.require_suite(1)


@pytest.mark.asvs("11.2.4")
def test_secrets_are_compared_by_the_wrapper() -> None:
    assert suite.equal(b"abc", b"abc")
    assert not suite.equal(b"abc", b"abd")
    assert not suite.equal(b"abc", b"ab")


@pytest.mark.asvs("11.2.4")
def test_no_module_compares_digests_tags_or_checks_with_operators() -> None:
    secret = ("digest", "tag", "check_value", "key_check", "mac")
    compared = [
        f"{path.name}:{node.lineno}"
        for path in SECURITY.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops)
        and any(word in ast.unparse(node) for word in secret)
    ]
    assert compared == []
