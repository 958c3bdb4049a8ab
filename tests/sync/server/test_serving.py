from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from eschool_core.errors import AccessError, TransportError
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server, Tls, serve
from tests.repo.files import PROJECT
from tests.sync.server.stage import SECONDS, Directory, post

PROGRAM = """
import sys
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import serve
from tests.sync.server.stage import Directory
serve(make_app(Directory()), port=int(sys.argv[1]))
print("ended in order")
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_server_listens_on_loopback_only() -> None:
    with Server(make_app(Directory())) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert post(server.url).status_code == 200
        other = socket.gethostbyname(socket.gethostname())
        if not other.startswith("127."):
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((other, server.port), timeout=1)


def test_nothing_is_left_when_a_server_ends() -> None:
    with Server(make_app(Directory())) as server:
        post(server.url)
        names = {thread.name for thread in threading.enumerate()}
        assert {"eschool-server", "school-14_0"} <= names
    assert not {"eschool-server", "school-14_0"} & {t.name for t in threading.enumerate()}
    with pytest.raises(httpx.ConnectError):
        post(server.url)


def test_work_in_hand_is_finished_first() -> None:
    entered = threading.Event()

    def slow(school: int, route: str, body: bytes, source: str) -> bytes:
        entered.set()
        time.sleep(0.5)
        return body

    answers: list[int] = []
    with Server(make_app(Directory(slow))) as server:
        asking = threading.Thread(target=lambda: answers.append(post(server.url).status_code))
        asking.start()
        assert entered.wait(SECONDS)
    asking.join(SECONDS)
    assert answers == [200]


def test_a_taken_port_is_named() -> None:
    with Server(make_app(Directory())) as server:
        for attempt in (
            lambda: Server(make_app(Directory()), port=server.port).__enter__(),
            lambda: serve(make_app(Directory()), port=server.port),
        ):
            with pytest.raises(TransportError) as caught:
                attempt()
            assert caught.value.key == "transport.address_in_use"
            assert caught.value.params == {"port": server.port}


@pytest.mark.asvs("12.2.1")
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "school.example"])
def test_without_a_certificate_only_loopback_is_listened_on(host: str) -> None:
    with pytest.raises(AccessError) as caught:
        serve(make_app(Directory()), host)
    assert caught.value.key == "transport.plain_bind"


def test_behind_a_proxy_plain_http_is_the_proxys_business() -> None:
    app = make_app(Directory(), proxies=["192.0.2.1"])
    with pytest.raises(TransportError) as caught:
        serve(app, "192.0.2.77", 1)
    assert caught.value.key == "transport.address_in_use"


def test_a_wrong_certificate_file_is_named(tmp_path: Path) -> None:
    tls = Tls(tmp_path / "none.pem", tmp_path / "none.key")
    with pytest.raises(TransportError) as caught:
        Server(make_app(Directory()), tls=tls).__enter__()
    assert caught.value.key == "transport.server_start"


def test_serve_runs_until_it_is_asked_to_end() -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                assert post(f"http://127.0.0.1:{port}").status_code == 200
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        process.terminate()
        output, errors = process.communicate(timeout=2 * SECONDS)
    assert "Traceback" not in errors
    assert (output, process.returncode) in {("ended in order\n", 0), ("", -15)}
