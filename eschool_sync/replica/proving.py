"""Fetches the proof of a cell and holds it against the history that the replica has seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_core.errors import DamageError
from eschool_sync.history.proof import Proof
from eschool_sync.protocol.proving import ProofRequest, read_proof
from eschool_sync.replica.opened import Opened

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport


def prove(opened: Opened, transport: Transport, table: int, row_id: int) -> Proof:
    """Return the proof of what stands in a cell.

    Raises:
        EschoolError: As ``Replica.prove``.
    """
    identity = opened.identity
    request = ProofRequest(identity.school, identity.device, table, row_id)
    proof = read_proof(transport.post("proof", request.sealed(opened.signing)))
    _, head = proof.check(identity.school_key)
    with opened.reading():
        position = opened.position()
    same = (head.incarnation, head.size) == (position.incarnation, position.tree)
    if same and head.root != position.root:
        raise DamageError("damage.history", held=position.tree, shown=head.size)
    return proof
