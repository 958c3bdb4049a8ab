from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import AccessError, DamageError, EschoolError, InputError
from eschool_sync.backup import sealed
from eschool_sync.backup.recovery_key import PrivateKey, PublicKey
from eschool_sync.backup.sealed import CHUNK_BYTES, HEADER_BYTES, SealedReader, SealedWriter
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.suite import TAG_BYTES

KEY = PrivateKey.generate(SeededRandom(1))
OTHER = PrivateKey.generate(SeededRandom(2))
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


def seal(data: bytes, step: int = 10_000) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, KEY.public, SeededRandom(3))
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.finish()
    return file.getvalue()


def opened(data: bytes, key: PrivateKey = KEY) -> bytes:
    return SealedReader(io.BytesIO(data), key).read()


THREE_CHUNKS = bytes(range(256)) * 600
SEALED = seal(THREE_CHUNKS)


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES]
)
def test_what_was_sealed_comes_out(size: int) -> None:
    data = b"x" * size
    assert opened(seal(data)) == data


@given(st.integers(1, 70_000))
def test_the_steps_of_writing_do_not_matter(step: int) -> None:
    assert seal(THREE_CHUNKS, step) == SEALED


@pytest.mark.asvs("row 68")
def test_nothing_of_the_content_shows() -> None:
    assert b"Chemistry" not in seal(b"Chemistry" * 1_000)


# Every class of offsets: each field of the header, and chunks at both ends, in their text and tag.
OFFSETS = {
    "magic": 0,
    "version": len(sealed.MAGIC),
    "suite": len(sealed.MAGIC) + 1,
    "fingerprint": sealed.FINGERPRINT_AT,
    "ephemeral key": sealed.EPHEMERAL_AT,
    "salt": sealed.SALT_AT,
    "first byte of the first chunk": HEADER_BYTES,
    "tag of the first chunk": HEADER_BYTES + CHUNK_BYTES,
    "a chunk in the middle": HEADER_BYTES + SEALED_CHUNK + 100,
    "tag of the middle chunk": HEADER_BYTES + 2 * SEALED_CHUNK - 1,
    "the last chunk": HEADER_BYTES + 2 * SEALED_CHUNK + 5,
    "the last byte": len(SEALED) - 1,
}


@pytest.mark.asvs("11.2.5")
@pytest.mark.parametrize("place", OFFSETS, ids=str)
def test_a_changed_byte_anywhere_is_refused(place: str) -> None:
    changed = bytearray(SEALED)
    changed[OFFSETS[place]] ^= 1
    with pytest.raises((DamageError, InputError, AccessError)):
        opened(bytes(changed))


@pytest.mark.asvs("11.2.5")
@pytest.mark.parametrize("bit", range(8))
def test_a_changed_bit_of_the_ephemeral_key_is_refused(bit: int) -> None:
    """Also the one that X25519 itself ignores: the whole header goes into the key."""
    changed = bytearray(SEALED)
    changed[sealed.SALT_AT - 1] ^= 1 << bit
    with pytest.raises(DamageError):
        opened(bytes(changed))


@pytest.mark.parametrize(
    "cut",
    [
        HEADER_BYTES - 1,
        HEADER_BYTES,
        HEADER_BYTES + 1,
        HEADER_BYTES + SEALED_CHUNK,
        HEADER_BYTES + 2 * SEALED_CHUNK,
        len(SEALED) - 1,
    ],
)
def test_a_file_that_was_cut_off_is_refused(cut: int) -> None:
    """Also where a chunk ends: the last one says that it is the last."""
    with pytest.raises(DamageError):
        opened(SEALED[:cut])


def test_chunks_cannot_be_exchanged_left_out_repeated_or_added() -> None:
    head, rest = SEALED[:HEADER_BYTES], SEALED[HEADER_BYTES:]
    first, second, third = (
        rest[:SEALED_CHUNK],
        rest[SEALED_CHUNK : 2 * SEALED_CHUNK],
        rest[2 * SEALED_CHUNK :],
    )
    for chunks in (
        (second, first, third),
        (first, third),
        (first, first, third),
        (first, second, third, third),
        (first, second, third, b"x"),
    ):
        with pytest.raises(DamageError):
            opened(head + b"".join(chunks))


def test_another_key_is_told_from_damage() -> None:
    with pytest.raises(AccessError) as caught:
        opened(SEALED, OTHER)
    assert caught.value.key == "backup.wrong_key"


def test_another_file_is_told_from_damage() -> None:
    with pytest.raises(InputError) as caught:
        opened(b"PK\x03\x04" + bytes(200))
    assert caught.value.key == "backup.not_a_backup"


def test_a_later_version_is_told_from_damage() -> None:
    changed = bytearray(SEALED)
    changed[len(sealed.MAGIC)] = 2
    with pytest.raises(InputError) as caught:
        opened(bytes(changed))
    assert caught.value.key == "backup.version"


def test_a_recipient_that_is_no_point_gets_nothing() -> None:
    with pytest.raises(InputError):
        SealedWriter(io.BytesIO(), PublicKey(bytes(32)), SeededRandom(1))


def test_two_backups_share_no_key() -> None:
    file = io.BytesIO()
    writer = SealedWriter(file, KEY.public, SeededRandom(4))
    writer.write(THREE_CHUNKS)
    writer.finish()
    assert file.getvalue()[HEADER_BYTES : HEADER_BYTES + 64] != SEALED[HEADER_BYTES:][:64]


def test_keys_are_spelled_and_read_back() -> None:
    assert PrivateKey.read(KEY.spelled()) == KEY
    assert PrivateKey.read(KEY.spelled().lower().replace("-", " - ")) == KEY
    assert PublicKey.read(KEY.public.spelled()) == KEY.public
    assert KEY.spelled() not in repr(KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        KEY.spelled()[:-1],
        KEY.spelled()[:-1] + "A",
        KEY.spelled() + "A",
        KEY.public.spelled(),
        KEY.spelled().replace("SECRET", "PUBLIC"),
        "ESCHOOL-BACKUP-SECRET-1-!!!!",
    ],
)
def test_a_slip_of_the_pen_is_told(text: str) -> None:
    with pytest.raises(EschoolError) as caught:
        PrivateKey.read(text)
    assert caught.value.key == "backup.bad_key"
