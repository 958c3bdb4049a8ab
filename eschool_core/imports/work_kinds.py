"""Kinds of work by the words that teachers write in their plans."""

from __future__ import annotations

import re

from eschool_core.domain.enums import WorkKind

_WORDS = (
    # The rarer word first: a «контрольный диктант» is a dictation.
    (WorkKind.DICTATION, r"диктант\w*|dictation\b"),
    (WorkKind.ESSAY, r"сочинени\w*|изложени\w*|эссе\b|essay\b"),
    (WorkKind.LABORATORY, r"лабораторн\w*|л\.? ?/? ?р\b\.?|lab(?:oratory)?\b"),
    (WorkKind.TEST, r"контрольн\w*|к\.? ?/? ?р\b\.?|зач[её]т\w*|тест\w*|впр\b|test\b|exam\b"),
    (WorkKind.PRACTICAL, r"практи\w*|п\.? ?/? ?р\b\.?|пр\.? ?р\b\.?|practical\b"),
    (WorkKind.INDEPENDENT, r"самостоятельн\w*|с\.? ?/? ?р\b\.?|проверочн\w*|independent\b"),
    (WorkKind.PROJECT, r"проект\w*|project\b"),
    (WorkKind.HOMEWORK, r"домашн\w*|homework\b"),
    (WorkKind.ORAL, r"устн\w*|опрос\w*|доклад\w*|сообщени\w*|oral\b"),
    (WorkKind.CLASSWORK, r"классн\w*|работа на уроке|classwork\b"),
)
_TOPICS = (
    (WorkKind.DICTATION, r"(?:контрольный |словарный )?диктант\b"),
    (WorkKind.ESSAY, r"(?:контрольное |обучающее |сжатое )?(?:сочинение|изложение)\b"),
    (
        WorkKind.TEST,
        r"(?:(?:административн|итогов|годов|входн|стартов|диагностическ)\w+ )?"
        r"контрольн(?:ая|ые) работ\w+|к/р\b",
    ),
    (WorkKind.LABORATORY, r"лабораторн(?:ая|ые) работ\w+|л/р\b"),
    (WorkKind.PRACTICAL, r"практическ(?:ая|ие) работ\w+|п/р\b"),
    (WorkKind.INDEPENDENT, r"(?:самостоятельн|проверочн)(?:ая|ые) работ\w+|с/р\b"),
)
_IN_CELL = tuple((kind, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for kind, words in _WORDS)
_IN_TOPIC = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _TOPICS)


def work_kind(text: str) -> WorkKind | None:
    """Return the kind that a cell «вид работы» names, or None.

    >>> work_kind("Контрольная работа № 2"), work_kind("урок открытия нового знания")
    (<WorkKind.TEST: 5>, None)
    """
    return next((kind for kind, words in _IN_CELL if words.search(text)), None)


def kind_of_topic(topic: str) -> WorkKind | None:
    """Return the kind of a topic that begins with the name of a work, or None.

    A topic about a work is not one.

    >>> kind_of_topic("Контрольная работа № 2 «Дроби»"), kind_of_topic("Анализ контрольной работы")
    (<WorkKind.TEST: 5>, None)
    """
    return next((kind for kind, words in _IN_TOPIC if words.match(topic)), None)
