from __future__ import annotations

import re

import pytest

from eschool_sync.security.codes import CODE_BYTES, code_hash, new_code
from eschool_sync.security.random_source import SystemRandom


@pytest.mark.clause("3.1")
def test_a_code_has_eighty_bits_in_groups_of_four() -> None:
    code = new_code(SystemRandom())
    assert re.fullmatch(r"(?:[0-9a-f]{4}-){4}[0-9a-f]{4}", code)
    assert CODE_BYTES * 8 == 80
    assert new_code(SystemRandom()) != code


@pytest.mark.parametrize("typed", ["0A1B-2C3D", "0a1b 2c3d", "0a1b2c3d", " 0a1b-2c3d "])
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert code_hash(typed) == code_hash("0a1b-2c3d")
    assert code_hash(typed) != code_hash("0a1b-2c3e")
