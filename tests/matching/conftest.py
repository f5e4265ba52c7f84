"""A small referential of our own, so that these tests do not move with the starter's data."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database, Transaction
from ftcore.matching import pool
from ftcore.matching.people_check import candidate_id
from ftcore.matching.reference import each_skill
from ftcore.model import Occupation, Offer, OfferSource, Person, Place, Role

AGENCY = UUID("11111111-1111-4111-8111-111111111111")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 0)

SERVER = Occupation("G1803", "Serveur / Serveuse en restauration")
ANNONAY = Place("Annonay", "07", "07010", 45.24, 4.67)
SKILLS = ("Servir à table", "Encaisser un client", "Prendre une commande", "Dresser les tables")

REFERENTIAL: dict[str, list[dict[str, Any]]] = {
    "occupation": [
        {"code": "G1803", "label": "Serveur / Serveuse en restauration"},
        {"code": "G1609", "label": "Cuisinier / Cuisinière"},
        {"code": "K1304", "label": "Aide à domicile"},
        {"code": "N4101", "label": "Conducteur / Conductrice de poids lourd"},
    ],
    "occupation_title": [
        {"code": "G1803", "title": "Serveur / Serveuse de restaurant"},
        {"code": "G1803", "title": "Employé / Employée de restaurant"},
        {"code": "G1609", "title": "Chef / Cheffe de cuisine"},
        {"code": "G1609", "title": "Employé / Employée de restaurant"},
        {"code": "N4101", "title": "Chauffeur / Chauffeuse poids lourd"},
    ],
    "occupation_skill": [
        {"code": "G1803", "skill": skill, "core": rank in (0, 2)} for rank, skill in enumerate(SKILLS)
    ],
    "occupation_near": [
        {"code": "G1803", "neighbour": "G1609", "degree": 0.6},
        {"code": "G1609", "neighbour": "G1803", "degree": 0.6},
    ],
    "department": [
        {"code": "07", "name": "Ardèche", "region": "Auvergne-Rhône-Alpes", "lat": 44.75, "lon": 4.42,
         "zone": "Europe/Paris"},
        {"code": "974", "name": "La Réunion", "region": "La Réunion", "lat": -21.1, "lon": 55.5,
         "zone": "Indian/Reunion"},
    ],
    "commune": [
        {"insee": "07010", "name": "Annonay", "postcode": "07100", "department": "07", "lat": 45.24, "lon": 4.67},
        {"insee": "07041", "name": "Boulieu-lès-Annonay", "postcode": "07100", "department": "07", "lat": 45.27,
         "lon": 4.67},
        {"insee": "07019", "name": "Aubenas", "postcode": "07200", "department": "07", "lat": 44.61, "lon": 4.39},
        {"insee": "07281", "name": "Saint-Péray", "postcode": "07130", "department": "07", "lat": 44.95, "lon": 4.84},
        {"insee": "26362", "name": "Valence", "postcode": "26000", "department": "26", "lat": 44.92, "lon": 4.91},
        {"insee": "82186", "name": "Valence", "postcode": "82400", "department": "82", "lat": 44.1, "lon": 0.9},
        {"insee": "69123", "name": "Lyon", "postcode": "69001", "department": "69", "lat": 45.76, "lon": 4.84},
        {"insee": "07200", "name": "Le Roux", "postcode": "07560", "department": "07", "lat": 44.7, "lon": 4.2},
    ],
}  # fmt: skip


@pytest.fixture
def database(fresh_database: Callable[..., Database]) -> Database:
    opened = fresh_database()
    agency = {"agency_id": AGENCY, "name": "Agence d'essai", "department": "07", "demo": False}

    def write(tx: Any) -> None:
        tx.insert("agency", [agency])
        for table, rows in REFERENTIAL.items():
            tx.insert(table, rows)
        tx.insert("skill", each_skill(REFERENTIAL["occupation_skill"]))
        communes = REFERENTIAL["commune"]
        tx.insert("commune_postcode", [{"postcode": c["postcode"], "insee": c["insee"]} for c in communes])

    opened.transact(write)
    return opened


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def person() -> Person:
    return Person("p1", "Camille Essai", Role.COUNSELOR, AGENCY)


@pytest.fixture
def offer() -> Offer:
    """A server in Annonay, two years of experience, from today."""
    return Offer(
        agency_id=AGENCY,
        offer_id=uuid4(),
        title="Serveur / Serveuse (H/F)",
        description="Service en salle",
        occupation=SERVER,
        place=ANNONAY,
        source=OfferSource.NOTES,
        created_utc=NOW,
        skills_required=SKILLS,
        experience_years=2.0,
    )


Enter = Callable[..., UUID]


@pytest.fixture
def enter(database: Database) -> Enter:
    """Puts one person into the pool: fits the offer perfectly, except for what the test says."""
    count = 0

    def enter(**different: Any) -> UUID:
        nonlocal count
        count += 1
        external_id = different.pop("external_id", f"E{count}")
        row = {
            "agency_id": AGENCY,
            "candidate_id": candidate_id(AGENCY, external_id),
            "external_id": external_id,
            "first_name": "Léa",
            "last_name": f"Essai{count}",
            "phone": f"+3363998{count:04d}",
            "occupation_code": "G1803",
            "skills": list(SKILLS),
            "experience_years": 3.0,
            "commune": "Annonay",
            "department": "07",
            "lat": 45.24,
            "lon": 4.67,
            "mobility_km": 30.0,
            "available_from": date(2026, 11, 1),
            "licences": ["B"],
            "demo": False,
        } | different

        def write(tx: Transaction) -> None:
            tx.insert("candidate", [row])
            pool.lay_out(tx, AGENCY)

        database.transact(write)
        return UUID(str(row["candidate_id"]))

    return enter
