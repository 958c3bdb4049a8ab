"""Names of weekdays in the languages of the schools that make timetables."""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^\W\d_]+")
_WEEKS = (
    # Monday to Sunday; the short forms after the full ones.
    "понедельник пн пон понед|вторник вт втор|среда ср сред|четверг чт чет четв|пятница пт пят"
    "|суббота сб суб субб|воскресенье вс вск воскр",
    "понеделник пн|вторник вт|сряда ср|четвъртък чт|петък пт|събота сб|неделя нд",
    "понеділок пн|вівторок вт|середа ср|четвер чт|пятниця пт|субота сб|неділя нд",
    "понедельник|вторник|серада|чацвер|пятница|субота|нядзеля",
    "дүйсенбі|сейсенбі|сәрсенбі|бейсенбі|жұма|сенбі|жексенбі",
    "дүшәмбе|сишәмбе|чәршәмбе|пәнҗешәмбе|җомга|шимбә|якшәмбе",
    "monday mon mo|tuesday tue tues tu|wednesday wed we|thursday thu thur thurs th"
    "|friday fri fr|saturday sat sa|sunday sun su",
    "montag mo|dienstag di|mittwoch mi|donnerstag do|freitag fr|samstag sonnabend sa|sonntag so",
    "lunes lun lu l|martes mar ma|miércoles mié mi x|jueves jue ju j|viernes vie vi v"
    "|sábado sáb sa s|domingo dom do d",
    "dilluns dl|dimarts dt|dimecres dc|dijous dj|divendres dv|dissabte ds|diumenge dg",
    "lunedì lun lu|martedì mar ma|mercoledì mer me|giovedì gio gi|venerdì ven ve|sabato sab sa"
    "|domenica dom do",
    "lundi lun lu l|mardi mar ma|mercredi mer me|jeudi jeu je j|vendredi ven ve v"
    "|samedi sam sa s|dimanche dim di d",
    "segunda seg|terça ter|quarta qua|quinta qui|sexta sex|sábado sáb|domingo dom",
    "luni lun lu|marți mar ma|miercuri mie mi|joi jo|vineri vin vi|sâmbătă sâm sâ|duminică dum du",
    "δευτέρα δευ δε|τρίτη τρι τρ|τετάρτη τετ τε|πέμπτη πεμ πε|παρασκευή παρ πα|σάββατο σαβ σα"
    "|κυριακή κυρ κυ",
    "poniedziałek pon pn|wtorek wt|środa śr|czwartek czw cz|piątek pt pią|sobota sob sb"
    "|niedziela ndz nd",
    "pondělí po|úterý út|středa st|čtvrtek čt|pátek pá|sobota so|neděle ne",
    "hétfő h|kedd k|szerda sz|csütörtök cs|péntek p|szombat szo|vasárnap v",
    "maanantai ma|tiistai ti|keskiviikko ke|torstai to|perjantai pe|lauantai la|sunnuntai su",
    "pazartesi pzt|salı sal|çarşamba çar|perşembe per|cuma cum|cumartesi cmt|pazar paz",
    "senin|selasa|rabu|kamis|jumat|sabtu|minggu",
    "الإثنين اثنين|الثلاثاء ثلاثاء|الأربعاء أربعاء|الخميس خميس|الجمعة جمعة|السبت سبت|الأحد أحد",
)


def weekdays_of(names: tuple[str, ...]) -> tuple[int, ...] | None:
    """Return the weekday (0 = Monday) of each name, or None unless one language knows them all.

    A name may carry more than the weekday: ``А-Понедельник``, ``Monday2``, ``Δευτέρα 7/9``.

    >>> weekdays_of(("А-Среда", "В-Суббота")), weekdays_of(("Di", "Do")), weekdays_of(("Day 1",))
    ((2, 5), (1, 3), None)
    """
    words = [words_of(name) for name in names]
    for language in _VOCABULARIES:
        found = [
            next((language[word] for word in these if word in language), None) for these in words
        ]
        days = tuple(day for day in found if day is not None)
        if len(days) == len(names) and not _is_accident(days):
            return days
    return None


def _is_accident(days: tuple[int, ...]) -> bool:
    """Tell whether a letter that all names share was taken for a weekday: D1, D2, D3."""
    return len(days) > 2 and len(set(days)) == 1


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents and digits."""
    decomposed = unicodedata.normalize("NFD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return tuple(_WORDS.findall(plain))


def _vocabulary(week: str) -> dict[str, int]:
    days = week.split("|")
    return {word: day for day, forms in enumerate(days) for word in words_of(forms)}


_VOCABULARIES = tuple(_vocabulary(week) for week in _WEEKS)
