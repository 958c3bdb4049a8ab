from __future__ import annotations

import ast
import importlib
from pathlib import Path
from string import Formatter

import pytest

from eschool_core.errors import InputError
from eschool_core.labels import catalogue
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check, Clause
from eschool_core.regulation.policy import PARAMETERS
from eschool_core.regulation.registry import CLAUSES, clause
from tests.repo import generate_docs
from tests.repo.marks import all_tests, marked_in
from tests.repo.scenarios import PLANNED, SITUATIONS, Scenario, scenarios
from tests.repo.security_catalogue import ROWS, THREATS, rows_of

SECTIONS = {
    "1": 4, "2": 12, "3": 6, "4": 7, "4.4": 5, "4.5": 7, "4.6": 9, "4.7": 7, "5": 3, "6": 3, "7": 1,
}  # fmt: skip
PARTS = {
    "1.2": 3, "3.1": 2, "4.2": 4, "4.4.3": 9, "4.4.4": 5, "4.4.5": 3, "4.6.4": 2, "5.3": 2,
}  # fmt: skip

ON_BREACH = {
    "refuse": """2.10/document 4.7.1/end
        1.4/scope 2.2/reason 2.10/other-child 3.1/1/issuer 3.1/2/issuer 3.1/2/slip
        3.6/mark 3.6/homework 4.1/role 4.1/acting 4.2/1/marks 4.2/2/staff 4.2/4/marks 4.4.2/clash
        4.5.1/page 4.5.1/limit 4.5.1/no-marks 4.5.1/no-homework 4.5.2/scale 4.5.2/not-begun
        4.5.5/closed 4.6.1/read-only
        4.6.4/1/unplaced 4.6.4/2/application 4.6.6/enrolment 4.7.2/bells 4.7.4/account
        2.2/self-approval 2.6/reason 2.9/release 4.4.5/1/gaps 4.5.2/mode 4.5.2/family
        4.5.5/not-begun
        4.5.5/not-over 4.5.5/gaps 4.5.5/missing 4.5.5/not-attested 4.5.5/exempt 4.5.5/reopening
        4.5.5/exam 4.5.5/retakes 4.5.5/commission 5.1/release
        5.1/fact 5.2/issuer 5.3/1/kept 5.3/2/kept""".split(),
    "flag": """4.4.4/4/blank 4.4.2/room 4.4.2/outside 4.5.1/substitution 4.5.2/roll 4.5.3/late
        2.6/deviation 4.5.5/late 4.5.5/undetermined
        4.5.3/undetermined 4.5.3/changed-late 4.5.6/topic 4.5.6/work-topic
        4.5.6/language 6.3/late""".split(),
}
# Of the school's year, duties and informing.
ON_BREACH["refuse"] += """4.3/incomplete 4.4.1/act 4.6/class-teacher 4.6.7/left-out 4.6.6/account
    2.3/deviation 2.11/addressee 2.11/member""".split()
ON_BREACH["flag"] += """4.6.6/rejected""".split()


def numbers() -> set[str]:
    whole = {f"{at}.{n}" for at, count in SECTIONS.items() for n in range(1, count + 1)}
    assert len(whole) == 64
    return whole | {f"{at}/{n}" for at, count in PARTS.items() for n in range(1, count + 1)}


def order(number: str) -> list[int]:
    return [int(step) for step in number.replace("/", ".").split(".")]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def with_remedy() -> list[str]:
    return [key for key in catalogue() if f"{key}.remedy" in catalogue()]


def test_every_clause_and_part_has_one_entry_in_the_order_of_the_regulation() -> None:
    listed = [entry.number for entry in CLAUSES]
    assert set(listed) == numbers()
    assert listed == sorted(set(listed), key=order)


def test_a_clause_is_found_by_its_number() -> None:
    assert clause("4.6.4/2").checks == (checks.GROUP_CHANGE_APPLICATION,)


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        clause("8.1")
    assert (caught.value.key, caught.value.params) == (
        "regulation.unknown_clause",
        {"number": "8.1"},
    )


def test_a_check_is_found_by_its_id() -> None:
    assert checks.check("4.5.3/late") is checks.HOMEWORK_LATE


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        checks.check("4.5.3/never")
    assert caught.value.key == "regulation.unknown_check"


