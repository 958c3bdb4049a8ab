"""A simple clash-free greedy placement for demonstrations; not a timetabling solver.

The block with the fewest free starts goes first, to the slot that repeats no subject on a day,
keeps days even and is early. A block that finds no slot may change places with one other block,
once. What is left stays waiting and is reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush

from eschool_core.imports.drafts import NotTaken, StartDraft, TimetableDraft
from eschool_core.sample.board import Block, Board, Resource, bits

NO_FREE_SLOT = "import.no_free_slot"
EXCHANGE_ATTEMPTS = 100


def place(draft: TimetableDraft) -> tuple[TimetableDraft, tuple[NotTaken, ...]]:
    """Give a start to the activities that have none, where no group and no teacher is busy.

    Given starts stay as they are, even if they clash with each other. Which groups clash is
    said in ``splits``. Same draft, same answer.

    Returns:
        The draft with the starts that were found, and one entry for each activity that is still
        without: it remains in the draft as teaching load.
    """
    waiting = [
        Block((position,))
        for position, activity in enumerate(draft.activities)
        if activity.start is None
    ]
    return place_blocks(draft, waiting)


def place_blocks(
    draft: TimetableDraft, blocks: Sequence[Block]
) -> tuple[TimetableDraft, tuple[NotTaken, ...]]:
    """Do as ``place`` does for the activities of ``blocks``, keeping each block together.

    Args:
        draft: What is taught to whom.
        blocks: Each activity in one block at most, and none that has a start; the activities of
            a block do not clash with each other.
    """
    starts = _starts(draft, blocks)
    activities = tuple(
        replace(activity, start=starts.get(position, activity.start))
        for position, activity in enumerate(draft.activities)
    )
    not_taken = tuple(
        NotTaken(
            f"Activity {activity.id}",
            NO_FREE_SLOT,
            (("subject", activity.subject), ("duration", activity.duration)),
        )
        for activity in activities
        if activity.start is None
    )
    return replace(draft, activities=activities), not_taken


def _starts(draft: TimetableDraft, blocks: Sequence[Block]) -> dict[int, StartDraft]:
    """Return the starts that were found, by position in the draft."""
    board = Board(draft, blocks)
    for block in _fill(board, len(blocks))[:EXCHANGE_ATTEMPTS]:
        _exchange(board, block)
    return {
        position: board.start(slot)
        for block, slot in board.slots.items()
        for position in blocks[block].activities
    }


def _fill(board: Board, count: int) -> list[int]:
    """Place what finds a free slot in its turn; return the blocks that find none."""
    users: defaultdict[Resource, list[int]] = defaultdict(list)
    for block in range(count):
        for resource in board.needed(block):
            users[resource].append(block)
    room = [board.free_starts(block).bit_count() for block in range(count)]
    queue = [(room[block], -board.duration(block), block) for block in range(count)]
    heapify(queue)
    waiting = set(range(count))
    left_over = []
    while queue:
        seen_room, _, block = heappop(queue)
        if block not in waiting or seen_room != room[block]:
            continue
        waiting.discard(block)
        slot = board.best_start(block)
        if slot is None:
            left_over.append(block)
            continue
        board.take(block, slot)
        touched = {user for resource in board.needed(block) for user in users[resource]}
        for user in sorted(touched & waiting):
            room[user] = board.free_starts(user).bit_count()
            heappush(queue, (room[user], -board.duration(user), user))
    return left_over


def _exchange(board: Board, block: int) -> bool:
    """Place a block, where one other makes room if need be; tell whether that was possible."""
    free_slot = board.best_start(block)
    if free_slot is not None:
        board.take(block, free_slot)
        return True
    for slot, other in _sole_obstacles(board, block):
        old_slot = board.release(other)
        if board.free_starts(block) >> slot & 1:
            board.take(block, slot)
            new_slot = board.best_start(other)
            if new_slot is not None:
                board.take(other, new_slot)
                return True
            board.release(block)
        board.take(other, old_slot)
    return False


def _sole_obstacles(board: Board, block: int) -> Iterator[tuple[int, int]]:
    for slot in bits(board.possible_starts(block)):
        obstacles = board.in_the_way(block, slot)
        if len(obstacles) == 1 and (other := min(obstacles)) in board.slots:
            yield slot, other
