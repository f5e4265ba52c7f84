"""What an offer asks, in the form in which people are compared with it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property

from ftcore.database import Database, Transaction
from ftcore.matching.criteria import Weights
from ftcore.matching.referential import current
from ftcore.model import Demand, Offer
from ftcore.text import fold, words

# A skill that the offer merely desires weighs half of a required one.
DESIRED = 0.5
# So many of an occupation's core skills stand for an offer that names none.
CORE_SKILLS = 8
FULL_TIME = 35.0


# Without slots: what is derived of an offer is derived once, and asked for every person.
@dataclass(frozen=True)
class Wanted:
    """An offer's demands.

    `skills` maps each wanted skill to its weight (rarity × required or desired), `near` the code of the
    occupation and of its neighbours to a degree, `labels` the neighbours' codes to their labels.
    """

    offer: Offer
    skills: dict[str, float]
    near: dict[str, float]
    labels: dict[str, str]
    starts: date
    today: date

    @cached_property
    def experience(self) -> float | None:
        """The years that are asked; None where beginners are welcome or nothing is said."""
        return self.offer.experience_years or None

    @cached_property
    def licences(self) -> list[str]:
        return list(dict.fromkeys(licence.upper() for licence in self.offer.licences))

    @cached_property
    def blocking_licences(self) -> list[str]:
        """The licences without which one cannot do the job: those that no line of the offer calls a wish."""
        softened = [fold(p.text) for p in self.offer.prerequisites if p.demand is not Demand.BLOCKING]
        return [name for name in self.licences if not any(_speaks_of(text, name) for text in softened)]

    @cached_property
    def to_check(self) -> list[str]:
        """The prerequisites that no file of people answers, blocking ones first: each is to be asked."""
        asked = [p for p in self.offer.prerequisites if p.demand is not Demand.INFORMATION]
        asked.sort(key=lambda prerequisite: prerequisite.demand is not Demand.BLOCKING)
        known = [fold(name) for name in self.licences]
        texts = [p.text for p in asked if not any(_speaks_of(fold(p.text), name) for name in known)]
        said = fold(" ".join(texts))
        languages = [f"langue : {name}" for name in self.offer.languages if fold(name) not in said]
        return list(dict.fromkeys([*texts, *languages]))

    @cached_property
    def located(self) -> bool:
        place = self.offer.place
        return place is not None and place.lat is not None and place.lon is not None

    @cached_property
    def rough(self) -> bool:
        return self.offer.place is not None and self.offer.place.insee is None

    @cached_property
    def contract(self) -> str | None:
        """The kind of contract, to compare with those a person wishes for: "CDI", "CDD", "MIS"…"""
        found = words(self.offer.contract or "")
        if not found:
            return None
        return "MIS" if found[0] in ("interim", "mission", "mis") else found[0].upper()

    @cached_property
    def working_time(self) -> str | None:
        hours = self.offer.weekly_hours
        return None if hours is None else "full" if hours >= FULL_TIME else "part"

    def shares(self, weights: Weights) -> dict[str, float]:
        """The weight of each criterion as a share of those that can be judged; nothing where none can."""
        applies = {
            "occupation": self.offer.occupation is not None,
            "skills": bool(self.skills),
            "experience": self.experience is not None,
            "distance": self.located,
            "availability": True,
            "prerequisites": bool(self.licences),
            "wishes": self.contract is not None or self.working_time is not None,
        }
        given = {name: weight for name, weight in asdict(weights).items() if applies[name]}
        total = sum(given.values())
        # Rounded: a share too small to matter is an arithmetic underflow for PostgreSQL.
        return {name: round(weight / total, 9) if total else 0.0 for name, weight in given.items()}


def wanted(database: Database, reader: Transaction | Database, offer: Offer, today: date) -> Wanted:
    """What the offer asks. Without skills of its own, the core skills of its occupation are taken."""
    referential = current(database, reader)
    known = referential.skills
    required, desired = _plain(offer.skills_required), _plain(offer.skills_desired)
    if not required and not desired and offer.occupation is not None:
        core = reader.rows(_CORE, offer.occupation.code, CORE_SKILLS)
        required = {row["skill"]: row["skill"] for row in core}
        known = {row["skill"]: (row["skill"], row["holders"]) for row in core}
    weighed: dict[str, float] = {}
    for skills, share in ((required, 1.0), (desired, DESIRED)):
        for folded, plain in skills.items():
            name, holders = known.get(folded, (plain, 1))
            weighed.setdefault(name, share * rarity(referential.occupations, holders))
    code = offer.occupation.code if offer.occupation else None
    near = referential.near.get(code, []) if code else []
    degrees = ({code: 1.0} if code else {}) | {one.code: one.degree for one in near}
    labels = {one.code: one.label for one in near if one.label is not None}
    return Wanted(offer, weighed, degrees, labels, max(offer.start or today, today), today)


_CORE = """
    SELECT o.skill, s.holders FROM occupation_skill o JOIN skill s ON s.name = o.skill
    WHERE o.code = $1 AND coalesce(o.kind, 'savoir-faire') = 'savoir-faire'
    ORDER BY o.core DESC, o.skill LIMIT $2
"""


def _plain(skills: tuple[str, ...]) -> dict[str, str]:
    """Each skill once, by its folded form, as it is written where the referential does not know it."""
    plain = [" ".join(skill.split()) for skill in skills if skill.strip()]
    return {fold(skill): skill[0].upper() + skill[1:] for skill in plain}


def rarity(occupations: int, holders: int) -> float:
    """log(1 + occupations / holders): what few occupations ask for tells more of a person."""
    return round(math.log(1 + max(occupations, 1) / max(holders, 1)), 6)


def _speaks_of(text: str, licence: str) -> bool:
    spoken, name = words(text), words(licence)
    return any(spoken[start : start + len(name)] == name for start in range(len(spoken)))
