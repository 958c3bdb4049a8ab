from __future__ import annotations

import pytest

from eschool_core.commands.school import TurnDay
from tests.clients.conftest import Terminal
from tests.core.commands.acts import homework
from tests.school import MONDAY, clock


@pytest.fixture
def found(terminal: Terminal) -> Terminal:
    school = terminal.world.school
    terminal.world.people["head"] = school.staff["head"]
    folder = terminal.home / "head"
    folder.mkdir()
    (folder / "profile.json").write_text("{}", encoding="utf-8")
    school.must(homework(school.lesson("5А", "Математика")), "maths", at=clock(MONDAY, 22))
    school.must(TurnDay(day=MONDAY + 1), at=clock(MONDAY + 1, 0))
    school.now = clock(MONDAY + 1, 9)
    return terminal


@pytest.mark.clause("5.1")
def test_a_check_from_draft_to_answer_at_the_terminal(found: Terminal) -> None:
    found.shown("inspection", "draft", "Ведение журналов", "--from", "01.09.2026", who="deputy")
    [check] = found.json("inspection", "list", who="deputy")
    assert "items" not in check
    number = str(check["inspection_id"])
    found.shown("inspection", "add", number, "Maths", "Мало отметок", "--fact", who="deputy")
    refused = found.run("inspection", "release", number, who="deputy")
    assert refused.exit_code == 3
    assert "нет справки или приказа (п. 5.1)" in refused.output
    found.shown("inspection", "note", number, "3-с", "--due", "20.09.2026", who="deputy")
    found.shown("inspection", "order", number, "17-о", who="head")
    assert "Объявленных результатов для Вас нет." in found.shown("inspection", "mine")
    found.shown("inspection", "release", number, who="deputy")
    mine = found.json("inspection", "mine")
    late = next(item for item in mine if item["check"] == "4.5.3/late")
    result = str(late["item_id"])
    found.shown("inspection", "sign", result, "--objection", "Не было связи")
    assert found.run("inspection", "remedy", result, "Задал").exit_code == 3
    shown = found.shown("inspection", "show", number, who="deputy")
    assert "Возражение: Не было связи" in shown
    assert "справка 3-с от 08.09; приказ 17-о от 08.09, Head А." in shown
    assert "Мало отметок" in found.shown("inspection", "mine")
