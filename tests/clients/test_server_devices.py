"""``eschool server revoke-device``: a lost device is shut out where the server stands (4.6.8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eschool_cli.main import cli

from eschool_core.errors import AccessError
from tests.sync.harness import World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(build(tmp_path / "world")) as made:
        yield made


def revoke(world: World, device: int, *more: str) -> Result:
    """Run the command as the server's operator does, with the server stopped."""
    world.directory.close()
    args = ["server", "revoke-device", "--data", str(world.directory.folder), str(device), *more]
    result = CliRunner().invoke(cli, args, prog_name="eschool")
    world.school.move(world.server)
    return result


@pytest.mark.clause("4.6.8")
@pytest.mark.threat("T15")
def test_a_lost_device_is_shut_out_and_programs_are_told(world: World) -> None:
    [maths] = world.synced("maths")
    device = maths.replica.device
    result = revoke(world, device, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"revoked": device})
    with pytest.raises(AccessError) as caught:
        maths.sync()
    assert caught.value.key == "access.revoked"


def test_a_device_that_there_is_not_is_said(world: World) -> None:
    result = revoke(world, 500)
    assert result.exit_code != 0
    assert result.stderr
    assert result.stdout == ""
