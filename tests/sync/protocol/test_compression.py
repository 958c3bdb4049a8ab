from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import InputError
from eschool_sync.protocol.compression import MAX_WINDOW_BYTES, compress, decompress

MIB = 1024 * 1024
LIMIT = 8 * MIB
MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPABLE = b"\x50\x2a\x4d\x18\x05\x00\x00\x00hello"


def key_of(data: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(InputError) as refusal:
        decompress(data, limit)
    return refusal.value.key


def streamed(mebibytes: int, declared: int = -1) -> bytes:
    """Return a frame of zeros that declares its size, or not."""
    packer = zstandard.ZstdCompressor(level=1).compressobj(size=declared)
    pieces = [packer.compress(bytes(MIB)) for _ in range(mebibytes)]
    return b"".join([*pieces, packer.flush()])


def raw_block(content: bytes, *, last: bool) -> bytes:
    return (len(content) << 3 | last).to_bytes(3, "little") + content


def repeated_block(size: int, *, last: bool) -> bytes:
    return (size << 3 | 1 << 1 | last).to_bytes(3, "little") + b"\0"


def frame(blocks: bytes, window_log: int = 20) -> bytes:
    """Return a frame without declared size and checksum."""
    return MAGIC + bytes([0, (window_log - 10) << 3]) + blocks


@given(st.binary(max_size=5_000), st.sampled_from([1, 3, 9, 19]))
def test_what_was_compressed_comes_back(data: bytes, level: int) -> None:
    assert decompress(compress(data, level), len(data)) == data


@pytest.mark.parametrize("level", [1, 3, 12, 19, 22])
def test_a_reader_never_needs_more_than_the_window(level: int) -> None:
    data = bytes(range(256)) * (9 * MIB // 256)
    packed = compress(data, level)
    assert zstandard.get_frame_parameters(packed).window_size <= MAX_WINDOW_BYTES
    assert decompress(packed, len(data)) == data


def test_a_frame_without_declared_size_is_taken_up_to_the_limit() -> None:
    data = streamed(2)
    assert decompress(data, 2 * MIB) == bytes(2 * MIB)
    assert key_of(data, 2 * MIB - 1) == "protocol.too_large"


@pytest.mark.threat("T21")
def test_the_limit_is_exact_for_a_declared_size() -> None:
    packed = compress(bytes(1_000))
    assert len(decompress(packed, 1_000)) == 1_000
    assert key_of(packed, 999) == "protocol.too_large"
    assert decompress(compress(b""), 0) == b""


@pytest.mark.threat("T22")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x28\xb5",
        MAGIC,
        b"text",
        SKIPPABLE,
        SKIPPABLE + compress(b"data"),
        compress(b"data") + SKIPPABLE,
        compress(b"data") + compress(b"data"),
        compress(b"data") + b"\0",
        compress(b"data")[:-1],
        compress(b"data" * 100)[:-5],
        frame(b""),
        frame(raw_block(b"data", last=False)),
        frame(raw_block(b"data", last=True)[:-1]),
        frame(b"\x07\0\0"),
        frame(repeated_block(256 * 1024, last=True)),
        frame(raw_block(b"", last=False) * 1_000_000 + raw_block(b"", last=True)),
    ],
    ids=range(17),
)
def test_anything_but_one_whole_frame_is_malformed(data: bytes) -> None:
    assert key_of(data) == "protocol.malformed"


def test_a_frame_made_by_hand_is_read() -> None:
    blocks = raw_block(b"ab", last=False) + repeated_block(3, last=True)
    assert decompress(frame(blocks), 5) == b"ab\0\0\0"


@pytest.mark.threat("T22")
def test_a_frame_that_declares_less_than_it_holds_is_refused() -> None:
    # Single segment, one byte of declared size: 10.
    lying = MAGIC + b"\x20\x0a" + repeated_block(100_000, last=True)
    assert key_of(lying) == "protocol.malformed"


@pytest.mark.threat("T22")
def test_a_frame_that_needs_a_dictionary_is_refused() -> None:
    dictionary = zstandard.ZstdCompressionDict(b"lesson topic homework " * 20)
    named = zstandard.train_dictionary(
        1_000, [b"lesson %d of topic %d " % (n, n * n) * 10 for n in range(1_000)]
    )
    for known in (dictionary, named):
        packed = zstandard.ZstdCompressor(dict_data=known).compress(b"lesson topic homework " * 9)
        assert key_of(packed) == "protocol.malformed"


@pytest.mark.threat("T22")
@pytest.mark.parametrize("window_log", [24, 27, 31])
def test_a_window_over_the_limit_is_refused_whatever_is_in_it(window_log: int) -> None:
    assert decompress(frame(raw_block(b"data", last=True), 23), 4) == b"data"
    assert key_of(frame(raw_block(b"data", last=True), window_log)) == "protocol.too_large"


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_raise_anything_but_a_refusal(noise: bytes, with_magic: object) -> None:
    with suppress(InputError):
        decompress(MAGIC + noise if with_magic else noise, 1_000)


@given(st.data())
def test_a_changed_frame_is_refused_or_unchanged_in_effect(data: st.DataObject) -> None:
    packed = bytearray(compress(b"topic " * 50 + bytes(range(100))))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(InputError):
        assert len(decompress(bytes(packed), 1_000)) <= 1_000


MEASURE = """
import resource, sys
from pathlib import Path
from eschool_core.errors import InputError
from eschool_sync.protocol.compression import compress, decompress
data = Path(sys.argv[1]).read_bytes()
decompress(compress(b"warm"), 10)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decompress(data, 8 * 1024 * 1024)
except InputError as refusal:
    print(refusal.key, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.threat("T21")
@pytest.mark.threat("T22")
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss has other units elsewhere")
@pytest.mark.parametrize(
    ("bomb", "key"),
    [
        ("declared", "protocol.too_large"),
        ("undeclared", "protocol.too_large"),
        ("frames", "protocol.malformed"),
        ("blocks", "protocol.malformed"),
        ("window", "protocol.too_large"),
    ],
)
def test_a_bomb_takes_at_most_32_mebibytes(tmp_path: Path, bomb: str, key: str) -> None:
    data = {
        "declared": lambda: streamed(1024, 1024 * MIB),
        "undeclared": lambda: streamed(1024),
        "frames": lambda: streamed(8) * 128,
        "blocks": lambda: frame(repeated_block(128 * 1024, last=False) * 1_000_000, 23),
        "window": lambda: frame(repeated_block(128 * 1024, last=False) * 8_192, 31),
    }[bomb]()
    (tmp_path / "bomb").write_bytes(data)
    told = subprocess.check_output([sys.executable, "-c", MEASURE, str(tmp_path / "bomb")])
    refusal, grown_kib = told.decode().split()
    assert refusal == key
    assert int(grown_kib) <= 32 * 1024
