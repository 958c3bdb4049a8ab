"""The bodies of each route and of files, by docs/sync_protocol.md."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.vectors.reader.basics import (
    Content,
    fields_of,
    keyed,
    leaf_hash,
    node_hash,
    parts_of,
    require_signed,
    rows_of,
    scope_hash,
    unsealed,
    unzip,
    with_signature_before,
)
from tests.vectors.reader.commands import OUTCOME, anchor, outcome, push, receipt, tree_head
from tests.vectors.reader.scalars import read, write

ANSWER = (
    "version incarnation verdicts frames parts_in parts_out point anchor name tree_head growth "
    "need_parts more places receipt collecting"
)


def enrol(data: bytes, given: Content) -> Content:
    return fields_of(unzip(data), "version code public_key label")


def enrolled(data: bytes, given: Content) -> Content:
    names = "version school device person certificate school_key digest_key incarnation anchor"
    return fields_of(unzip(data), names)


def sync(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/sync/1")
    names = "version school device incarnation cursor ack scope parts push tree mark computer"
    content = fields_of(message, names, left_out=1)
    content["name"] = keyed("eschool.request", 8, message)
    if content["parts"] is not None:
        content["parts"] = parts_of(content["parts"])
        if scope_hash(content["parts"]) != content["scope"]:
            raise ValueError("not the scope that is named")
    if content["push"] is not None:
        content["push"] = push(content["push"], given)
    return content


def unchanged(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), "version rows digest anchor")
    anchor(content["anchor"], given)
    return content


def taken(data: bytes, given: Content) -> Content:
    return fields_of(unzip(data), "version known")


def answer(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), ANSWER)
    content["point"] = dict(
        zip("seq known rows digest scope head".split(), content["point"], strict=True)
    )
    content["verdicts"] = [
        {"n": number, **outcome(fields)} for number, *fields in content["verdicts"]
    ]
    content["frames"] = _frames(content["frames"])
    for name in ("parts_in", "parts_out"):
        content[name] = parts_of(content[name])
    content["places"] = [
        dict(zip(("seq", "received", "pushed"), row, strict=True))
        for row in rows_of(content["places"])
    ]
    _check_receipt(content, given)
    anchor(content["anchor"], given)
    if content["tree_head"]:
        content["tree_head"] = tree_head(content["tree_head"], given)
    return content


def _check_receipt(content: Content, given: Content) -> None:
    if not content["places"]:
        return
    leaves = []
    for said, place in zip(content["verdicts"], content["places"], strict=True):
        packed = write([said[name] for name in OUTCOME.split()])
        header = given["headers"][str(said["n"])]
        entry = [1, place["seq"], given["device"], place["received"], place["pushed"]]
        leaves.append(leaf_hash(write([*entry, header, packed])))
    receipt(given, content["incarnation"], given["device"], leaves, content["receipt"])


def _frames(packed: list[Any]) -> list[Content]:
    return [{"table": number, "rows": rows_of(block)} for number, block in packed]


def snapshot(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/snapshot/1")
    return fields_of(message, "version school device wanted")


def snapshot_list(data: bytes, given: Content) -> Content:
    return fields_of(unzip(data), "version incarnation seq first chunks")


def chunk(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), "version parts frames")
    content["parts"], content["frames"] = parts_of(content["parts"]), _frames(content["frames"])
    content["name"] = hashlib.sha256(data).digest()
    return content


def chunks(data: bytes, given: Content) -> Content:
    return fields_of(data, "version chunks")


def proof_request(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/proof/1")
    return fields_of(message, "version school device table row_id")


def putfile(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/putfile/1")
    return fields_of(message, "version school device file_id start piece")


def had(data: bytes, given: Content) -> Content:
    return fields_of(unzip(data), "version had")


def getfile(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/getfile/1")
    return fields_of(message, "version school device file_id start")


def piece(data: bytes, given: Content) -> Content:
    return fields_of(unzip(data), "version piece")


def proof(data: bytes, given: Content) -> Content:
    names = "version seq device received pushed header payload salt outcome path tree_head"
    return _proven(fields_of(unzip(data), names), given)


def proof_file(data: bytes, given: Content) -> Content:
    """Return a proof as people keep it."""
    content = json.loads(data)
    for name in ("header", "payload", "salt", "outcome", "tree_head"):
        content[name] = base64.b64decode(content[name], validate=True)
    content["path"] = [base64.b64decode(step, validate=True) for step in content["path"]]
    return _proven(content, given)


def _proven(content: Content, given: Content) -> Content:
    """Walk from the leaf to the root (RFC 9162, 2.1.3.2) and check the root's signature."""
    whole = [1, *(content[name] for name in ("seq", "device", "received", "pushed"))]
    value = leaf_hash(write([*whole, leaf_hash(content["header"]), content["outcome"]]))
    content["tree_head"] = tree_head(content["tree_head"], given)
    place, last = content["seq"] - 1, content["tree_head"]["size"] - 1
    for step in content["path"]:
        if place % 2 or place == last:
            value = node_hash(step, value)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            value = node_hash(value, step)
        place, last = place // 2, last // 2
    if last or value != content["tree_head"]["root"]:
        raise ValueError("the path does not lead to the root")
    return content


