from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import InputError
from eschool_core.ids import (
    MAX_DEVICE,
    MAX_NUMBER,
    ROWS_PER_NUMBER,
    device_of,
    make_id,
    number_of,
    row_ids,
)

devices = st.integers(0, MAX_DEVICE)
numbers = st.integers(0, MAX_NUMBER)
indexes = st.integers(0, ROWS_PER_NUMBER - 1)
triples = st.tuples(devices, numbers, indexes)


@given(triples)
def test_an_id_fits_into_53_bits_and_tells_its_parts(parts: tuple[int, int, int]) -> None:
    row_id = make_id(*parts)
    assert 0 <= row_id < 1 << 53
    assert int(float(row_id)) == row_id
    assert (device_of(row_id), number_of(row_id)) == parts[:2]


@given(triples, triples)
def test_ids_are_ordered_and_told_apart_as_their_parts(
    one: tuple[int, int, int], two: tuple[int, int, int]
) -> None:
    assert (make_id(*one) < make_id(*two)) == (one < two)


@pytest.mark.parametrize(
    "parts",
    [
        (-1, 0, 0), (MAX_DEVICE + 1, 0, 0), (0, -1, 0), (0, MAX_NUMBER + 1, 0), (0, 0, -1),
        (0, 0, ROWS_PER_NUMBER),
    ],
)  # fmt: skip
def test_a_part_out_of_range_makes_no_id(parts: tuple[int, int, int]) -> None:
    with pytest.raises(InputError) as caught:
        make_id(*parts)
    assert caught.value.key == "data.id_range"


@given(devices, st.integers(0, MAX_NUMBER - 3), st.integers(1, 3))
def test_a_command_has_1024_ids_for_each_number_it_takes(
    device: int, number: int, take: int
) -> None:
    ids = list(row_ids(device, number, take))
    assert len(ids) == len(set(ids)) == take * ROWS_PER_NUMBER
    assert ids == sorted(ids)
    assert {number_of(row_id) for row_id in ids} == set(range(number, number + take))


def test_the_numbers_of_a_device_come_to_an_end_by_name() -> None:
    ids = row_ids(1, MAX_NUMBER, 2)
    assert len(list(islice(ids, ROWS_PER_NUMBER))) == ROWS_PER_NUMBER
    with pytest.raises(InputError):
        next(ids)
