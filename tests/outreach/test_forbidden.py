"""What may not be asked by SMS, and that what a job truly needs still may."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.outreach.forbidden import SUBJECTS, forbidden


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        pytest.param("Êtes-vous en bonne santé ?", "la santé", id="health"),
        pytest.param("Prenez-vous des médicaments ?", "la santé", id="medicine"),
        pytest.param("Êtes-vous malade ou suivi dans un centre médical ?", "la santé", id="beside a medical centre"),
        pytest.param("Êtes-vous vacciné contre l'hépatite B ?", "la santé", id="vaccination"),
        pytest.param("AVEZ-VOUS UN HANDICAP ?", "la santé", id="disability, in capitals"),
        pytest.param("avez vous la rqth", "la santé", id="RQTH, as typed on a phone"),
        pytest.param("Êtes-vous enceinte ?", "la grossesse", id="pregnancy"),
        pytest.param("Comptez-vous avoir des enfants ?", "la situation de famille", id="children to come"),
        pytest.param("Avez-vous un mode de garde pour vos enfants ?", "la situation de famille", id="child care"),
        pytest.param("Êtes-vous marié(e) ?", "la situation de famille", id="married"),
        pytest.param("Votre conjoint travaille-t-il ?", "la situation de famille", id="partner"),
        pytest.param("Quelle est votre religion ?", "la religion", id="religion"),
        pytest.param("Portez-vous le voile ?", "la religion", id="veil"),
        pytest.param("Quelle est votre nationalité ?", "l'origine", id="nationality"),
        pytest.param("Avez-vous un titre de séjour ?", "l'origine", id="residence permit"),
        pytest.param("Êtes-vous syndiqué ?", "les opinions", id="union"),
        pytest.param("Pour qui votez-vous ?", "les opinions", id="politics"),
        pytest.param("Êtes-vous homosexuel ?", "la vie privée", id="sexual orientation"),
        pytest.param("Quel âge avez-vous ?", "l'âge", id="age"),
        pytest.param("Avez-vous moins de 30 ans ?", "l'âge", id="an age limit"),
        pytest.param("Quel est votre poids ?", "l'apparence", id="weight"),
        pytest.param("Où habitez-vous ?", "le lieu de résidence", id="residence"),
        pytest.param("Envoyez-nous votre RIB", "les comptes bancaires", id="bank"),
        pytest.param("Votre IBAN ?", "les comptes bancaires", id="IBAN"),
        pytest.param("Quel était votre dernier salaire ?", "le salaire précédent", id="past pay"),
        pytest.param(
            "Votre numéro de sécurité sociale ?", "le numéro de sécurité sociale", id="social security number"
        ),
        pytest.param("Envoyez votre n° de sécu", "le numéro de sécurité sociale", id="as people say it"),
        pytest.param("Votre casier est-il vierge ?", "le casier judiciaire", id="criminal record"),
        pytest.param("Envoyez une photo de votre carte d'identité", "les papiers d'identité", id="identity papers"),
    ],
)
def test_a_forbidden_question_is_refused_with_its_subject_and_its_article(question: str, subject: str) -> None:
    reason = forbidden(question)
    assert reason is not None
    assert subject in reason
    assert any(source in reason for source in ("Code du travail", "RGPD", "Décret", "Directive"))
    assert reason.endswith("Retirez ces mots.")


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Avez-vous le permis B ?", id="licence"),
        pytest.param("Pouvez-vous vous rendre à Annonay ?", id="mobility"),
        pytest.param("Acceptez-vous de travailler le samedi ?", id="hours"),
        pytest.param("Êtes-vous d'accord pour 35 h par semaine, 12,50 € de l'heure ?", id="pay of the job"),
        pytest.param("Avez-vous 5 ans d'expérience ?", id="years of experience"),
        pytest.param("Avez-vous plus de 20 ans d'expérience ?", id="many years of experience"),
        pytest.param("Avez-vous de l'expérience auprès de personnes handicapées ?", id="work with disabled people"),
        pytest.param("Avez-vous déjà travaillé comme secrétaire médicale ?", id="a medical job"),
        pytest.param("Avez-vous une expérience en psychiatrie ?", id="a psychiatric ward"),
        pytest.param("Êtes-vous à l'aise avec les enfants ?", id="at ease with children"),
        pytest.param("Avez-vous de l'expérience en garde d'enfants ?", id="child minder"),
        pytest.param("Êtes-vous disponible pour un remplacement de congé maternité ?", id="a maternity replacement"),
        pytest.param("Avez-vous une expérience dans le secteur bancaire ?", id="banking"),
        pytest.param("Avez-vous la carte professionnelle d'agent de sécurité ?", id="security guard"),
        pytest.param("Savez-vous tailler des haies ?", id="pruning"),
        pytest.param("Poste ouvert aux personnes en situation de handicap. Cela vous intéresse ?", id="open to all"),
        pytest.param("Pouvez-vous porter des charges de 20 kg ?", id="loads"),
        pytest.param("L'association Sainte-Marie recrute : intéressé(e) ?", id="the name Marie"),
        pytest.param("Quelle est votre adresse e-mail ?", id="e-mail"),
        pytest.param("Êtes-vous majeur(e) ?", id="of age"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_question_about_the_job_may_be_asked(question: str) -> None:
    assert forbidden(question) is None


def test_the_words_are_shown_as_they_were_written() -> None:
    reason = forbidden("Bonjour, quelle  est votre nationalité, s'il vous plaît ?")
    assert reason is not None
    assert reason.startswith("« nationalité » touche à")


@given(st.text(max_size=80), st.sampled_from(["êtes-vous enceinte", "votre numéro de sécurité sociale", "votre RIB"]))
@settings(max_examples=60)
def test_no_surrounding_hides_a_forbidden_question(around: str, question: str) -> None:
    assert forbidden(f"{around} ? {question} ? {around}") is not None


def test_every_subject_has_its_article() -> None:
    assert all(subject.article for subject in SUBJECTS)
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS)
