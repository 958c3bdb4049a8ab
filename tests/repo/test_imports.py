from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.repo.files import PROJECT


def test_imports_go_one_way() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    outcome = subprocess.run(
        [lint, "--no-cache"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
