"""What the comparisons of groups allow to say, in plain French: a difference is observed, never explained."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ftcore.insight import wording
from ftcore.insight.fairness import FEW, FOUR_FIFTHS, STEPS, Comparison, Fairness, Group
from ftcore.insight.traits import TRAITS, UNKNOWN

_BY = {
    "sex": "selon le sexe",
    "age_band": "selon l'âge",
    "priority_district": "selon le quartier",
    "unemployment": "selon la durée sans emploi",
}
CAUTION = "C'est une différence observée : elle ne dit pas à quoi elle est due."


def title(each: Comparison) -> str:
    """The finding, as a title."""
    step, best = STEPS[each.step], each.best
    if best is None or not each.compared:
        return f"{step.label} : rien à comparer {_BY[each.trait]}"
    if not each.differing:
        watched = any(group.is_to_watch for group in each.compared)
        return f"{step.label} : pas d'écart net {_BY[each.trait]}{', un écart à surveiller' if watched else ''}"
    worst = each.differing[0]
    return f"{step.label} : {worst.spoken}, {times(worst.ratio)} le taux le plus élevé"


def sentence(each: Comparison, tests: int) -> str:
    """The finding in a few plain words, with rates, ratios and their intervals; no count that is hidden."""
    best = each.best
    if best is None or not each.compared:
        return _nothing(each)
    share = STEPS[each.step].share
    said = [f"{share[0].upper()}{share[1:]} est de {rate(best)} pour {best.spoken}."]
    if each.differing:
        lower = [f"pour {group.spoken} ({_against(group)})" for group in each.differing]
        said.append(f"Elle est plus basse {' et '.join([', '.join(lower[:-1]), lower[-1]] if lower[1:] else lower)}.")
        said.append(f"Le hasard seul l'explique mal ({_test(each.differing, tests)}). {CAUTION}")
        if any((group.ratio or 1.0) < FOUR_FIFTHS for group in each.differing):
            said.append("C'est moins de quatre cinquièmes : un repère américain, pas une règle du droit français.")
    else:
        worst = next((group for group in each.compared if group.is_to_watch), each.compared[0])
        said.append(
            f"L'écart à noter est avec {worst.spoken} ({_against(worst)}) : le hasard peut suffire à "
            f"l'expliquer ({_test([worst], tests)})."
        )
        if worst.is_to_watch:
            said.append("Pris seul, cet écart paraîtrait net : il est à surveiller.")
    if each.step == "reached":
        never = [
            f"{group.label.lower()}, {wording.percent(1 - group.rate)}"
            for group in each.groups[:-1]
            if group.rate is not None
        ]
        said.append(f"Jamais contactées dans la période : {' ; '.join(never)}.")
    few = [group.label.lower() for group in each.groups[:-1] if group.too_few]
    if few:
        said.append(f"Trop peu de personnes pour conclure (moins de {FEW}) : {', '.join(few)}.")
    return " ".join(said)


def _nothing(each: Comparison) -> str:
    big = [group for group in each.groups if not group.too_few and group.key != UNKNOWN]
    if len(big) < 2:
        return f"Il faut au moins deux groupes de {FEW} personnes pour comparer {_BY[each.trait]}."
    return f"Personne n'est arrivé jusque-là dans ces groupes : {STEPS[each.step].count.lower()}, aucune."


def _against(group: Group) -> str:
    said = rate(group).replace(" (", ", ").rstrip(")")
    return f"{said}, soit {times(group.ratio)}, IC {interval(group)}"


def _test(groups: Sequence[Group], tests: int) -> str:
    p = max(group.p_adjusted or 0.0 for group in groups)
    shown = "p < 0,001" if p < 0.001 else f"p = {p:.{3 if p < 0.1 else 2}f}".replace(".", ",")
    return f"test exact de Fisher corrigé pour {wording.counted(tests, 'comparaison')}, {shown}"


def rate(group: Group) -> str:
    """A group's rate with its base, where that may be said: "38 % (n = 310)"."""
    if group.rate is None:
        return "trop peu"
    said = wording.percent(group.rate)
    return said if group.base is None else f"{said} (n = {wording.number(group.base)})"


