"""When everything has healed: how soon all sides agree, and whether they agree on the truth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from eschool_sync.replica.position import Position
from eschool_sync.replica.replica import DATABASE_FILE
from tests.simulation.disk import KEY, rows_of
from tests.simulation.replay import Replay
from tests.simulation.world import Device
from tests.sync.oracle import Knowledge

if TYPE_CHECKING:
    from tests.simulation.play import Play

MOST_ROUNDS = 6
PROMISED_ROUNDS = 3
PAGE, RESERVED, SALT = 4096, 80, 16
CANARY = re.compile("Канарейка-\\d+-\\d{9}\\.".encode())


class Quiet:
    """Heals, lets everybody sync, and asks every oracle."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._witness = play.witness
        state = play.world.server.school.state
        self._key = bytes.fromhex(state.digest_key)
        self._replay = Replay(play.plain, play.world.folder, self._key)
        self._restores = 0

    def close(self) -> None:
        """Close the second school."""
        self._replay.close()

    def check(self) -> int:
        """Return how many rounds it took until nothing was on its way any more."""
        play = self._play
        play.world.server.process.light(-1, "")
        play.network.heal()
        if play.restores:
            self._recover()
        rounds = self._settle()
        promised = rounds <= PROMISED_ROUNDS
        self._witness.expect(promised, "liveness", "I10", rounds, "rounds are too many")
        if promised:
            self._ask()
        database = play.world.server.school.database
        sums = database.fetch("SELECT part, rows, digest FROM part_state ORDER BY part")
        play.note("quiet", rounds, play.world.server.school.head(), sums)
        return rounds

    def _recover(self) -> None:
        """Let a restored server get back what replicas hold, before anybody counts rounds."""
        play = self._play
        play.recovering = True
        for _ in range(MOST_ROUNDS):
            for device in list(play.world.devices.values()):
                for handle in list(device.handles):
                    play.sync(device, handle)
            if not play.world.server.operate():
                break
        play.recovering = False
        if self._restores != play.restores:
            self._restores = play.restores
            self._replay.close()
            self._replay = Replay(play.plain, play.world.folder, self._key)

    def _settle(self) -> int:
        play = self._play
        for rounds in range(1, MOST_ROUNDS + 1):
            devices = list(play.world.devices.values())
            for device in play.dice.some_of(devices, len(devices)):
                for handle in list(device.handles):
                    play.sync(device, handle)
            head = play.world.server.school.head().seq
            if all(self._is_settled(device, head) for device in devices):
                return rounds
        return MOST_ROUNDS + 1

    def _is_settled(self, device: Device, head: int) -> bool:
        if self._play.is_revoked(device):
            return True
        position = Position.load(device.database)
        return position.cursor == head and not device.pending()

    def _ask(self) -> None:
        server = self._play.world.server.school.database
        witness = self._witness
        witness.check_log(server)
        called = [device.number for device in self._play.world.devices.values()]
        witness.check_shut_out(server, called)
        witness.check_sums("server", server, self._key)
        self._replay.compare(server, witness)
        witness.check_origins(self._play.world.devices.values(), server)
        known, rows = Knowledge.of(server), rows_of(server)
        witness.check_places(rows)
        for device in self._play.world.devices.values():
            revoked = self._play.is_revoked(device)
            witness.check_outbox(device, server, revoked=revoked)
            if revoked:
                continue
            witness.check_sums(device.name, device.database, self._key)
            witness.check_rows(device, rows, known.visible(device.person))
            status = device.replica.status()
            witness.expect(status.digest_equal, "divergent", "I5", device.name, "digest")
            witness.expect(not status.alarm, "divergent", "history", device.name, "false alarm")
            self._check_bytes(device)

    def _check_bytes(self, device: Device) -> None:
        """No text is in the replica's files that it does not show or has written itself (I6)."""
        allowed: set[bytes] = set()
        for rows in rows_of(device.database).values():
            allowed |= _canaries(repr(rows).encode())
            packed = [value for row in rows for value in row if isinstance(value, bytes)]
            allowed |= _canaries(b" ".join(packed))
        for (payload,) in device.database.fetch("SELECT payload FROM outbox"):
            allowed |= _canaries(bytes(payload))
        found = _canaries(self._bytes(device))
        left = sorted(text.decode() for text in found - allowed)
        self._witness.expect(not left, "residual", "I6", device.name, left[:3])

    def _bytes(self, device: Device) -> bytes:
        stored = (device.folder / DATABASE_FILE).read_bytes()
        if self._play.profile.encrypted:
            return b"".join(
                _plain(stored[start : start + PAGE], SALT if start == 0 else 0)
                for start in range(0, len(stored), PAGE)
            )
        wal = device.folder / f"{DATABASE_FILE}-wal"
        return stored + (wal.read_bytes() if wal.exists() else b"")


def _canaries(content: bytes) -> set[bytes]:
    return set(CANARY.findall(content))


def _plain(page: bytes, start: int) -> bytes:
    vector = page[-RESERVED : -RESERVED + 16]
    decryptor = Cipher(algorithms.AES(KEY.key), modes.CBC(vector)).decryptor()
    return decryptor.update(page[start:-RESERVED]) + decryptor.finalize()
