"""What tests of every package may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresMissingError, running_postgres
from tests.softhsm import SoftHsm, SoftHsmMissingError, make_tokens

PROJECT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs PostgreSQL or a browser, so that ``-m "not browser"`` leaves it out."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "postgres_url" in names:
            item.add_marker(pytest.mark.postgres)
        if "chromium" in names:
            item.add_marker(pytest.mark.browser)


def _postgres_is_required() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get("ESCHOOL_REQUIRE_POSTGRES") == "1"


@pytest.fixture(autouse=True)
def nameless_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a replica without a computer of its own say nothing: the tests share this one."""
    monkeypatch.setattr("eschool_sync.replica.opened.machine_id", lambda: b"")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test process.

    It lives as long as the session: a test makes schemas under names of its own.
    """
    try:
        with running_postgres() as url:
            yield url
    except PostgresMissingError as missing:
        if _postgres_is_required():
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    """Tokens that sign by PKCS#11."""
    try:
        return make_tokens(tmp_path_factory.mktemp("softhsm"))
    except SoftHsmMissingError as missing:
        if os.environ.get("CI") == "true" or os.environ.get("ESCHOOL_REQUIRE_SOFTHSM") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files that lies beside the project; most clones have none."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("there is no data folder beside the project")
    return folder
