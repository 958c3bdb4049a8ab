"""The language warning of clause 4.5.6: does an entry look as if it were not in Russian?"""

from __future__ import annotations

import re
import unicodedata

MIN_LETTERS = 15

_CYRILLIC = re.compile("[\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]")
_CODE_SIGN = re.compile(r"[=<>{}\\_^|$@#~`]|[^\W\d_][(\[]|//|;\s*$")
_INNER_CAPITAL = re.compile("[A-Za-z][A-Z]")  # NaOH, camelCase
_WORD = re.compile(r"[^\W\d_]+(?:['’‐-][^\W\d_]+)*")
_EDGES = ".,;:!?…\"'«»“”„‘’()–—-/*+"
# What references to exercises and formulas are made of, in the languages that schools teach.
_REFERENCE_WORDS = frozenset(
    "ab act aufgabe aufgaben book buch chapter ch ex exs exercise exercises exercice exercices "
    "grammar hw kb kursbuch lecon leçon lektion lesson livre module no nr page pages pb pg pp "
    "sb section seite seiten sheet step student students student's task tasks test text unit "
    "units üb übung übungen wb work workbook worksheet arbeitsbuch "
    "arccos arcctg arcsin arctan arctg cos cot ctg div exp lim ln log lg max min mod sin sqrt "
    "tan tg".split()
)


def looks_foreign(text: str, min_letters: int = MIN_LETTERS) -> bool:
    """Return True for prose of at least ``min_letters`` letters without one Cyrillic letter.

    Numbers, formulas, code, addresses and references to exercises are not prose: their letters
    do not count. The subject does not matter, foreign languages included.

    Source: clause 4.5.6.

    >>> looks_foreign("Past Simple and Past Continuous")
    True
    >>> looks_foreign("Workbook p. 12 ex. 4, Student's Book p. 45 ex. 3")
    False
    """
    normal = unicodedata.normalize("NFC", text)
    if _CYRILLIC.search(normal):
        return False
    letters = sum(_prose_letters(line) for line in normal.splitlines())
    return letters >= min_letters


def _prose_letters(line: str) -> int:
    words = line.split()
    if _CODE_SIGN.search(line) or _is_statement(words):
        return 0
    return sum(_word_letters(word.strip(_EDGES)) for word in words)


def _is_statement(words: list[str]) -> bool:
    """Tell lines of code that carry no sign: imports, queries, blocks, results."""
    if len(words) > 1 and words[0] in ("import", "from"):
        return len(words) == 2 or words[2] in ("as", "import")
    if words and words[0] in ("begin", "end", "end.", "return"):
        return True
    return "SELECT" in words and "FROM" in words


def _word_letters(word: str) -> int:
    if len(word) < 2 or not _WORD.fullmatch(word) or word.lower() in _REFERENCE_WORDS:
        return 0
    if _INNER_CAPITAL.search(word) and not word.isupper():
        return 0
    return sum(character.isalpha() for character in word)
