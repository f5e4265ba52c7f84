"""A synthetic agency: people, offers and eight weeks of campaigns, all invented, seeded and marked as demo.

The same seed and the same day give the same data on every machine. Numbers lie in the range that is
reserved for works of fiction, so that no SMS can ever reach anybody.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
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
    description: str
    contract: str = "CDI"
    hours: float = 35.0
    pay: float = 12.6
    unit: PayUnit = PayUnit.HOUR
    years: float | None = None
    licences: tuple[str, ...] = ()
    openings: int = 1


_PAST_ANNONAY = (
    _Template("Serveur / Serveuse en brasserie (H/F)", "G1803", "Brasserie du Vieux Pont", "07010",
              "Accueil et service en salle, midi et soir, cinq jours sur sept. Repos dimanche et lundi.",
              pay=12.6, years=1, openings=2),
    _Template("Cuisinier / Cuisinière de collectivité (H/F)", "G1606", "Les Tables du Haut-Vivarais", "07010",
              "Préparation de 120 repas le midi pour deux écoles. Pas de travail le soir.",
              pay=1950, unit=PayUnit.MONTH, years=2),
    _Template("Agent / Agente de propreté (H/F)", "K2205", "Netéclair Ardèche", "07010",
              "Entretien de bureaux de 6 h à 9 h, du lundi au vendredi. Produits et tenue fournis.",
              hours=15, pay=12.5, openings=3),
    _Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Logis-Rhône Entrepôts", "26333",
              "Préparation de commandes à la voix, chargement des camions. Équipes du matin ou de l'après-midi.",
              contract="CDD", pay=12.5, openings=6),
    _Template("Aide à domicile (H/F)", "K1304", "Présence et Vallons", "07010",
              "Entretien du logement, courses et repas chez des personnes âgées. Indemnités kilométriques.",
              hours=28, pay=12.5, licences=("B",), openings=4),
    _Template("Aide-soignant / Aide-soignante (H/F)", "J1501", "Résidence des Trois Collines", "07010",
              "Soins d'hygiène et de confort en équipe de douze. Un week-end sur deux.",
              pay=2100, unit=PayUnit.MONTH, openings=2),
    _Template("Caissier / Caissière (H/F)", "D1505", "Marché Frais du Mont Aulne", "07010",
              "Encaissement, accueil et aide au rayon. Horaires par roulement, un samedi sur deux.",
              hours=30, pay=12.5, openings=2),
    _Template("Vendeur / Vendeuse en boulangerie (H/F)", "D1106", "Au Fournil de la Cance", "07010",
              "Vente, tenue de la boutique et des vitrines. Fermé le mercredi.", pay=12.5),
    _Template("Conducteur / Conductrice poids lourd (H/F)", "N4101", "Transports Vivaroux", "07324",
              "Livraisons régionales à la journée, retour chaque soir.",
              pay=13.4, licences=("C",), years=1, openings=2),
    _Template("Maçon / Maçonne (H/F)", "F1703", "Bâtisseurs du Doux", "07324",
              "Rénovation de maisons en pierre et petites constructions neuves. Panier et trajets payés.",
              pay=14.0, years=3),
    _Template("Monteur assembleur / Monteuse assembleuse (H/F)", "H2909", "Ateliers Montrodin", "07010",
              "Montage et contrôle de pièces de carrosserie, en équipes. Formation au poste de deux semaines.",
              contract="Intérim", pay=12.9, openings=5),
    _Template("Agent administratif / Agente administrative (H/F)", "M1602", "Cartonnages Félivert", "07010",
              "Devis, factures, relances et standard d'une entreprise de vingt personnes.",
              pay=2050, unit=PayUnit.MONTH, years=2),
    _Template("Jardinier / Jardinière d'espaces verts (H/F)", "A1203", "Vertes Terrasses", "07102",
              "Tonte, taille et plantation chez des particuliers. Pas de travail le week-end.",
              contract="Saisonnier", pay=12.7, licences=("B",), openings=2),
    _Template("Employé / Employée d'étage (H/F)", "G1501", "Hôtel du Lac Suspendu", "07019",
              "Remise en état de douze chambres par jour, de 9 h à 15 h.", hours=30, pay=12.6, openings=2),
)  # fmt: skip
_PAST_VALENCE = (
    _Template("Serveur / Serveuse de restaurant (H/F)", "G1803", "La Table des Platanes", "26362",
              "Service en salle et en terrasse, cinq jours sur sept.", pay=12.7, openings=2),
    _Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Drôme Express Stock", "26281",
              "Préparation et filmage de palettes, équipe de nuit avec majoration.",
              contract="Intérim", pay=13.1, openings=5),
    _Template("Aide à domicile (H/F)", "K1304", "Les Mains Voisines", "26362",
              "Interventions chez six personnes, tournée fixe, téléphone fourni.", hours=30, pay=12.6, openings=3),
    _Template("Agent / Agente de propreté (H/F)", "K2205", "Clairville Services", "26057",
              "Entretien de deux collèges, de 16 h à 20 h.", hours=20, pay=12.5, openings=2),
    _Template("Caissier / Caissière (H/F)", "D1505", "Halles du Rhône", "26362",
              "Encaissement et mise en rayon, planning connu trois semaines à l'avance.", hours=28, pay=12.5),
    _Template("Cuisinier / Cuisinière (H/F)", "G1609", "Auberge de la Raye", "26362",
              "Cuisine de saison, vingt couverts, deux jours de repos d'affilée.", pay=13.5, years=2),
)  # fmt: skip
# Offers of today in the main agency that nobody has been contacted for yet.
_FRESH = (
    _Template("Serveur / Serveuse (H/F)", "G1803", "Auberge des Remparts bleus", "07010",
              "Service du midi et du soir en salle, équipe de quatre. Repos le lundi et le mardi.",
              pay=12.8, years=1),
    _Template("Aide à domicile (H/F)", "K1304", "Les Bruyères à vos côtés", "07019",
              "Aide au lever, aux repas et au ménage chez des personnes âgées d'Aubenas et de Vals.",
              hours=28, pay=12.6, licences=("B",), openings=2),
    _Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Entrepôts du Val d'Ay", "26333",
              "Préparation au scanner, port de colis jusqu'à 15 kg, horaires de journée.",
              contract="CDD", pay=12.5, openings=4),
    _Template("Boulanger / Boulangère (H/F)", "D1102", "Le Pétrin d'Aurore", "07324",
              "Pains au levain et viennoiseries, prise de poste à 4 h, deux jours de repos.",
              pay=13.6, years=2),
    _Template("Cariste (H/F)", "N1101", "Plateforme Grand Serre", "26333",
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

    def place(self, template: _Template) -> Place | None:
        return self._communes.get(template.insee)

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
        "place_name": place.name if place else None,
        "place_insee": place.insee if place else None,
        "place_department": place.department if place else None,
        "place_lat": place.lat if place else None,
        "place_lon": place.lon if place else None,
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


# --- Eight weeks of campaigns ---------------------------------------------------------------------

# How invented people answer: how often, and in which words. What each text means is read by the same
# rules as a real answer.
_REPLY_SHARE = 0.49
_REPLY_MEDIAN_MINUTES = 19.0
_REPLY_SIGMA = 1.8
_LONGEST_SILENCE = timedelta(hours=48)
_FAILED, _UNKNOWN = 0.02, 0.01
_ANSWERS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.46, ("Oui", "OUI", "oui", "Oui je suis intéressée", "Oui intéressé et disponible", "Bonjour oui ça m'intéresse",
            "Ok pour moi", "Oui, disponible tout de suite", "oui avec plaisir", "👍", "Oui je veux bien merci",
            "bonjour, je suis partante", "Oui, vous pouvez m'appeler quand vous voulez")),
    (0.25, ("Non", "NON", "non merci", "Pas intéressé", "Bonjour, non merci, bonne journée",
            "J'ai déjà trouvé un emploi", "c'est trop loin pour moi", "Non je ne suis plus disponible",
            "pas intéressée désolée")),
    (0.13, ("C'est payé combien ?", "Quels sont les horaires ?", "Bonjour, c'est à temps plein ?",
            "Est-ce qu'il y a un bus pour y aller ?", "Oui, mais c'est quoi les horaires ?", "C'est pour quand ?",
            "Il faut le permis ?", "Bonjour, est ce que c'est un CDI")),
    (0.10, ("Bonjour", "oui mais pas avant le mois prochain", "je sais pas trop", "Je suis en formation jusqu'à jeudi",
            "peut-être, ça dépend des horaires", "Qui êtes-vous", "Appelez plutôt mon autre numéro",
            "voir avec ma conseillère")),
    (0.06, ("STOP", "stop", "Stop", "Arrêt", "STOP.")),
)  # fmt: skip
_SECOND_ANSWERS = ("Merci", "A quelle heure vous appelez ?", "Finalement non merci", "Oui", "Merci à vous", "Non")
_NOT_RETAINED = (
    "Horaires incompatibles avec une formation en cours",
    "A trouvé un autre poste entre-temps",
    "Ne souhaite pas travailler le week-end",
    "Injoignable après trois appels",
)


@dataclass(slots=True)
class _Contact:
    """What the history remembers of one person while it is written."""

    latest: datetime | None = None
    stopped: bool = False


@dataclass
class _History:
    """Writes the offers of an agency and their campaigns into `tables`, in the order of time."""

    agency: DemoAgency
    pool: list[Row]
    places: _Places
    near: dict[str, list[tuple[str, float]]]
    now: datetime
    seed: int
    tables: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._rng = random.Random(f"history {self.seed} {self.agency.agency_id}")
        self._contacts: defaultdict[str, _Contact] = defaultdict(_Contact)
        self._by_trade: defaultdict[str, list[Row]] = defaultdict(list)
        for person in self.pool:
            self._by_trade[person["occupation_code"]].append(person)

    def write(self) -> None:
        days = _working_days(self.now)
        is_main = self.agency == AGENCIES[0]
        past = _PAST_ANNONAY if is_main else _PAST_VALENCE
        launches: list[tuple[datetime, _Template, Row, list[Row]]] = []
        for rank, template in enumerate(past):
            chosen = self._launch_days(days, rank, len(past))
            created = _utc(chosen[0], time(9, 5))
            offer = _offer_row(self.agency, template, f"past {rank}", self.places, created)
            self.tables["offer"].append(offer)
            suited = self._suited(template, offer)
            launches += [(_utc(day, self._launch_time()), template, offer, suited) for day in chosen]
        for launched, template, row, suited in sorted(launches, key=lambda launch: (launch[0], launch[1].title)):
            self._campaign(launched, template, row, suited)
        if is_main:
            for rank, template in enumerate(_FRESH):
                created = self.now - timedelta(minutes=8 + 11 * rank)
                self.tables["offer"].append(_offer_row(self.agency, template, f"fresh {rank}", self.places, created))

    def _launch_days(self, days: list[date], rank: int, of: int) -> list[date]:
        """Three working days, a few days apart; the offers follow one another over the eight weeks."""
        first = min(rank * len(days) // of + self._rng.randint(0, 2), len(days) - 1)
        gaps = (0, self._rng.randint(2, 4), self._rng.randint(6, 9))
        return [days[min(first + gap, len(days) - 1 - (2 - turn))] for turn, gap in enumerate(gaps)]

    def _launch_time(self) -> time:
        return time(self._rng.choice((9, 9, 10, 10, 11, 14, 14, 15, 16)), self._rng.randint(5, 55))

    def _suited(self, template: _Template, offer: Row) -> list[Row]:
        """The people of that occupation, then of those near it, the nearest to the place first."""
        degrees = {template.code: 1.0} | dict(self.near.get(template.code, []))
        found = [(degree, person) for code, degree in degrees.items() for person in self._by_trade[code]]
        lat, lon = offer["place_lat"], offer["place_lon"]

        def far(degree: float, person: Row) -> float:
            if lat is None or person["lat"] is None:
                return 60.0 - 60 * degree
            north, east = 111 * (person["lat"] - lat), 79 * (person["lon"] - lon)
            return math.hypot(north, east) - 60 * degree

        found.sort(key=lambda pair: (far(*pair), pair[1]["external_id"]))
        return [person for _, person in found]

    def _campaign(self, launched: datetime, template: _Template, offer: Row, suited: list[Row]) -> None:
        campaign_id = self._id()
        chosen = [person for person in suited if self._may_be_contacted(person, launched)]
        chosen = chosen[: self.agency.campaign_people + self._rng.randint(-3, 3)]
        self.tables["campaign"].append(
            {
                "agency_id": self.agency.agency_id,
                "campaign_id": campaign_id,
                "offer_id": offer["offer_id"],
                "state": CampaignState.RUNNING.value,
                "launched_utc": launched,
                "launched_by": counselor().person_id,
                "considered": len(self.pool),
                "demo": True,
            }
        )
        for rank, person in enumerate(chosen):
            suited.remove(person)
            self._conversation(launched, 0.4 * rank, campaign_id, template, offer, person)

    def _may_be_contacted(self, person: Row, launched: datetime) -> bool:
        contact = self._contacts[person["phone"]]
        rested = contact.latest is None or launched - contact.latest >= campaigns.REST
        return rested and not contact.stopped

    def _conversation(
        self, launched: datetime, wait: float, campaign_id: UUID, template: _Template, offer: Row, person: Row
    ) -> None:
        row: Row = {
            "agency_id": self.agency.agency_id,
            "conversation_id": self._id(),
            "campaign_id": campaign_id,
            "offer_id": offer["offer_id"],
            "candidate_id": person["candidate_id"],
            "phone": person["phone"],
            "state": ConversationState.WAITING.value,
            "opened_utc": launched,
            "changed_utc": launched,
            "verdict": None,
            "verdict_reason": None,
            "verdict_by": None,
            "verdict_utc": None,
        }
        contact = self._contacts[person["phone"]]
        is_first = contact.latest is None
        contact.latest = launched
        body = campaigns.opening_message(self.agency.name, self._as_offer(template, offer), person["first_name"])
        state, settled = self._message(row, person, body, launched, wait, opening=True)
        if state is MessageState.FAILED:
            row["state"], row["changed_utc"] = ConversationState.UNREACHED.value, settled
        elif state is MessageState.DELIVERED and self._rng.random() < _REPLY_SHARE:
            self._answers(row, person, settled, is_first)
            self._verdict(row)
        self.tables["conversation"].append(row)

    def _as_offer(self, template: _Template, row: Row) -> Offer:
        return Offer(
            agency_id=row["agency_id"],
            offer_id=row["offer_id"],
            title=row["title"],
            description=row["description"],
            occupation=None,
            place=self.places.place(template),
            source=OfferSource.DEMO,
            created_utc=row["created_utc"],
            contract=row["contract"],
        )

    def _message(
        self, row: Row, person: Row, body: str, queued: datetime, wait: float, *, opening: bool
    ) -> tuple[MessageState, datetime]:
        """One outgoing SMS with everything that was learned about it; gives its state, and since when."""
        message_id = self._id()
        leaves = next_slot(queued, person["department"], HOURS)
        claimed = leaves + timedelta(seconds=1 + wait + self._rng.random())
        sent = claimed + timedelta(seconds=self._rng.uniform(1.5, 9))
        arrived = sent + timedelta(seconds=min(1_500.0, self._rng.lognormvariate(2.3, 1.0)))
        steps = [
            (MessageState.QUEUED, queued, "automate", None),
            (MessageState.CLAIMED, claimed, "dispatcher-demo", None),
            (MessageState.ACCEPTED, claimed + timedelta(seconds=self._rng.uniform(0.1, 0.9)), "dispatcher", None),
            (MessageState.SENT, sent, "callback", "Sent"),
            (MessageState.DELIVERED, arrived, "callback", "Success"),
        ]
        chance = self._rng.random() if opening else 1.0
        if chance < _UNKNOWN:
            steps[2:] = [(MessageState.UNKNOWN, claimed + timedelta(seconds=30), "dispatcher", "délai dépassé")]
        elif chance < _UNKNOWN + _FAILED:
            steps[4] = (MessageState.FAILED, arrived + timedelta(minutes=4), "callback", "AbsentSubscriber")
        state, settled, _, detail = steps[-1]
        is_known = state is not MessageState.UNKNOWN
        self.tables["message"].append(
            {
                "agency_id": self.agency.agency_id,
                "message_id": message_id,
                "conversation_id": row["conversation_id"],
                "campaign_id": row["campaign_id"],
                "phone": row["phone"],
                "department": person["department"],
                "body": body,
                "parts": measure(body).parts,
                "automatic": True,
                "opening": opening,
                "state": state.value,
                "queued_utc": queued,
                "not_before_utc": leaves,
                "claimed_utc": claimed,
                "claimed_by": "dispatcher-demo",
                "settled_utc": settled if state in FINAL_STATES else None,
                "gateway_id": f"DEMO-{message_id}" if is_known else None,
                "cost": f"EUR {0.05 * measure(body).parts:.4f}" if is_known else None,
                "failure": detail if state is MessageState.FAILED else None,
                "contradicted": False,
            }
        )
        for step, happened, source, why in steps:
            self.tables["message_event"].append(
                {
                    "agency_id": self.agency.agency_id,
                    "message_id": message_id,
                    "event_id": self._id(),
                    "state": step.value,
                    "happened_utc": happened,
                    "source": source,
                    "detail": why,
                }
            )
        return state, settled

    def _answers(self, row: Row, person: Row, delivered: datetime, is_first: bool) -> None:
        """One answer, seldom two, each read and followed as a real one would be."""
        minutes = self._rng.lognormvariate(math.log(_REPLY_MEDIAN_MINUTES), _REPLY_SIGMA)
        happened = _by_day(delivered + min(timedelta(minutes=minutes), _LONGEST_SILENCE), self._rng)
        happened = min(happened, delivered + _LONGEST_SILENCE)
        # A STOP blocks the number everywhere: only somebody without earlier threads says it here.
        kinds = _ANSWERS if is_first else _ANSWERS[:-1]
        words = self._rng.choices([texts for _, texts in kinds], [share for share, _ in kinds])[0]
        self._answer(row, person, happened, self._rng.choice(words))
        if row["state"] != ConversationState.STOPPED.value and self._rng.random() < 0.08:
            later = _by_day(happened + timedelta(minutes=self._rng.uniform(2, 300)), self._rng)
            self._answer(row, person, later, self._rng.choice(_SECOND_ANSWERS))

    def _answer(self, row: Row, person: Row, happened: datetime, body: str) -> None:
        if next_slot(happened, person["department"], HOURS) > self.now - timedelta(hours=1):
            return  # its automatic answer would still be under way: this person has not written yet
        read = _read(body)
        step = conversation.step(ConversationState(row["state"]), read.reading)
        row["state"], row["changed_utc"] = step.state.value, happened
        self.tables["reply"].append(
            {
                "agency_id": self.agency.agency_id,
                "reply_id": self._id(),
                "conversation_id": row["conversation_id"],
                "received_utc": happened,
                "body": body,
                "reading": read.reading.value,
                "rule": read.rule,
            }
        )
        if read.reading is Reading.STOP:
            self._contacts[row["phone"]].stopped = True
            self.tables["opt_out"].append(
                {"phone": row["phone"], "since_utc": happened, "source": "sms", "reason": "STOP reçu par SMS"}
            )
        if step.answer is not None:
            name = self.agency.name[0].lower() + self.agency.name[1:]
            answer = conversation.ANSWERS[step.answer].replace("{first_name}", person["first_name"])
            self._message(row, person, gsm_safe(answer.replace("{agency}", name)), happened, 0.0, opening=False)

    def _verdict(self, row: Row) -> None:
        """What the counselor decided: most of those interested, and the old ones that waited for a person."""
        age = self.now - row["changed_utc"]
        minutes = self._rng.lognormvariate(math.log(11 * 60), 1.3)
        decided = next_slot(row["changed_utc"] + timedelta(minutes=minutes), self.agency.department, HOURS)
        if decided > self.now - timedelta(hours=12):
            return
        chance = self._rng.random()
        verdict: Verdict | None = None
        if row["state"] == ConversationState.INTERESTED.value:
            shares = ((0.42, Verdict.INTRODUCED), (0.70, Verdict.CALLED_BACK), (0.86, Verdict.NOT_RETAINED))
            verdict = next((kind for share, kind in shares if chance < share), None)
        elif row["state"] in (ConversationState.NEEDS_HUMAN.value, ConversationState.UNCLEAR.value):
            shares = ((0.15, Verdict.INTRODUCED), (0.60, Verdict.CALLED_BACK), (0.92, Verdict.CLOSED))
            verdict = next((kind for share, kind in shares if chance < share and age.days >= 4), None)
        if verdict is not None:
            reason = self._rng.choice(_NOT_RETAINED) if verdict is Verdict.NOT_RETAINED else None
            row |= {
                "verdict": verdict.value,
                "verdict_reason": reason,
                "verdict_by": counselor().person_id,
                "verdict_utc": decided,
            }

    def _id(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)


@lru_cache(maxsize=256)
def _read(body: str) -> replies.Read:
    return replies.read(body)


def _working_days(now: datetime) -> list[date]:
    """The days of the eight weeks up to yesterday on which SMS may leave."""
    today = _paris(now).date()
    days = [today - timedelta(days=back) for back in range(HISTORY.days, 0, -1)]
    return [day for day in days if next_slot(noon := _utc(day, time(12)), None, HOURS) == noon]


def _paris(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(PARIS)


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, PARIS).astimezone(UTC).replace(tzinfo=None)


def _by_day(instant: datetime, rng: random.Random) -> datetime:
    """Nobody answers between midnight and six: they do after breakfast."""
    hour = _paris(instant).hour
    return instant + timedelta(hours=7 - hour, minutes=rng.uniform(0, 60)) if hour < 6 else instant
