from __future__ import annotations

from dataclasses import replace

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_core.forms.qr import picture_of
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER
from eschool_sync.history.paper_code import (
    MAX_DIGITS,
    BareCode,
    ProvenCode,
    bare_code,
    read_code,
)
from eschool_sync.history.proof import Proof

WHOLE = st.integers(0, (1 << 53) - 1)
BYTES = st.binary(max_size=200)
HASH = st.binary(min_size=32, max_size=32)
PROOFS = st.builds(
    Proof, WHOLE, WHOLE, WHOLE, WHOLE, BYTES, BYTES, BYTES, BYTES,
    st.lists(HASH, max_size=20).map(tuple), BYTES,
)  # fmt: skip
BARE = st.builds(BareCode, st.integers(0, MAX_DEVICE), st.integers(0, MAX_NUMBER), HASH, BYTES)

A_MILLION = Proof(
    1_000_000, 40, 1_790_000_000, 90_000, bytes(125), bytes(110), bytes(16), bytes(8),
    tuple(bytes([255] * 32) for _ in range(20)), bytes(124),
)  # fmt: skip
"""As long as a proof is in a school with a million entries, by the lengths measured on one."""


@given(st.one_of(PROOFS.map(ProvenCode), BARE), st.sampled_from(["", " ", "\r\n"]))
def test_a_code_is_read_back_whole_whatever_blanks_a_scanner_puts_in(
    code: ProvenCode | BareCode, blank: str
) -> None:
    digits = code.to_digits()
    assert digits.isdigit()
    half = len(digits) // 2
    assert read_code(blank + digits[:half] + blank + digits[half:] + blank) == code


def read(text: str) -> ProvenCode | BareCode | str:
    """Return the code in a text, or the key of the refusal; any other error rises."""
    try:
        return read_code(text)
    except InputError as error:
        return error.key


@given(BARE, st.integers(0, 3_000))
def test_a_digit_misread_is_no_code_or_another_and_never_another_error(
    code: BareCode, place: int
) -> None:
    digits = code.to_digits()
    at = place % len(digits)
    other = "1" if digits[at] != "1" else "2"
    found = read(digits[:at] + other + digits[at + 1 :])
    assert found != code
    assert not isinstance(found, str) or found == "paper.no_code"


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    assert read(text) == "paper.no_code"


@given(BYTES)
def test_any_bytes_are_a_code_that_proves_nothing_or_refused(data: bytes) -> None:
    found = read(str(int.from_bytes(b"\x01" + data, "big")))
    if isinstance(found, str):
        assert found == "paper.no_code"
        return
    with pytest.raises(AccessError, match="never_issued"):
        found.check(bytes(32))


def test_a_path_that_is_no_row_of_hashes_and_numbers_out_of_range_are_refused() -> None:
    cut = replace(A_MILLION, path=(b"5" * 31,))
    long = BareCode(MAX_DEVICE + 1, 0, bytes(32), b"")
    for made in (ProvenCode(cut), long, BareCode(0, 0, bytes(31), b"")):
        with pytest.raises(EschoolError):
            read_code(made.to_digits())


def test_a_code_of_a_million_entries_fits_a_code_that_telephones_read() -> None:
    digits = ProvenCode(A_MILLION).to_digits()
    assert len(digits) <= 2_600
    assert len(digits) <= MAX_DIGITS
    made = segno.make(digits, error="l", boost_error=False, micro=False)
    assert made.mode == "numeric"
    assert int(made.version) <= 24
    # 0.42 mm a module with the quiet zone: a little over five centimetres.
    assert picture_of(digits).modules * 0.42 <= 51
    bare = bare_code(1 << 37, "5" * 64, bytes(124)).to_digits()
    assert len(bare) <= 450
