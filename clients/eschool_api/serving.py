"""Serves a replica on loopback until it is closed."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from secrets import token_urlsafe
from typing import Final

import uvicorn
from eschool_web.supervisor import LOOPBACK, listen
from eschool_web.worker import config_of

from eschool_api.app import make_api
from eschool_api.service import Service
from eschool_core.labels import Language
from eschool_sync.replica import Replica

TOKEN_BYTES: Final = 32
PRIVATE_UMASK: Final = 0o077


def serve(
    replica: Replica,
    ready: Callable[[str, str], None],
    port: int = 0,
    language: Language = "ru",
) -> None:
    """Answer until told to close, or until nobody has asked for longer than the policy allows.

    Args:
        replica: Open; the caller closes it.
        ready: Called with address and token once connections are taken.
        port: 0 for any free one.
        language: Of texts.

    Raises:
        TransportError: ``transport.address_in_use``.
    """
    os.umask(PRIVATE_UMASK)
    # A traceback could hold what people wrote.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    with listen(port) as listener:
        host, token = f"{LOOPBACK}:{listener.getsockname()[1]}", token_urlsafe(TOKEN_BYTES)
        server = server_of(replica, host, token, language)
        ready(f"http://{host}", token)
        server.run(sockets=[listener])


def server_of(replica: Replica, host: str, token: str, language: Language) -> uvicorn.Server:
    """Return the server, which ends by itself."""

    def end() -> None:
        server.should_exit = True

    app = make_api(Service(replica, language), host, token, end)
    server = uvicorn.Server(config_of(app))
    return server
