"""One replica of a made-up school behind the JSON door, in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from eschool_api.app import make_api
from eschool_api.service import Service
from eschool_web.supervisor import LOOPBACK, listen
from eschool_web.worker import Worker, config_of
from fastapi import FastAPI

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox

DAY = date(2026, 11, 24)
TOKEN = "a-token-of-the-tests"
END_SECONDS = 20
NEVER_SECONDS = 24 * 3600


@dataclass
class Door:
    """The door, and what stands behind it.

    Attributes:
        ended: How often it has asked to be ended.
    """

    client: httpx.Client
    app: FastAPI
    service: Service
    replica: Replica
    ended: list[bool]

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a question that is answered."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, status: int, **options: Any) -> str:
        """Return the key of a refusal."""
        answer = self.client.request(method, path, **options)
        assert answer.status_code == status, answer.text
        return str(answer.json()["error"]["key"])


@pytest.fixture(scope="session")
def school() -> Iterator[Sandbox]:
    with Sandbox(DAY) as made:
        yield made


@pytest.fixture(scope="session")
def door(school: Sandbox) -> Iterator[Door]:
    """The teacher's, for all tests that leave it open."""
    with opened(school.replica("teacher")) as made:
        yield made


@contextmanager
def opened(replica: Replica) -> Iterator[Door]:
    """Serve somebody's open replica for the time of the block."""
    ended: list[bool] = []
    service = Service(replica)
    # A session lasts longer than the policy lets a door stand idle.
    service.door.idle.limit_seconds = NEVER_SECONDS
    with listen(0) as listener:
        host = f"{LOOPBACK}:{listener.getsockname()[1]}"
        app = make_api(service, host, TOKEN, lambda: ended.append(True))
        server = Worker(config_of(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        bearer = {"authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://{host}", headers=bearer, trust_env=False) as client:
            yield Door(client, app, service, replica, ended)
        server.end()
        thread.join(END_SECONDS)
        assert not thread.is_alive()
