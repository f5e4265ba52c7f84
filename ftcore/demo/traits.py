"""What the invented people declare that only fairness is measured by, and the launches counted by it.

Invented like everything else of them, and plausible: some occupations are held by women more often, people of some
towns live in a priority district more often, and, so that there is something to see, those who never answered have
been out of work for longer. Nothing is taken from a name.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from ftcore.database import Row
from ftcore.insight import traits

# The share of women by the first letters of an occupation, as it is in no file: round figures.
_WOMEN = {"K13": 0.9, "K": 0.75, "J": 0.8, "D": 0.65, "G": 0.55, "M": 0.6, "N": 0.15, "F": 0.07, "I": 0.12, "H": 0.3}
_TOWNS = {
    "Annonay",
    "Valence",
    "Privas",
    "Aubenas",
    "Romans-sur-Isère",
    "Montélimar",
    "Saint-Étienne",
    "Lyon",
    "Grenoble",
}
_UNDECLARED = 0.05
# A list shows so many people, of whom a few more are picked than are written to.
_LISTED = 70
_PICKED_BESIDE = 0.06


def declared(pool: Sequence[Row], history: Mapping[str, Sequence[Row]], seed: int, today: date) -> list[Row]:
    """Rows of `candidate_trait` for most people of a pool; `history` tells who was written to and who answered."""
    answered = _answered(history)
    rows = []
    for person in pool:
        rng = random.Random(f"traits {seed} {person['agency_id']} {person['external_id']}")
        row = _somebody(rng, person, answered.get(person["candidate_id"]), today)
        if rng.random() >= _UNDECLARED:
            rows.append(row)
    return rows


def _answered(history: Mapping[str, Sequence[Row]]) -> dict[UUID, bool]:
    """Whether each of those who were written to has ever answered."""
    answered = {row["conversation_id"] for row in history.get("reply", ())}
    found: dict[UUID, bool] = {}
    for row in history["conversation"]:
        person = row["candidate_id"]
        found[person] = found.get(person, False) or row["conversation_id"] in answered
    return found


def _somebody(rng: random.Random, person: Row, answered: bool | None, today: date) -> Row:
    code = person["occupation_code"] or ""
    women = next((share for start, share in _WOMEN.items() if code.startswith(start)), 0.5)
    worked = person["experience_years"]
    age = min(64, 18 + (rng.uniform(0, 30) if worked is None else worked) + rng.expovariate(1 / 9))
    # Those who answered a little shorter, the silent a little longer: together as those nobody wrote to.
    longer = {None: 1.0, True: 1 / 1.3, False: 1.3}[answered] * (1.6 if age >= 50 else 1.0)
    months = rng.lognormvariate(math.log(7.0 * longer), 1.0)
    district = rng.random() < (0.24 if person["commune"] in _TOWNS else 0.07)
    return {
        "agency_id": person["agency_id"],
        "candidate_id": person["candidate_id"],
        "sex": "f" if rng.random() < women else "m",
        "birth_year": None if rng.random() < 0.01 else today.year - round(age),
        "priority_district": None if rng.random() < 0.06 else district,
        "unemployed_since": None
        if rng.random() < 0.04
        else (today - timedelta(days=30 * min(months, 150.0))).replace(day=1),
    }


def counted(tables: Mapping[str, Sequence[Row]], seed: int) -> dict[str, list[Row]]:
    """The rows that the launches of the history would have left, each from a list of people of its occupation.

    In memory, as `ftcore.insight.traits.record_launch` counts in SQL: seventy launches one by one would take seconds.
    """
    declared_of = {row["candidate_id"]: row for row in tables["candidate_trait"]}
    pool: defaultdict[tuple[UUID, str | None], list[UUID]] = defaultdict(list)
    for person in tables["candidate"]:
        pool[person["agency_id"], person["occupation_code"]].append(person["candidate_id"])
    occupations = {row["offer_id"]: row["occupation_code"] for row in tables["offer"]}
    opened: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in tables["conversation"]:
        opened[row["campaign_id"]].append(row)
    found: dict[str, list[Row]] = {"conversation_trait": [], "campaign_trait_count": []}
    for campaign in tables["campaign"]:
        rng = random.Random(f"listed {seed} {campaign['campaign_id']}")
        contacted = {row["candidate_id"] for row in opened[campaign["campaign_id"]]}
        seeking = pool[campaign["agency_id"], occupations[campaign["offer_id"]]]
        others = [one for one in seeking if one not in contacted]
        beside = rng.sample(others, min(len(others), max(0, _LISTED - len(contacted))))
        picked = {one for one in beside if rng.random() < _PICKED_BESIDE}
        on = campaign["launched_utc"].date()
        groups = {one: groups_of(declared_of.get(one), on) for one in {*seeking, *contacted}}
        found["conversation_trait"] += [
            {name: row[name] for name in ("agency_id", "conversation_id")} | groups[row["candidate_id"]]
            for row in opened[campaign["campaign_id"]]
            if row["candidate_id"] in declared_of
        ]
        listed = {*contacted, *beside}
        numbers = {
            "seeking": seeking, "seeking_listed": [one for one in seeking if one in listed], "considered": listed,
            "selected": contacted | picked, "contacted": contacted,
        }  # fmt: skip
        found["campaign_trait_count"] += _count_rows(campaign, groups, numbers)
    return found


def _count_rows(
    campaign: Row, groups: Mapping[UUID, dict[str, str | None]], numbers: Mapping[str, Iterable[UUID]]
) -> list[Row]:
    rows = []
    for trait in traits.TRAITS:
        counts = {name: Counter(groups[one][trait] or traits.UNKNOWN for one in who) for name, who in numbers.items()}
        rows += [
            {
                "agency_id": campaign["agency_id"],
                "campaign_id": campaign["campaign_id"],
                "trait": trait,
                "group_name": group,
                **{name: count[group] for name, count in counts.items()},
            }
            for group in sorted({group for count in counts.values() for group in count})
        ]
    return rows


def groups_of(person: Row | None, on: date) -> dict[str, str | None]:
    """The groups of somebody on a day, as `ftcore.insight.traits.group_columns` gives them in SQL."""
    if person is None:
        return dict.fromkeys(traits.TRAITS)
    born, since, district = person["birth_year"], person["unemployed_since"], person["priority_district"]
    age = None if born is None else on.year - born
    months = None if since is None else (on.year - since.year) * 12 + on.month - since.month
    return {
        "sex": person["sex"],
        "age_band": None if age is None else "00-24" if age < 25 else "25-49" if age < 50 else "50-99",
        "priority_district": None if district is None else "yes" if district else "no",
        "unemployment": None
        if months is None
        else "00-05"
        if months < 6
        else "06-11"
        if months < 12
        else "12-23"
        if months < 24
        else "24-99",
    }
