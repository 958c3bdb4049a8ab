"""Headers, pushes and what a school says of them, by docs/sync_protocol.md."""

from __future__ import annotations

from typing import Any

from tests.vectors.reader.basics import (
    Content,
    commitment,
    fields_of,
    keyed,
    leaf_hash,
    read_block,
    require_signed,
    root_of,
    rows_of,
    unsealed,
    with_signature_behind,
)
from tests.vectors.reader.scalars import read, write

HEADER = (
    "format school device n take kind version actor base_seq wall monotonic boot anchor_time "
    "anchor_boot anchor_monotonic group replaces commitment previous"
)
COLUMNS = (
    "n take place actor base_seq wall monotonic boot anchor anchor_boot anchor_monotonic group "
    "replaces"
)
OUTCOME = "verdict key params clause findings overwritten"


def header(data: bytes, given: Content) -> Content:
    return fields_of(data, HEADER)


def leaf(data: bytes, given: Content) -> Content:
    content = fields_of(data, "format seq device received pushed header outcome")
    content["outcome"] = fields_of(content["outcome"], OUTCOME)
    content["hash"] = leaf_hash(data)
    return content


def anchor(data: bytes, given: Content) -> Content:
    message = with_signature_behind(data, given["school_key"], "eschool/time-anchor/v1")
    return fields_of(message, "suite school time")


def certificate(data: bytes, given: Content) -> Content:
    message = with_signature_behind(data, given["school_key"], "eschool/device-certificate/v1")
    return fields_of(message, "suite school device person public_key issued_at valid_until")


def tree_head(data: bytes, given: Content) -> Content:
    message = with_signature_behind(data, given["school_key"], "eschool/tree-head/1")
    return fields_of(message, "suite school incarnation size root time")


def receipt(
    given: Content, incarnation: bytes, device: int, leaves: list[bytes], signature: bytes
) -> None:
    """Let pass the school's word on verdicts."""
    message = write([given["school"], incarnation, device, root_of(leaves)])
    require_signed(given["school_key"], "eschool/receipt/1", message, signature)


def outcome(fields: list[Any]) -> Content:
    return dict(zip(OUTCOME.split(), fields, strict=True))


def push(data: bytes, given: Content) -> Content:
    """Return the commands of a push, its chain rebuilt and its signature checked."""
    names = "previous anchors runs kinds headers payloads signature offers"
    packed = fields_of(data, names)
    sealed = _sealed(packed["payloads"], given)
    waiting = [] if sealed else [_payloads(*block) for block in packed["payloads"]]
    link, hashes, commands = packed["previous"], list[bytes](), list[Content]()
    for row in rows_of(packed["headers"]):
        sent = dict(zip(COLUMNS.split(), row, strict=True))
        kind, version = packed["kinds"][sent["place"]]
        if sealed:
            salt, payload = sealed.pop(sent["n"])
            fields = read(payload)
        else:
            fields = waiting[sent["place"]].pop(0)
            salt = _salt(packed["runs"], sent["n"])
        times = fields_of(packed["anchors"][sent["anchor"]][:-64], "suite school time")
        whole = [
            *(1, given["school"], given["device"], sent["n"], sent["take"], kind, version),
            *(sent["actor"], sent["base_seq"], sent["wall"], sent["monotonic"], sent["boot"]),
            *(times["time"], sent["anchor_boot"], sent["anchor_monotonic"]),
            *(sent["group"], sent["replaces"], commitment(salt, write(fields)), link),
        ]
        link = leaf_hash(write(whole))
        hashes.append(link)
        commands.append({"header": write(whole), "fields": fields, "salt": salt})
    if any(waiting) or sealed:
        raise ValueError("a payload without a header")
    first, last = (read(commands[place]["header"])[3] for place in (0, -1))
    message = write([given["school"], given["device"], first, last, link, root_of(hashes)])
    require_signed(given["device_key"], "eschool/push/1", message, packed["signature"])
    return {
        "previous": packed["previous"],
        "anchors": packed["anchors"],
        "commands": commands,
        "head": link,
        "offers": _offers(packed["offers"], given, hashes, first),
    }


def _sealed(blocks: list[Any], given: Content) -> dict[int, tuple[bytes, bytes]]:
    """Return salts and payloads that were sealed for the school."""
    if not blocks or blocks[0][0] != 2:
        return {}
    [[_, body]] = blocks
    whose = given["school"].to_bytes(8, "big") + given["device"].to_bytes(4, "big")
    if body[:21] != b"ESCHSEAL\x01" + whose:
        raise ValueError("not this device's")
    packed = unsealed(body, 21, given["school_seed"], b"eschool/sealed-push/1")
    return {number: (salt, payload) for number, salt, payload in read(packed)}


def _payloads(is_flat: int, content: Any) -> list[list[Any]]:
    if is_flat:
        return [list(row) for row in zip(*read_block(content), strict=True)]
    return [read(payload) for payload in content]


def _salt(runs: list[Any], number: int) -> bytes:
    key = next(key for last, key in runs if number <= last)
    return keyed("eschool.salt", 16, number.to_bytes(8, "big"), key)


def _offers(packed: list[Any], given: Content, hashes: list[bytes], first: int) -> list[Content]:
    """Return what the school had said of the commands, after its own signature was found."""
    if not packed:
        return []
    receipts, offered = packed
    found = []
    for n, seq, received, pushed, said, place in offered:
        incarnation, joined, signature = receipts[place]
        leaves = [joined[at : at + 32] for at in range(0, len(joined), 32)]
        receipt(given, incarnation, given["device"], leaves, signature)
        entry = [1, seq, given["device"], received, pushed, hashes[n - first], said]
        if leaf_hash(write(entry)) not in leaves:
            raise ValueError("the receipt does not speak of it")
        found.append({"n": n, "seq": seq, "received": received, "pushed": pushed,
                      "outcome": outcome(read(said))})  # fmt: skip
    return found
