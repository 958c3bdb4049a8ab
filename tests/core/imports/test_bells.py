from __future__ import annotations

import pytest

from eschool_core.errors import InputError
from eschool_core.imports.bells import read_bells

HEADER = "Урок;Начало;Конец\n"


def test_bells_are_read_in_the_words_of_schools() -> None:
    periods = read_bells((HEADER + "1;8:30;9:10\n2;09:20;10:00\n").encode())
    assert [(one.number, one.name, one.start_minute, one.end_minute) for one in periods] == [
        (0, "1", 510, 550),
        (1, "2", 560, 600),
    ]


def test_english_headers_and_commas_do() -> None:
    [period] = read_bells(b"period,start,end\n3,23:00,23:59\n")
    assert (period.number, period.start_minute, period.end_minute) == (2, 1380, 1439)


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ("1;25:00;26:00\n", "import.bells_time"),
        ("1;8:60;9:10\n", "import.bells_time"),
        ("1;;9:10\n", "import.bells_time"),
        ("0;8:30;9:10\n", "import.bells_period"),
        ("21;8:30;9:10\n", "import.bells_period"),
        ("один;8:30;9:10\n", "import.bells_period"),
        ("1;9:10;8:30\n", "import.bells_order"),
        ("1;8:30;8:30\n", "import.bells_order"),
        ("1;8:30;9:10\n2;9:00;9:40\n", "import.bells_order"),
        ("2;8:30;9:10\n1;9:20;10:00\n", "import.bells_order"),
        ("1;8:30;9:10\n1;9:20;10:00\n", "import.bells_order"),
        ("", "import.bells_order"),
    ],
)
def test_bells_that_cannot_be_are_refused(rows: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read_bells((HEADER + rows).encode())
    assert caught.value.key == key


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read_bells("Фамилия;Имя\nИванов;Пётр\n".encode())
    assert caught.value.key == "import.header_missing"
