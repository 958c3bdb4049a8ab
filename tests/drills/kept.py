"""A school whose server's database is put back to a copy of it."""

from __future__ import annotations

from dataclasses import replace

from eschool_core.commands.access import RevokeDevice
from eschool_sync.server import restoring
from eschool_sync.server.directory import DATABASE_FILE, STATE_FILE
from eschool_sync.server.state import ServerState
from tests.sync.harness import Member, World


class Kept:
    """A world, and a copy of its server's database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.copy = world.folder / "copy.db"
        self.file = world.directory.folder / str(world.number) / DATABASE_FILE
        restoring.take_copy(world.server, self.copy, self.file)

    def put_back(self, *, killed: bool = False) -> None:
        """End the server, put the copy in the place of its database, and start it."""
        if killed:
            self.world.kill()
        self.world.directory.close()
        restoring.put_back(self.file, self.copy)
        self.world.restart()

    def forget(self) -> None:
        """Let the state file be that of a program which did not remember the head yet."""
        self.world.kill()
        path = self.file.with_name(STATE_FILE)
        replace(ServerState.load(path), seq=0, root="").save(path)
        self.put_back()

    @property
    def phase(self) -> int:
        """What the server does now."""
        return self.world.server.state.phase

    def go_on(self) -> None:
        """Do what the operator does when nobody comes in the window."""
        restoring.begin(self.world.server)
        restoring.close_window(self.world.server)

    def revoke(self, member: Member) -> None:
        """Shut a device out."""
        self.world.act(RevokeDevice(device=member.replica.device))
