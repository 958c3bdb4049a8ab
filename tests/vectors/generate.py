"""Write the vectors anew: ``python -m tests.vectors.generate``.

What a released version has written is never changed: a change of the protocol is a version of its
own, with vectors of its own beside these.
"""

from __future__ import annotations

from collections import defaultdict

from tests.vectors import of_bodies, of_parts
from tests.vectors.vector import FOLDER, Vector, text_of

MAKERS = (
    of_parts.blocks,
    of_parts.sums,
    of_parts.artefacts,
    of_parts.entries,
    of_parts.trees,
    of_bodies.enrolments,
    of_bodies.requests,
    of_bodies.answers,
    of_bodies.snapshots,
    of_bodies.proofs,
    of_bodies.file_bytes,
    of_bodies.repairs,
    of_bodies.notices,
    of_bodies.returns,
    of_bodies.errors,
    of_bodies.files,
)


def texts() -> dict[str, str]:
    """Return the files by name."""
    by_kind: dict[str, list[Vector]] = defaultdict(list)
    for make in MAKERS:
        for vector in make():
            by_kind[vector.kind].append(vector)
    return {f"{kind}.json": text_of(kind, vectors) for kind, vectors in by_kind.items()}


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
