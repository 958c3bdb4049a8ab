"""The line from one device to the server, and everything that goes wrong on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eschool_core.errors import EschoolError, TransportError
from tests.simulation.dice import Dice
from tests.simulation.profile import Profile
from tests.simulation.world import World

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress

UP, DOWN, DEAF = "up", "down", "deaf"
KEPT = 6


@dataclass
class Network:
    """All lines together.

    Attributes:
        links: State of each device's line; ``deaf``: requests get through, answers do not.
        late: Requests that are still on their way.
        cut: Devices whose next message does not get through.
        meanwhile: Lets something else happen while a message is on its way.
        disturbed: Told that a sync may not have everything although it succeeded.
        healed: Nothing goes wrong any more.
    """

    world: World
    profile: Profile
    dice: Dice
    meanwhile: Callable[[str], None]
    disturbed: Callable[[str], None]
    links: dict[str, str] = field(default_factory=dict)
    late: list[tuple[str, bytes]] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    healed: bool = False

    def line(self, name: str) -> Line:
        """Return the line of a device."""
        return Line(self, name)

    def heal(self) -> None:
        """Let what is still on its way arrive, and everything after it at once."""
        self.healed = True
        self.links.clear()
        self.cut.clear()
        self.arrive(len(self.late))

    def arrive(self, count: int) -> None:
        """Let late requests arrive; nobody waits for their answers any more."""
        for _ in range(min(count, len(self.late))):
            route, body = self.late.pop(self.dice.below(len(self.late)))
            try:
                self.world.server.handle(route, body)
            except EschoolError:
                continue


@dataclass
class Line:
    """One device's transport."""

    network: Network
    name: str
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def post(self, route: str, body: bytes, progress: Progress | None = None) -> bytes:
        """Carry a request and its answer, or not."""
        network = self.network
        if network.healed:
            return self._deliver(route, body)
        dice, profile = network.dice, network.profile
        link = network.links.get(self.name, UP)
        if link == DOWN or self.name in network.cut:
            network.cut.discard(self.name)
            raise TransportError("transport.unreachable")
        if dice.chance(0.3):
            network.arrive(1)
        if dice.chance(profile.meanwhile_rate):
            network.meanwhile(self.name)
        self._threaten_server()
        try:
            answer = self._carried(route, body)
        finally:
            network.world.server.process.light(-1, "")
        if dice.chance(profile.meanwhile_rate):
            network.meanwhile(self.name)
        if link == DEAF or network.links.get(self.name, UP) != UP:
            network.world.faults["deaf"] += 1
            raise TransportError("transport.interrupted")
        return answer

    def _carried(self, route: str, body: bytes) -> bytes:
        network = self.network
        if not network.dice.chance(network.profile.network_rate):
            return self._deliver(route, body)
        fault = network.dice.weighted(network.profile.network)
        network.world.faults[fault] += 1
        result: bytes = getattr(self, f"_{fault}")(route, body)
        return result

    def _deliver(self, route: str, body: bytes) -> bytes:
        self.requests = [*self.requests[-KEPT:], (route, body)]
        answer = self.network.world.server.handle(route, body)
        self.answers = [*self.answers[-KEPT:], answer]
        return answer

    def _threaten_server(self) -> None:
        """Let the server die, or find its disk full, within the statements of a request."""
        network, dice = self.network, self.network.dice
        process = network.world.server.process
        if dice.chance(network.profile.crash_rate):
            network.world.faults["server killed"] += 1
            process.light(dice.below(60), dice.one_of(("before", "after")))
        elif dice.chance(network.profile.server_full_rate):
            network.world.faults["server disk full"] += 1
            process.light(dice.below(25), "full")

    def _request_lost(self, route: str, body: bytes) -> bytes:
        raise TransportError("transport.unreachable")

    def _request_late(self, route: str, body: bytes) -> bytes:
        self.network.late.append((route, body))
        raise TransportError("transport.interrupted")

    def _request_cut(self, route: str, body: bytes) -> bytes:
        return self._deliver(route, body[: self.network.dice.below(len(body))])

    def _request_repeated(self, route: str, body: bytes) -> bytes:
        for _ in range(self.network.dice.between(1, 4)):
            self._deliver(route, body)
        return self._deliver(route, body)

    def _answer_lost(self, route: str, body: bytes) -> bytes:
        self._deliver(route, body)
        raise TransportError("transport.interrupted")

    def _answer_cut(self, route: str, body: bytes) -> bytes:
        answer = self._deliver(route, body)
        return answer[: self.network.dice.below(len(answer))]

    def _answer_old(self, route: str, body: bytes) -> bytes:
        """A proxy that mixes things up gives the answer to an earlier request."""
        # An answer to the same cursor is a true one, only not the newest.
        self.network.disturbed(self.name)
        earlier = list(self.answers)
        answer = self._deliver(route, body)
        return self.network.dice.one_of(earlier) if earlier else answer

    def _old_request_first(self, route: str, body: bytes) -> bytes:
        if self.requests:
            self._deliver(*self.network.dice.one_of(self.requests))
        return self._deliver(route, body)
