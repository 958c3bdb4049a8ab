"""How a replica meets a server that has forgotten something (design §5.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from eschool_core.errors import AccessError, BusyError, EschoolError
from eschool_sync.protocol.messages import SyncRequest, SyncResponse, parts_hash, read_response
from eschool_sync.protocol.readmitting import pack_readmission, pack_witness
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.pushing import packed_push

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport

RETRY_SECONDS: Final = 600
MOST_PUSHES: Final = 100
"""That a device which is shut out hands in by one sync, 2,000 commands each."""

DENIED: Final = ("access.denied", "access.device")
BEHIND: Final = "sync.behind"
REVOKED: Final = "access.revoked"


class Returning:
    """Shows what is held here to a server that was restored from an older backup."""

    def __init__(self, opened: Opened, transport: Transport) -> None:
        self._opened = opened
        self._transport = transport

    def witness(self) -> NoReturn:
        """Show the last signed head to a server that is behind it.

        Raises:
            BusyError: ``busy.restored``: it takes nothing until its operator has acted.
        """
        with self._opened.reading():
            head = self._opened.position().tree_head
        self._transport.post("witness", pack_witness(head))
        raise BusyError("busy.restored", retry_after=RETRY_SECONDS)

    def readmit(self) -> bool:
        """Show the certificate to a server that does not know this device; was it let in?

        Raises:
            BusyError: ``busy.collecting``: not yet.
        """
        body = pack_readmission(self._opened.identity.certificate, self._opened.signing)
        try:
            self._transport.post("readmit", body)
        except AccessError:
            return False
        return True

    def hand_in(self, told: AccessError) -> NoReturn:
        """Bring what is left here to a school that has shut this device out: it waits there.

        Such a device hears nothing of a new incarnation, and of several pushes only one went with
        its request. It is given nothing, so this ends as it began.

        Args:
            told: Says up to which number the school has the device's commands.

        Raises:
            AccessError: ``access.revoked``, in any case.
        """
        known = _known(told)
        for _ in range(MOST_PUSHES):
            push = None if known is None else self._push_after(known)
            if push is None:
                break
            before, known = known, self._known_after(push)
            if known is None or known == before:
                break
        raise told

    def _push_after(self, known: int) -> bytes | None:
        """Return the next push: first as they went to a server that was put back, then the rest."""
        opened = self._opened
        with opened.writing() as position:
            waiting = opened.outbox.old_push(known) or opened.outbox.next_push(known)
            return packed_push(opened, position, waiting) if waiting else None

    def _known_after(self, push: bytes) -> int | None:
        """Send a push; return up to which number the school then has this device's commands."""
        opened = self._opened
        request = SyncRequest(
            opened.identity.school, opened.identity.device, b"", 0, 0, parts_hash([]), None, push
        )
        try:
            self._transport.post("sync", request.sealed(opened.signing))
        except AccessError as error:
            return _known(error) if error.key == REVOKED else None
        except EschoolError:
            # It may be sent another time, or never: what its owner has to hear is the other thing.
            return None
        return None

    def offer(self, response: SyncResponse) -> None:
        """Give a server that collects what it has no verdict on; return if it is open again.

        Raises:
            BusyError: ``busy.collecting``: it has everything from here, and opens later.
        """
        known = response.checkpoint.known
        while response.collecting:
            opened = self._opened
            with opened.writing() as position:
                waiting = opened.outbox.old_push(known)
                push = packed_push(opened, position, waiting) if waiting else None
            if push is None:
                raise BusyError("busy.collecting", retry_after=RETRY_SECONDS)
            request = SyncRequest(
                opened.identity.school,
                opened.identity.device,
                response.incarnation,
                *(0, position.ack, parts_hash([]), None, push),
            )
            answer = self._transport.post("sync", request.sealed(opened.signing))
            response = read_response(answer, request)
            if response.collecting and response.checkpoint.known <= known:
                raise BusyError("busy.collecting", retry_after=RETRY_SECONDS)
            known = response.checkpoint.known


def _known(told: AccessError) -> int | None:
    """Return up to which number the school has a device's commands, where it says so."""
    known = told.params.get("known")
    return known if isinstance(known, int) else None
