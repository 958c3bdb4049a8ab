"""The bodies of a proof: which row is meant goes out, its entry with the path to the root back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgpack

from eschool_core.ids import MAX_DEVICE
from eschool_sync.history.proof import Proof
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.version import VERSION, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES

PROOF_CONTEXT: Final = b"eschool/proof/1"
MAX_REQUEST_BYTES: Final = 16 * 1024
MAX_RESPONSE_BYTES: Final = 8 * 1024 * 1024
MAX_STEPS: Final = 64
_INT: Final = (int,)
_BYTES: Final = (bytes,)
_LIST: Final = (list,)


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """Which row's last command is asked for.

    Attributes:
        table: Number of the table.
    """

    school: int
    device: int
    table: int
    row_id: int

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        body: bytes = msgpack.packb([VERSION, self.school, self.device, self.table, self.row_id])
        return compress(key.sign(PROOF_CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class SealedProofRequest:
    """A request whose signature is still to be checked."""

    request: ProofRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> ProofRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, PROOF_CONTEXT, self.body, self.signature)
        return self.request


def read_proof_request(data: bytes) -> SealedProofRequest:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_REQUEST_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "proof", max_items=5) or [0]
    check_version(version)
    require_types(fields, (_INT, _INT, _INT, _INT), "proof")
    request = ProofRequest(*fields)
    if request.device > MAX_DEVICE:
        malformed("proof")
    return SealedProofRequest(request, body, signature)


def pack_proof(proof: Proof) -> bytes:
    """Return the body that carries a proof."""
    packed: bytes = msgpack.packb(
        [
            VERSION,
            *(proof.seq, proof.device, proof.received, proof.pushed),
            *(proof.header, proof.payload, proof.salt, proof.outcome),
            list(proof.path),
            proof.tree_head,
        ]
    )
    return compress(packed)


def read_proof(data: bytes) -> Proof:
    """Return the proof in a body; whether it proves anything, ``Proof.check`` tells.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_RESPONSE_BYTES), "proof") or [0]
    check_version(version)
    types = (*([_INT] * 4), *([_BYTES] * 4), _LIST, _BYTES)
    require_types(fields, types, "proof")
    path = fields[8]
    require_types(path, [_BYTES] * min(len(path), MAX_STEPS), "proof")
    return Proof(*[*fields[:8], tuple(path), fields[9]])
