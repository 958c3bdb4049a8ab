"""A page of somebody else's, open in the same browser, and what was asked of its server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

REBOUND: Final = "rebound.example"
"""A foreign name that leads to this computer, as after a DNS rebinding; see ``chromium``."""


@dataclass
class Foreign:
    """A foreign site.

    Attributes:
        port: On every address of this computer's loopback.
        page: What it shows.
        asked: The requests that came, each with its headers.
    """

    port: int = 0
    page: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def neighbour(self) -> str:
        """Another port of our own host: browsers call it same-site and send it our cookies."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stranger(self) -> str:
        """Another host."""
        return f"http://{REBOUND}:{self.port}"


@contextmanager
def foreign_site() -> Iterator[Foreign]:
    """Serve a foreign site for the time of the block."""
    site = Foreign()

    class Answering(BaseHTTPRequestHandler):
        def answer(self) -> None:
            site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
            content = b"window.hit = 1;" if self.path.endswith(".js") else site.page.encode()
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("access-control-allow-origin", "*")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the names that the class looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
