"""An offer read from a text by rules: the fields, the words they come from, what people are asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore import demo
from ftcore.database import Database
from ftcore.drafting import offers
from ftcore.drafting.conditions import read_schedule
from ftcore.drafting.diplomas import find_diplomas
from ftcore.drafting.tasks import read_tasks
from ftcore.matching import reference
from ftcore.matching.occupations import OccupationIndex
from ftcore.model import Demand, Offer, Pay, PayUnit, Person

NOW = datetime(2026, 11, 23, 10, 0)
SHARED = Path(__file__).parents[2] / ".." / "shared"
HOUR, MONTH, YEAR = PayUnit.HOUR, PayUnit.MONTH, PayUnit.YEAR


@pytest.fixture(scope="module")
def library(index: OccupationIndex) -> Iterator[tuple[Database, OccupationIndex]]:
    """A database with the starter referential and an agency in Ardèche, read by all texts of this module."""
    database = Database.open(":memory:")
    reference.load_starter(database)
    agency = {"agency_id": demo.counselor().agency_id, "name": "Agence d'essai", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency], if_absent=True))
    yield database, index
    database.close()


def read(library: tuple[Database, OccupationIndex], text: str) -> Offer:
    database, index = library
    return offers.structure(text, index, database, demo.counselor().agency_id, NOW)[0]


def shown(offer: Offer) -> dict[str, Any]:
    """The fields as the tables below write them: a place by its name, a prerequisite by its first letter."""
    marks = {Demand.BLOCKING: "!", Demand.FLEXIBLE: "~", Demand.INFORMATION: "?"}
    values = {field.name: getattr(offer, field.name) for field in fields(Offer)}
    return values | {
        "place": offer.place.name if offer.place else None,
        "occupation": offer.occupation.code if offer.occupation else None,
        "prerequisites": [marks[each.demand] + each.text for each in offer.prerequisites],
        "tasks": list(offer.tasks),
    }


LONG_AD = """AIDE-SOIGNANT(E) DE NUIT (H/F)

L'EHPAD Les Lavandes recrute un(e) aide-soignant(e).

Vos missions :
- Assurer les soins d'hygiène et de confort
- Surveiller l'état des résidents
- Répondre aux appels

Votre profil :
- DEAS exigé
- Débutants acceptés
- Permis B souhaité

Conditions :
- CDI à temps partiel, 28h hebdomadaires
- Travail de nuit 21h-7h, un week-end sur deux
- 2 050 € brut par mois + prime de nuit 120 €
- Poste basé à Aubenas (07200)
- À pourvoir dès que possible"""
EMAIL = """Objet : recrutement d'un magasinier

Bonjour,

Suite à notre conversation, je vous confirme que nous recherchons un magasinier H/F pour notre entrepôt situé à
Guilherand-Granges. Il s'agit d'un CDD de 6 mois à compter du 11 janvier 2027, 35 h par semaine du lundi au vendredi
(8h-12h / 13h30-16h30).
Le CACES R489 3 est indispensable, le permis B serait un plus. Une première expérience d'un an est souhaitée.
Salaire : 1 900 € brut mensuel + primes.

Cordialement,
La société Transports Rivoire"""
LABELS = """Titre : Agent d'entretien (H/F)
Lieu : Annonay (07)
Contrat : CDD de 6 mois
Horaires : 20 h par semaine, du lundi au vendredi, 17h-21h
Salaire : SMIC
Expérience : débutant accepté
Début : dès que possible

Missions
- Nettoyer les bureaux
- Vider les poubelles

