"""Figures, rates, durations and instants as they are written on screen, in French."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from ftcore.insight.metrics import Rate

PARIS = ZoneInfo("Europe/Paris")
NARROW = "\u202f"
_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def paris(value: datetime) -> datetime:
    """A naive UTC instant on the clocks of Paris."""
    return value.replace(tzinfo=UTC).astimezone(PARIS)


def number(value: float) -> str:
    """A number with narrow spaces by thousands and a decimal comma: "12 480", "2,5"."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return text.replace(",", NARROW).replace(".", ",")


def counted(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 personne", "0 réponse", "12 480 personnes". Under two, French is singular."""
    return f"{number(value)} {one if abs(value) < 2 else many or one + 's'}"


def euros(value: Decimal | float) -> str:
    """An amount in euros: "3,70 €", "1 200,00 €"."""
    return f"{value:,.2f}".replace(",", NARROW).replace(".", ",") + f"{NARROW}€"


def percent(share: float) -> str:
    """A share (0..1) as a whole percentage: "46 %"."""
    return f"{100 * share:.0f}{NARROW}%"


def rate(value: Rate) -> str:
    """A rate with its base and its 95 % interval: "46 % (n = 310, IC 41–52 %)"."""
    if value.value is None:
        return "aucune donnée"
    if value.too_few:
        return f"trop peu (n = {number(value.base)})"
    return f"{percent(value.value)} (n = {number(value.base)}, IC {interval(value)})"


def interval(value: Rate) -> str:
    """The 95 % interval of a rate: "41–52 %"."""
    return f"{100 * value.low:.0f}–{percent(value.high)}"


def signed(value: float) -> str:
    """A difference with its sign: "+12", "−3"."""
    return ("+" if value > 0 else "−" if value < 0 else "") + number(abs(value))


def points(share: float) -> str:
    """A difference of shares in points: "+8,4 points", "−1,0 point"."""
    return f"{bare_points(share)} {'point' if abs(round(100 * share, 1)) < 2 else 'points'}"


def bare_points(share: float) -> str:
    """The same without its noun: "+8,4"."""
    value = round(100 * share, 1)
    return ("+" if value > 0 else "−" if value < 0 else "") + f"{abs(value):.1f}".replace(".", ",")


def minutes(value: float) -> str:
    """A duration in minutes as people say it: "19 min", "2 h 10", "3 j"."""
    whole = round(value)
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        hours, rest = divmod(whole, 60)
        return f"{hours} h {rest:02d}" if rest else f"{hours} h"
    return f"{round(whole / 1440)} j"


def day(value: date) -> str:
    """A day: "lun. 23 nov."."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


def instant(value: datetime) -> str:
    """A naive UTC instant in Paris: "lun. 23 nov., 14:05"."""
    local = paris(value)
    return f"{day(local.date())}, {local:%H:%M}"
