from eschool_core.sample.bells import first_shift, second_shift
from eschool_core.sample.people import sample_roster
from eschool_core.sample.placement import place
from eschool_core.sample.plan import sample_plan
from eschool_core.sample.staffing import class_teachers
from eschool_core.sample.timetable import SchoolSize, sample_timetable
from eschool_core.sample.year import (
    BreakDates,
    SchoolYear,
    TermDates,
    days_off,
    school_year,
    working_weekends,
)

__all__ = [
    "BreakDates",
    "SchoolSize",
    "SchoolYear",
    "TermDates",
    "class_teachers",
    "days_off",
    "first_shift",
    "place",
    "sample_plan",
    "sample_roster",
    "sample_timetable",
    "school_year",
    "second_shift",
    "working_weekends",
]
