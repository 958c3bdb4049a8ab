from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.files import PROJECT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_LIMIT_SECONDS = 120


def blocks() -> list[str]:
    readme = PROJECT / "README.md"
    return BLOCK.findall(readme.read_text(encoding="utf-8")) if readme.exists() else []


def test_the_readme_shows_python() -> None:
    assert blocks() != []


@pytest.mark.parametrize("number", range(len(blocks())))
def test_a_block_of_the_readme_runs(number: int, tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", blocks()[number]],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_LIMIT_SECONDS,
    )
    assert outcome.returncode == 0, outcome.stderr
