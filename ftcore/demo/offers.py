"""Invented offers: those of the past eight weeks, and a few of today that nobody has been contacted for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from ftcore.database import Database, Row
from ftcore.demo.agencies import DemoAgency, counselor
from ftcore.drafting import offers
from ftcore.model import Demand, Occupation, Offer, OfferSource, Pay, PayUnit, Place, Prerequisite


@dataclass(frozen=True, slots=True)
class Template:
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
    asked: tuple[str, ...] = ()


PAST_ANNONAY = (
    Template("Serveur / Serveuse en brasserie (H/F)", "G1803", "Brasserie du Vieux Pont", "07010",
              "Accueil et service en salle, midi et soir, cinq jours sur sept. Repos dimanche et lundi.",
              pay=12.6, years=1, openings=2),
    Template("Cuisinier / Cuisinière de collectivité (H/F)", "G1606", "Les Tables du Haut-Vivarais", "07010",
              "Préparation de 120 repas le midi pour deux écoles. Pas de travail le soir.",
              pay=1950, unit=PayUnit.MONTH, years=2),
    Template("Agent / Agente de propreté (H/F)", "K2205", "Netéclair Ardèche", "07010",
              "Entretien de bureaux de 6 h à 9 h, du lundi au vendredi. Produits et tenue fournis.",
              hours=15, pay=12.5, openings=3),
    Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Logis-Rhône Entrepôts", "26333",
              "Préparation de commandes à la voix, chargement des camions. Équipes du matin ou de l'après-midi.",
              contract="CDD", pay=12.5, openings=6, asked=("Travail en équipes (2x8)",)),
    Template("Aide à domicile (H/F)", "K1304", "Présence et Vallons", "07010",
              "Entretien du logement, courses et repas chez des personnes âgées. Indemnités kilométriques.",
              hours=28, pay=12.5, licences=("B",), openings=4),
    Template("Aide-soignant / Aide-soignante (H/F)", "J1501", "Résidence des Trois Collines", "07010",
              "Soins d'hygiène et de confort en équipe de douze. Un week-end sur deux.",
              pay=2100, unit=PayUnit.MONTH, openings=2, asked=("Travail le week-end",)),
    Template("Caissier / Caissière (H/F)", "D1505", "Marché Frais du Mont Aulne", "07010",
              "Encaissement, accueil et aide au rayon. Horaires par roulement, un samedi sur deux.",
              hours=30, pay=12.5, openings=2, asked=("Travail le samedi",)),
    Template("Vendeur / Vendeuse en boulangerie (H/F)", "D1106", "Au Fournil de la Cance", "07010",
              "Vente, tenue de la boutique et des vitrines. Fermé le mercredi.", pay=12.5),
    Template("Conducteur / Conductrice poids lourd (H/F)", "N4101", "Transports Vivaroux", "07324",
              "Livraisons régionales à la journée, retour chaque soir.",
              pay=13.4, licences=("C",), years=1, openings=2),
    Template("Maçon / Maçonne (H/F)", "F1703", "Bâtisseurs du Doux", "07324",
              "Rénovation de maisons en pierre et petites constructions neuves. Panier et trajets payés.",
              pay=14.0, years=3),
    Template("Monteur assembleur / Monteuse assembleuse (H/F)", "H2909", "Ateliers Montrodin", "07010",
              "Montage et contrôle de pièces de carrosserie, en équipes. Formation au poste de deux semaines.",
              contract="Intérim", pay=12.9, openings=5),
    Template("Agent administratif / Agente administrative (H/F)", "M1602", "Cartonnages Félivert", "07010",
              "Devis, factures, relances et standard d'une entreprise de vingt personnes.",
              pay=2050, unit=PayUnit.MONTH, years=2),
    Template("Jardinier / Jardinière d'espaces verts (H/F)", "A1203", "Vertes Terrasses", "07102",
              "Tonte, taille et plantation chez des particuliers. Pas de travail le week-end.",
              contract="Saisonnier", pay=12.7, licences=("B",), openings=2),
    Template("Employé / Employée d'étage (H/F)", "G1501", "Hôtel du Lac Suspendu", "07019",
              "Remise en état de douze chambres par jour, de 9 h à 15 h.", hours=30, pay=12.6, openings=2),
)  # fmt: skip
PAST_VALENCE = (
    Template("Serveur / Serveuse de restaurant (H/F)", "G1803", "La Table des Platanes", "26362",
              "Service en salle et en terrasse, cinq jours sur sept.", pay=12.7, openings=2),
    Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Drôme Express Stock", "26281",
              "Préparation et filmage de palettes, équipe de nuit avec majoration.",
              contract="Intérim", pay=13.1, openings=5, asked=("Travail de nuit",)),
    Template("Aide à domicile (H/F)", "K1304", "Les Mains Voisines", "26362",
              "Interventions chez six personnes, tournée fixe, téléphone fourni.", hours=30, pay=12.6, openings=3),
    Template("Agent / Agente de propreté (H/F)", "K2205", "Clairville Services", "26057",
              "Entretien de deux collèges, de 16 h à 20 h.", hours=20, pay=12.5, openings=2),
    Template("Caissier / Caissière (H/F)", "D1505", "Halles du Rhône", "26362",
              "Encaissement et mise en rayon, planning connu trois semaines à l'avance.", hours=28, pay=12.5),
    Template("Cuisinier / Cuisinière (H/F)", "G1609", "Auberge de la Raye", "26362",
              "Cuisine de saison, vingt couverts, deux jours de repos d'affilée.", pay=13.5, years=2),
)  # fmt: skip
# Offers of today in the main agency that nobody has been contacted for yet.
FRESH = (
    Template("Serveur / Serveuse (H/F)", "G1803", "Auberge des Remparts bleus", "07010",
              "Service du midi et du soir en salle, équipe de quatre. Repos le lundi et le mardi.",
              pay=12.8, years=1, asked=("Travail le week-end",)),
    Template("Aide à domicile (H/F)", "K1304", "Les Bruyères à vos côtés", "07019",
              "Aide au lever, aux repas et au ménage chez des personnes âgées d'Aubenas et de Vals.",
              hours=28, pay=12.6, licences=("B",), openings=2, asked=("Travail le samedi",)),
    Template("Préparateur / Préparatrice de commandes (H/F)", "N1103", "Entrepôts du Val d'Ay", "26333",
              "Préparation au scanner, port de colis jusqu'à 15 kg, horaires de journée.",
              contract="CDD", pay=12.5, openings=4, asked=("Port de charges",)),
    Template("Boulanger / Boulangère (H/F)", "D1102", "Le Pétrin d'Aurore", "07324",
              "Pains au levain et viennoiseries, prise de poste à 4 h, deux jours de repos.",
              pay=13.6, years=2, asked=("Travail de nuit",)),
    Template("Cariste (H/F)", "N1101", "Plateforme Grand Serre", "26333",
              "Déchargement et rangement de palettes, stockage en hauteur. Équipes de jour.",
              contract="Intérim", pay=13.0, licences=("CACES R489 3",), openings=2),
)  # fmt: skip


class Places:
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

    def place(self, template: Template) -> Place | None:
        return self._communes.get(template.insee)

    def skills(self, template: Template) -> list[str]:
        return self._skills[template.code][:6]


def offer_of(agency: DemoAgency, template: Template, name: str, places: Places, created: datetime) -> Offer:
    """The offer of a template, in an agency, with the skills of its occupation."""
    skills = places.skills(template)
    label = places.labels.get(template.code, template.title.removesuffix(" (H/F)"))
    return Offer(
        agency_id=agency.agency_id,
        offer_id=uuid5(agency.agency_id, f"offer {name}"),
        source=OfferSource.DEMO,
        title=template.title,
        description=f"{template.description}\n\nOffre inventée pour la démonstration.",
        occupation=Occupation(template.code, label),
        employer=template.employer,
        place=places.place(template),
        skills_required=tuple(skills[:4]),
        skills_desired=tuple(skills[4:]),
        contract=template.contract,
        weekly_hours=template.hours,
        pay=Pay(float(template.pay), template.unit),
        experience_years=template.years,
        licences=template.licences,
        prerequisites=tuple(Prerequisite(text, Demand.FLEXIBLE) for text in template.asked),
        openings=template.openings,
        created_utc=created,
    )


def offer_row(offer: Offer) -> Row:
    """The row of an invented offer."""
    return offers.to_row(offer) | {"created_by": counselor().person_id}
