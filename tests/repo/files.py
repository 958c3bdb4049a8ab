"""Which files the project consists of."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGES = (
    PROJECT / "eschool_core",
    PROJECT / "eschool_sync",
    PROJECT / "clients" / "eschool_api",
    PROJECT / "clients" / "eschool_cli",
    PROJECT / "clients" / "eschool_web",
)


def package_sources() -> list[Path]:
    """Return every Python file that is shipped, sorted."""
    return sorted(path for package in PACKAGES for path in package.rglob("*.py"))


def project_files() -> list[Path]:
    """Return every file that is or would be committed, sorted.

    Without git, as in an unpacked archive, these are the files outside hidden folders.
    """
    git = shutil.which("git")
    if git is not None and (PROJECT / ".git").exists():
        listed = subprocess.run(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=PROJECT,
            check=True,
            capture_output=True,
        )
        names = [name.decode() for name in listed.stdout.split(b"\0") if name]
        return sorted(PROJECT / name for name in names if (PROJECT / name).is_file())
    return sorted(path for path in PROJECT.rglob("*") if path.is_file() and not _is_hidden(path))


def _is_hidden(path: Path) -> bool:
    parts = path.relative_to(PROJECT).parts
    return "__pycache__" in parts or any(
        part.startswith(".") and part != ".ci" for part in parts[:-1]
    )


def text_of(path: Path) -> str | None:
    """Return the text of a file, None where it holds something else."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def syntax_of(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, line: int) -> str:
    """Return where something was found, to be clicked at."""
    return f"{path.relative_to(PROJECT)}:{line}"