def times(ratio: float | None) -> str:
    """A ratio in words: "0,78 fois"."""
    return "—" if ratio is None else f"{ratio:.2f} fois".replace(".", ",")


def interval(group: Group) -> str:
    """The interval of a group's ratio: "0,69–0,88"; nothing where there is none."""
    if group.ratio_low is None or group.ratio_high is None:
        return "sans objet"
    return f"{group.ratio_low:.2f}–{group.ratio_high:.2f}".replace(".", ",")


def reading(group: Group) -> str:
    """How a line of the table is read."""
    if group.too_few:
        return f"trop peu (moins de {FEW})"
    if group.is_best:
        said = "référence : le taux le plus élevé"
    elif group.key == UNKNOWN:
        said = "non comparé"
    elif group.ratio is None:
        said = "rien à comparer"
    else:
        said = "écart observé" if group.differs else "à surveiller" if group.is_to_watch else "pas d'écart net"
    return said if group.base is not None else f"{said} ; effectifs non montrés"


def overview(found: Fairness) -> pd.DataFrame:
    """One line a step, one column a trait: the lowest ratio, with ▼ where a gap was observed, ◇ where one may be."""
    lines = []
    for step, one in STEPS.items():
        cells = {}
        for trait, its in TRAITS.items():
            each = found.comparisons[step, trait]
            watched = tuple(group for group in each.compared if group.is_to_watch)
            worst = (each.differing or watched or each.compared or (None,))[0]
            if worst is None:
                cells[its.label] = "trop peu" if any(g.too_few for g in each.groups[:-1]) else "—"
            else:
                mark = "▼ " if worst.differs else "◇ " if worst.is_to_watch else ""
                ratio = times(worst.ratio).removesuffix(" fois")
                cells[its.label] = f"{mark}{ratio} · {worst.label.lower()}"
        lines.append({"Étape": one.label, **cells})
    return pd.DataFrame(lines)


def table(each: Comparison) -> pd.DataFrame:
    """The groups of one comparison, the bounds those of the 95 % intervals; what is hidden is empty."""
    step = STEPS[each.step]
    frame = _frame([each])
    if each.step == "reached":
        frame.insert(8, "Jamais contactées", frame["n"] - frame["Nombre"])
    return frame.drop(columns=["Étape", "Critère", "Base", "Compte"]).rename(
        columns={"n": step.base, "Nombre": step.count}
    )


def data(found: Fairness) -> pd.DataFrame:
    """All comparisons of a period, one line a group; what is hidden is empty."""
    return _frame(list(found.comparisons.values()))


def _frame(comparisons: list[Comparison]) -> pd.DataFrame:
    lines = [(each, group) for each in comparisons for group in each.groups]

    def shares(name: str) -> pd.Series:
        return pd.Series([getattr(group, name) for _, group in lines], dtype="float64")

    def counts(name: str) -> pd.Series:
        return pd.Series([getattr(group, name) for _, group in lines], dtype="Int64")

    return pd.DataFrame(
        {
            "Étape": [STEPS[each.step].label for each, _ in lines],
            "Critère": [TRAITS[each.trait].label for each, _ in lines],
            "Groupe": [group.label for _, group in lines],
            "Lecture": [reading(group) for _, group in lines],
            "Base": [STEPS[each.step].base for each, _ in lines],
            "n": counts("base"),
            "Compte": [STEPS[each.step].count for each, _ in lines],
            "Nombre": counts("count"),
            "Taux": shares("rate"),
            "Taux, bas": shares("low"),
            "Taux, haut": shares("high"),
            "Rapport": shares("ratio"),
            "Rapport, bas": shares("ratio_low"),
            "Rapport, haut": shares("ratio_high"),
            "p": shares("p"),
            "p corrigé": shares("p_adjusted"),
        }
    )
