"""How a OneRoster bundle is written: CSV files in a zip, the same bytes for the same school."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Final

from eschool_core.reports.neutral import neutralised

VERSION: Final = "1.2"
ACTIVE: Final = "active"
ORG: Final = "school"
FIRST_OF_ZIP: Final = (1980, 1, 1, 0, 0, 0)
FILES: Final = (
    "academicSessions", "categories", "classResources", "classes", "courseResources", "courses",
    "demographics", "enrollments", "lineItemLearningObjectiveIds", "lineItemScoreScales",
    "lineItems", "orgs", "resources", "resultLearningObjectiveIds", "resultScoreScales", "results",
    "roles", "scoreScales", "userProfiles", "userResources", "users",
)  # fmt: skip
"""Every file that a manifest of version 1.2 speaks of."""

Rows = list[tuple[str, ...]]
Tables = dict[str, Rows]
"""Rows by the name of their file, in the order of its columns."""

HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "manifest": ("propertyName", "value"),
    "orgs": ("sourcedId", "status", "name", "type"),
    "academicSessions": (
        "sourcedId", "status", "title", "type", "startDate", "endDate", "parentSourcedId",
        "schoolYear",
    ),
    "courses": ("sourcedId", "status", "title", "orgSourcedId"),
    "classes": (
        "sourcedId", "status", "title", "grades", "courseSourcedId", "classType",
        "schoolSourcedId", "termSourcedIds", "metadata.eschool.kind", "metadata.eschool.classes",
    ),
    "users": (
        "sourcedId", "status", "enabledUser", "username", "givenName", "familyName",
        "middleName", "phone", "agentSourcedIds", "grades", "primaryOrgSourcedId",
    ),
    "roles": ("sourcedId", "status", "userSourcedId", "roleType", "role", "orgSourcedId"),
    "enrollments": (
        "sourcedId", "status", "classSourcedId", "schoolSourcedId", "userSourcedId", "role",
        "primary",
    ),
    "demographics": ("sourcedId", "status", "birthDate", "sex"),
    "categories": ("sourcedId", "status", "title", "weight"),
    "lineItems": (
        "sourcedId", "status", "title", "assignDate", "dueDate", "classSourcedId",
        "categorySourcedId", "gradingPeriodSourcedId", "resultValueMin", "resultValueMax",
        "schoolSourcedId",
    ),
    "results": (
        "sourcedId", "status", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score",
        "scoreDate", "comment", "textScore",
    ),
}  # fmt: skip
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]*")


def packed(tables: Tables) -> bytes:
    """Return the zip with its manifest."""
    manifest: Rows = [("manifest.version", "1.0"), ("oneroster.version", VERSION)]
    manifest += [(f"file.{name}", "bulk" if name in tables else "absent") for name in FILES]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in {"manifest": manifest, **tables}.items():
            member = zipfile.ZipInfo(f"{name}.csv", FIRST_OF_ZIP)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, _csv(HEADERS[name], rows))
    return content.getvalue()


def _csv(header: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _cell(text: str) -> str:
    """Return a cell that no spreadsheet runs; a telephone number stays as it is."""
    return text if _PHONE.fullmatch(text) else neutralised(text)
