"""Slips with the first login of pupils and guardians, to be cut and sealed (3.1/2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eschool_core.forms.document import Slip
from eschool_core.labels import Language, text


def credential_slips(batch: Mapping[str, Any], language: Language = "ru") -> tuple[Slip, ...]:
    """Return a slip for each person of a batch.

    Args:
        batch: ``school_class``, ``server`` and ``slips``: each with ``name``, ``login``, ``code``
            and ``until``, as ``eschool slips batch --json`` has them.
        language: Of the words around them.
    """
    return tuple(
        Slip(
            title=text("form.credentials", language),
            about=(str(one["name"]), str(batch["school_class"])),
            fields=(
                (text("form.server", language), str(batch["server"])),
                (text("form.login", language), str(one["login"])),
                (text("form.code", language), str(one["code"])),
                (text("form.until", language), str(one["until"])),
            ),
            foot=(text("form.keep_secret", language), text("form.received", language)),
        )
        for one in batch["slips"]
    )
