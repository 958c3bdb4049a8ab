"""A real SMTP server, and what readers find in their mailboxes."""

from __future__ import annotations

import socket
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

OK = "250 OK"


@dataclass
class Mailbox:
    """Takes mail on a port of this computer for the time of a ``with`` block.

    Attributes:
        taken: Every delivery, repeated ones too.
        refused: Addresses that are not taken.
    """

    port: int = 0
    taken: list[tuple[str, Message]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    _controller: Controller | None = None

    def __post_init__(self) -> None:
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]

    def __enter__(self) -> Self:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._controller is not None
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        for reader in envelope.rcpt_tos:
            self.taken.append((reader, message_from_bytes(envelope.content)))
        return OK

    def seen(self) -> dict[str, list[Message]]:
        """Return what readers see: a program shows messages of one id once."""
        found: dict[str, dict[str, Message]] = defaultdict(dict)
        for reader, message in self.taken:
            found[reader].setdefault(message["Message-ID"], message)
        return {reader: list(messages.values()) for reader, messages in found.items()}


def subject_of(message: Message) -> str:
    return str(make_header(decode_header(message["Subject"])))


def text_of(message: Message) -> str:
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode(message.get_content_charset() or "ascii")
