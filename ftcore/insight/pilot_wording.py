"""What the comparison of agencies says, in plain French, and everything that it rests on."""

from __future__ import annotations

from datetime import date

from ftcore.insight.pilot import ENOUGH_AGENCIES, Comparison, Effect
from ftcore.insight.wording import NARROW, bare_points

_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre")  # fmt: skip

ASSUMPTIONS = (
    "**Tendances parallèles.** Sans l'outil, les pilotes auraient évolué comme les témoins. On ne peut pas le prouver "
    "; des évolutions semblables avant le début le rendent plausible.",
    "**Pas de choix selon l'avenir.** Les pilotes n'ont pas été désignées parce qu'elles allaient mieux, ou moins "
    "bien, évoluer.",
    "**Pas d'anticipation.** Rien n'a changé dans les pilotes avant le mois du début.",
    "**Pas de débordement.** L'outil ne prend pas aux agences témoins les postes ou les personnes qu'il sert ailleurs.",
    "**Rien d'autre en même temps.** Aucun autre changement n'a touché les pilotes seules.",
    "**Chaque mois d'agence compte autant**, grande ou petite : c'est l'effet moyen sur une agence, "
    "pas sur une personne.",
)


def month(day: date) -> str:
    """A month: "octobre 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def points(effect: Effect | None) -> str:
    """A difference of shares in points: "+3,8 points"."""
    return "—" if effect is None else f"{bare_points(effect.value)} point{'s' if abs(effect.value) >= 0.02 else ''}"


def interval(effect: Effect | None) -> str:
    if effect is None:
        return "pas assez de données"
    return f"IC de {bare_points(effect.low)} à {bare_points(effect.high)}"


def share(value: float | None) -> str:
    if value is None:
        return "—"
    return f"moins de 1{NARROW}%" if value < 0.01 else f"{100 * value:.0f}{NARROW}%"


def _is_clear(found: Comparison) -> bool:
    """Both the interval and, where agencies are few, the permutation speak against chance."""
    effect = found.did
    if effect is None or effect.low <= 0 <= effect.high:
        return False
    return not found.few or (found.permutation is not None and found.permutation < 0.05)


def finding(found: Comparison) -> str:
    """What may be said, and no more."""
    if found.did is None:
        return "Pas encore de quoi comparer les pilotes et les témoins"
    if not _is_clear(found):
        return "Aucun effet établi : l'écart peut être dû au hasard"
    more = "plus" if found.did.value > 0 else "moins"
    return f"Les pilotes progressent {more} que les témoins : {points(found.did)}"


def warnings(found: Comparison) -> list[str]:
    """Everything that makes the result weaker than it looks."""
    told = []
    if found.unknown:
        names = ", ".join(f"« {name} »" for name in found.unknown[:5])
        told.append(f"Sans résultats, donc hors de la comparaison : {names}{' …' if len(found.unknown) > 5 else ''}.")
    if found.did is None:
        told.append(
            "Il faut au moins un mois avant et un mois après le début, pour des pilotes et des témoins, et trois "
            "agences en tout."
        )
        return told
    if found.few:
        told.append(
            f"Trop peu d'agences ({found.pilots + found.controls}, il en faudrait {ENOUGH_AGENCIES}) : l'intervalle "
            "est sans doute trop étroit. Fiez-vous plutôt à la permutation des agences."
        )
    if found.permutations and 1 / found.permutations > 0.05:
        told.append(
            f"Avec {found.permutations} choix possibles, la permutation ne peut pas descendre sous 5 % : aucun "
            "résultat "
            "ne serait concluant."
        )
    if found.trend is not None and not found.trend.low <= 0 <= found.trend.high:
        told.append(
            "Pilotes et témoins s'écartaient déjà avant le début : l'hypothèse des tendances parallèles ne tient pas, "
            "et la différence de différences trompe."
        )
    return told


def series_title(found: Comparison) -> str:
    if found.did is None:
        return "Pilotes et témoins, mois par mois"
    return f"Après le début, l'écart entre pilotes et témoins change de {points(found.did)}"


def series(found: Comparison) -> str:
    """The means before and after, in each group."""
    return (
        f"Moyennes des agences, {found.before_months} mois avant le début et {found.after_months} mois après ; "
        f"écart après le début : {points(found.after)} ({interval(found.after)})."
    )


def trend_title(found: Comparison) -> str:
    if found.trend is None:
        return "Trop peu de mois avant le début pour vérifier les tendances"
    if found.trend.low <= 0 <= found.trend.high:
        return "Avant le début, pilotes et témoins évoluaient de la même façon"
    return "Avant le début, pilotes et témoins s'écartaient déjà"


def trend(found: Comparison) -> str:
    """The check of the trends before the start, and what it does not say."""
    if found.trend is None:
        return "Il faut au moins trois mois avant le début ; sans cette vérification, l'effet reste une supposition."
    return (
        f"Pente de l'écart avant le début : {bare_points(found.trend.value)} point par mois ({interval(found.trend)}). "
        "Ne pas voir d'écart n'est pas prouver qu'il n'y en a pas."
    )
