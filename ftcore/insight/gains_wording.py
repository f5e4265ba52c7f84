"""What the gains say, in French sentences written from the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftcore.insight.baselines import KINDS, Baseline, Kind
from ftcore.insight.gains import Measured, Spread
from ftcore.insight.wording import NARROW, counted, euros, instant, minutes, number

if TYPE_CHECKING:
    import pandas as pd


def hours(value: float) -> str:
    """A duration in minutes as hours of work: "128 h", "−3 h", "40 min"."""
    sign = "−" if value < 0 else ""
    return sign + (minutes(abs(value)) if abs(value) < 600 else f"{number(round(abs(value) / 60))} h")


def hours_range(spread: Spread) -> str:
    return f"de {hours(spread.low)} à {hours(spread.high)}"


def money(value: float) -> str:
    """An amount; whole euros from 100 on."""
    sign = "−" if value < 0 else ""
    return sign + (f"{number(round(abs(value)))}{NARROW}€" if abs(value) >= 100 else euros(abs(value)))


def money_range(spread: Spread) -> str:
    return f"de {money(spread.low)} à {money(spread.high)}"


def amount(value: float) -> str:
    """An assumed value as it was typed: "7", "0,05", "12 000"."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.replace(",", NARROW).replace(".", ",")


def finding(saved: Spread) -> str:
    """What may be said of the time: nothing, where the interval holds zero."""
    if saved.low > 0:
        return f"L'outil fait gagner du temps : environ {hours(saved.median)}"
    if saved.high < 0:
        return f"L'outil coûte du temps : environ {hours(-saved.median)}"
    return "On ne peut pas dire si l'outil fait gagner du temps"


def sentence(found: dict[str, Spread], measured: Measured) -> str:
    """The result in one sentence, with its uncertainty and what it is for one contact."""
    saved = found["minutes_saved"]
    each = saved.median / measured.contacts
    told = (
        f"Pour {counted(measured.contacts, 'contact')}, {hours(found['minutes_without'].median)} de travail sans "
        f"l'outil, {hours(found['minutes_with'].median)} avec : soit {minutes(abs(each))} "
        f"{'gagnées' if each >= 0 else 'perdues'} par contact."
    )
    if saved.low <= 0 <= saved.high:
        told += " L'intervalle contient zéro : mesurez d'abord l'hypothèse qui pèse le plus."
    return told


def heaviest_title(table: pd.DataFrame) -> str:
    """Which assumption weighs most on the time saved."""
    if table.empty:
        return "Aucune hypothèse ne pèse sur le temps gagné"
    return f"« {KINDS[table['name'].iloc[0]].label} » pèse le plus sur le résultat"


def heaviest(table: pd.DataFrame) -> str:
    """How much it weighs, and what to measure first."""
    if table.empty:
        return "Les hypothèses de temps n'ont pas de fourchette : le résultat paraît plus sûr qu'il ne l'est."
    first = table.iloc[0]
    low, high = sorted((first["at_low"], first["at_high"]))
    return (
        f"Entre son bas et son haut, le temps gagné va de {hours(low)} à {hours(high)} ; elle fait "
        f"{100 * first['part']:.0f}{NARROW}% de l'incertitude. C'est elle qu'il faut mesurer en premier."
    )


def measured_lines(measured: Measured) -> list[tuple[str, str]]:
    """What was counted, a line each."""
    told = (
        euros(measured.told_cost)
        if not measured.unpriced
        else f"{euros(measured.told_cost)} + {counted(measured.unpriced, 'partie')} sans prix"
    )
    return [
        ("Campagnes", number(measured.campaigns)),
        ("Contacts (personne × offre)", number(measured.contacts)),
        ("Personnes différentes", number(measured.people)),
        ("Échanges repris à la main", number(measured.by_hand)),
        ("SMS partis", number(measured.messages)),
        ("  dont écrits par l'automate", number(measured.by_automaton)),
        ("  dont écrits à la main", number(measured.by_people)),
        ("Parties de SMS facturées", number(measured.parts)),
        ("Coût dit par l'opérateur", told),
        ("Échanges avec une décision", number(measured.decided)),
        ("Personnes qualifiées", number(measured.qualified)),
        ("Personnes mises en relation", number(measured.introduced)),
    ]


def version(each: Baseline) -> str:
    return "programme" if each.changed_utc is None else f"{each.version}, {instant(each.changed_utc)}"


def history(each: Baseline, kind: Kind) -> str:
    """One version in the history of an assumption."""
    values = " – ".join(amount(bound) for bound in (each.low, each.value, each.high)) + f" {kind.unit}"
    who = "programme" if each.changed_utc is None else f"{instant(each.changed_utc)}, par {each.changed_by}"
    return f"Version {each.version} ({who}) : {values}. {each.source}"