Profil
- Permis B souhaité"""

TEXTS = [
    pytest.param(
        "serveur annonay cdi 35h 12.5€/h débutant ok permis b dispo de suite",
        {
            "title": "Serveur",
            "place": "Annonay",
            "contract": "CDI",
            "weekly_hours": 35.0,
            "pay": Pay(12.5, HOUR),
            "experience_years": 0.0,
            "licences": ("B",),
            "start": None,
        },
        id="notes without a capital",
    ),
    pytest.param(
        "Besoin d'un plombier à Privas, CDI 39h, 2 100 € brut/mois, 3 ans d'expérience exigés, permis B obligatoire, "
        "astreintes un week-end sur quatre.",
        {
            "title": "Plombier",
            "occupation": "F1603",
            "place": "Privas",
            "weekly_hours": 39.0,
            "pay": Pay(2100, MONTH),
            "experience_years": 3.0,
            "prerequisites": ["!Permis B", "!3 ans d'expérience", "?Astreintes", "?Travail le week-end"],
        },
        id="notes with demands",
    ),
    pytest.param(
        "2 postes d'aide à domicile secteur de Tournon-sur-Rhône. CDI temps partiel 24h par semaine. DEAES souhaité, "
        "permis B et véhicule personnel indispensables. 12,10 € brut de l'heure. Horaires coupés, "
        "un week-end sur deux.",
        {
            "openings": 2,
            "title": "Aide à domicile",
            "place": "Tournon-sur-Rhône",
            "weekly_hours": 24.0,
            "schedule": "Horaires coupés, un week-end sur deux",
            "diplomas": (),
            "licences": ("B",),
            "prerequisites": [
                "!Permis B",
                "~DEAES",
                "!Véhicule personnel",
                "?Horaires coupés",
                "?Travail le week-end",
            ],
        },
        id="wishes are flexible, the rest keeps its demand",
    ),
    pytest.param(
        "Cariste CACES R489 1, 3 et 5 - intérim 3 mois - Bourg-Saint-Andéol - 2x8 - 11,95 €/h + panier 6,70 € "
        "- à partir du 04/01/2027",
        {
            "title": "Cariste",
            "contract": "Intérim de 3 mois",
            "place": "Bourg-Saint-Andéol",
            "schedule": "2x8",
            "pay": Pay(11.95, HOUR),
            "start": date(2027, 1, 4),
            "licences": ("CACES R489 1", "CACES R489 3", "CACES R489 5"),
        },
        id="notes between dashes",
    ),
    pytest.param(
        "Bonjour,\n\nNous recherchons un boulanger (H/F) pour notre magasin de Aubenas. CAP Boulanger exigé, 2 ans "
        "minimum sur un poste similaire. Travail de nuit, du mardi au samedi de 3h à 10h. CDI 35h. Salaire : 1 950 à "
        "2 100 € brut par mois.\nMerci",
        {
            "title": "Boulanger (H/F)",
            "place": "Aubenas",
            "schedule": "Travail de nuit, du mardi au samedi de 3h à 10h",
            "diplomas": ("CAP Boulanger",),
            "experience_years": 2.0,
            "pay": Pay(1950, MONTH, 2100),
            "prerequisites": ["!CAP Boulanger", "~2 ans d'expérience", "?Travail de nuit"],
        },
        id="a short e-mail",
    ),
    pytest.param(
        LABELS,
        {
            "title": "Agent d'entretien (H/F)",
            "place": "Annonay",
            "contract": "CDD de 6 mois",
            "weekly_hours": 20.0,
            "schedule": "du lundi au vendredi, 17h-21h",
            "pay": None,
            "pay_text": "SMIC",
            "tasks": ["Nettoyer les bureaux", "Vider les poubelles"],
            "licences": (),
            "prerequisites": ["~Permis B"],
        },
        id="a draft with labels",
    ),
    pytest.param(
        LONG_AD,
        {
            "title": "AIDE-SOIGNANT(E) DE NUIT (H/F)",
            "occupation": "J1501",
            "employer": "L'EHPAD Les Lavandes",
            "place": "Aubenas",
            "contract": "CDI",
            "weekly_hours": 28.0,
            "schedule": "Travail de nuit 21h-7h, un week-end sur deux",
            "pay": Pay(2050, MONTH),
            "experience_years": 0.0,
            "diplomas": ("DEAS",),
            "tasks": [
                "Assurer les soins d'hygiène et de confort",
                "Surveiller l'état des résidents",
                "Répondre aux appels",
            ],
            "prerequisites": ["~Permis B", "!DEAS", "?Travail de nuit", "?Travail le week-end"],
        },
        id="a long ad with sections",
    ),
    pytest.param(
        EMAIL,
        {
            "title": "Magasinier H/F",
            "occupation": "N1110",
            "place": "Guilherand-Granges",
            "contract": "CDD de 6 mois",
            "start": date(2027, 1, 11),
            "weekly_hours": 35.0,
            "schedule": "du lundi au vendredi (8h-12h / 13h30-16h30)",
            "pay": Pay(1900, MONTH),
            "licences": ("CACES R489 3",),
            "prerequisites": ["!CACES R489 3", "~Permis B", "~1 an d'expérience"],
        },
        id="an employer's e-mail",
    ),
    pytest.param(
        "CDD du 1er mars au 31 août 2027, cueillette des abricots, Le Pouzin, SMIC horaire 12,02 €, logement possible",
        {
            "contract": "CDD",
            "start": date(2027, 3, 1),
            "contract_end": date(2027, 8, 31),
            "place": "Le Pouzin",
            "pay": Pay(12.02, HOUR),
        },
        id="first and last day, the year said once",
    ),
    pytest.param(
        "Secrétaire médicale H/F\nCabinet à Valence (26)\nMission : accueil téléphonique, prise de rendez-vous\n"
        "Bac+2 apprécié. Maîtrise de Word et Excel exigée. Anglais un plus.\n28 h/semaine. 1600€ brut mensuel",
        {
            "occupation": "M1609",
            "place": "Valence",
            "weekly_hours": 28.0,
            "pay": Pay(1600, MONTH),
            "tasks": ["Accueil téléphonique", "Prise de rendez-vous"],
            "skills_required": ("Word et Excel",),
            "languages": (),
            "prerequisites": ["~Anglais", "~Bac+2"],
        },
        id="lines of notes",
    ),
    pytest.param(
        "Recherche infirmier(ère) pour EHPAD à Privas. CDI, temps plein. Diplôme d'État d'infirmier obligatoire. "
        "Un week-end sur deux. Rémunération selon convention collective.",
        {
            "occupation": "J1506",
            "place": "Privas",
            "diplomas": ("Diplôme d'État d'infirmier",),
            "weekly_hours": None,
            "pay": None,
            "prerequisites": ["!Diplôme d'État d'infirmier", "?Travail le week-end"],
        },
        id="a state diploma, and no figure at all",
    ),
    pytest.param(
        "Chauffeur SPL - permis CE, FIMO et carte conducteur à jour. Déplacements à la semaine. 43h. 2500€ brut. CDI. "
        "Expérience 1 an souhaitée.",
        {
            "weekly_hours": 43.0,
            "pay": Pay(2500, MONTH),
            "licences": ("CE", "FIMO"),
            "experience_years": 1.0,
            "prerequisites": ["!Permis CE", "!FIMO", "~1 an d'expérience", "?Déplacements"],
        },
        id="a lorry driver",
    ),
    pytest.param(
        "L'entreprise DUPONT SARL recrute 3 maçons à Montélimar en CDI. Débutants acceptés. 35h. 13 €/h. "
        "Déplacements sur chantiers, port de charges.",
        {
            "employer": "DUPONT SARL",
            "openings": 3,
            "title": "Maçon",
            "occupation": "F1703",
            "place": "Montélimar",
            "experience_years": 0.0,
            "prerequisites": ["?Déplacements", "?Port de charges"],
        },
        id="the employer recruits several",
    ),
    pytest.param(
        "Vendeur en boulangerie, CDI 35 heures, Lyon, 1 850 € brut, samedi et dimanche travaillés, repos lundi",
        {"title": "Vendeur en boulangerie", "place": "Lyon", "schedule": "samedi et dimanche", "pay": Pay(1850, MONTH)},
        id="a town alone between commas, in another department",
    ),
    pytest.param(
        "Poste : Comptable\nVille : Lyon\nType de contrat : CDI\nRémunération : 28-32 k€ annuel\nExpérience : 5 ans "
        "minimum\nDiplôme : BTS Comptabilité ou DCG\nLangues : anglais courant\nPrise de poste : 01/02/2027",
        {
            "occupation": "M1203",
            "place": "Lyon",
            "pay": Pay(28000, YEAR, 32000),
            "experience_years": 5.0,
            "diplomas": ("BTS Comptabilité ou DCG",),
            "languages": ("anglais",),
            "start": date(2027, 2, 1),
            "prerequisites": ["!Anglais courant", "!BTS Comptabilité ou DCG", "~5 ans d'expérience"],
        },
        id="other labels",
    ),
    pytest.param(
        "Urgent ! Cherchons cuisinier pour collectivité, Annonay, CDD 3 mois renouvelable, 35h, lundi-vendredi "
        "7h-14h30, 1900 brut, CAP cuisine.",
        {
            "title": "Cuisinier",
            "contract": "CDD de 3 mois",
            "weekly_hours": 35.0,
            "schedule": "lundi-vendredi 7h-14h30",
            "pay": Pay(1900, MONTH),
            "diplomas": ("CAP cuisine",),
        },
        id="an amount without its currency",
    ),
    pytest.param(
        "Nous cherchons un développeur web. Télétravail 3 jours par semaine. Salaire entre 35 000 et 42 000 € par an. "
        "Maîtrise de Python indispensable, notions d'Angular appréciées. Bac+3 minimum. Anglais technique exigé.",
        {
            "occupation": "M1855",
            "schedule": None,
            "pay": Pay(35000, YEAR, 42000),
            "skills_required": ("Python",),
            "skills_desired": ("Angular",),
            "diplomas": ("Bac+3",),
            "languages": ("anglais",),
        },
        id="skills required and wished for",
    ),
    pytest.param(
        "ELECTRICIEN N2 - CDI - MONTELIMAR - 39H - 2300/2600 BRUT - PERMIS B - HABILITATION ELECTRIQUE B1V "
        "- DEPLACEMENTS REGIONAUX",
        {
            "occupation": "F1602",
            "place": "Montélimar",
            "weekly_hours": 39.0,
            "pay": Pay(2300, MONTH, 2600),
            "licences": ("B", "habilitation électrique"),
            "prerequisites": ["!Permis B", "!Habilitation électrique", "?Déplacements"],
        },
        id="capitals without accents",
    ),
    pytest.param(
        "Apprenti boucher, contrat d'apprentissage 2 ans, CAP boucher, Le Teil, rentrée septembre 2027, pas de permis "
        "demandé",
        {
            "contract": "Alternance de 2 ans",
            "place": "Le Teil",
            "diplomas": (),
            "licences": (),
            "prerequisites": ["?CAP boucher"],
        },
        id="the diploma of an apprentice is what is learnt",
    ),
    pytest.param(
        "recherche vendeuse prêt-à-porter à Valence, cdi temps partiel 25h, travail le samedi, expérience 1 an "
        "appréciée, 12.02 €",
        {
            "occupation": "D1214",
            "weekly_hours": 25.0,
            "schedule": "samedi",
            "experience_years": 1.0,
            "pay": Pay(12.02, HOUR),
            "prerequisites": ["~1 an d'expérience", "?Travail le samedi"],
        },
        id="one day",
    ),
    pytest.param(
        "Agent de sécurité SSIAP 1, carte professionnelle obligatoire, vacations de 12h jour/nuit, Lyon 7e, coef 140 "
        "soit 12,50 € de l'heure",
        {
            "occupation": "K2503",
            "place": "Lyon",
            "weekly_hours": None,
            "licences": ("SSIAP 1", "carte professionnelle"),
            "pay": Pay(12.5, HOUR),
        },
        id="cards, and hours of a shift that are no week",
    ),
    pytest.param(
        "Conducteur de travaux TP - Bac+2 minimum, 5 à 8 ans d'expérience exigés - 38/45 K€ selon profil - véhicule de "
        "fonction - grands déplacements - Grenoble",
        {
            "place": "Grenoble",
            "experience_years": 5.0,
            "pay": Pay(38000, YEAR, 45000),
            "prerequisites": ["!Bac+2", "!5 ans d'expérience", "?Déplacements"],
        },
        id="the smaller number of years is what is asked",
    ),
    pytest.param(
        "Serveur(se) saison été 2027 du 15 juin au 15 septembre 2027, Vallon-Pont-d'Arc, 42h/semaine, logé nourri, "
        "anglais courant exigé, allemand apprécié, 1 950 € brut/mois",
        {
            "title": "Serveur(se)",
            "place": "Vallon-Pont-d'Arc",
            "start": date(2027, 6, 15),
            "contract_end": date(2027, 9, 15),
            "weekly_hours": 42.0,
            "languages": ("anglais",),
            "prerequisites": ["!Anglais courant", "~Allemand"],
        },
        id="a season",
    ),
    pytest.param(
        "Nous souhaitons recruter un(e) assistant(e) de direction bilingue anglais. Bac+3, 3 ans d'expérience minimum. "
        "CDI, 37h30. Rémunération annuelle brute entre 26 000 et 29 000 €.",
        {
            "occupation": "M1604",
            "weekly_hours": 37.5,
            "pay": Pay(26000, YEAR, 29000),
            "experience_years": 3.0,
            "diplomas": ("Bac+3",),
        },
        id="a sentence that wishes to recruit",
    ),
    pytest.param(
        "Poste d'opérateur de production en 3x8, intérim jusqu'au 31 mars 2027, Pierrelatte, port de charges, "
        "11,88 €/h + 13e mois, véhiculé car pas de bus",
        {
            "contract": "Intérim jusqu'au 31 mars 2027",
            "contract_end": date(2027, 3, 31),
            "place": "Pierrelatte",
            "schedule": "en 3x8",
            "pay": Pay(11.88, HOUR),
            "prerequisites": ["?Travail en équipes (3x8)", "?Port de charges", "?Véhicule personnel"],
        },
        id="shifts",
    ),
    pytest.param(
        "Recrutons 5 cueilleurs de fruits, CDD saisonnier, SMIC, débutants bienvenus, travail en extérieur",
        {
            "title": "Cueilleur de fruits",
            "openings": 5,
            "contract": "CDD",
            "experience_years": 0.0,
            "prerequisites": ["?Travail en extérieur"],
        },
        id="several people in one word",
    ),
    pytest.param(
        "Ouvrier paysagiste\nTonte, taille des haies, débroussaillage\nPermis BE\nPrivas\n35h - 1850 brut",
        {
            "title": "Ouvrier paysagiste",
            "occupation": "A1203",
            "tasks": ["Tonte", "Taille des haies", "Débroussaillage"],
            "licences": ("BE",),
            "place": "Privas",
            "weekly_hours": 35.0,
            "pay": Pay(1850, MONTH),
        },
        id="a fact a line",
    ),
    pytest.param(
        "Besoin URGENT d'un remplaçant pharmacien du 2 au 27 février, diplôme de pharmacien, Annonay",
        {
            "title": "Remplaçant pharmacien",
            "place": "Annonay",
            "start": date(2027, 2, 2),
            "contract_end": date(2027, 2, 27),
            "diplomas": ("Diplôme de pharmacien",),
        },
        id="two days of one month",
    ),
    pytest.param(
        "Comptable unique, 3 jours/semaine (21h). DCG ou BTS CG. 1700 € brut pour 21h. Poste à pourvoir le 1er avril.",
        {
            "weekly_hours": 21.0,
            "schedule": "3 jours/semaine",
            "diplomas": ("DCG ou BTS CG",),
            "pay": Pay(1700, MONTH),
            "start": date(2027, 4, 1),
        },
        id="either diploma will do",
    ),
    pytest.param(
        "Chef de cuisine\nHôtel-restaurant Le Cèdre, Lamastre (07)\nCDI 39 heures, repos dimanche soir et lundi. "
        "2600 à 2900 € brut selon expérience.\nVous élaborez la carte, gérez les stocks et encadrez deux commis.",
        {
            "title": "Chef de cuisine",
            "place": "Lamastre",
            "weekly_hours": 39.0,
            "schedule": None,
            "pay": Pay(2600, MONTH, 2900),
            "tasks": ["Vous élaborez la carte, gérez les stocks et encadrez deux commis"],
        },
        id="days off are no schedule",
    ),
    pytest.param(
        "Employé de ménage - 2 h le matin de 6h à 8h du lundi au vendredi - CDI - SMIC - bureaux à Le Pouzin",
        {
            "place": "Le Pouzin",
            "weekly_hours": None,
            "schedule": "le matin de 6h à 8h du lundi au vendredi",
            "pay": None,
        },
        id="hours a day are no week",
    ),
    pytest.param(
        "Technicien de maintenance itinérant, Bac pro ou BTS maintenance, permis B, astreintes, 2 200 € x 13 mois, CDI",
        {
            "pay": Pay(2200, MONTH),
            "diplomas": ("Bac pro ou BTS maintenance",),
            "prerequisites": ["!Permis B", "!Bac pro ou BTS maintenance", "?Astreintes"],
        },
        id="thirteen months",
    ),
    pytest.param(
        "Cherche serveur à Rennes ; formation assurée par l'entreprise, aucun diplôme exigé, sans permis.",
        {"diplomas": (), "licences": (), "prerequisites": []},
        id="what is not asked is no prerequisite",
    ),
    pytest.param(
        "Agent logistique\n\nLes plus :\n- anglais courant\n- CACES R489 3\n\nExigé :\n- permis B",
        {
            "languages": (),
            "licences": ("B",),
            "prerequisites": ["~CACES R489 3", "!Permis B", "~Anglais courant"],
        },
        id="a heading says how much the list insists",
    ),
    pytest.param(
        "Gardien d'immeuble. Candidatures jusqu'au 15 mars 2027. L'accueil est ouvert du lundi au vendredi de "
        "9h à 17h.",
        {"contract_end": None, "schedule": None, "start": None},
        id="dates and hours of something else",
    ),
    pytest.param(
        "Responsable qualité ISO 22000, chiffre d'affaires de 3 000 000 €, prime annuelle de 900 €, "
        "équipe de 12 personnes",
        {"place": None, "pay": None, "openings": 1, "experience_years": None},
        id="figures that are neither place nor pay nor openings",
    ),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_texts_as_people_write_them(
    library: tuple[Database, OccupationIndex], text: str, expected: dict[str, Any]
) -> None:
    found = shown(read(library, text))
    assert {field: found[field] for field in expected} == expected


# Fields that a text cannot give, and those whose value is made for every offer.
MADE = {"agency_id", "offer_id", "description", "source", "created_utc", "external_id", "traces", "pay_text"}


def untraced(offer: Offer) -> set[str]:
    traced = {trace.field for trace in offer.traces}
    empty = {"openings"} if offer.openings == 1 else set()
    return {
        field.name
        for field in fields(Offer)
        if field.name not in MADE | traced | empty and getattr(offer, field.name) not in (None, (), "")
    }


@pytest.mark.parametrize("text", [pytest.param(param.values[0], id=param.id) for param in TEXTS])
def test_every_value_says_where_it_comes_from(library: tuple[Database, OccupationIndex], text: str) -> None:
    offer = read(library, text)
    assert untraced(offer) == set()
    assert all(text[trace.start : trace.end] == trace.words != "" for trace in offer.traces)


def test_each_of_several_values_has_its_own_words(library: tuple[Database, OccupationIndex]) -> None:
    offer = read(library, LONG_AD)
    words = {field: [trace.words for trace in offer.traces if trace.field == field] for field in ("tasks", "diplomas")}
    assert words["tasks"] == list(offer.tasks)
    assert words["diplomas"] == ["DEAS"]
    assert len([trace for trace in offer.traces if trace.field == "prerequisites"]) == len(offer.prerequisites)


def test_a_net_amount_and_a_pay_in_words_are_traced(library: tuple[Database, OccupationIndex]) -> None:
    for text, words in (("CDI, 1500 € net par mois", "1500 € net par mois"), ("Salaire : SMIC", "SMIC")):
        [trace] = [trace for trace in read(library, text).traces if trace.field == "pay"]
        assert trace.words == words


def test_skills_are_those_of_the_referential_in_other_words(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    text = "Cherche serveur à Annonay. Vous encaissez les clients et dressez les tables."
    offer, _ = offers.structure(text, index, database, person.agency_id, NOW)
    known = {row["skill"] for row in database.rows("SELECT skill FROM occupation_skill WHERE code = 'G1803'")}
    assert offer.skills_required
    assert set(offer.skills_required) <= known
    assert all("encaisse" in trace.words or "dress" in trace.words for trace in offer.traces if "skills" in trace.field)


def test_of_two_readings_of_one_licence_the_stronger_counts(library: tuple[Database, OccupationIndex]) -> None:
    offer = read(library, "Permis B souhaité pour les tournées. Permis B obligatoire le week-end.")
    assert [(each.text, each.demand) for each in offer.prerequisites][:1] == [("Permis B", Demand.BLOCKING)]


PIECES = """Cherche|2|serveur|CDI|CDD|de 6 mois|35h|37H30|12,50|€/h|k€|22 à 25|permis|B,|CACES|R489|1|à Annonay|Annonay
débutant|accepté|2 ans|d'expérience|dès le|31/02|1er décembre|du 2 au 27 février|Missions :|- servir
Salaire :|’|\u00a0|ﬁ
CAP|Bac+2|diplôme d'État|de nuit|week-end|du lundi au vendredi|9h-17h|2x8|exigé|souhaité|maîtrise de|Titre :|(|)|*|İ"""
WORDS = st.sampled_from([*PIECES.replace("\n", "|\n|").split("|"), "\r\n", "\x0b", "\u2028", "e\u0301"])


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200) | st.lists(WORDS, max_size=30).map(" ".join))
def test_any_text_is_read_and_every_trace_is_exact(library: tuple[Database, OccupationIndex], text: str) -> None:
    offer = read(library, text)
    assert all(text[trace.start : trace.end] == trace.words for trace in offer.traces)
    assert untraced(offer) == set()


