"""A synthetic agency: people, offers and eight weeks of campaigns, all invented, seeded and marked as demo.

The same seed and the same day give the same data on every machine. Numbers lie in the range that is
reserved for works of fiction, so that no SMS can ever reach anybody.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError
from ftcore.matching.pool import candidate_id
from ftcore.model import (
    FINAL_STATES,
    CampaignState,
    ConversationState,
    MessageState,
    Offer,
    OfferSource,
    PayUnit,
    Person,
    Place,
    Reading,
    Role,
    Verdict,
)
from ftcore.outreach import campaigns, conversation, replies
from ftcore.outreach.hours import next_slot
from ftcore.outreach.sms import gsm_safe, measure
from ftcore.trust import journal

PARIS = ZoneInfo("Europe/Paris")
HOURS = (9, 19)
HISTORY = timedelta(weeks=8)
NUMBERS = 10_000

_IDENTITY = UUID("c2f3d8de-6e0b-4f0c-9a55-7b8f5c0f2026")


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """A demo agency: where it is, how many people it follows, how many of them one campaign writes to."""

    agency_id: UUID
    name: str
    department: str
    people: int
    campaign_people: int


AGENCIES = (
    DemoAgency(uuid5(_IDENTITY, "annonay"), "Agence démo d'Annonay", "07", 5_000, 28),
    DemoAgency(uuid5(_IDENTITY, "valence"), "Agence démo de Valence", "26", 800, 18),
)


def counselor(agency_id: UUID = AGENCIES[0].agency_id) -> Person:
    """The counselor who works in the demo, in the main agency unless told otherwise."""
    return Person("demo-camille", "Camille Démo", Role.COUNSELOR, agency_id)


def ensure_demo(database: Database, now: datetime, seed: int = 2026) -> None:
    """Fill a database that has no agency yet with the demo, in one transaction; leave any other alone.

    `now` is naive UTC: the eight weeks of history end the day before, and a few offers are of today.
    """
    if database.value("SELECT count(*) FROM agency"):
        return
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    first_phone = 0
    for agency in AGENCIES:
        pool = people(
            agency.agency_id, agency.people, seed, database, today=_paris(now).date(), first_phone=first_phone
        )
        first_phone += agency.people
        tables["agency"].append(
            {"agency_id": agency.agency_id, "name": agency.name, "department": agency.department, "demo": True}
        )
        tables["candidate"] += pool
        history = _History(agency, pool, _Places(database), _neighbours(database), now, seed)
        history.write()
        for table, rows in history.tables.items():
            tables[table] += rows

    def write(tx: Transaction) -> None:
        for table, rows in tables.items():
            tx.insert(table, rows)
        for agency in AGENCIES:
            journal.record(tx, agency.agency_id, "automate", "demo created", agency.agency_id, now, f"seed {seed}")

    database.transact(write)


# --- People ---------------------------------------------------------------------------------------

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
            "Il n'existe que 10 000 numéros de téléphone fictifs : demandez au plus "
            f"{NUMBERS - first_phone} personnes."
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
        "demo": True,
    }


class _Trades:
    """The occupations that the invented people look for, with their skills."""

    def __init__(self, database: Database) -> None:
        self._codes = [row["code"] for row in database.rows("SELECT code FROM occupation ORDER BY code")]
        sought = {template.code for template in (*_PAST_ANNONAY, *_PAST_VALENCE, *_FRESH)}
        self._weights = [_SOUGHT if code in sought else 1 for code in self._codes]
        self._skills: defaultdict[str, list[str]] = defaultdict(list)
        for row in database.rows("SELECT code, skill FROM occupation_skill ORDER BY code, core DESC, skill"):
            self._skills[row["code"]].append(row["skill"])
        self._near = {code: [n for n, _ in near] for code, near in _neighbours(database).items()}

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


def _neighbours(database: Database) -> dict[str, list[tuple[str, float]]]:
    near: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in database.rows("SELECT code, neighbour, degree FROM occupation_near ORDER BY code, degree DESC, neighbour"):
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


# --- Offers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Template:
    """An invented offer: a real ROME code and commune, an employer that does not exist."""

    title: str
    code: str
    employer: str
    insee: str
    town: str
    description: str
    contract: str = "CDI"
    hours: float = 35.0
    pay: float = 12.4
    unit: PayUnit = PayUnit.HOUR
    years: float | None = None
    licences: tuple[str, ...] = ()
    openings: int = 1


_PAST_ANNONAY = (
    _Template("Serveur / Serveuse en brasserie (H/F)", "G1803", "Brasserie du Vieux Pont", "07010", "Annonay",
              "Accueil et service en salle, midi et soir, cinq jours sur sept. Repos dimanche et lundi.",
              pay=12.6, years=1, openings=2),
    _Template("Cuisinier / Cuisinière de collectivité (H/F)", "G1602", "Les Tables du Haut-Vivarais", "07010",
              "Annonay", "Préparation de 120 repas le midi pour deux écoles. Pas de travail le soir.",
              pay=1950, unit=PayUnit.MONTH, years=2),
    _Template("Agent / Agente de propreté (H/F)", "K2204", "Netéclair Ardèche", "07078", "Davézieux",
              "Entretien de bureaux de 6 h à 9 h, du lundi au vendredi. Produits et tenue fournis.",
              hours=15, pay=12.3, openings=3),
    _Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Logis-Rhône Entrepôts", "07308", "Sarras",
              "Préparation de commandes à la voix, chargement des camions. Équipes du matin ou de l'après-midi.",
              contract="CDD", pay=12.5, openings=6),
    _Template("Aide à domicile (H/F)", "K1304", "Présence et Vallons", "07010", "Annonay",
              "Entretien du logement, courses et repas chez des personnes âgées. Indemnités kilométriques.",
              hours=28, pay=12.5, licences=("B",), openings=4),
    _Template("Aide-soignant / Aide-soignante (H/F)", "J1501", "Résidence des Trois Collines", "07010", "Annonay",
              "Soins d'hygiène et de confort en équipe de douze. Un week-end sur deux.",
              pay=2100, unit=PayUnit.MONTH, openings=2),
    _Template("Caissier / Caissière (H/F)", "D1505", "Marché Frais de Davézieux", "07078", "Davézieux",
              "Encaissement, accueil et aide au rayon. Horaires par roulement, un samedi sur deux.",
              hours=30, pay=12.3, openings=2),
    _Template("Vendeur / Vendeuse en boulangerie (H/F)", "D1106", "Au Fournil de la Cance", "07010", "Annonay",
              "Vente, tenue de la boutique et des vitrines. Fermé le mercredi.", pay=12.3),
    _Template("Conducteur / Conductrice poids lourd (H/F)", "N4101", "Transports Vivaroux", "07324",
              "Tournon-sur-Rhône", "Livraisons régionales à la journée, retour chaque soir.",
              pay=13.4, licences=("C",), years=1, openings=2),
    _Template("Maçon / Maçonne (H/F)", "F1703", "Bâtisseurs du Doux", "07324", "Tournon-sur-Rhône",
              "Rénovation de maisons en pierre et petites constructions neuves. Panier et trajets payés.",
              pay=14.0, years=3),
    _Template("Agent / Agente de fabrication (H/F)", "H3302", "Ateliers Montrodin", "07010", "Annonay",
              "Montage et contrôle de pièces de carrosserie, en équipes. Formation au poste de deux semaines.",
              contract="Intérim", pay=12.9, openings=5),
    _Template("Assistant / Assistante de gestion (H/F)", "M1604", "Cartonnages Félivert", "07010", "Annonay",
              "Devis, factures, relances et standard d'une entreprise de vingt personnes.",
              pay=2050, unit=PayUnit.MONTH, years=2),
    _Template("Jardinier / Jardinière d'espaces verts (H/F)", "A1203", "Vertes Terrasses", "07281", "Saint-Péray",
              "Tonte, taille et plantation chez des particuliers. Pas de travail le week-end.",
              contract="Saisonnier", pay=12.7, licences=("B",), openings=2),
    _Template("Employé / Employée d'étage (H/F)", "G1501", "Hôtel du Lac Suspendu", "07019", "Aubenas",
              "Remise en état de douze chambres par jour, de 9 h à 15 h.", hours=30, pay=12.4, openings=2),
)  # fmt: skip
_PAST_VALENCE = (
    _Template("Serveur / Serveuse de restaurant (H/F)", "G1803", "La Table des Platanes", "26362", "Valence",
              "Service en salle et en terrasse, cinq jours sur sept.", pay=12.7, openings=2),
    _Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Drôme Express Stock", "26281",
              "Romans-sur-Isère", "Préparation et filmage de palettes, équipe de nuit avec majoration.",
              contract="Intérim", pay=13.1, openings=5),
    _Template("Aide à domicile (H/F)", "K1304", "Les Mains Voisines", "26362", "Valence",
              "Interventions chez six personnes, tournée fixe, téléphone fourni.", hours=30, pay=12.6, openings=3),
    _Template("Agent / Agente de propreté (H/F)", "K2204", "Clairville Services", "26058", "Bourg-lès-Valence",
              "Entretien de deux collèges, de 16 h à 20 h.", hours=20, pay=12.3, openings=2),
    _Template("Caissier / Caissière (H/F)", "D1505", "Halles du Rhône", "26362", "Valence",
              "Encaissement et mise en rayon, planning connu trois semaines à l'avance.", hours=28, pay=12.3),
    _Template("Cuisinier / Cuisinière (H/F)", "G1602", "Auberge de la Raye", "26362", "Valence",
              "Cuisine de saison, vingt couverts, deux jours de repos d'affilée.", pay=13.5, years=2),
)  # fmt: skip
# Offers of today in the main agency that nobody has been contacted for yet.
_FRESH = (
    _Template("Serveur / Serveuse (H/F)", "G1803", "Auberge des Remparts bleus", "07010", "Annonay",
              "Service du midi et du soir en salle, équipe de quatre. Repos le lundi et le mardi.",
              pay=12.8, years=1),
    _Template("Aide à domicile (H/F)", "K1304", "Les Bruyères à vos côtés", "07019", "Aubenas",
              "Aide au lever, aux repas et au ménage chez des personnes âgées d'Aubenas et de Vals.",
              hours=28, pay=12.6, licences=("B",), openings=2),
    _Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Entrepôts du Val d'Ay", "07308", "Sarras",
              "Préparation au scanner, port de colis jusqu'à 15 kg, horaires de journée.",
              contract="CDD", pay=12.5, openings=4),
    _Template("Boulanger / Boulangère (H/F)", "D1102", "Le Pétrin d'Aurore", "07324", "Tournon-sur-Rhône",
              "Pains au levain et viennoiseries, prise de poste à 4 h, deux jours de repos.",
              pay=13.6, years=2),
    _Template("Cariste (H/F)", "N1101", "Plateforme Grand Serre", "26333", "Saint-Vallier",
              "Déchargement et rangement de palettes, stockage en hauteur. Équipes de jour.",
              contract="Intérim", pay=13.0, licences=("CACES R489 3",), openings=2),
)  # fmt: skip


class _Places:
    """The communes and occupations that the offers name, from the referential that is loaded."""

    def __init__(self, database: Database) -> None:
        self._communes = {
            row["insee"]: Place(row["name"], row["department"], row["insee"], row["lat"], row["lon"])
            for row in database.rows("SELECT insee, name, department, lat, lon FROM commune")
        }
        self.labels = {row["code"]: row["label"] for row in database.rows("SELECT code, label FROM occupation")}
        self._skills: defaultdict[str, list[str]] = defaultdict(list)
        for row in database.rows("SELECT code, skill FROM occupation_skill ORDER BY code, core DESC, skill"):
            self._skills[row["code"]].append(row["skill"])

    def place(self, template: _Template) -> Place:
        return self._communes.get(template.insee) or Place(template.town, template.insee[:2], template.insee)

    def skills(self, template: _Template) -> list[str]:
        return self._skills[template.code][:6]


def _offer_row(agency: DemoAgency, template: _Template, name: str, places: _Places, created: datetime) -> Row:
    place = places.place(template)
    skills = places.skills(template)
    return {
        "agency_id": agency.agency_id,
        "offer_id": uuid5(agency.agency_id, f"offer {name}"),
        "source": OfferSource.DEMO.value,
        "title": template.title,
        "description": f"{template.description}\n\nOffre inventée pour la démonstration.",
        "occupation_code": template.code,
        "occupation_label": places.labels.get(template.code, template.title.removesuffix(" (H/F)")),
        "employer": template.employer,
        "place_name": place.name,
        "place_insee": place.insee,
        "place_department": place.department,
        "place_lat": place.lat,
        "place_lon": place.lon,
        "skills_required": skills[:4],
        "skills_desired": skills[4:],
        "contract": template.contract,
        "weekly_hours": template.hours,
        "pay_low": float(template.pay),
        "pay_unit": template.unit.value,
        "experience_years": template.years,
        "licences": list(template.licences),
        "languages": [],
        "openings": template.openings,
        "created_utc": created,
        "created_by": counselor().person_id,
    }
