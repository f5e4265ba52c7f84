"""Comparing groups by a rate: agencies, occupations, offers, wordings. Never counselors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ftcore.insight import palette, wording
from ftcore.insight.metrics import FEW, Rate, differ
from ftcore.insight.palette import Colour

MOST_BARS = 12


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate that groups are compared by: the columns of its count and base, and how it is said."""

    label: str
    count: str
    base: str
    base_label: str
    formula: str
    more: str
    """What the group with the highest rate does, as in "« Serveur » répond plus"."""
    colour: Colour


MEASURES: dict[str, Measure] = {
    "reponse": Measure("Réponse", "replied", "delivered", "Jointes", "ont répondu ÷ jointes", "répond plus",
                       palette.REPLIED),
    "interet": Measure("Intérêt", "interested", "replied", "Ont répondu", "intéressées ÷ ont répondu",
                       "est plus souvent intéressé", palette.INTERESTED),
    "relation": Measure("Mise en relation", "introduced", "delivered", "Jointes", "mises en relation ÷ jointes",
                        "mène plus souvent à une mise en relation", palette.INTRODUCED),
    "remise": Measure("Remise", "delivered", "sent", "SMS envoyé", "jointes ÷ personnes à qui un SMS est parti",
                      "est mieux joint", palette.DELIVERED),
    "stop": Measure("STOP", "opted_out", "delivered", "Jointes", "ont répondu STOP ÷ jointes",
                    "dit plus souvent STOP", palette.OPTED_OUT),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """One bar: an agency, an occupation, an offer or a wording, with its rate."""

    key: str
    label: str
    rate: Rate


def rates(counts: Sequence[int], bases: Sequence[int]) -> list[Rate]:
    """Rates with their Wilson intervals, all at once: as `metrics.rate`, for hundreds of groups."""
    if not len(counts):
        return []
    import numpy as np
    from statsmodels.stats.proportion import proportion_confint

    whole = np.maximum(np.asarray(bases), 1)
    low, high = proportion_confint(np.asarray(counts), whole, alpha=0.05, method="wilson")
    return [
        Rate(int(count), int(base), float(least), float(most)) if base else Rate(0, 0, 0.0, 1.0)
        for count, base, least, most in zip(counts, bases, low, high, strict=True)
    ]


def groups(table: pd.DataFrame, measure: Measure) -> list[Group]:
    """The groups of one of the tables of `Figures`, with the rate of the measure."""
    found = rates(table[measure.count].tolist(), table[measure.base].tolist())
    return [
        Group(str(key), str(label), one)
        for key, label, one in zip(table["key"], table["label"], found, strict=True)
    ]  # fmt: skip


def drawn(found: Sequence[Group]) -> list[Group]:
    """The groups that get a bar: the largest of those with enough people."""
    return [group for group in found if not group.rate.too_few][:MOST_BARS]


def beyond_chance(found: Sequence[Rate]) -> bool:
    """Whether the rates differ at all (chi-square, 5 %): the extremes of many groups always look far apart."""
    hits = [one.count for one in found]
    misses = [one.base - one.count for one in found]
    if len(found) < 2 or not sum(hits) or not sum(misses):
        return False
    from scipy.stats import chi2_contingency

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where counts are small, which is what the intervals are for
        return bool(chi2_contingency([hits, misses]).pvalue < 0.05)


def extremes(found: Sequence[Group]) -> tuple[Group, Group] | None:
    """The lowest and the highest group, where both their intervals and all groups together say that they differ."""
    shown = [group for group in found if not group.rate.too_few]
    if len(shown) < 2:
        return None
    lowest = min(shown, key=lambda group: group.rate.value or 0)
    highest = max(shown, key=lambda group: group.rate.value or 0)
    if not differ(lowest.rate, highest.rate) or not beyond_chance([group.rate for group in shown]):
        return None
    return lowest, highest


def title(found: Sequence[Group], measure: Measure, by: str) -> str:
    """The finding of a comparison, as a title; `by` is what is compared, in the plural: "métiers"."""
    ends = extremes(drawn(found))
    if ends is not None:
        return f"« {ends[1].label} » {measure.more} que « {ends[0].label} »"
    if len(drawn(found)) < 2:
        return f"{measure.label} : trop peu de personnes pour comparer des {by}"
    return f"{measure.label} : pas d'écart net entre {by}"


def sentence(found: Sequence[Group], measure: Measure) -> str:
    """What the comparison allows to say, and what it leaves out: differences within the intervals are none."""
    shown = drawn(found)
    ends = extremes(shown)
    if len(shown) < 2:
        said = [f"Il faut au moins deux groupes de {FEW} personnes pour comparer."]
    elif ends is None:
        said = ["Les intervalles se recouvrent : les écarts entre groupes peuvent être dus au hasard."]
    else:
        lowest, highest = ends
        said = [
            f"{wording.rate(highest.rate)} contre {wording.rate(lowest.rate)} : leurs intervalles ne se recouvrent "
            "pas. Cela ne dit pas pourquoi : les personnes et les offres diffèrent aussi."
        ]
    few = sum(group.rate.too_few for group in found)
    if few:
        said.append(f"{wording.counted(few, 'groupe')} de moins de {FEW} personnes : trop peu.")
    if len(found) - few > MOST_BARS:
        said.append(f"Les {MOST_BARS} plus grands sont dessinés, les autres sont dans le tableau.")
    return " ".join(said)


def table_of(found: Sequence[Group], measure: Measure, by: str) -> pd.DataFrame:
    """The groups as a table; the rate and its bounds (0..1) are empty where the base is too small."""
    told = [None if group.rate.too_few else group.rate for group in found]
    return pd.DataFrame(
        {
            by: [group.label for group in found],
            measure.base_label: pd.Series([group.rate.base for group in found], dtype="int64"),
            f"{measure.label} (nombre)": pd.Series([group.rate.count for group in found], dtype="int64"),
            "Taux": pd.Series([one and one.value for one in told], dtype="float64"),
            "IC bas": pd.Series([one and one.low for one in told], dtype="float64"),
            "IC haut": pd.Series([one and one.high for one in told], dtype="float64"),
        }
    )