@pytest.mark.parametrize("on_breach", ["refuse", "flag"])
def test_the_checks_refuse_and_flag_as_agreed(on_breach: str) -> None:
    listed = {check.id for check in checks.CHECKS if check.on_breach == on_breach}
    assert listed == set(ON_BREACH[on_breach])


def test_every_constant_stands_in_the_list_of_checks_once() -> None:
    constants = [value for value in vars(checks).values() if isinstance(value, Check)]
    assert sorted(check.id for check in checks.CHECKS) == sorted(check.id for check in constants)


def test_every_check_stands_under_its_clause_and_nowhere_else() -> None:
    listed = [(check, entry.number) for entry in CLAUSES for check in entry.checks]
    assert sorted(listed, key=str) == sorted(((c, c.clause) for c in checks.CHECKS), key=str)
    assert [
        check.id for check in checks.CHECKS if check.id.rpartition("/")[0] != check.clause
    ] == []


def test_every_clause_says_something_and_how_it_is_kept() -> None:
    assert [entry.number for entry in CLAUSES if not entry.kinds or not entry.paraphrase] == []


def test_no_two_clauses_have_the_same_paraphrase() -> None:
    assert len({entry.paraphrase for entry in CLAUSES}) == len(CLAUSES)


def test_the_policy_names_of_clauses_are_those_of_the_catalogue() -> None:
    known = {parameter.name for parameter in PARAMETERS}
    assert {name for entry in CLAUSES for name in entry.parameters} == known


def test_a_parameter_is_listed_by_the_clause_it_names() -> None:
    foreign = [
        known.name for known in PARAMETERS if known.name not in clause(known.clause).parameters
    ]
    assert foreign == []


def done() -> list[Clause]:
    return [entry for entry in CLAUSES if entry.status == "done"]


def test_what_is_done_has_a_place_that_can_be_imported() -> None:
    for entry in done():
        assert entry.place, f"{entry.number} is done nowhere"
        importlib.import_module(entry.place)


def test_what_is_done_has_a_test() -> None:
    assert [entry.number for entry in done() if not generate_docs.tests_of_clause(entry)] == []


def test_what_is_not_done_names_no_place() -> None:
    assert [entry.number for entry in CLAUSES if entry.place and entry.status != "done"] == []


def test_marks_name_clauses_and_checks_that_exist() -> None:
    known = numbers() | {check.id for check in checks.CHECKS}
    assert [test for test in all_tests() if not test.of("clause") <= known] == []


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.id)
def test_a_test_makes_every_scenario_happen(scenario: Scenario) -> None:
    tested = bool(generate_docs.tests_of_scenario(scenario))
    assert tested != (scenario.id in PLANNED), scenario.text


def test_marks_name_scenarios_that_exist() -> None:
    known = {scenario.id for scenario in scenarios()}
    assert [test for test in all_tests() if not test.of("scenario") <= known] == []


def test_every_clause_that_software_keeps_and_every_situation_has_its_scenarios() -> None:
    """The numbered headings have none of their own: their parts have."""
    rows = list(dict.fromkeys(scenario.row for scenario in scenarios()))
    named = [row for row in rows if row in SITUATIONS]
    whole = {entry.number.partition("/")[0] for entry in CLAUSES if "/" in entry.number} - {
        "1.2",
        "4.4.3",
    }
    headings = {"4.2", *(f"4.{part}" for part in range(4, 8))} | whole
    assert [row for row in rows if row not in SITUATIONS] == [
        entry.number for entry in CLAUSES if entry.number not in headings
    ]
    assert named == list(SITUATIONS)


def test_the_scenarios_of_a_row_are_numbered_from_one() -> None:
    for row in {scenario.row for scenario in scenarios()}:
        numbers = [scenario.number for scenario in scenarios() if scenario.row == row]
        assert numbers == list(range(1, len(numbers) + 1))


def test_marks_name_threats_that_exist() -> None:
    assert [test for test in all_tests() if not test.of("threat") <= set(THREATS)] == []


def test_marks_name_requirements_of_the_checklist() -> None:
    for test in all_tests():
        rows_of(test.of("asvs"))


