"""Which passwords may be chosen, and how they are kept (SECURITY rows 33, 34, 40)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import InputError
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.common_passwords import is_common, names_its_owner
from eschool_sync.server.passwords import PasswordCost, Passwords, check_new_password

CHEAP = PasswordCost(memory_kib=64, passes=1, lanes=1)
OWNER = ("4000-0400", "Иванова", "Анна", "Петровна", "Школа № 14")
GOOD = "тихий омут у моста"


def refusal(password: str) -> str:
    try:
        check_new_password(password, OWNER)
    except InputError as error:
        return error.key
    return ""


@pytest.mark.asvs("6.2.1")
@pytest.mark.asvs("6.2.9")
@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("мост8ом", "input.passphrase_short"),
        ("мост8ому", ""),
        ("реки и мосты " * 4 + "зимой у леса", ""),
        ("у" + "лодка " * 20 + "и вёсла", ""),
        ("ж" * 1_025, "input.passphrase_long"),
    ],
    ids=[7, 8, 64, 128, 1025],
)
def test_eight_characters_are_enough_and_many_are_welcome(password: str, expected: str) -> None:
    assert refusal(password) == expected


@pytest.mark.asvs("6.2.5")
@pytest.mark.parametrize(
    "password",
    ["только буквы тихо", "ТОЛЬКО ЗАГЛАВНЫЕ ТУТ", "83920174650238", "🦊 лиса и ёж 🦔", "кот  "],
)
def test_no_kind_of_character_is_asked_for_or_forbidden(password: str) -> None:
    assert refusal(password) == ("input.passphrase_short" if len(password) < 8 else "")


@pytest.mark.asvs("6.2.8")
def test_a_password_is_taken_whole_and_as_typed() -> None:
    passwords = Passwords(SeededRandom(1), CHEAP)
    long = GOOD + "!" * 500
    stored = passwords.hashed(long)
    assert passwords.matches(stored, long)
    for other in (long[:-1], long.upper(), long + " ", long.strip("!"), f" {long}"):
        assert not passwords.matches(stored, other)
    # «й» of two keyboards is one letter.
    assert passwords.matches(passwords.hashed("чай и бублики"), "чай и бублики")


@pytest.mark.asvs("6.2.4")
@pytest.mark.parametrize(
    "password",
    """password 12345678 baseball qwertyuiop 1qaz2wsx trustno1 sunshine iloveyou starwars
    11111111 1q2w3e4r q1w2e3r4t5 asdfasdf 87654321 abcd1234 qazwsxedc password1 qwerty123 12341234
    liverpool passw0rd 11223344 blink182 147258369 zaq12wsx 00000000 lovelove fktrcfylh
    123654789 01011990 1234abcd metallica letmein1 ghbdtnbr vfvjxrf1 cdtnkfyf dbrnjhbz manchester
    qwerty12345 1029384756 123123123 Пароль2026! йцукенгш любимая12 спартак1922 наташа1985
    31.12.1999 20011231 superman7 michael1 chelsea123 1q2w3e4r5t6y basketball 999999999""".split(),
)
def test_what_a_guesser_tries_first_is_refused(password: str) -> None:
    """All of the first three thousand of a public list that are long enough, and their kin."""
    assert is_common(password)
    assert refusal(password) in ("input.password_common", "input.password_named")


@pytest.mark.asvs("6.1.2")
@pytest.mark.asvs("6.2.11")
@pytest.mark.parametrize(
    "password",
    ["школа №14", "Школа2026", "shkola14", "лицей-14", "Иванова1985", "ivanova85", "bdfyjdf85",
     "4000-0400", "Петровна7", "дневник7А", "учитель!", "eschool26"],
)  # fmt: skip
def test_what_everybody_in_the_school_knows_is_refused(password: str) -> None:
    assert names_its_owner(password, OWNER) or is_common(password)
    assert refusal(password) in ("input.password_named", "input.password_common")


@pytest.mark.asvs("6.2.4")
@pytest.mark.parametrize(
    "password",
    [GOOD, "correct horse battery staple", "кот ест рыбу ночью", "Zs7-fKqp-11x", "vodopad na reke",
     "зелёный чайник 88", "g7Kd9_zp", "Бегемот на скрипке", "Анна любит старые мосты"],
)  # fmt: skip
def test_a_phrase_of_ones_own_passes(password: str) -> None:
    assert refusal(password) == ""


@given(st.text(max_size=300))
def test_any_text_at_all_is_judged(password: str) -> None:
    refusal(password)


@pytest.mark.asvs("11.4.2")
def test_a_password_is_kept_as_argon2id_above_the_least_cost() -> None:
    stored = Passwords(SeededRandom(1)).hashed(GOOD)
    assert stored.startswith("$argon2id$v=19$")
    cost = dict(part.split("=") for part in stored.split("$")[3].split(","))
    assert int(cost["m"]) >= 19 * 1024
    assert int(cost["t"]) >= 2
    assert int(cost["p"]) >= 1
    assert GOOD not in stored


@pytest.mark.asvs("11.4.2")
def test_a_hash_of_an_earlier_cost_is_known_for_one_and_still_opens() -> None:
    old, new = (
        Passwords(SeededRandom(1), CHEAP),
        Passwords(SeededRandom(2), PasswordCost(128, 1, 1)),
    )
    stored = old.hashed(GOOD)
    assert new.matches(stored, GOOD)
    assert new.is_outdated(stored)
    assert not new.is_outdated(new.hashed(GOOD))


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$v=19$m=64,t=1,p=1$"])
def test_what_is_no_hash_opens_nothing(stored: str) -> None:
    assert not Passwords(SeededRandom(1), CHEAP).matches(stored, GOOD)
