"""Makes the parameters that come with the package: ``python -m eschool_core.forecast.train``.

Takes a file of yearly marks and a folder of courses (see ``files``) and writes
``data/parameters.json``. There is no chance in it: the same files give the same bytes.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from eschool_core.forecast import final_mark, history_fit
from eschool_core.forecast.files import COURSE_SCALE, read_courses, read_students
from eschool_core.forecast.parameters import FILE, Parameters, written

SOURCES = (
    "Student Performance (P. Cortez, A. Silva 2008, DOI 10.24432/C5TG7T), CC BY 4.0",
    "Open University Learning Analytics Dataset (J. Kuzilek, M. Hlosta, Z. Zdrahal 2017, "
    "DOI 10.1038/sdata.2017.171), CC BY 4.0",
)


def train(students: Path, courses: Path) -> Parameters:
    """Return the parameters that the files speak for.

    Raises:
        InputError: A file is not of its format.
        ValueError: A file holds too little.
    """
    yearly = read_students(students)
    mark = history_fit.fit(list(read_courses(courses).values()), COURSE_SCALE)
    final = final_mark.fit(yearly.records, yearly.finals)
    squares = sum(value * value for value in final.residuals) / len(final.residuals)
    return Parameters(SOURCES, mark, final, math.sqrt(squares))


def main() -> None:
    """Read the files named on the command line and write the parameters."""
    parser = argparse.ArgumentParser(description="Make the parameters of the forecast anew.")
    parser.add_argument("students", type=Path, help="CSV file of yearly marks")
    parser.add_argument("courses", type=Path, help="folder of courses")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / FILE)
    given = parser.parse_args()
    given.out.write_text(written(train(given.students, given.courses)), encoding="utf-8")


if __name__ == "__main__":
    main()