def test_a_requirement_of_two_rows_asks_for_the_row() -> None:
    with pytest.raises(ValueError, match="66, 80"):
        rows_of(frozenset({"5.3.2"}))
    assert [row.number for row in rows_of(frozenset({"5.3.2", "row 66"}))] == [66]


def test_a_requirement_outside_the_checklist_is_refused() -> None:
    with pytest.raises(ValueError, match="none"):
        rows_of(frozenset({"99.1.1"}))


def test_the_checklist_has_its_rows_and_threats() -> None:
    assert [row.number for row in ROWS] == list(range(1, 95))
    assert list(THREATS) == [f"T{number}" for number in range(1, 28)]


def test_every_clause_check_and_parameter_has_its_texts() -> None:
    wanted = {f"{kind}.{entry.number}" for entry in CLAUSES for kind in ("clause", "says")}
    wanted |= {check.id for check in checks.CHECKS}
    wanted |= {f"{check.id}.remedy" for check in checks.CHECKS}
    wanted |= {f"policy.title.{known.name}" for known in PARAMETERS}
    wanted |= {f"policy.said.{known.name}" for known in PARAMETERS if known.kind != "choice"}
    assert sorted(wanted - set(catalogue())) == []


def test_no_title_is_left_over_from_a_clause_or_parameter_that_is_gone() -> None:
    wanted = {f"{kind}.{entry.number}" for entry in CLAUSES for kind in ("clause", "says")}
    wanted |= {f"policy.title.{known.name}" for known in PARAMETERS}
    titles = {key for key in catalogue() if key.startswith(("clause.", "says.", "policy.title."))}
    assert sorted(titles - wanted) == []


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_text_is_in_both_languages_with_the_same_blanks(key: str) -> None:
    entry = catalogue()[key]
    assert set(entry) == {"ru", "en"}
    assert all(entry.values())
    assert fields(entry["ru"]) == fields(entry["en"])


@pytest.mark.parametrize("key", sorted(with_remedy()))
def test_a_remedy_is_filled_with_what_its_message_gets(key: str) -> None:
    assert fields(catalogue()[f"{key}.remedy"]["ru"]) <= fields(catalogue()[key]["ru"])


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.id)
def test_a_refusal_or_finding_names_its_clause(check: Check) -> None:
    whole = check.clause.partition("/")[0]
    assert f"(п. {whole})" in catalogue()[check.id]["ru"]
    assert f"clause {whole})" in catalogue()[check.id]["en"]


def test_the_generated_pages_are_fresh() -> None:
    assert generate_docs.stale(generate_docs.DOCS) == []


def test_a_stale_page_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate_docs.main([], tmp_path) == 0
    assert generate_docs.main(["--check"], tmp_path) == 0
    (tmp_path / "policy.md").write_text("old", encoding="utf-8")
    assert generate_docs.main(["--check"], tmp_path) == 1
    assert "docs/policy.md is stale" in capsys.readouterr().err


def test_an_unknown_argument_writes_nothing(tmp_path: Path) -> None:
    assert generate_docs.main(["--chek"], tmp_path) == 2
    assert list(tmp_path.iterdir()) == []


def test_marks_of_function_class_module_and_parameter_are_found() -> None:
    source = """
pytestmark = [pytest.mark.threat("T1")]

@pytest.mark.clause("4.5.3")
class TestHomework:
    @pytest.mark.asvs("2.2.2")
    def test_late(self): ...

@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.clause("3.6/mark"))])
def test_one(n): ...

TestMachine = Machine.TestCase
"""
    found = {test.name: set(test.marks) for test in marked_in(ast.parse(source), "tests/test_x.py")}
    assert found == {
        "TestHomework::test_late": {("threat", "T1"), ("clause", "4.5.3"), ("asvs", "2.2.2")},
        "test_one": {("threat", "T1"), ("clause", "3.6/mark")},
        "TestMachine": {("threat", "T1")},
    }


@pytest.mark.parametrize("bad", ["number", "*numbers", "", "number='3.6'", "'3.6', number"])
def test_a_mark_that_no_page_can_show_is_refused(bad: str) -> None:
    source = f"@pytest.mark.clause({bad})\ndef test_x(): ..."
    with pytest.raises(ValueError, match=r"tests/test_x\.py:1"):
        marked_in(ast.parse(source), "tests/test_x.py")
