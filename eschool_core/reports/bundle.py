"""The bundle of 4.4.3: all nine reports at a date, of the journals whose term ends then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from eschool_core.reports.catalogue import make_report, report_named
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked
from eschool_core.reports.table import Table
from eschool_core.store.store import Store

FORMS: Final = (
    "particulars",
    "movement",
    "class_sizes",
    "register",
    "hours",
    "filling",
    "class_summary",
    "progress",
    "attendance",
)
"""The nine reports in the order of 4.4.3."""
SECOND_PAGES: Final = {
    "movement": ("movement_names",),
    "filling": ("families",),
    "progress": ("progress_subjects",),
}
"""Appendices of a form: who moved, how families use the diary, results by subject."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the bundle.

    Attributes:
        form: Number of the form in 4.4.3, from 1.
        class_name: Of a sheet of one class; else empty.
        class_id: The same, else 0.
    """

    form: int
    name: str
    class_name: str
    table: Table
    class_id: int = 0

    @property
    def file_stem(self) -> str:
        """Name of the sheet's file without its ending, of letters that every file system takes."""
        name = f"{self.form}_{self.name}" + (f"_{self.class_name}" if self.class_name else "")
        return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)


def bundle(store: Store, asked: Asked, viewer_id: int) -> Iterator[Sheet]:
    """Yield the sheets of the nine forms, those of a class for each class that there is.

    Totals agree over the forms, as all rest on the same rows. Classes whose term does not end
    with the period stand with «–» and are listed as not reporting.

    Raises:
        InputError: The period is neither a term nor the year.
        RightsError: The viewer does not see the whole school.
    """
    classes = classes_of(store, asked.period.year_id)
    for form, name in enumerate(FORMS, start=1):
        for page in (name, *SECOND_PAGES.get(name, ())):
            spec = report_named(page)
            if spec.scope != "class":
                yield Sheet(form, page, "", make_report(store, spec, asked, viewer_id))
                continue
            for entry in classes:
                wanted = replace(asked, class_id=entry.id)
                made = make_report(store, spec, wanted, viewer_id)
                yield Sheet(form, page, entry.name, made, entry.id)
