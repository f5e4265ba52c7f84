"""One conversation as it is talked: questions in their order, facts from the offer, silence where it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.model import Answer, Demand, Met, Offer, OfferSource, Pay, PayUnit, Place, Prerequisite, Reading
from ftcore.model import ConversationState as State
from ftcore.outreach import dialogue, facts, questions, replies, templates
from ftcore.outreach.conversation import AUTOMATIC_LIMIT
from ftcore.outreach.dialogue import Said, Talk
from ftcore.outreach.sms import measure
from ftcore.outreach.templates import Kind

NOW = datetime(2026, 11, 24, 9, 0)
NIGHT = Prerequisite("Travail de nuit", Demand.BLOCKING)
SATURDAY = Prerequisite("Travail le samedi", Demand.FLEXIBLE)


def offer(**more: Any) -> Offer:
    return Offer(
        agency_id=uuid4(),
        offer_id=uuid4(),
        title="Serveur H/F",
        description="Service en salle.",
        occupation=None,
        place=Place("Privas", "07", "07186", 44.7, 4.6),
        source=OfferSource.FORM,
        created_utc=NOW,
        **more,
    )


def talk(**more: Any) -> Talk:
    job = more.pop("offer", None) or offer(licences=("B",), prerequisites=(SATURDAY, NIGHT))
    return Talk(job, "Awa", "Agence de Privas", State.WAITING, **({"automatic": 1} | more))


def hears(here: Talk, text: str) -> Said | None:
    reading = replies.read(text, now=NOW, expecting=here.expecting)
    return dialogue.hear(here, reading, text, uuid4())


def kinds(here: Talk, *texts: str) -> list[Kind | None]:
    return [said.kind if (said := hears(here, text)) else None for text in texts]


def test_interest_then_availability_then_each_prerequisite_then_the_handover() -> None:
    here = talk()
    assert kinds(here, "oui", "lundi", "oui", "oui") == [
        Kind.ASK_AVAILABILITY, Kind.ASK_PREREQUISITE, Kind.ASK_PREREQUISITE, Kind.ASK_PREREQUISITE,
    ]  # fmt: skip
    assert kinds(here, "non") == [Kind.HANDOVER]
    assert (here.state, here.interest, here.available_from) == (State.INTERESTED, Answer.YES, date(2026, 11, 30))
    # What blocks is asked first, licences among it; a no to what is flexible turns nobody away.
    assert [(check.prerequisite.text, check.met) for check in here.checks] == [
        ("permis B", Met.MET), ("Travail de nuit", Met.MET), ("Travail le samedi", Met.NOT_MET),
    ]  # fmt: skip
    assert here.automatic == AUTOMATIC_LIMIT


def test_a_no_to_what_blocks_ends_the_questions_and_hands_the_person_over() -> None:
    here = talk()
    assert kinds(here, "oui", "lundi", "non")[-1] is Kind.HANDOVER
    assert here.state is State.INTERESTED
    assert [check.met for check in here.checks] == [Met.NOT_MET, Met.UNKNOWN, Met.UNKNOWN]


def test_a_no_to_the_offer_in_the_middle_of_the_questions_is_a_no() -> None:
    here = talk()
    assert kinds(here, "oui", "lundi", "non je ne suis plus intéressée")[-1] is Kind.DECLINED
    assert (here.state, here.interest) == (State.DECLINED, Answer.NO)
    assert {check.met for check in here.checks} == {Met.UNKNOWN}


def test_who_names_the_day_with_the_yes_is_not_asked_for_it() -> None:
    here = talk()
    assert kinds(here, "oui dispo lundi") == [Kind.ASK_PREREQUISITE]
    assert here.available_from == date(2026, 11, 30)


def test_not_to_know_is_kept_as_unknown_and_the_next_question_follows() -> None:
    here = talk()
    assert kinds(here, "oui", "je sais pas encore", "ça dépend") == [
        Kind.ASK_AVAILABILITY, Kind.ASK_PREREQUISITE, Kind.ASK_PREREQUISITE,
    ]  # fmt: skip
    assert (here.available_from, here.checks[0].met) == (None, Met.UNKNOWN)
    assert here.available_reply is not None, "the SMS itself is what a counselor reads"


def test_without_prerequisites_the_handover_follows_the_day() -> None:
    here = talk(offer=offer())
    assert kinds(here, "oui", "tout de suite") == [Kind.ASK_AVAILABILITY, Kind.HANDOVER]


@pytest.mark.parametrize("automatic", range(AUTOMATIC_LIMIT + 1))
def test_never_more_than_six_automatic_messages_and_one_is_left_for_the_handover(automatic: int) -> None:
    here = talk(automatic=automatic)
    said = [hears(here, text) for text in ("oui", "lundi", "oui", "oui", "oui", "merci", "oui")]
    spoken = [one.kind for one in said if one]
    assert automatic + len(spoken) <= AUTOMATIC_LIMIT
    assert here.state is State.INTERESTED
    if automatic < AUTOMATIC_LIMIT:
        assert spoken[-1] is Kind.HANDOVER


@pytest.mark.parametrize("flag", ["taken_over", "offer_closed"])
def test_the_automaton_is_silent_once_a_person_speaks_or_the_offer_is_closed(flag: str) -> None:
    here = talk(**{flag: True})
    assert kinds(here, "oui", "c'est payé combien ?", "non") == [None, None, None]
    assert here.state is State.WAITING
    assert kinds(here, "STOP") == [None]
    assert here.state is State.STOPPED


def test_a_late_answer_to_a_closed_offer_goes_to_a_person() -> None:
    here = talk(offer_closed=True)
    here.state = State.CLOSED
    assert kinds(here, "oui") == [None]
    assert here.state is State.NEEDS_HUMAN


def test_a_fact_of_the_offer_answers_a_question_and_the_open_question_is_asked_again() -> None:
    here = talk(offer=offer(pay=Pay(12.5, PayUnit.HOUR)))
    said = hears(here, "c'est payé combien ?")
    assert said is not None
    assert said.kind is Kind.FACT
    body = templates.fill(templates.Template(said.kind, 0, templates.DEFAULTS[said.kind]), said.values)
    assert "12,50 €" in body
    assert "Le poste vous intéresse-t-il ? OUI ou NON. Message automatique" in body
    assert (here.state, said.source) == (State.WAITING, "12,50 € brut de l'heure")


def test_a_yes_with_a_question_gets_the_fact_and_the_next_question_in_one_message() -> None:
    here = talk(offer=offer(pay=Pay(12.5, PayUnit.HOUR)))
    said = hears(here, "oui, c'est payé combien ?")
    assert said is not None
    assert (said.kind, said.values["question"]) == (Kind.FACT, "Quand pourriez-vous commencer ?")
    assert (here.state, here.interest, here.automatic) == (State.AVAILABILITY, Answer.YES, 2)


def test_a_yes_with_a_question_that_the_offer_does_not_answer_goes_to_a_person_as_a_yes() -> None:
    here = talk(offer=offer())
    assert kinds(here, "oui, c'est payé combien ?") == [Kind.QUESTION]
    assert (here.state, here.interest) == (State.NEEDS_HUMAN, Answer.YES)


def test_thanks_after_the_handover_are_no_doubt_but_a_riddle_is() -> None:
    here = talk(offer=offer())
    assert kinds(here, "oui", "lundi", "Merci, bonne journée !") == [Kind.ASK_AVAILABILITY, Kind.HANDOVER, None]
    assert here.state is State.INTERESTED
    assert kinds(here, "je vous dirai pour mardi") == [None]
    assert here.state is not State.INTERESTED


FULL = offer(
    pay=Pay(12.5, PayUnit.HOUR), weekly_hours=28, contract="CDD", contract_end=date(2027, 3, 31),
    schedule="du lundi au vendredi, 8h-16h", start=date(2026, 12, 7), licences=("B",), experience_years=0,
    openings=2, employer="Auberge des Remparts bleus",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("C'est payé combien ?", "12,50 €", id="pay"),
        pytest.param("Quel est le taux horaire ?", "12,50 €", id="a rate by the hour is no schedule"),
        pytest.param("combien", "12,50 €", id="a bare combien asks the pay"),
        pytest.param("combien d heures par semaine", "28 h par semaine", id="hours are no pay"),
        pytest.param("c'est temps plein ??", "28 h par semaine", id="full time"),
        pytest.param("Quels sont les horaires ?", "du lundi au vendredi", id="schedule"),
        pytest.param("c ou exactement", "Privas", id="place"),
        pytest.param("cdi ou cdd ?", "CDD, jusqu'au 31/03/2027", id="contract with its end"),
        pytest.param("ça commence quand ?", "07/12/2026", id="start"),
        pytest.param("il faut le permis ?", "Permis demandé dans l'offre : B", id="licence"),
        pytest.param("j'ai pas d'expérience c'est grave ?", "accepte les débutants", id="experience"),
        pytest.param("combien de postes ?", "2 postes", id="openings"),
        pytest.param("c'est où et quels horaires ?", "Privas", id="two topics, both answered"),
    ],
)
def test_what_the_offer_says_is_told(text: str, words: str) -> None:
    fact = facts.answer(FULL, text)
    assert fact is not None
    assert words in fact.sentence


@pytest.mark.parametrize(
    ("text", "job"),
    [
        pytest.param("c'est quelle entreprise ?", FULL, id="the employer is not named by SMS"),
        pytest.param("il y a un bus pour y aller ?", FULL, id="transport is not in the offer"),
        pytest.param("c'est payé combien ?", offer(), id="the offer says nothing of pay"),
        pytest.param("c'est payé combien et y a un bus ?", FULL, id="half an answer would hide the other half"),
        pytest.param("ou, quand, combien d'heures et quel salaire ?", FULL, id="too much for an SMS"),
        pytest.param("vous êtes un robot ?", FULL, id="no topic of an offer"),
        pytest.param("", FULL, id="nothing asked"),
        pytest.param("je suis handicapé c'est possible ?", FULL, id="a person's own situation"),
    ],
)
def test_what_the_offer_does_not_say_is_never_guessed(text: str, job: Offer) -> None:
    assert facts.answer(job, text) is None


def test_one_sentence_of_the_description_is_quoted_and_of_two_none() -> None:
    one = offer()
    one = offer_with(one, "Équipe de quatre. Horaires par roulement, un samedi sur deux. Formation assurée.")
    fact = facts.answer(one, "quels horaires ?")
    assert fact is not None
    assert fact.source == "Horaires par roulement, un samedi sur deux"
    two = offer_with(one, "Travail le samedi. Ouvert aussi le dimanche.")
    assert facts.answer(two, "quels horaires ?") is None


def offer_with(job: Offer, description: str) -> Offer:
    return replace(job, description=description)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("permis B", "Avez-vous le permis B ?"),
        ("CACES R489 3", "Avez-vous le CACES R489 3 ?"),
        ("Travail de nuit", "Pouvez-vous travailler de nuit ?"),
        ("Travail en équipes (2x8)", "Pouvez-vous travailler en équipes (2x8) ?"),
        ("Horaires coupés", "Le poste est en horaires coupés. Cela vous convient-il ?"),
        ("Déplacements", "Le poste comporte des déplacements. Cela vous convient-il ?"),
        ("Véhicule personnel", "Pouvez-vous venir travailler par vos propres moyens ?"),
        ("Port de charges", "Le poste comporte du port de charges. Cela vous convient-il ?"),
        ("langue : anglais", "Parlez-vous anglais ?"),
        ("Diplôme d'État d'aide-soignant", "Le poste demande : Diplôme d'État d'aide-soignant. Est-ce bon pour vous ?"),
    ],
)
def test_a_prerequisite_is_asked_as_a_closed_question(text: str, question: str) -> None:
    assert questions.closed_question(text) == question


def test_what_only_informs_is_not_asked_and_nothing_is_asked_twice() -> None:
    job = offer(
        licences=("B", "B"),
        prerequisites=(
            Prerequisite("Permis B obligatoire", Demand.BLOCKING),
            Prerequisite("Tickets restaurant", Demand.INFORMATION),
            SATURDAY,
            SATURDAY,
        ),
    )
    assert [each.text for each in questions.prerequisites(job)] == ["Permis B obligatoire", "Travail le samedi"]


@pytest.mark.parametrize("kind", [Kind.ASK_AVAILABILITY, Kind.HANDOVER, Kind.CALLBACK, Kind.DECLINED, Kind.UNSURE,
                                  Kind.WRONG_PERSON, Kind.QUESTION])  # fmt: skip
def test_an_automatic_answer_is_one_cheap_sms(kind: Kind) -> None:
    values = templates.values_of("Agence de Saint-Étienne Bellevue", offer(), "Marie-Françoise")
    body = templates.fill(templates.Template(kind, 0, templates.DEFAULTS[kind]), values)
    assert measure(body).parts == 1
    assert "((" not in body


@given(
    st.lists(
        st.builds(
            Reading,
            st.sampled_from(Answer),
            has_question=st.booleans(),
            available_from=st.none() | st.just(date(2026, 12, 1)),
            confidence=st.sampled_from([0.2, 0.99]),
        ),
        max_size=14,
    ),
    st.integers(0, AUTOMATIC_LIMIT),
)
def test_whatever_people_answer_the_limit_holds_and_a_stop_is_the_end(readings: list[Reading], before: int) -> None:
    here = talk(automatic=before)
    stopped = False
    for reading in readings:
        said = dialogue.hear(here, reading, "texte", uuid4())
        stopped = stopped or (reading.answer is Answer.STOP and reading.confidence > 0.9)
        assert not (stopped and said)
        assert here.automatic <= AUTOMATIC_LIMIT
        assert (here.position is None) or (here.state is State.PREREQUISITE) or not said
    if stopped:
        assert here.state is State.STOPPED


@pytest.mark.parametrize(
    ("before", "stands"),
    [
        pytest.param("non merci", State.DECLINED, id="after a refusal"),
        pytest.param("je sais pas trop", State.NEEDS_HUMAN, id="after a doubt"),
    ],
)
@pytest.mark.parametrize("text", ["ok merci", "d'accord", "Super, merci", "ok bonne journée"])
def test_thanks_where_nothing_was_asked_are_no_yes(before: str, stands: State, text: str) -> None:
    here = talk()
    hears(here, before)
    interest = here.interest
    assert hears(here, text) is None
    assert (here.state, here.interest) == (stands, interest)
