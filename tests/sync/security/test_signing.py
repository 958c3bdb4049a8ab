from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_sync.security import signing
from eschool_sync.security.random_source import SeededRandom, SystemRandom
from eschool_sync.security.signing import (
    DeviceCertificate,
    SigningKey,
    TimeAnchor,
    check_anchor,
    check_certificate,
    issue_anchor,
    issue_certificate,
    verify,
)

SCHOOL = SigningKey.generate(SeededRandom(1))
DEVICE = SigningKey.generate(SeededRandom(2))
ISSUED = 1_788_750_000
CERTIFICATE = DeviceCertificate(
    suite=1,
    school=14,
    device=7,
    person=2**53 - 1,
    public_key=DEVICE.public_bytes,
    issued_at=ISSUED,
    valid_until=ISSUED + 31_536_000,
)


def key_of(attempt: Callable[[], object]) -> str:
    with pytest.raises(EschoolError) as refusal:
        attempt()
    return refusal.value.key


def test_a_key_signs_as_rfc_8032_says() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    key = SigningKey(seed)
    assert key.public_bytes.hex() == public
    assert key.seed() == seed
    assert seed.hex() not in repr(key)
    with pytest.raises(ValueError, match="32"):
        SigningKey(bytes(31))


@given(st.binary(min_size=1, max_size=255), st.binary(max_size=300))
def test_what_a_key_signed_passes(context: bytes, message: bytes) -> None:
    verify(DEVICE.public_bytes, context, message, DEVICE.sign(context, message))


@pytest.mark.threat("T4")
@given(st.binary(min_size=1, max_size=20), st.binary(max_size=20), st.integers(0, 19))
def test_a_signature_is_good_for_its_context_alone(
    context: bytes, message: bytes, moved: int
) -> None:
    signature = DEVICE.sign(context, message)
    joined = context + message
    other_context, other_message = joined[: moved + 1], joined[moved + 1 :]
    if other_context != context:
        with pytest.raises(AccessError):
            verify(DEVICE.public_bytes, other_context, other_message, signature)


@pytest.mark.threat("T4")
def test_what_was_not_signed_is_refused() -> None:
    good = DEVICE.sign(b"context", b"message")
    public = DEVICE.public_bytes
    flipped = [
        good[:n] + bytes([good[n] ^ 1 << bit]) + good[n + 1 :]
        for n in range(64)
        for bit in range(8)
    ]
    for signature in (*flipped, b"", good[:-1], good + b"\0", bytes(64)):
        assert key_of(lambda s=signature: verify(public, b"context", b"message", s)) == (  # type: ignore[misc]
            "access.signature"
        )
    for wrong_key in (SCHOOL.public_bytes, b"", bytes(31), b"\xff" * 32):
        with pytest.raises(AccessError):
            verify(wrong_key, b"context", b"message", good)


@pytest.mark.parametrize("context", [b"", bytes(256)])
def test_a_context_has_1_to_255_bytes(context: bytes) -> None:
    with pytest.raises(ValueError, match="context"):
        DEVICE.sign(context, b"")


def test_a_certificate_says_what_the_school_signed() -> None:
    packed = issue_certificate(SCHOOL, CERTIFICATE)
    assert len(packed) < 160
    for now in (ISSUED, CERTIFICATE.valid_until, ISSUED - 1_000_000):
        assert check_certificate(packed, SCHOOL.public_bytes, now) == CERTIFICATE


def test_a_certificate_ends_after_its_last_second() -> None:
    packed = issue_certificate(SCHOOL, CERTIFICATE)
    late = CERTIFICATE.valid_until + 1
    assert key_of(lambda: check_certificate(packed, SCHOOL.public_bytes, late)) == (
        "access.certificate_expired"
    )


@pytest.mark.threat("T4")
def test_a_certificate_or_anchor_changed_anywhere_is_refused() -> None:
    certificate = issue_certificate(SCHOOL, CERTIFICATE)
    anchor = issue_anchor(SCHOOL, 14, ISSUED).to_bytes()
    for data, check in (
        (certificate, lambda b: check_certificate(b, SCHOOL.public_bytes, ISSUED)),
        (anchor, lambda b: check_anchor(b, SCHOOL.public_bytes)),
    ):
        check(data)
        for n in range(len(data)):
            for bit in range(8):
                with pytest.raises(AccessError):
                    check(data[:n] + bytes([data[n] ^ 1 << bit]) + data[n + 1 :])
        for other in (b"", data[:-1], data + b"\0", bytes(100), bytes(10_000), data * 2):
            with pytest.raises((AccessError, InputError)):
                check(other)


