"""Invented job seekers: names from parts, fictional numbers, occupations of the referential."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

from ftcore.database import Database, Row
from ftcore.demo.agencies import AGENCIES
from ftcore.demo.offers import FRESH, PAST_ANNONAY, PAST_VALENCE
from ftcore.errors import FtError
from ftcore.matching.people_check import candidate_id

NUMBERS = 10_000
_FIRST_NAMES = (
    "Adèle", "Adrien", "Agnès", "Aïcha", "Alain", "Alexandre", "Alice", "Amadou", "Amélie", "Amina", "Ana", "André",
    "Anne", "Antoine", "Arthur", "Audrey", "Aurélie", "Awa", "Bastien", "Béatrice", "Benoît", "Bruno", "Camille",
    "Carlos", "Caroline", "Catherine", "Cécile", "Céline", "Chloé", "Christophe", "Claire", "Clément", "Corinne",
    "Damien", "Daniel", "David", "Denis", "Diego", "Dominique", "Driss", "Élodie", "Émilie", "Emma", "Éric", "Esther",
    "Fabien", "Fanny", "Fatima", "Fatou", "Florence", "Florian", "Franck", "Gabriel", "Gaëlle", "Guillaume", "Hakim",
    "Hassan", "Hélène", "Hugo", "Ibrahim", "Inès", "Isabelle", "Ismaël", "Jade", "Jean", "Jérôme", "João", "Joëlle",
    "Julie", "Julien", "Karim", "Karine", "Khadija", "Laëtitia", "Laura", "Laurent", "Léa", "Leïla", "Lin", "Linh",
    "Louis", "Lucas", "Lucie", "Ludovic", "Magali", "Malika", "Manon", "Marc", "Maria", "Marie", "Marion", "Mathieu",
    "Maud", "Maxime", "Mehdi", "Mélanie", "Michel", "Mohamed", "Moussa", "Myriam", "Nadia", "Nathalie", "Nicolas",
    "Noémie", "Nora", "Olivier", "Oumar", "Pascal", "Patricia", "Paul", "Pauline", "Philippe", "Pierre", "Quentin",
    "Rachid", "Raphaël", "Rémi", "Rosa", "Sabrina", "Salomé", "Samia", "Samuel", "Sandrine", "Sarah", "Sébastien",
    "Sofia", "Sonia", "Sophie", "Stéphane", "Sylvie", "Tatiana", "Théo", "Thi", "Thomas", "Tiago", "Valérie", "Victor",
    "Vincent", "Virginie", "Wassim", "Yacine", "Yann", "Yasmine", "Youssef", "Yves", "Zoé",
)  # fmt: skip
_SURNAME_STARTS = (
    "Arbe", "Aubri", "Barde", "Belva", "Bori", "Brasse", "Calme", "Chauvi", "Corni", "Courta", "Darmo", "Delva",
    "Esca", "Fargue", "Flori", "Garde", "Gueri", "Harde", "Joubi", "Lamba", "Lavi", "Malbo", "Marsi", "Monta", "Nauvi",
    "Orva", "Peyra", "Pradi", "Quinte", "Roube", "Salvi", "Sauve", "Tarni", "Tourba", "Valde", "Vergo", "Villa", "Zele",
)  # fmt: skip
_SURNAME_ENDS = (
    "bret", "champ", "chon", "court", "dal", "dieu", "doux", "fond", "gnac", "gneux", "lier", "lon", "mas", "mond",
    "neau", "net", "quet", "rand", "ron", "roux", "sard", "seuil", "sier", "tard", "tier", "val", "vert", "zac",
)  # fmt: skip
# Where job seekers of an agency live: mostly its own department, then those around it.
_AROUND: dict[str, dict[str, int]] = {
    "07": {"07": 58, "26": 15, "42": 12, "38": 9, "69": 6},
    "26": {"26": 60, "07": 20, "38": 12, "42": 4, "69": 4},
}
# Occupations that the demo's offers look for are more frequent, or a campaign would find nobody.
_SOUGHT = 8
_REFERENCE_DAY = date(2026, 11, 23)


def people(
    agency_id: UUID,
    count: int,
    seed: int,
    database: Database,
    *,
    today: date = _REFERENCE_DAY,
    first_phone: int = 0,
) -> list[Row]:
    """Invented people as rows of the table `candidate`; nothing is written.

    Availability lies around `today`. Agencies that share a database take disjoint numbers through
    `first_phone`, the rank of their first number. Raises FtError beyond the 10,000 fictional numbers.
    """
    if first_phone + count > NUMBERS:
        raise FtError(
            f"Il n'existe que 10 000 numéros de téléphone fictifs : demandez au plus {NUMBERS - first_phone} personnes."
        )
    rng = random.Random(f"people {seed} {agency_id}")
    numbers = list(range(NUMBERS))
    random.Random(f"phones {seed}").shuffle(numbers)
    trades = _Trades(database)
    homes = _Homes(database, agency_id)
    return [
        _somebody(rng, agency_id, rank, f"+3363998{numbers[first_phone + rank]:04d}", trades, homes, today)
        for rank in range(count)
    ]


def _somebody(
    rng: random.Random, agency_id: UUID, rank: int, phone: str, trades: _Trades, homes: _Homes, today: date
) -> Row:
    external_id = f"DEMO-{rank + 1:05d}"
    occupation = trades.one(rng)
    home = homes.one(rng)
    located = home["lat"] is not None
    return {
        "agency_id": agency_id,
        "candidate_id": candidate_id(agency_id, external_id),
        "external_id": external_id,
        "first_name": rng.choice(_FIRST_NAMES),
        "last_name": rng.choice(_SURNAME_STARTS) + rng.choice(_SURNAME_ENDS),
        "phone": phone,
        "occupation_code": occupation,
        "skills": trades.skills(rng, occupation),
        "experience_years": _experience(rng),
        "commune": home["name"],
        "department": home["department"],
        "lat": round(home["lat"] + rng.uniform(-0.01, 0.01), 5) if located else None,
        "lon": round(home["lon"] + rng.uniform(-0.014, 0.014), 5) if located else None,
        "mobility_km": None if rng.random() < 0.08 else float(rng.choice((5, 10, 15, 20, 20, 30, 30, 30, 40, 50, 60))),
        "available_from": _available(rng, today),
        "licences": _licences(rng, occupation),
        **_wishes(agency_id, rank),
        "demo": True,
    }


class _Trades:
    """The occupations that the invented people look for, with their skills."""

    def __init__(self, database: Database) -> None:
        self._codes = [row["code"] for row in database.rows("SELECT code FROM occupation ORDER BY code")]
        sought = {template.code for template in (*PAST_ANNONAY, *PAST_VALENCE, *FRESH)}
        self._weights = [_SOUGHT if code in sought else 1 for code in self._codes]
        self._skills: defaultdict[str, list[str]] = defaultdict(list)
        for row in database.rows("SELECT code, skill FROM occupation_skill ORDER BY code, core DESC, skill"):
            self._skills[row["code"]].append(row["skill"])
        self._near = {code: [n for n, _ in near] for code, near in neighbours(database).items()}

    def one(self, rng: random.Random) -> str | None:
        return rng.choices(self._codes, self._weights)[0] if self._codes else None

    def skills(self, rng: random.Random, code: str | None) -> list[str]:
        """Three to seven skills, mostly the occupation's own, the core ones more often."""
        own = self._skills.get(code or "", [])
        wanted = rng.randint(3, 7)
        kept = sorted(own, key=lambda skill: own.index(skill) / len(own) + rng.random())[:wanted]
        neighbours = self._near.get(code or "", [])
        others = self._skills.get(rng.choice(neighbours), []) if neighbours and rng.random() < 0.5 else []
        if others:
            other = rng.choice(others)
            kept = [*kept[: max(2, wanted - 1)], other] if other not in kept else kept
        return kept


