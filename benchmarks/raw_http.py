"""HTTP spoken over a plain socket, where the engine's own client would itself be the bound."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from eschool_sync.protocol.error_body import CONTENT_TYPE


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Attributes:
        retry_after: Seconds, where it asked to come back; else None.
    """

    status: int
    retry_after: int | None
    body: bytes


def message(url: str, body: bytes, kind: str = CONTENT_TYPE, token: str = "") -> bytes:
    """Return a POST as it is sent."""
    at = urlsplit(url)
    head = (
        f"POST {at.path} HTTP/1.1\r\nHost: {at.netloc}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    )
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    return f"{head}\r\n".encode() + body


async def post(url: str, sent: bytes) -> Answer:
    """Send a message over a connection of its own."""
    at = urlsplit(url)
    reader, writer = await asyncio.open_connection(str(at.hostname), at.port or 80)
    try:
        writer.write(sent)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
        first, *lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if line)
        body = await reader.readexactly(int(fields["content-length"]))
    finally:
        writer.close()
    retry = fields.get("retry-after")
    return Answer(int(first.split()[1]), None if retry is None else int(retry), body)


def exchanged(url: str, body: bytes, answer_bytes: int) -> tuple[int, int]:
    """Return the bytes of a request and its answer, headers included.

    Raises:
        ValueError: The answer is not 200 with a body of ``answer_bytes``.
    """
    at, sent = urlsplit(url), message(url, body)
    with socket.create_connection((str(at.hostname), at.port or 80)) as line:
        line.sendall(sent)
        got = b""
        while b"\r\n\r\n" not in got or len(got.partition(b"\r\n\r\n")[2]) < answer_bytes:
            piece = line.recv(65_536)
            if not piece:
                break
            got += piece
    if not got.startswith(b"HTTP/1.1 200 ") or len(got.partition(b"\r\n\r\n")[2]) != answer_bytes:
        raise ValueError("another answer than the replica got")
    return len(sent), len(got)
