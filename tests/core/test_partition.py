"""The number of a partition: what is packed into it comes out again, at both ends of its range."""

from __future__ import annotations

import pytest

from eschool_core.commands.base import MAX_ID
from eschool_core.domain.partition import KINDS, PartitionKind, kind_of, object_of, partition


@pytest.mark.parametrize("object_id", [0, 1, MAX_ID])
@pytest.mark.parametrize("kind", PartitionKind)
def test_kind_and_object_come_out_of_a_number(kind: PartitionKind, object_id: int) -> None:
    part = partition(kind, object_id)
    assert (kind_of(part), object_of(part)) == (kind, object_id)


def test_the_largest_number_fits_a_signed_column_of_sixty_four_bits() -> None:
    assert partition(max(PartitionKind), MAX_ID).bit_length() <= 63


def test_there_is_room_for_more_kinds_than_there_are() -> None:
    assert max(PartitionKind) < KINDS // 2


def test_a_number_of_no_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="63"):
        kind_of(KINDS - 1)
