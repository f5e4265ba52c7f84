"""Does the ranking find the people that one would want? Planted good candidates among many, some fields missing.

Who is good is decided by rules that the ranking does not know: a career of past jobs, a commute by road, a day when
free. What the pool then holds of such a person is noisy: a neighbouring occupation is given instead, skills are
forgotten, a field is empty. Measured: NDCG at 20, and how many of the planted reach the first 20.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import mean
from uuid import UUID, uuid5

import click
import numpy as np

from bench import national, report
from ftcore.database import Database, Row
from ftcore.matching import ranking as matching
from ftcore.model import Offer
from ftcore.text import words

FIRST = 20
PLANTED = 15
Ranker = Callable[[Offer], list[UUID]]


@click.command(name="quality")
@click.option("--people", default=200_000, show_default=True, help="Invented people around the planted ones.")
@click.option("--offers", default=40, show_default=True, help="Offers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
def quality(people: int, offers: int, as_json: bool) -> None:
    """NDCG@20 and planted people found, against exact occupation, BM25 and chance."""
    database = Database.open(":memory:")
    land = national.populate(database, people)
    asked = national.offers(land, offers)
    grades = {offer.offer_id: _plant(database, land, offer, number) for number, offer in enumerate(asked)}
    everybody = database.rows("SELECT * FROM candidate ORDER BY candidate_id")
    rankers: dict[str, Ranker] = {
        "this ranking": lambda offer: [
            ranked.candidate.candidate_id
            for ranked in matching.rank(
                database,
                national.COUNSELOR,
                offer,
                matching.Weights(),
                matching.Conditions(),
                national.TODAY,
                limit=FIRST,
            ).people
        ],
        "exact occupation, nearest first": _by_occupation(everybody),
        "BM25 on the profile": _by_words(everybody, database),
        "chance": _by_chance(everybody),
    }
    rows = [_row(name, ranker, asked, grades) for name, ranker in rankers.items()]
    database.close()
    report.show("quality", rows, as_json=as_json)


def _plant(database: Database, land: national.Country, offer: Offer, number: int) -> dict[UUID, int]:
    """Good people for an offer, by a story of each; gives their grade, 1 to 3, by id."""
    rng = random.Random(f"planted {number}")
    assert offer.occupation is not None
    assert offer.place is not None
    moves = database.rows("SELECT neighbour FROM occupation_near WHERE code = $1", offer.occupation.code)
    grades: dict[UUID, int] = {}
    rows: list[Row] = []
    for rank in range(PLANTED):
        # The story: years in the trade, minutes by road (half an hour is a usual commute), a day when free.
        years = rng.choice((1, 2, 3, 4, 6, 10, 15))
        minutes = rng.choice((5, 10, 15, 20, 25, 35, 45))
        free_in = rng.choice((-60, -10, 0, 5, 20, 45))
        left_trade = rng.random() < 0.2 and bool(moves)
        lacking = max(0.0, (offer.experience_years or 0.0) - years)
        grade = 3 - (minutes > 30) - (free_in > 20) - left_trade - (lacking >= 1)
        if grade < 1:
            continue
        bearing, km = rng.uniform(0, 2 * math.pi), minutes * 0.75 / 1.3
        own = land.skills.get(offer.occupation.code, [])
        held = [skill for skill in (*offer.skills_required, *offer.skills_desired) if rng.random() < 0.6]
        held += rng.sample(own, min(2, len(own)))
        person = uuid5(national.AGENCY, f"planted {number} {rank}")
        rows.append(
            {
                "agency_id": national.AGENCY, "candidate_id": person, "external_id": str(person),
                "first_name": "Planté", "last_name": f"P{rank}", "phone": "+33639980000",
                "occupation_code": rng.choice(moves)["neighbour"] if left_trade else offer.occupation.code,
                "skills": [] if rng.random() < 0.12 else list(dict.fromkeys(held)),
                "experience_years": None if rng.random() < 0.1 else float(years),
                "commune": "Ici", "department": offer.place.department,
                "lat": (offer.place.lat or 0.0) + math.cos(bearing) * km / 111,
                "lon": (offer.place.lon or 0.0) + math.sin(bearing) * km / 76,
                "mobility_km": None if rng.random() < 0.15 else float(rng.choice((20, 30, 40, 50))),
                "available_from": None if rng.random() < 0.1 else (offer.start or national.TODAY)
                + timedelta(days=free_in),
                "licences": ["B", "C"] if offer.licences else None,
                "contracts": rng.choice((["CDI"], ["CDI", "CDD"], None)),
                "working_time": rng.choice(("full", "any", None)), "demo": True,
            }
        )  # fmt: skip
        grades[person] = grade
    database.transact(lambda tx: tx.insert("candidate", rows))
    return grades


def _by_occupation(everybody: Sequence[Row]) -> Ranker:
    """What a plain filter gives: the people of the very occupation, the nearest first."""
    holders: defaultdict[str, list[Row]] = defaultdict(list)
    for row in everybody:
        holders[row["occupation_code"] or ""].append(row)

    def ranked(offer: Offer) -> list[UUID]:
        place, code = offer.place, offer.occupation.code if offer.occupation else ""

        def away(row: Row) -> float:
            if place is None or place.lat is None or place.lon is None or row["lat"] is None:
                return math.inf
            return math.hypot((row["lat"] - place.lat) * 111, (row["lon"] - place.lon) * 76)

        return [row["candidate_id"] for row in sorted(holders[code], key=away)[:FIRST]]

    return ranked


def _by_words(everybody: Sequence[Row], database: Database) -> Ranker:
    """BM25 (k1 1.2, b 0.75) of the offer's words on occupation, skills and town: Robertson and Zaragoza, 2009."""
    labels = {row["code"]: row["label"] for row in database.rows("SELECT code, label FROM occupation")}
    texts = [
        words(f"{labels.get(row['occupation_code'], '')} {' '.join(row['skills'])} {row['commune']}")
        for row in everybody
    ]
    usual = mean(len(text) for text in texts)
    postings: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, text in enumerate(texts):
        for word, count in Counter(text).items():
            postings[word].append((number, count))
    length = np.array([len(text) for text in texts])

    def ranked(offer: Offer) -> list[UUID]:
        place = offer.place.name if offer.place else ""
        asked = set(words(f"{offer.title} {' '.join((*offer.skills_required, *offer.skills_desired))} {place}"))
        scores = np.zeros(len(texts))
        for word in asked:
            found = postings.get(word, [])
            if not found:
                continue
            numbers = np.array([number for number, _ in found])
            counts = np.array([count for _, count in found])
            rarity = math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            scores[numbers] += rarity * counts * 2.2 / (counts + 1.2 * (0.25 + 0.75 * length[numbers] / usual))
        return [everybody[int(number)]["candidate_id"] for number in np.argsort(-scores, kind="stable")[:FIRST]]

    return ranked


def _by_chance(everybody: Sequence[Row]) -> Ranker:
    rng = random.Random(3)
    return lambda offer: [row["candidate_id"] for row in rng.sample(list(everybody), FIRST)]


def _row(
    name: str, ranker: Ranker, asked: Sequence[Offer], grades: dict[UUID, dict[UUID, int]]
) -> dict[str, str | float | int]:
    gains, found = [], []
    for offer in asked:
        good = grades[offer.offer_id]
        listed = ranker(offer)
        gain = sum((2 ** good.get(who, 0) - 1) / math.log2(place + 2) for place, who in enumerate(listed))
        ideal = sorted(good.values(), reverse=True)[:FIRST]
        best = sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ideal))
        gains.append(gain / best if best else 0.0)
        found.append(sum(who in good for who in listed) / max(len(good), 1))
    return {"ranking": name, "offers": len(asked), "NDCG@20": mean(gains), "planted in the first 20": mean(found)}
