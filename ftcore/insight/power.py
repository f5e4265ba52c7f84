"""How many people a comparison needs to find a stated effect. The statistics are statsmodels'."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from ftcore.errors import FtError

# Fewer groups than this an arm, and no method tells their differences from chance.
FEWEST_GROUPS = 6
MOST_PEOPLE = 200_000


@dataclass(frozen=True, slots=True)
class Size:
    """What has to be drawn, both arms together. `design_effect` is 1 where people are drawn one by one."""

    people: int
    units: int
    design_effect: float


@lru_cache(maxsize=64)  # one definition is asked for several times, and the search takes a hundredth of a second
def size(
    baseline: float,
    effect: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    reached: float = 1.0,
    cluster_size: float | None = None,
    intra_class: float | None = None,
) -> Size:
    """The number of people, and of units, for two arms of equal size and a two-sided test of two proportions.

    `baseline` is the proportion expected in the first arm, `effect` the difference to be found (0..1, signed);
    `reached` is the share of the people written to whom the SMS will reach: the test counts those alone.
    People are found with Cohen's h (Cohen 1988). Groups drawn whole multiply them by 1 + (m - 1) * rho (Donner and Klar
    2000), with `cluster_size` m people a group on average and `intra_class` rho, and one group more an arm.
    Raises FtError with a sentence when nothing can be found that way.
    """
    other = baseline + effect
    if not 0 < baseline < 1 or not 0 < other < 1:
        raise FtError("Le taux attendu et le taux à trouver doivent être entre 0 et 100 %, sans les atteindre.")
    if effect == 0:
        raise FtError("L'effet à trouver ne peut pas être nul : dites quelle différence compterait pour vous.")
    if not 0.05 <= reached <= 1:
        raise FtError("La part de personnes jointes doit être entre 5 et 100 %.")
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    h = abs(proportion_effectsize(baseline, other))
    each = math.ceil(NormalIndPower().solve_power(h, alpha=alpha, power=power, ratio=1.0, alternative="two-sided"))
    if cluster_size is None:
        people, design_effect = math.ceil(each / reached), 1.0
        units = people
    else:
        if not 1 <= cluster_size <= 10_000:
            raise FtError("Un groupe compte au moins une personne : donnez leur nombre moyen par campagne ou offre.")
        if intra_class is None or not 0 <= intra_class <= 1:
            raise FtError("La ressemblance dans un groupe (corrélation intra-classe) est entre 0 et 1.")
        # Those who are reached in a group are what resembles and what is counted.
        counted = max(1.0, cluster_size * reached)
        design_effect = 1 + (counted - 1) * intra_class
        units = max(FEWEST_GROUPS, math.ceil(each * design_effect / counted) + 1)
        people = math.ceil(each * design_effect / reached)
    if people > MOST_PEOPLE:
        raise FtError(
            "Il faudrait plus de 200 000 personnes par bras : une différence aussi petite ne se trouve pas ainsi. "
            "Cherchez un effet plus grand."
        )
    return Size(2 * people, 2 * units, design_effect)
