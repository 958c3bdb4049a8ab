"""zstd with a hard limit on what comes out.

Everything that a stranger can claim is checked before memory is set aside: one frame and nothing
after it, no dictionary, a window and a declared size within limits. What is not declared is
counted while it comes. (``max_output_size`` of the library is ignored when the frame declares
its size; we never rely on it.)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NoReturn

import zstandard

from eschool_core.errors import InputError

DEFAULT_LEVEL: Final = 3
MAX_WINDOW_BYTES: Final = 8 * 1024 * 1024

_WINDOW_LOG: Final = MAX_WINDOW_BYTES.bit_length() - 1
_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_BLOCK_HEADER_BYTES: Final = 3
_CHECKSUM_BYTES: Final = 4
_RAW, _REPEATED, _COMPRESSED = range(3)
_LEAST_BLOCK_BYTES: Final = 256
_SPARE_BLOCKS: Final = 64
_STEP_BYTES: Final = 1024 * 1024


def compress(data: bytes, level: int = DEFAULT_LEVEL) -> bytes:
    """Return ``data`` as one frame that declares its size and carries a checksum.

    Args:
        data: Anything.
        level: 1 (quick) to 22 (small); memory of the reader stays within the same window.
    """
    parameters = _parameters(level, len(data))
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


@lru_cache(256)
def _parameters(level: int, size: int) -> zstandard.ZstdCompressionParameters:
    """Return what to compress by; kept, because most bodies are small and of few sizes."""
    made = zstandard.ZstdCompressionParameters.from_level
    parameters = made(level, source_size=size, write_content_size=True, write_checksum=True)
    if parameters.window_log <= _WINDOW_LOG:
        return parameters
    return made(
        level,
        source_size=size,
        window_log=_WINDOW_LOG,
        write_content_size=True,
        write_checksum=True,
    )


def decompress(data: bytes, max_output: int) -> bytes:
    """Return what is in ``data``, at most ``max_output`` bytes.

    Args:
        data: From anywhere; its own length is the caller's to limit.
        max_output: In bytes.

    Raises:
        InputError: ``protocol.too_large``: more would come out, or a larger window is asked for;
            ``protocol.malformed``: anything but one whole frame.
    """
    if data[: len(_MAGIC)] != _MAGIC:
        _malformed()
    try:
        frame = zstandard.get_frame_parameters(data)
        declared = frame.content_size
        if declared != zstandard.CONTENTSIZE_UNKNOWN and declared > max_output:
            raise InputError("protocol.too_large", limit=max_output)
        if frame.window_size > MAX_WINDOW_BYTES:
            raise InputError("protocol.too_large", limit=MAX_WINDOW_BYTES)
        if frame.dict_id:
            _malformed()
        blocks_start = zstandard.frame_header_size(data)
        end = _frame_end(data, blocks_start, max_output)
        if end + (_CHECKSUM_BYTES if frame.has_checksum else 0) != len(data):
            _malformed()
        return _read(data, max_output)
    except zstandard.ZstdError as error:
        raise InputError("protocol.malformed", part="zstd") from error


def _malformed() -> NoReturn:
    raise InputError("protocol.malformed", part="zstd")


def _frame_end(data: bytes, start: int, max_output: int) -> int:
    """Return where the last block ends, by the headers of the blocks alone (RFC 8878, 3.1.1.2).

    The number of blocks is limited: a frame of empty blocks would cost time out of proportion.
    """
    at = start
    for _ in range(max_output // _LEAST_BLOCK_BYTES + _SPARE_BLOCKS):
        if at + _BLOCK_HEADER_BYTES > len(data):
            _malformed()
        header = int.from_bytes(data[at : at + _BLOCK_HEADER_BYTES], "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        if kind > _COMPRESSED:
            _malformed()
        at += _BLOCK_HEADER_BYTES + (1 if kind == _REPEATED else size)
        if last:
            return at
    _malformed()


def _read(data: bytes, max_output: int) -> bytes:
    """Return the content of the frame, counted as it comes."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    pieces: list[bytes] = []
    missing = max_output + 1
    with decompressor.stream_reader(data) as reader:
        while missing > 0 and (piece := reader.read(min(missing, _STEP_BYTES))):
            pieces.append(piece)
            missing -= len(piece)
    if missing <= 0:
        raise InputError("protocol.too_large", limit=max_output)
    return b"".join(pieces)