@pytest.mark.parametrize(
    ("text", "diplomas"),
    [
        ("Diplôme Assistant Social exigé", ["Diplôme Assistant Social"]),
        ("un profil ayant un diplôme ou titre d'éducateur spécialisé.", ["Diplôme ou titre d'éducateur spécialisé"]),
        ("diplôme d'État d'auxiliaire de puériculture (DEAP)", ["Diplôme d'État d'auxiliaire de puériculture"]),
        ("Titulaire d'une formation « secrétaire médicale », vous", ["Formation secrétaire médicale"]),
        ("CAP, BEP et équivalents", ["CAP ou BEP"]),
        ("titulaire d'un bts comptabilité", ["BTS comptabilité"]),
        ("cap boulanger exigé", ["CAP boulanger"]),
        pytest.param("cap à tenir, le bac à graisse", [], id="everyday words"),
        pytest.param("une formation de 3 mois est prévue", [], id="a course that the employer gives"),
        pytest.param("un diplôme est exigé", [], id="no diploma is named"),
    ],
)
def test_diplomas(text: str, diplomas: list[str]) -> None:
    assert [each.name for each in find_diplomas(text)] == diplomas


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("du lundi au vendredi, 8 h–16 h", ["du lundi au vendredi, 8 h–16 h"]),
        ("de 6h à 13h", ["de 6h à 13h"]),
        ("en 2*8 : 05h00/13h00 ou 13h00/21h00", ["en 2*8 : 05h00/13h00 ou 13h00/21h00"]),
        ("6 interventions par semaine", ["6 interventions par semaine"]),
        pytest.param("ouvert du mardi au samedi", [], id="opening days"),
        pytest.param("pas de travail le week-end", [], id="days without work"),
        pytest.param("le jeudi 5 juin", [], id="a date"),
        pytest.param("de 1800 à 2000 €", [], id="amounts"),
    ],
)
def test_schedules(text: str, schedule: list[str]) -> None:
    assert [said.value for said in read_schedule(text)] == schedule


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("Vous aurez pour mission de nettoyer l'agence postale", ["Nettoyer l'agence postale"]),
        ("Servir en salle, encaisser les clients, permis B souhaité.", ["Servir en salle", "Encaisser les clients"]),
        ("- service en salle\n- permis B exigé\n- CDI 35h", ["Service en salle"]),
        ("Vos missions :\n\nPréparer les plats ;\nDresser les assiettes.\n\nLes horaires sont en journée",
         ["Préparer les plats", "Dresser les assiettes"]),
        ("Missions\n- à préciser\nProfil\n- motivé", []),
        pytest.param("Vous êtes motivé. Vous avez le sens du service.", [], id="qualities are no tasks"),
        pytest.param("Nous contacter au plus vite", [], id="what the reader is asked is no task"),
    ],
)  # fmt: skip
def test_tasks(text: str, tasks: list[str]) -> None:
    assert [said.value for said in read_tasks(text)] == tasks


@pytest.mark.skipif(not SHARED.exists(), reason="the sample of real offers is not on this machine")
def test_real_offers_are_read_with_exact_traces(library: tuple[Database, OccupationIndex]) -> None:
    sample = json.loads((SHARED / "offers" / "offers_sample.json").read_text(encoding="utf-8"))["resultats"]
    for each in sample:
        text = f"{each['intitule']}\n{each['description']}"
        offer = read(library, text)
        assert offer.title
        assert untraced(offer) == set()
        assert all(text[trace.start : trace.end] == trace.words for trace in offer.traces)
