"""What the law says of an offer: for each rule sentences that are a fault, and hard ones that are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.drafting import compliance
from ftcore.drafting.compliance import Finding, Level
from ftcore.model import Offer, OfferSource, Pay, PayUnit

FAULTS: dict[str, list[str]] = {
    "age_limit": [
        "Vous avez moins de 30 ans.",
        "Candidat âgé de 25 ans maximum.",
        "Profil : 25 à 35 ans.",
        "Nous cherchons une personne de 20-30 ans.",
        "Maximum 40 ans.",
        "Âge maximum : 45 ans",
        "35 ans maximum, permis B.",
        "Avoir 18 à 25 ans pour ce poste.",
        "Pas plus de 50 ans.",
        "Poste ouvert jusqu'à 45 ans.",
        "Limite : 28 ans maxi.",
    ],
    "characteristic": [
        "De nationalité française.",
        "Nationalité française exigée.",
        "Langue maternelle : français.",
        "Célibataire de préférence.",
        "Sans enfant à charge.",
        "Bonne présentation exigée.",
        "Vous avez un physique agréable.",
        "Recherche jeune et dynamique.",
        "Être en excellente santé.",
        "Habiter à proximité de l'usine.",
        "Vous êtes domicilié dans le département.",
        "De confession catholique.",
        "Pas de personnes handicapées.",
        "Sans engagement politique.",
        "Sans tatouages.",
    ],
    "sex": [
        "Nous recherchons un homme pour la manutention.",
        "Recrute une femme pour l'accueil.",
        "Recherchons une jeune fille pour la caisse.",
        "Poste réservé aux hommes.",
        "Emploi pour une femme.",
        "Femmes uniquement.",
        "Hommes de préférence.",
        "Personne de sexe féminin.",
        "Cherche un garçon pour le port de charges.",
        "Recrutons deux hommes pour le chantier.",
        "Besoin d'une dame pour le ménage.",
    ],
    "fee": [
        "Frais de dossier de 50 € à régler.",
        "Frais d'inscription : 30 €.",
        "Formation payante avant l'embauche.",
        "Formation à vos frais.",
        "Équipement à la charge du candidat.",
        "Droit d'entrée de 200 €.",
        "Verser une caution avant de commencer.",
        "Achat du kit de démarrage obligatoire.",
        "Investissement de départ : 500 €.",
        "Frais de formation à régler à l'arrivée.",
    ],
    "misleading": [
        "Revenus illimités dès le premier mois.",
        "Gains sans limite.",
        "Devenez riche en travaillant chez vous.",
        "De l'argent facile.",
        "Gagnez plus sans effort.",
        "L'indépendance financière à votre portée.",
        "Embauche garantie.",
        "CDI assuré à la fin.",
        "Gagnez jusqu'à 5 000 € par semaine.",
        "Travail à domicile très rémunérateur.",
        "Soyez votre propre patron.",
    ],
    "past_pay": [
        "Indiquez votre dernier salaire.",
        "Joindre vos trois dernières fiches de paie.",
        "Merci de préciser votre salaire actuel.",
        "Envoyez vos derniers bulletins de salaire.",
        "Rémunération actuelle à indiquer dans la lettre.",
        "Précisez votre ancienne rémunération.",
        "Donnez l'historique de rémunération.",
        "Salaire antérieur exigé.",
        "Fournir 3 bulletins de paie.",
        "Votre précédent salaire sera demandé.",
    ],
    "private_life": [
        "Casier judiciaire vierge exigé.",
        "Casier vierge.",
        "Véhicule personnel obligatoire.",
        "Voiture personnelle.",
        "Non-fumeur.",
        "Non fumeuse de préférence.",
        "Transmettez vos comptes Facebook.",
        "Donnez vos profils Instagram.",
        "Parlez-nous de vos loisirs.",
        "Indiquez votre groupe sanguin.",
        "Véhicule indispensable.",
    ],
    "fixed_term": [
        "CDD pouvant déboucher sur un CDI.",
        "CDD avec possibilité de CDI.",
        "CDD évolutif en CDI.",
        "CDD puis CDI.",
        "CDD de 6 mois en vue d'un CDI.",
        "CDD suivi d'un CDI si tout va bien.",
        "CDD de 24 mois.",
        "CDD de 2 ans.",
        "CDD renouvelable sans limite.",
        "Contrat : CDD",
        "Missions\n- Pouvant évoluer en CDI\nConditions\n- Contrat : CDD de 6 mois",
        "CDD de 3 mois avant CDI.",
    ],
    "identity": [
        "Entreprise confidentielle.",
        "Société confidentielle du secteur.",
        "Employeur anonyme.",
        "Client souhaitant rester anonyme.",
        "Le nom de l'entreprise communiqué à l'entretien.",
        "Nom de l'employeur dévoilé plus tard.",
        "Client confidentiel.",
        "Employeur confidentiel, région lyonnaise.",
        "Entreprise anonyme.",
        "Nom de l'entreprise donné au second entretien.",
    ],
    "language": [
        "Poste en part-time.",
        "Travail full-time.",
        "Sales manager pour notre magasin.",
        "Être team leader.",
        "Tenir les deadlines.",
        "Faire le reporting chaque semaine.",
        "Vos soft skills feront la différence.",
        "Un package attractif.",
        "Réponse asap.",
        "Participer aux meetings.",
        "Un challenge à relever.",
        "Work en remote.",
    ],
    "gender_wording": [
        "Titre : Serveur\nCDI à Rennes",
        "Titre : Vendeuse\nCDD de 3 mois",
        "Cherche cuisinier pour restaurant.",
        "Recrute maçon en CDI.",
        "Titre : Ninja du code (H/F)",
        "Une force de la nature (H/F).",
        "Un travail viril.",
        "Avec douceur féminine.",
        "Une rock star de la vente.",
        "En bon père de famille.",
        "Homme de terrain.",
    ],
    "pay_range": [
        f"Titre : {title} (H/F)\n- Salaire : à préciser"
        for title in ("Serveur", "Vendeur", "Maçon", "Boulanger", "Cariste", "Soudeur", "Plombier", "Couvreur",
                      "Grutier", "Fleuriste")
    ],
    "inconsistency": [
        "Débutant accepté. 5 ans d'expérience exigés.",
        "Débutants acceptés, expérience de 3 ans en cuisine.",
        "Temps plein, 20 h par semaine.",
        "Temps partiel de 39 heures par semaine.",
        "CDI de 6 mois.",
        "CDI jusqu'au 31/12/2027.",
        "CDI renouvelable.",
        "Salaire : 9,50 € brut de l'heure.",
        "Temps plein. Salaire : 1 200 € brut par mois.",
        "Du lundi au vendredi. Travail le samedi.",
        "Permis B obligatoire. Poste accessible sans permis.",
        "Poste de nuit, de 9 h à 17 h.",
        "Temps plein. Le contrat est à temps partiel.",
        "52 heures par semaine.",
        "100 % télétravail. Pas de télétravail pendant la formation.",
    ],
}  # fmt: skip

NO_FAULTS: dict[str, list[str]] = {
    "age_limit": [
        "Sans limite d'âge.",
        "Entreprise familiale depuis 35 ans.",
        "Accueillir des enfants de moins de 3 ans.",
        "Nous avons 40 ans d'expérience.",
        "Poste ouvert à tous, quel que soit l'âge.",
        "Une maison qui existe depuis 50 ans.",
        "Encadrer des élèves de 18 à 25 ans.",
        "Contrat d'apprentissage : moins de 30 ans.",
        "2 ans d'expérience minimum.",
        "Garantie de 20 ans sur nos toitures.",
        "Accompagner des personnes âgées de 60 ans et plus, résidents du foyer.",
        "Une société créée il y a 25 ans.",
    ],
    "characteristic": [
        "Suivre la santé des patients.",
        "Poste ouvert aux personnes en situation de handicap.",
        "Accueillir des enfants de toutes origines.",
        "Enseigner le français à des personnes dont ce n'est pas la langue maternelle, en tant que professeur.",
        "Bonne présentation des produits en rayon.",
        "Sans distinction d'origine, de sexe ou de religion.",
        "Poste basé à Rennes.",
        "Accompagner les familles et les célibataires en situation précaire.",
        "Esprit d'équipe et dynamisme.",
        "Mutuelle santé prise en charge.",
        "Respect des règles de santé et de sécurité.",
        "Soins aux patients en bonne santé ou fragiles.",
        "Logement possible sur place.",
    ],
    "sex": [
        "Cherche homme ou femme de ménage (H/F).",
        "Recrute un serveur ou une serveuse (H/F).",
        "Accueil de femmes victimes de violences.",
        "Rayon homme et rayon femme.",
        "Coiffeur hommes et femmes.",
        "Poste ouvert aux femmes et aux hommes.",
        "Recherchons une personne motivée.",
        "Égalité entre les femmes et les hommes.",
        "Vente de prêt-à-porter pour femmes uniquement.",
        "Besoin d'une équipe soudée.",
        "Cherche une femme de ménage ou un homme de ménage, H/F.",
    ],
    "fee": [
        "Frais de déplacement remboursés.",
        "Formation prise en charge par l'employeur.",
        "Formation gratuite de deux semaines.",
        "Frais de dossier offerts.",
        "Traiter les frais de dossier des clients.",
        "Équipement à la charge de l'entreprise.",
        "Encaisser les droits d'entrée du musée.",
        "Aucun frais d'inscription.",
        "Gestion des frais d'inscription des élèves.",
        "Les frais de formation sont remboursés.",
        "Suivi des investissements.",
    ],
    "misleading": [
        "Salaire de 1 900 € brut par mois.",
        "Primes selon les résultats.",
        "Revenus complémentaires possibles le dimanche.",
        "Un travail sans port de charges.",
        "Accompagner l'indépendance des personnes âgées.",
        "CDI à pourvoir dès que possible.",
        "Commission de 5 % sur les ventes.",
        "Efforts physiques à prévoir.",
        "Les commissions ne sont pas garanties.",
        "Travail à domicile deux jours par semaine.",
        "Une embauche est prévue en janvier.",
    ],
    "past_pay": [
        "Établir les fiches de paie.",
        "Salaire selon expérience.",
        "Contrôler les bulletins de paie de 50 salariés.",
        "Prétentions salariales à indiquer.",
        "Aucun dernier salaire ne vous sera demandé.",
        "Gestionnaire de paie (H/F).",
        "Salaire annuel de 28 000 €.",
        "Calcul des derniers salaires des intérimaires.",
        "Rémunération conventionnelle.",
        "Édition des bulletins de salaire.",
        "Préparer trois bulletins de paie par jour.",
    ],
    "private_life": [
        "Casier vierge exigé par la loi pour travailler auprès d'enfants.",
        "Agent de sécurité : casier judiciaire vierge.",
        "Véhicule de service fourni.",
        "Véhicule personnel non exigé.",
        "Tournées : véhicule indispensable pour les déplacements.",
        "Centre de loisirs.",
        "Gérer les comptes Facebook de la marque.",
        "Espace non-fumeur.",
        "Aide à domicile : véhicule personnel utile.",
        "Animer les réseaux sociaux.",
        "Permis B demandé.",
    ],
    "fixed_term": [
        "CDD de 6 mois pour accroissement d'activité.",
        "CDD de remplacement jusqu'au 31 mars.",
        "CDI à temps plein.",
        "CDD saisonnier de 4 mois.",
        "Intérim de 3 mois.",
        "CDD de 12 mois.",
        "Contrat à durée déterminée de 8 mois.",
        "CDD à objet défini de 24 mois.",
        "Remplacement d'un congé maternité, CDD de 5 mois.",
        "CDI après une période d'essai de 2 mois.",
        "CDD de 18 mois.",
        "Intérim pouvant déboucher sur un CDI.",
    ],
    "identity": [
        "Restaurant L'Auberge, à Rennes.",
        "Respect de la confidentialité.",
        "Société anonyme au capital de 40 000 €.",
        "Données confidentielles des clients.",
        "Entreprise de transport à Lyon.",
        "Traiter des dossiers confidentiels.",
        "Employeur : mairie d'Annonay.",
        "Client important de l'agroalimentaire.",
        "Le nom du responsable est à demander à l'accueil.",
        "Enquêtes anonymes auprès des clients.",
    ],
    "language": [
        "Travail le week-end.",
        "Chargé de marketing.",
        "Anglais courant exigé.",
        "Surveiller le parking.",
        "Développeur web.",
        "Job dating le 12 décembre.",
        "Cuisinier de snack.",
        "Agent de planning.",
        "Bonne connaissance d'Excel.",
        "Steward (H/F).",
        "Coach sportif (H/F).",
    ],
    "gender_wording": [
        "Titre : Serveur / Serveuse (H/F)\nCDI à Rennes",
        "Titre : Boulanger (F/H)\nCDI",
        "Titre : Boulanger H/F\nCDI",
        "Cherche une personne pour l'accueil.",
        "Recrute un(e) secrétaire.",
        "Titre : Infirmier/Infirmière\nCDI",
        "Travail en équipe.",
        "Homme/femme de ménage : nous recrutons.",
        "Port de charges de 15 kg.",
        "Titre : Maçon·e\nCDI",
    ],
    "pay_range": [
        f"Titre : Serveur (H/F)\n- Salaire : {pay}"
        for pay in ("12,50 € de l'heure", "1 900 €", "de 1 900 à 2 100 €", "SMIC", "selon convention", "28 k€",
                    "13 €/h", "2 200 € brut", "selon grille", "1 823 € brut par mois")
    ],
    "inconsistency": [
        "Débutant accepté. Une expérience d'un an serait un plus.",
        "Débutant accepté, 2 ans d'expérience souhaités.",
        "Temps plein, 35 h par semaine.",
        "Temps partiel, 24 h par semaine.",
        "CDI 35 h par semaine.",
        "CDI de 35 heures par semaine.",
        "CDI intérimaire de 6 mois de mission.",
        "Salaire : 12,50 € brut de l'heure.",
        "Temps partiel. Salaire : 900 € brut par mois.",
        "Du lundi au samedi. Travail le samedi.",
        "Apprentissage. Salaire : 800 € brut par mois.",
        "Temps plein ou temps partiel selon vos souhaits.",
        "Temps plein sur 4 jours, 32 h par semaine.",
        "Permis B exigé.",
        "Poste de nuit, de 21 h à 5 h.",
        "Ouverture de 9 h à 17 h.",
    ],
}  # fmt: skip


def rules(text: str) -> set[str]:
    return {finding.rule for finding in compliance.check(text)}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in FAULTS.items() for text in texts])
def test_a_fault_is_found(rule: str, text: str) -> None:
    assert rule in rules(text)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in NO_FAULTS.items() for text in texts])
def test_what_only_looks_like_a_fault_is_none(rule: str, text: str) -> None:
    assert rule not in rules(text)


def test_every_rule_has_its_examples() -> None:
    assert FAULTS.keys() == NO_FAULTS.keys()
    assert len(FAULTS) == 13
    assert all(len(set(texts)) >= 10 for examples in (FAULTS, NO_FAULTS) for texts in examples.values())


@given(
    st.lists(
        st.one_of(st.sampled_from([text for texts in FAULTS.values() for text in texts]), st.text(max_size=40)),
        max_size=8,
    ).map("\n".join)
)
def test_each_excerpt_stands_where_it_says_and_mending_never_adds_a_fault(text: str) -> None:
    found = compliance.check(text)
    assert found == compliance.check(text)
    for finding in found:
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.excerpt
        assert finding.why.endswith(".")
        mended = compliance.mend(text, finding)
        if finding.suggestion is None:
            assert mended == text
        else:
            assert mended != text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        pytest.param("Permis B, moins de 30 ans, CDI", "Permis B, CDI", id="within a sentence"),
        pytest.param("Profil\n- Moins de 30 ans\n- Permis B", "Profil\n- Permis B", id="the whole line"),
        pytest.param("Tenir les deadlines.", "Tenir les échéances.", id="the French word"),
        pytest.param("Titre : Serveur\nCDI", "Titre : Serveur (H/F)\nCDI", id="for everyone"),
    ],
)
def test_one_click_mends(text: str, mended: str) -> None:
    assert compliance.mend(text, compliance.check(text)[0]) == mended


OFFER = Offer(
    UUID(int=1), UUID(int=2), "Serveur / Serveuse (H/F)", "Servir en salle.", None, None, OfferSource.FORM,
    datetime(2026, 11, 23), contract="CDI", weekly_hours=35.0, pay=Pay(12.5, PayUnit.HOUR), experience_years=0.0,
    employer="Auberge",
)  # fmt: skip


def test_a_sound_offer_has_no_finding() -> None:
    assert compliance.check(OFFER) == []


@pytest.mark.parametrize(
    ("change", "rule", "level", "field"),
    [
        pytest.param({"contract_end": date(2027, 1, 1)}, "inconsistency", Level.BLOCK, "contract_end", id="a CDI ends"),
        pytest.param(
            {"contract": "CDD de 1 mois", "start": date(2027, 2, 1), "contract_end": date(2027, 1, 1)},
            "inconsistency", Level.BLOCK, "contract_end", id="it ends before it begins",
        ),
        pytest.param({"pay": Pay(9.0, PayUnit.HOUR)}, "inconsistency", Level.BLOCK, "pay", id="under the minimum wage"),
        pytest.param({"pay": None}, "pay_range", Level.WARN, "pay", id="no pay"),
        pytest.param({"employer": None}, "identity", Level.BLOCK, "employer", id="no employer known"),
        pytest.param({"contract": "CDD"}, "fixed_term", Level.WARN, "contract", id="a CDD without an end"),
        pytest.param(
            {"description": "Vous avez 3 ans d'expérience."}, "inconsistency", Level.BLOCK, "experience_years",
            id="the field accepts beginners, the text does not",
        ),
    ],
)  # fmt: skip
def test_the_fields_of_an_offer_are_checked(change: dict[str, object], rule: str, level: Level, field: str) -> None:
    found = compliance.check(replace(OFFER, **change))
    assert [(each.rule, each.level, each.field) for each in found] == [(rule, level, field)]


def test_the_text_of_an_offer_names_its_title_once() -> None:
    assert compliance.text_of(OFFER) == "Serveur / Serveuse (H/F)\n\nServir en salle."
    drafted = replace(OFFER, description="Titre : Serveur / Serveuse (H/F)\nServir")
    assert compliance.text_of(drafted) == drafted.description


@pytest.mark.parametrize(
    ("unit", "part_time", "day", "least"),
    [
        pytest.param(PayUnit.HOUR, False, date(2025, 6, 1), 11.88, id="2025"),
        pytest.param(PayUnit.HOUR, True, date(2026, 6, 1), 12.02, id="2026"),
        pytest.param(PayUnit.MONTH, True, date(2026, 6, 1), None, id="a part-time month needs the hours"),
    ],
)
def test_the_minimum_wage_is_that_of_the_day(unit: PayUnit, part_time: bool, day: date, least: float | None) -> None:
    assert compliance.minimum(unit, part_time, day) == least


def test_only_blocking_findings_block() -> None:
    found: list[Finding] = compliance.check("Moins de 30 ans. Tenir les deadlines.")
    assert [finding.rule for finding in compliance.blocking(found)] == ["age_limit"]
