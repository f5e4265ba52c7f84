"""The four figures that were published for MatchFT (June 2025), and ours beside them.

Source: France Travail's press conference of 5 June 2025, as reported: a median of 19 minutes to the first reply,
50 % of the introductions within 24 hours, 90 % of the candidates finish the prequalification in under five hours, and
almost a third of the offers lead to a contract. How they were measured was not published: neither the base, nor the
period, nor what counts as a reply. They are landmarks, not targets, and no test of difference is made. We do not
know of contracts: beside the fourth stand the offers with an introduction, which is less far down the road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ftcore.insight import wording
from ftcore.insight.metrics import Rate, rate

if TYPE_CHECKING:
    from ftcore.insight.figures import Figures

MINUTES = 19
INTRODUCED_IN_24H = 0.50
FINISHED_IN_5H = 0.90
OFFERS_WITH_CONTRACT = 1 / 3

NOTE = (
    "MatchFT : chiffres donnés par France Travail le 5 juin 2025, sans base ni méthode publiées. Ils ne sont pas "
    "mesurés comme les nôtres : ce sont des repères, pas des objectifs. Aucun taux de réponse n'a été publié."
)


@dataclass(frozen=True, slots=True)
class Landmark:
    """A published share, ours, and on what ours is counted."""

    label: str
    published: float
    published_words: str
    ours: Rate
    base: str


def landmarks(found: Figures) -> list[Landmark]:
    """The three published shares beside ours; the fourth figure, a duration, is in `title`."""
    now, offers = found.now, found.offers
    return [
        Landmark(
            "Préqualification finie en moins de 5 h",
            FINISHED_IN_5H,
            wording.percent(FINISHED_IN_5H),
            rate(now.finished_in_5h, now.finished),
            "personnes qui l'ont finie",
        ),
        Landmark(
            "Mises en relation dans les 24 h",
            INTRODUCED_IN_24H,
            wording.percent(INTRODUCED_IN_24H),
            rate(now.introduced_in_24h, now.introduced),
            "personnes mises en relation",
        ),
        Landmark(
            "Offres avec mise en relation (MatchFT : avec contrat)",
            OFFERS_WITH_CONTRACT,
            "près d'un tiers",
            rate(int((offers["introduced"] > 0).sum()), len(offers)),
            "offres",
        ),
    ]


def title(found: Figures) -> str:
    """The finding: our median first reply beside the published one."""
    if found.now.median_minutes is None or found.now.timed < 10:
        return "À côté des chiffres publiés de MatchFT"
    ours = wording.minutes(found.now.median_minutes)
    return f"Première réponse : {ours} ici, {MINUTES} min publiées pour MatchFT"


def sentence(found: Figures) -> str:
    """The three shares in one sentence, and the base of the prequalification the other way round."""
    told = []
    for one in landmarks(found):
        words = "aucune donnée" if one.ours.value is None else wording.rate(one.ours)
        told.append(f"{one.label} : {words}, publié {one.published_words}")
    of_started = rate(found.now.finished_in_5h, found.now.started)
    also = f" Rapportée à celles qui l'ont commencée, la préqualification en moins de 5 h : {wording.rate(of_started)}."
    return " · ".join(told) + "." + (also if found.now.started else "")


def table_of(found: Figures) -> pd.DataFrame:
    """Ours beside the published ones, in words, as the four have not one unit."""
    now = found.now
    median = "—" if now.median_minutes is None else wording.minutes(now.median_minutes)
    rows = [("Première réponse, médiane", median, f"{MINUTES} min", now.timed, "SMS qui ont reçu une réponse", "", "")]
    for one in landmarks(found):
        value = "—" if one.ours.value is None else "trop peu" if one.ours.too_few else wording.percent(one.ours.value)
        bounds = ("", "") if one.ours.too_few else (wording.percent(one.ours.low), wording.percent(one.ours.high))
        rows.append((one.label, value, one.published_words, one.ours.base, one.base, *bounds))
    return pd.DataFrame(rows, columns=["Repère", "Ici", "MatchFT", "n", "Base", "IC bas", "IC haut"])