def neighbours(database: Database) -> dict[str, list[tuple[str, float]]]:
    near: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in database.rows(
        "SELECT code, neighbour, degree FROM occupation_near ORDER BY code, degree DESC, neighbour"
    ):
        near[row["code"]].append((row["neighbour"], row["degree"]))
    return dict(near)


class _Homes:
    """The communes that the invented people live in, those near the agency's offers more often."""

    def __init__(self, database: Database, agency_id: UUID) -> None:
        home = next((agency.department for agency in AGENCIES if agency.agency_id == agency_id), "07")
        around = _AROUND[home]
        rows = database.rows("SELECT name, department, lat, lon FROM commune ORDER BY insee")
        rows = [row for row in rows if row["department"] in around] or rows
        shared: defaultdict[str, int] = defaultdict(int)
        for row in rows:
            shared[row["department"]] += 1
        self._rows: list[Row] = rows or [{"name": None, "department": home, "lat": None, "lon": None}]
        self._weights = [around.get(row["department"], 1) / max(1, shared[row["department"]]) for row in self._rows]

    def one(self, rng: random.Random) -> Row:
        return rng.choices(self._rows, self._weights)[0]


def _wishes(agency_id: UUID, rank: int) -> Row:
    """From chance of their own, so that everything else of a person stays as it was before people had wishes."""
    rng = random.Random(f"wishes {agency_id} {rank}")
    contracts = rng.choice((["CDI"], ["CDI"], ["CDI", "CDD"], ["CDI", "CDD", "MIS"], ["CDD", "MIS"], None))
    return {"contracts": contracts, "working_time": rng.choice(("full", "full", "any", "part", None))}


def _experience(rng: random.Random) -> float | None:
    return None if rng.random() < 0.06 else min(35.0, round(rng.expovariate(1 / 5) * 2) / 2)


def _available(rng: random.Random, today: date) -> date | None:
    chance = rng.random()
    if chance < 0.07:
        return None
    days = rng.randint(-120, 0) if chance < 0.80 else rng.randint(3, 75)
    return today + timedelta(days=days)


def _licences(rng: random.Random, code: str | None) -> list[str] | None:
    if rng.random() < 0.07:
        return None
    held = ["B"] if rng.random() < 0.75 else []
    if code is not None and code.startswith("N41") and rng.random() < 0.8:
        held = ["B", "C", "CE"] if rng.random() < 0.5 else ["B", "C"]
    if code is not None and code.startswith("N11") and rng.random() < 0.55:
        held += ["CACES R489 1", "CACES R489 3"] if rng.random() < 0.6 else ["CACES R489 1"]
    return held
