"""How near two occupations are: from the ROME's mobility links, the skills they share, and their domain."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_array

from ftcore.database import Row

# What each kind of evidence can bring to the degree; a person of the occupation itself counts 1.
MOBILITY, SKILLS, DOMAIN = 0.50, 0.35, 0.10
# Below this degree an occupation is not near; and only the nearest ones are kept.
LEAST, MOST = 0.25, 25
# The last of some ten mobility links says half of what the first says; a link the other way says half.
_LAST_LINK, _OTHER_WAY = 0.5, 0.5


def neighbours(
    codes: Sequence[str], skills: Iterable[tuple[str, str]], mobility: Iterable[tuple[str, str, int]]
) -> list[Row]:
    """Rows of `occupation_near`: for each occupation `code` those whose people could do it, with a degree 0..1.

    degree = 0.50 × mobility + 0.35 × skills + 0.10 × domain, where mobility is 1 for the first link of the ROME
    from the neighbour to the occupation, falling to 0.5 with its order (half of it for a link the other way:
    mobility is directed); skills is the cosine of the skills they share, each weighted by its rarity
    log(occupations / holders); domain is 1 for the same professional domain ("G18"), 0.5 for the same great
    domain ("G"). Degrees under 0.25 are left out, and 25 neighbours at most are kept.
    """
    place = {code: number for number, code in enumerate(codes)}
    degrees = SKILLS * _shared_skills(place, skills) + DOMAIN * _same_domain(codes)
    links = np.zeros((len(codes), len(codes)))
    for source, target, order in mobility:
        said = max(_LAST_LINK, 1.0 - (order - 1) * 0.05)
        there, here = place[source], place[target]
        links[here, there] = max(links[here, there], said)
        links[there, here] = max(links[there, here], said * _OTHER_WAY)
    degrees += MOBILITY * links
    np.fill_diagonal(degrees, 0.0)
    rows: list[Row] = []
    for number, code in enumerate(codes):
        line = np.round(degrees[number], 3)
        nearest = sorted((int(n) for n in np.nonzero(line >= LEAST)[0]), key=lambda n: (-line[n], codes[n]))
        rows += [{"code": code, "neighbour": codes[n], "degree": float(line[n])} for n in nearest[:MOST]]
    return rows


def _shared_skills(place: dict[str, int], skills: Iterable[tuple[str, str]]) -> np.ndarray:
    held = [(place[code], skill) for code, skill in skills if code in place]
    holders = Counter(skill for _, skill in held)
    column = {skill: number for number, skill in enumerate(holders)}
    rarity = [math.log(len(place) / holders[skill]) for _, skill in held]
    shape = (len(place), max(1, len(column)))
    matrix = csr_array((rarity, ([row for row, _ in held], [column[skill] for _, skill in held])), shape=shape)
    length = np.sqrt(matrix.multiply(matrix).sum(axis=1))
    shared = (matrix @ matrix.T).toarray()
    cosine: np.ndarray = shared / np.maximum(np.outer(length, length), 1e-9)
    return cosine


def _same_domain(codes: Sequence[str]) -> np.ndarray:
    domain = np.array([code[:3] for code in codes])
    great = np.array([code[:1] for code in codes])
    same: np.ndarray = 0.5 * (domain[:, None] == domain) + 0.5 * (great[:, None] == great)
    return same