@pytest.mark.threat("T4")
def test_nobody_but_the_school_certifies_and_nothing_stands_for_another() -> None:
    forged = issue_certificate(DEVICE, CERTIFICATE)
    anchor = issue_anchor(SCHOOL, 14, ISSUED).to_bytes()
    for packed in (forged, anchor):
        assert key_of(lambda p=packed: check_certificate(p, SCHOOL.public_bytes, ISSUED)) == (  # type: ignore[misc]
            "access.signature"
        )


@pytest.mark.parametrize(
    "change",
    [
        {"school": -1},
        {"school": 2**53},
        {"device": 0},
        {"device": 65_536},
        {"person": -1},
        {"person": 2**53},
        {"public_key": bytes(31)},
        {"issued_at": -1},
        {"valid_until": ISSUED - 1},
        {"valid_until": ISSUED + signing.MAX_VALIDITY_SECONDS + 1},
    ],
)
def test_a_certificate_out_of_range_is_not_issued_and_not_taken(change: dict[str, int]) -> None:
    wrong = replace(CERTIFICATE, **change)  # type: ignore[arg-type]
    assert key_of(lambda: issue_certificate(SCHOOL, wrong)) == "input.certificate"
    body = wrong.to_bytes()
    packed = body + SCHOOL.sign(signing.CERTIFICATE_CONTEXT, body)
    assert key_of(lambda: check_certificate(packed, SCHOOL.public_bytes, ISSUED)) == (
        "protocol.malformed"
    )


@pytest.mark.asvs("11.2.2")
def test_the_suite_stands_in_certificate_and_anchor() -> None:
    assert key_of(lambda: issue_certificate(SCHOOL, replace(CERTIFICATE, suite=2))) == "input.suite"
    for body, context, check in (
        (
            replace(CERTIFICATE, suite=2).to_bytes(),
            signing.CERTIFICATE_CONTEXT,
            lambda b: check_certificate(b, SCHOOL.public_bytes, ISSUED),
        ),
        (
            msgpack.packb([2, 14, ISSUED]),
            signing.ANCHOR_CONTEXT,
            lambda b: check_anchor(b, SCHOOL.public_bytes),
        ),
    ):
        signed = body + SCHOOL.sign(context, body)
        assert key_of(lambda c=check, s=signed: c(s)) == "input.suite"  # type: ignore[misc]


@pytest.mark.parametrize(
    "body",
    [
        b"\xc1",
        b"\x93\x01\x0e",
        msgpack.packb({"a": 1}),
        msgpack.packb([1, 14]),
        msgpack.packb([1, 14, "now"]),
        msgpack.packb([1, 14, True]),
        msgpack.packb([1, -1, ISSUED]),
        msgpack.packb([1, 14, -1]),
        b"\x93\x01\x0e\xcf" + ISSUED.to_bytes(8),
        msgpack.packb([1, 14, ISSUED]) + b"\0",
    ],
)
def test_a_signed_anchor_that_is_not_canonical_is_refused(body: bytes) -> None:
    signed = body + SCHOOL.sign(signing.ANCHOR_CONTEXT, body)
    assert key_of(lambda: check_anchor(signed, SCHOOL.public_bytes)) == "protocol.malformed"


def test_an_anchor_says_when_and_for_which_school() -> None:
    anchor = issue_anchor(SCHOOL, 14, ISSUED)
    read = check_anchor(anchor.to_bytes(), SCHOOL.public_bytes)
    assert read == anchor == TimeAnchor(14, ISSUED, anchor.signature)


@pytest.mark.asvs("11.5.1")
def test_keys_of_the_system_source_differ() -> None:
    keys = {SigningKey.generate(SystemRandom()).public_bytes for _ in range(100)}
    assert len(keys) == 100
