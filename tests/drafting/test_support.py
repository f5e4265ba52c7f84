"""What a draft states and the notes do not: every row is a sentence, with the words that must be shown."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.drafting.offline import write_offer
from ftcore.drafting.support import unsupported

TODAY = date(2026, 11, 23)
NOTES = (
    "Cherche serveur H/F à Annonay pour l'Auberge du Lac, CDI 35h, 12,50 €/h, débutant accepté, à partir du "
    "1er décembre. Servir en salle, encaisser les clients, dresser les tables. Permis B souhaité, anglais courant. "
    "Du mardi au samedi, 18h-23h, repas fournis."
)


def words(draft: str, notes: str = NOTES) -> list[str]:
    return [span.words for span in unsupported(draft, notes, TODAY)]


@pytest.mark.parametrize(
    "draft",
    [
        pytest.param("Titre : Serveur / Serveuse (H/F)", id="both genders"),
        pytest.param("Salaire : 12,50 € brut de l'heure", id="the unit in letters"),
        pytest.param("12.50 euros par heure", id="a decimal point"),
        pytest.param("CDI à temps plein, 35 heures par semaine", id="35 hours are full time"),
        pytest.param("Prise de poste le 01/12/2026", id="the same day in figures"),
        pytest.param("Début : 1er décembre 2026", id="the year of the day"),
        pytest.param("Débutants acceptés", id="plural"),
        pytest.param("Vous servez les clients en salle", id="another form of the verb"),
        pytest.param("Assurer le service en salle", id="the noun for the verb"),
        pytest.param("Encaissement des clients et dressage des tables", id="nouns for verbs"),
        pytest.param("Le permis B serait apprécié", id="another word for a wish"),
        pytest.param("Anglais courant", id="a language"),
        pytest.param("Vous travaillez du mardi au samedi, de 18 h à 23 h", id="hours written otherwise"),
        pytest.param("Les repas sont fournis", id="a benefit that the notes name"),
        pytest.param("Lieu : Annonay", id="the place"),
        pytest.param("L'Auberge du Lac recherche un serveur ou une serveuse.", id="the employer"),
        pytest.param("Contrat : CDI\nHoraires : à préciser", id="what is missing is no statement"),
        pytest.param("Nombre de postes : 1", id="one post is what every offer has"),
        pytest.param("Profil recherché :", id="a heading"),
        pytest.param("Nous recherchons un serveur (H/F).", id="the formula of every offer"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_the_notes_say_in_other_words_is_not_shown(draft: str) -> None:
    assert words(draft) == []


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        pytest.param("Salaire : 13 € de l'heure", "13 €", id="another pay"),
        pytest.param("2 000 € brut par mois", "2 000 €", id="a pay worked out"),
        pytest.param("Contrat : CDD", "CDD", id="another contract"),
        pytest.param("Contrat à temps partiel", "temps partiel", id="another working time"),
        pytest.param("39 heures par semaine", "39 heures", id="other hours"),
        pytest.param("Poste basé à Lyon", "Lyon", id="another place"),
        pytest.param("Vous rejoignez la société Durand", "Durand", id="another employer"),
        pytest.param("Début le 2 décembre", "2 décembre", id="another day"),
        pytest.param("Début le 1er décembre 2027", "1er décembre 2027", id="another year"),
        pytest.param("Permis C souhaité", "Permis C", id="another licence"),
        pytest.param("Permis B exigé", "Permis B", id="a wish that became a demand"),
        pytest.param("CACES R489 exigé", "CACES R489", id="a card"),
        pytest.param("Allemand courant", "Allemand", id="another language"),
        pytest.param("CAP Restaurant exigé", "CAP Restaurant", id="a diploma"),
        pytest.param("2 ans d'expérience", "2 ans", id="experience"),
        pytest.param("Une expérience de deux ans", "deux ans", id="experience in letters"),
        pytest.param("Mutuelle prise en charge", "Mutuelle", id="health insurance"),
        pytest.param("Tickets restaurant", "Tickets restaurant", id="meal vouchers"),
        pytest.param("Primes annuelles", "Primes", id="a bonus"),
        pytest.param("Télétravail possible", "Télétravail", id="working from home"),
        pytest.param("Travail le dimanche", "dimanche", id="another day of the week"),
        pytest.param("Service de 11h à 15h", "11h", id="other hours of the day"),
        pytest.param("Horaires de nuit", "nuit", id="night work"),
        pytest.param("Déplacements fréquents", "Déplacements fréquents", id="travelling"),
        pytest.param("Gérer les stocks et les commandes", "Gérer les stocks", id="a task"),
        pytest.param("Rejoignez une équipe dynamique !", "dynamique", id="a claim about the house"),
        pytest.param("3 postes à pourvoir", "3", id="openings"),
        pytest.param("Contrat renouvelable", "renouvelable", id="a promise"),
        pytest.param("Logement fourni sur place", "Logement", id="housing"),
    ],
)
def test_what_the_notes_do_not_say_is_shown(draft: str, shown: str) -> None:
    spans = unsupported(draft, NOTES, TODAY)
    assert any(shown in span.words for span in spans), spans
    assert all(span.why for span in spans)


@pytest.mark.parametrize(
    ("draft", "notes", "shown"),
    [
        pytest.param("24 mois", "2 ans", [], id="years and months are one length"),
        pytest.param("de 22 000 à 25 000 € par an", "22 à 25 k€", [], id="thousands"),
        pytest.param("1 900 € brut", "salaire 1900 brut mensuel", [], id="an amount typed without its sign"),
        pytest.param("Débutant accepté", "comptable", ["Débutant accepté"], id="beginners are not said to be welcome"),
        pytest.param("CACES R489 catégorie 3", "CACES R489 cat 3", [], id="a category"),
        pytest.param("Vente et conseil", "vendeur, conseiller les clients", [], id="words of one family"),
        pytest.param("Conduire un camion", "chauffeur, camion", [], id="another word for the trade"),
        pytest.param("Contrôle des comptes", "contrat, compter", ["Contrôle"], id="words that only look alike"),
    ],
)
def test_figures_are_strict_and_words_are_tolerant(draft: str, notes: str, shown: list[str]) -> None:
    assert words(draft, notes) == shown


def test_the_reason_says_what_kind_of_statement_it_is() -> None:
    reasons = {span.words: span.why for span in unsupported("13 € de l'heure, CDD, mutuelle", NOTES, TODAY)}
    assert reasons == {
        "13 €": "ce montant n'est pas dans les notes",
        "CDD": "ce contrat n'est pas dans les notes",
        "mutuelle": "cet avantage n'est pas dans les notes",
    }


def test_the_draft_written_by_rules_states_nothing_else() -> None:
    assert words(write_offer(NOTES)) == []


TEXTS = st.text(max_size=150) | st.lists(
    st.sampled_from(
        [
            *(
                "12,50 €",
                "35h",
                "CDI",
                "CDD",
                "permis B",
                "exigé",
                "souhaité",
                "Lyon",
                "servir",
                "en salle",
                "deux ans",
            ),
            *("24 mois", "1er mars", "31/02", "99/99/2027", "mutuelle", "de nuit", "CAP cuisine", "anglais courant"),
            *("débutant accepté", "temps plein", "(", ")", ".", ":", "\n", "- ", "ﬁn", "İ", "1 000 000 000", "22 k€"),
        ]
    ),
    max_size=25,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(draft=TEXTS, notes=TEXTS)
def test_spans_are_exact_sorted_and_apart(draft: str, notes: str) -> None:
    spans = unsupported(draft, notes, TODAY)
    assert all(draft[span.start : span.end] == span.words != "" for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert spans == unsupported(draft, notes, TODAY)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_a_text_states_nothing_that_it_does_not_say(text: str) -> None:
    assert unsupported(text, text, TODAY) == []
