from __future__ import annotations

import pytest

from eschool_core import calendar
from eschool_core.commands.issuing import JOURNAL, WEEKLY_SLIP, IssueDocument
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.errors import InputError, RightsError
from eschool_core.forms.content import Paper
from eschool_core.forms.remaking import journal_tables, made_again
from eschool_core.forms.weekly_slips import weekly_slips
from eschool_core.labels import Language
from eschool_core.queries.paper import paper_week
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import Period, free_period, term_period, year_period
from tests.core.commands.acts import mark
from tests.core.reports.results import set_terms
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school


@pytest.fixture
def school() -> SmallSchool:
    """The small school, built."""
    return built_school()


def command(school: SmallSchool, paper: Paper, form: str, period: Period) -> IssueDocument:
    return IssueDocument(
        form=form,
        sheet_hash=paper.hash(),
        class_id=school.classes["5А"],
        first_day=period.first_day,
        last_day=period.last_day,
        day=MONDAY,
        as_of=school.now,
    )


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    ("kind", "name"), [("term", "register"), ("year", "register"), ("free", "attendance")]
)
def test_a_report_is_made_again_whatever_its_period_and_language(
    school: SmallSchool, kind: str, name: str, language: Language
) -> None:
    term = set_terms(school)["I"]
    period = {
        "term": term_period(school.store, term, language),
        "year": year_period(school.store, MONDAY, language),
        "free": free_period(school.store, FIRST_DAY, MONDAY),
    }[kind]
    asked = Asked(period, MONDAY, school.now, school.classes["5А"], language=language)
    deputy = school.staff["deputy"]
    table = make_report(school.store, report(name, "report"), asked, deputy)
    paper = Paper((table,))
    issued = command(school, paper, name, period)
    assert made_again(school.store, issued, deputy, "ru").hash() == paper.hash()
    changed = issued.model_copy(update={"sheet_hash": "5" * 64})
    assert made_again(school.store, changed, deputy, language).hash() == paper.hash()
    with pytest.raises(RightsError):
        made_again(school.store, issued, school.staff["english"], "ru")


def test_pages_of_one_journal_and_of_all_are_made_again(school: SmallSchool) -> None:
    school.must(mark(school.lesson("5А", "Математика"), school.pupils["5А"][0], 4), "maths")
    period = free_period(school.store, FIRST_DAY, MONDAY)
    for journal_id in (0, school.journals["5А", "Математика"]):
        made = journal_tables(school.store, "5А", journal_id, period, MONDAY, "ru")
        paper = Paper(tuple(table for _, sheets in made for table in sheets))
        issued = command(school, paper, JOURNAL, period).model_copy(
            update={"object_id": journal_id}
        )
        again = made_again(school.store, issued, school.staff["deputy"], "en")
        assert again.hash() == paper.hash()
        assert len(again.tables) > (2 if journal_id == 0 else 1)


def test_a_weekly_list_is_made_again(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    filed = FilePaperApplication(
        pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 1", first_day=FIRST_DAY
    )
    application = school.must(filed, "russian")
    week = paper_week(school.store, school.classes["5А"], "5А", MONDAY, school.now)
    [slip] = weekly_slips(week)
    monday = calendar.monday_of(MONDAY)
    issued = IssueDocument(
        form=WEEKLY_SLIP,
        sheet_hash=Paper(slip=slip).hash(),
        class_id=school.classes["5А"],
        object_id=application,
        first_day=monday,
        last_day=monday + 6,
        day=MONDAY,
        as_of=school.now,
    )
    again = made_again(school.store, issued, school.staff["russian"], "ru")
    assert again.hash() == issued.sheet_hash
    for changes in ({"object_id": 1}, {"class_id": 1}, {"first_day": monday - 700}):
        with pytest.raises(InputError, match=r"paper\.not_here"):
            made_again(
                school.store, issued.model_copy(update=changes), school.staff["russian"], "ru"
            )


def test_a_form_that_is_not_known_here_is_said(school: SmallSchool) -> None:
    period = free_period(school.store, FIRST_DAY, MONDAY)
    issued = command(school, Paper(), "horoscope", period)
    with pytest.raises(InputError, match=r"paper\.not_here"):
        made_again(school.store, issued, school.staff["deputy"], "ru")
    of_nobody = command(school, Paper(), JOURNAL, period).model_copy(update={"class_id": 0})
    with pytest.raises(InputError, match=r"paper\.not_here"):
        made_again(school.store, of_nobody, school.staff["deputy"], "ru")