STEPS = {0: "part rows digest", 1: "table id", 2: "part"}


def repair(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/repair/1")
    content = fields_of(message, "version school device incarnation seq step block")
    names = STEPS[content["step"]].split()
    content["block"] = [dict(zip(names, row, strict=True)) for row in rows_of(content["block"])]
    return content


def differing(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), "version newer gone parts hashes")
    content["gone"], content["parts"] = parts_of(content["gone"]), parts_of(content["parts"])
    names = "part table id hash".split()
    content["hashes"] = [dict(zip(names, row, strict=True)) for row in rows_of(content["hashes"])]
    return content


def mended(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), "version moved frames")
    content["frames"] = _frames(content["frames"])
    return content


def live(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/live/1")
    return fields_of(message, "version school device cursor")


def notice(data: bytes, given: Content) -> Content:
    return fields_of(unzip(data), "version seq")


def event(data: bytes, given: Content) -> Content:
    if not (data.startswith(b"data: ") and data.endswith(b"\n\n")):
        raise ValueError("no event")
    return {"seq": int(data[6:-2])}


def witness(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), "version tree_head")
    content["tree_head"] = tree_head(content["tree_head"], given)
    return content


def readmit(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/readmit/1")
    return fields_of(message, "version certificate")


def branch(data: bytes, given: Content) -> Content:
    message = with_signature_before(unzip(data), given["device_key"], "eschool/branch/1")
    names = "version school device public_key first previous numbers hashes"
    content = fields_of(message, names)
    joined = content["hashes"]
    content["hashes"] = [joined[at : at + 32] for at in range(0, len(joined), 32)]
    if len(content["hashes"]) != len(content["numbers"]):
        raise ValueError("a number without its hash")
    return content


def branched(data: bytes, given: Content) -> Content:
    content = fields_of(unzip(data), "version device certificate judged")
    content["judged"] = [{"n": number, **outcome(said)} for number, said in content["judged"]]
    return content


def error(data: bytes, given: Content) -> Content:
    content: Content = read(data)
    return content


def request_file(data: bytes, given: Content) -> Content:
    return {**_label(data), "body": _unsealed(data, given["school_seed"])}


def answer_file(data: bytes, given: Content) -> Content:
    content = _unsealed(data, given["device_seed"])
    require_signed(
        given["school_key"], "eschool/answer-file/1", data[:22] + content[64:], content[:64]
    )
    return {**_label(data), **fields_of(content[64:], "name failed body")}


def _label(data: bytes) -> Content:
    if data[:9] != b"ESCHSYNC\x01":
        raise ValueError("no file of ours")
    return {
        "direction": data[9],
        "school": int.from_bytes(data[10:18], "big"),
        "device": int.from_bytes(data[18:22], "big"),
    }


def _unsealed(data: bytes, seed: bytes) -> bytes:
    return unsealed(data, 22, seed, b"eschool/sync-file/1")
