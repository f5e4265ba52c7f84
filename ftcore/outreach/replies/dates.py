"""From which day somebody says to be available: "lundi", "pas avant janvier", "à partir du 15/12".

`dateparser` reads the day, but takes a millisecond to do so: it is only asked about the few words that a
cheap pattern has found, and remembers what it said of them that day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import dateparser

from ftcore.outreach.replies.possible import Possible

_MONTHS = (
    r"janv(?:ier)?|fevr(?:ier)?|fev|mars|avril|avr|mai|juin|juillet|juil|aout|sept(?:embre)?|oct(?:obre)?"
    r"|nov(?:embre)?|dec(?:embre)?"
)
_FULL = {"janv": "janvier", "fevr": "fevrier", "fev": "fevrier", "avr": "avril", "juil": "juillet", "sept": "septembre",
         "oct": "octobre", "nov": "novembre", "dec": "decembre"}  # fmt: skip
_DAYS = r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
_COUNT = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "huit": 8,
    "dix": 10,
    "quinze": 15,
}
_DAY = re.compile(
    rf"(?P<until>jusqu ?(?:au|a|en|'au|'a|'en)? ?(?:la )?|\bapres (?:le )?|\b(?:termine|fini|finit|finira|acheve"
    rf"|expire) (?:le |au )?)?(?:"
    rf"\b(?P<figures>\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-](?:20)?\d{{2}})?)(?![\d/h%€])"
    rf"|\b(?P<day>\d{{1,2}}|1er|premier) (?P<of>{_MONTHS})\b(?: (?P<year>20\d\d))?"
    rf"|\b(?P<part>debut|mi|fin|courant)[ -](?:du mois de |de |d')?(?P<month_part>{_MONTHS})\b"
    rf"|\b(?P<month>{_MONTHS})\b(?: (?P<month_year>20\d\d))?"
    rf"|\b(?P<weekday>{_DAYS})(?P<next> prochain| pro\b)?(?! dernier)"
    r"|\b(?P<soon>apres[ -]demain|demain|2m1|dem1|dmain)\b"
    r"|\b(?P<now>tout de suite|de suite|immediatement|des maintenant|des aujourd'?hui|maintenant|mtn|asap"
    r"|aujourd'?hui|des que possible)\b"
    r"|\b(?P<week>semaine pro(?:chaine)?|sem pro(?:chaine)?)\b|\b(?P<next_month>mois pro(?:chain)?)\b"
    r"|\b(?P<next_year>annee prochaine)\b|\b(?P<month_end>(?P<which>debut|fin) (?:du|de) mois|fin du mois)\b"
    r"|\bdans (?P<count>\d{1,2}|un|une|deux|trois|quatre|cinq|six|huit|dix|quinze) (?P<unit>jours?|jrs?"
    r"|semaines?|sem|mois)\b"
    rf"|\b(?:le|du|au) (?P<alone>\d{{1,2}}|1er)\b(?! ?(?:{_MONTHS}|h\b|heures?|euros?|€|km|ans|%|eme|e\b|%"
    rf"|:|\d|[/.-]\d))"
    r")"
)
# What says that the day is a first day of work, and no hour to be called at.
_CUE = re.compile(
    r"partir d|compter d|pas (?:\w+ ){0,4}avant|avant (?:le |la |l'|fin |debut |mi)|\bdes (?:le |la |l'"
    r"|demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|maintenant"
    r"|aujourd|que|debut|janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)|dispo|libre|commenc|demarr"
    r"|debut|jusqu|pret|reprendre|embauch|bosser|travailler|demain"
)
_RANGE_FROM = re.compile(r"partir d|compter d|pas (?:\w+ ){0,4}avant|\bdes ")
_POSSIBLE = Possible({"day": _DAY.pattern, "cue": _CUE.pattern, "range": _RANGE_FROM.pattern})


def first_day(text: str, now: datetime, *, only_said: bool) -> date | None:
    """The first day named in a folded message; with `only_said`, only one that is said to be a beginning.

    `now` is the moment in naive UTC; a weekday is the next one after it, a month its first day to come.
    """
    possible = _POSSIBLE.within(text)
    if "day" not in possible or (only_said and not ("cue" in possible and _CUE.search(text))):
        return None
    starts = _RANGE_FROM.search(text) if "range" in possible else None
    found = (_DAY.search(text, starts.start()) if starts else None) or _DAY.search(text)
    if found is None:
        return None
    day = _resolved(_span(found), now.date())
    if day is not None and found["until"]:
        return day + timedelta(days=1)
    return day


def _span(found: re.Match[str]) -> str:
    """The words for `dateparser`, or a shorthand of ours where it knows none: `=first week`."""
    of = found.groupdict()
    if of["figures"]:
        return of["figures"].replace(".", "/").replace("-", "/")
    if of["day"]:
        day = "1" if of["day"] in ("1er", "premier") else of["day"]
        return " ".join(filter(None, (day, _month(of["of"]), of["year"])))
    if of["month_part"]:
        month = _month(of["month_part"])
        if of["part"] == "fin":
            # Whoever says "fin mars" is free by its last day, and perhaps not before.
            return f"=end {month}"
        return f"{15 if of['part'] == 'mi' else 1} {month}"
    if of["month"]:
        return " ".join(filter(None, ("1", _month(of["month"]), of["month_year"])))
    if of["soon"]:
        return "=2" if of["soon"].startswith("apres") else "=1"
    if of["now"]:
        return "=0"
    if of["count"]:
        count = _COUNT.get(of["count"]) or int(of["count"] if of["count"].isdigit() else 1)
        unit = "mois" if of["unit"] == "mois" else "semaines" if of["unit"].startswith("sem") else "jours"
        return f"dans {count} {unit}"
    for name in ("week", "next_month", "next_year"):
        if of[name]:
            return f"={name}"
    if of["month_end"]:
        return "=month_end" if of["month_end"].startswith("fin") else "=next_month"
    if of["alone"]:
        return f"=day {of['alone'].removesuffix('er')}"
    return of["weekday"] or ""


def _month(name: str) -> str:
    return _FULL.get(name, name)


@lru_cache(maxsize=5_000)
def _resolved(span: str, today: date) -> date | None:
    """The day that the words mean, seen from `today`, or None for what is no day ("31/02")."""
    if span.startswith("="):
        return _counted(span[1:], today)
    with_year = re.search(r"20\d\d|/\d+/", span)
    found = dateparser.parse(
        span,
        languages=["fr"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, time()),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
            "STRICT_PARSING": False,
        },
    )
    if found is None:
        return None
    day = found.date()
    if not with_year and day < today and "dans" not in span:
        try:
            day = day.replace(year=today.year + 1)
        except ValueError:
            return None
    # A first day of work lies ahead, and not years away: "02/03/1985" is a birthday.
    return day if today <= day <= today + timedelta(days=800) else None


def _counted(what: str, today: date) -> date | None:
    if what.isdigit():
        return today + timedelta(days=int(what))
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    if what == "week":
        return today + timedelta(days=7 - today.weekday())
    if what == "next_month":
        return next_month
    if what == "next_year":
        return date(today.year + 1, 1, 1)
    if what == "month_end":
        return next_month - timedelta(days=1)
    if what.startswith("end "):
        first = _resolved(f"1 {what.removeprefix('end ')}", today)
        if first is None:
            return None
        # In December, "fin décembre" is this year's, although its first day is past.
        if first > today and first.month == today.month:
            first = first.replace(year=today.year)
        return (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    wanted = int(what.removeprefix("day "))
    for month in (today.replace(day=1), next_month):
        try:
            day = month.replace(day=wanted)
        except ValueError:
            continue
        if day >= today:
            return day
    return None
