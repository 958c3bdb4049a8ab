from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from eschool_core.errors import AccessError, EschoolError, InputError, TransportError
from eschool_sync.replica.transport import HttpTransport
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server, Tls
from tests.sync.replica.certificates import DAY, Authority, make_authority, make_certificate
from tests.sync.server.stage import SCHOOL, SECONDS, Directory

Make = Callable[[Path, Authority], Tls]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return make_authority(folder)


def attempt(tls: Tls, ca_file: Path | None) -> tuple[EschoolError | bytes, Directory]:
    directory = Directory()
    with (
        Server(make_app(directory), tls=tls) as server,
        HttpTransport(server.url, SCHOOL, ca_file=ca_file) as transport,
    ):
        assert server.url.startswith("https://")
        try:
            return transport.post("sync", b"body"), directory
        except EschoolError as error:
            return error, directory


@pytest.mark.asvs("12.1.1")
def test_a_certificate_of_the_schools_own_root_is_trusted(
    folder: Path, authority: Authority
) -> None:
    answer, directory = attempt(make_certificate(folder, authority), authority.file)
    assert answer == b"body"
    assert len(directory.calls) == 1


@pytest.mark.asvs("12.3.2")
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda at, ca: make_certificate(at, None), id="self-signed"),
        pytest.param(
            lambda at, ca: make_certificate(at, ca, first=-9 * DAY, last=-timedelta(seconds=5)),
            id="expired",
        ),
        pytest.param(
            lambda at, ca: make_certificate(at, ca, first=timedelta(hours=1), last=9 * DAY),
            id="not yet valid",
        ),
        pytest.param(lambda at, ca: make_certificate(at, ca, host="127.0.0.2"), id="other address"),
        pytest.param(
            lambda at, ca: make_certificate(at, ca, host="journal.example"), id="other host"
        ),
        pytest.param(
            lambda at, ca: make_certificate(at, make_authority(at, "Evil root")), id="other root"
        ),
    ],
)
def test_any_other_certificate_is_refused_before_a_byte_is_sent(
    folder: Path, authority: Authority, make: Make
) -> None:
    error, directory = attempt(make(folder, authority), authority.file)
    assert isinstance(error, AccessError)
    assert error.key == "transport.certificate"
    assert directory.calls == []


@pytest.mark.asvs("12.3.2")
def test_a_private_root_is_not_trusted_unasked(folder: Path, authority: Authority) -> None:
    error, directory = attempt(make_certificate(folder, authority), None)
    assert isinstance(error, AccessError)
    assert directory.calls == []


@pytest.mark.asvs("12.1.1")
@pytest.mark.parametrize(
    ("version", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_the_server_speaks_the_versions_that_are_safe(
    folder: Path, authority: Authority, version: ssl.TLSVersion, name: str
) -> None:
    with Server(make_app(Directory()), tls=make_certificate(folder, authority)) as server:
        context = ssl.create_default_context(cafile=authority.file)
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
        ):
            assert connection.version() == name


@pytest.mark.asvs("12.1.1")
def test_older_versions_are_spoken_by_neither_side(folder: Path, authority: Authority) -> None:
    tls = make_certificate(folder, authority)
    assert tls.context().minimum_version is ssl.TLSVersion.TLSv1_2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = ssl.TLSVersion.TLSv1_1
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.load_cert_chain(tls.certificate, tls.key)
        heard: list[bytes] = []

        def speak() -> None:
            connection, _ = listener.accept()
            try:
                with old.wrap_socket(connection, server_side=True) as spoken:
                    heard.append(spoken.recv(100))
            except OSError:
                connection.close()

        thread = threading.Thread(target=speak)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with (
            HttpTransport(url, SCHOOL, ca_file=authority.file) as transport,
            pytest.raises(TransportError) as caught,
        ):
            transport.post("sync", b"body")
        thread.join(SECONDS)
    assert caught.value.key == "transport.tls"
    assert heard == []


@pytest.mark.asvs("12.2.1")
def test_there_is_no_plain_fallback(folder: Path, authority: Authority) -> None:
    directory = Directory()
    with Server(make_app(directory), tls=make_certificate(folder, authority)) as server:
        plain = HttpTransport(server.url.replace("https", "http"), SCHOOL)
        with plain, pytest.raises(TransportError):
            plain.post("sync", b"body")
    with Server(make_app(directory)) as server:
        encrypted = HttpTransport(
            server.url.replace("http", "https"), SCHOOL, ca_file=authority.file
        )
        with encrypted, pytest.raises(TransportError) as caught:
            encrypted.post("sync", b"body")
    assert caught.value.key == "transport.tls"
    assert directory.calls == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_root_file_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "root.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        HttpTransport("https://journal.example", SCHOOL, ca_file=file)
    assert caught.value.key == "transport.ca_file"
