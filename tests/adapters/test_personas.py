"""Personas through the real reader and the real conversation: each stays who they are, whatever is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import pytest

from ftcore.adapters.sandbox import Ask, Character, asked, characters
from ftcore.adapters.sandbox.personas import MOST_ANSWERS, Personas, Typed, character_of
from ftcore.model import Answer, Demand, Expecting, Offer, OfferSource, Pay, PayUnit, Prerequisite
from ftcore.model import ConversationState as State
from ftcore.outreach import dialogue, questions, replies, templates
from ftcore.outreach.codes import short_code
from ftcore.outreach.dialogue import Talk
from ftcore.outreach.templates import Kind, Template

NOW = datetime(2026, 11, 24, 9, 0)
SEED = 2026
NUMBERS = [f"+3363998{number:04d}" for number in range(1500)]
OFFER = Offer(
    agency_id=uuid4(),
    offer_id=UUID(int=7),
    title="Serveur H/F",
    description="Service en salle.",
    occupation=None,
    place=None,
    source=OfferSource.FORM,
    created_utc=NOW,
    licences=("B",),
    pay=Pay(12.5, PayUnit.HOUR),
    prerequisites=(Prerequisite("Travail le samedi", Demand.FLEXIBLE),),
)
WORDINGS = {kind: Template(kind, 0, text) for kind, text in templates.DEFAULTS.items()}


def people(character: Character) -> list[str]:
    return [number for number in NUMBERS if character_of(SEED, number) is character]


VALUES = {"prénom": "Awa", "agence": "agence de Privas", "offre": OFFER.title, "code": short_code(OFFER.offer_id)}


def says(kind: Kind, **more: str) -> str:
    return templates.fill(WORDINGS[kind], VALUES | more)


def converse(number: str, *bodies: str, offer: Offer = OFFER) -> tuple[Talk, list[str]]:
    """A whole conversation, each side hearing only the other's SMS; gives where it ends and what was typed."""
    personas, typed = Personas(SEED), []
    talk = Talk(offer, "Awa", "Agence de Privas", State.WAITING, automatic=1)
    waiting = [text for body in bodies or (says(Kind.OPENING),) for text in personas.read(number, body)]
    while waiting:
        text = waiting.pop(0).text
        typed.append(text)
        reading = replies.read(text, now=NOW, expecting=talk.expecting)
        said = dialogue.hear(talk, reading, text, uuid4())
        if said is not None:
            waiting += personas.read(number, templates.fill(WORDINGS[said.kind], said.values))
    return talk, typed


@pytest.mark.parametrize(
    ("body", "ask"),
    [
        pytest.param(says(Kind.OPENING), Ask.INTEREST, id="the first message"),
        pytest.param(says(Kind.REMINDER), Ask.INTEREST, id="the reminder"),
        pytest.param("Bonjour, ça vous dit ? STOP pour arrêter.", Ask.INTEREST, id="an agency's own opening"),
        pytest.param("Salaire : 12 €. Le poste vous intéresse-t-il ? OUI ou NON.", Ask.INTEREST, id="after a fact"),
        pytest.param(says(Kind.ASK_AVAILABILITY), Ask.AVAILABILITY, id="from when"),
        pytest.param(
            "12 € de l'heure. Quand pourriez-vous commencer ?", Ask.AVAILABILITY, id="from when, in other words"
        ),
        pytest.param("Avez-vous le permis B ? (réf. K47)", Ask.CLOSED, id="a prerequisite"),
        pytest.param(
            "Le poste demande : motivation. Est-ce bon pour vous ?", Ask.CLOSED, id="a word of interest before"
        ),
        pytest.param("Quel est votre dernier diplôme ?", Ask.OPEN, id="a counselor's own question"),
        pytest.param(says(Kind.HANDOVER), Ask.NOTHING, id="the handover"),
        pytest.param(says(Kind.CLOSING), Ask.NOTHING, id="the closing"),
        pytest.param("", Ask.NOTHING, id="an empty SMS"),
    ],
)
def test_what_is_asked_is_told_by_its_cues(body: str, ask: Ask) -> None:
    assert asked(body) is ask


def texts() -> list[Any]:
    """Every text of every character, with the answers that the reader may find in it."""
    interest, day, closed = Expecting.INTEREST, Expecting.AVAILABILITY, Expecting.PREREQUISITE
    books: list[tuple[str, dict[Character, tuple[str, ...]], Expecting | None, set[Answer]]] = [
        ("yes", characters.YES, interest, {Answer.YES}),
        ("no", characters.NO, interest, {Answer.NO}),
        ("day", characters.DAY, day, {Answer.YES, Answer.UNSURE}),
        ("can", characters.CAN, closed, {Answer.YES}),
        ("cannot", characters.CANNOT, closed, {Answer.NO, Answer.UNSURE}),
        ("unsure", {Character.HESITANT: characters.UNSURE}, interest, {Answer.UNSURE}),
        ("no day", {Character.HESITANT: characters.NO_DAY}, day, {Answer.UNSURE}),
        ("asks", {Character.ASKS_PAY: characters.ASKS}, interest, {Answer.QUESTION}),
        ("wrong", {Character.WRONG_NUMBER: characters.WRONG}, interest, {Answer.WRONG_PERSON}),
        ("angry", {Character.FURIOUS: characters.ANGRY}, interest, {Answer.STOP}),
        ("call me", {Character.EAGER: characters.CALL_ME}, None, {Answer.CALLBACK}),
    ]
    return [
        pytest.param(text, expecting, allowed, id=f"{name}-{character}-{place}")
        for name, book, expecting, allowed in books
        for character, wordings in book.items()
        for place, text in enumerate(wordings)
    ]


@pytest.mark.parametrize(("text", "expecting", "allowed"), texts())
def test_every_text_is_read_as_it_is_meant(text: str, expecting: Expecting | None, allowed: set[Answer]) -> None:
    reading = replies.read(text, now=NOW, expecting=expecting)
    assert replies.settled(reading) in allowed
    if expecting is Expecting.AVAILABILITY and text not in characters.NO_DAY:
        assert reading.available_from is not None


def test_there_is_something_to_read() -> None:
    assert len({param.values[0] for param in texts()}) >= 90


@pytest.mark.parametrize("text", characters.THANKS + characters.NO_OFFENCE)
def test_thanks_are_heard_as_thanks(text: str) -> None:
    assert questions.is_courtesy(text)


@pytest.mark.parametrize(
    ("character", "ends"),
    [
        pytest.param(Character.EAGER, {State.INTERESTED}, id="eager people are handed over"),
        pytest.param(Character.BRIEF, {State.INTERESTED, State.DECLINED}, id="two words decide"),
        pytest.param(Character.TALKATIVE, {State.INTERESTED, State.DECLINED}, id="many words decide as well"),
        pytest.param(Character.HESITANT, {State.NEEDS_HUMAN}, id="doubt goes to a counselor"),
        pytest.param(Character.ASKS_PAY, {State.INTERESTED, State.DECLINED}, id="the pay decides"),
        pytest.param(Character.BUSY, {State.DECLINED}, id="a no with a reason"),
        pytest.param(Character.FURIOUS, {State.STOPPED}, id="clear words stop everything"),
        pytest.param(Character.WRONG_NUMBER, {State.WRONG_PERSON}, id="not the person of the file"),
        pytest.param(Character.SILENT, {State.WAITING}, id="nothing comes"),
    ],
)
def test_each_character_takes_the_conversation_where_it_should_go(character: Character, ends: set[State]) -> None:
    found = {}
    for number in people(character)[:40]:
        talk, typed = converse(number)
        found[number] = talk.state
        assert len(typed) <= MOST_ANSWERS
        if character is Character.EAGER:
            assert talk.available_from is not None
            assert talk.interest is Answer.YES
        if character is Character.ASKS_PAY:
            assert typed[0] in characters.ASKS
        if character is Character.SILENT:
            assert typed == []
    assert set(found.values()) == ends


def test_where_the_offer_does_not_tell_the_pay_a_counselor_will() -> None:
    for number in people(Character.ASKS_PAY)[:10]:
        talk, _ = converse(number, offer=replace(OFFER, pay=None))
        assert talk.state is State.NEEDS_HUMAN


def test_some_who_were_silent_answer_the_reminder() -> None:
    silent = people(Character.SILENT)[:200]
    ends = [converse(number, says(Kind.OPENING), says(Kind.REMINDER))[0].state for number in silent]
    assert 0.15 < sum(end is not State.WAITING for end in ends) / len(ends) < 0.35
    # An opening of another offer is no reminder.
    other = says(Kind.OPENING, code="F10")
    assert {converse(number, says(Kind.OPENING), other)[0].state for number in silent} == {State.WAITING}


def test_a_doubt_may_become_a_yes_much_later() -> None:
    answers = [Personas(SEED).read(number, says(Kind.OPENING)) for number in people(Character.HESITANT)]
    assert all(answer[0].text in characters.UNSURE for answer in answers)
    later = [answer[1] for answer in answers if len(answer) > 1]
    assert 0.3 < len(later) / len(answers) < 0.6
    assert all(second.minutes > answer[0].minutes + 20 for answer in answers for second in answer[1:])


def test_the_same_seed_gives_the_same_people_and_the_same_words() -> None:
    def all_typed(seed: int) -> list[list[Typed]]:
        personas = Personas(seed)
        return [personas.read(number, says(Kind.OPENING)) for number in NUMBERS[:100]]

    assert all_typed(SEED) == all_typed(SEED)
    assert all_typed(SEED) != all_typed(7)


def test_as_many_answer_and_as_soon_as_is_plausible() -> None:
    personas = Personas(SEED)
    first = [typed[0].minutes for number in NUMBERS if (typed := personas.read(number, says(Kind.OPENING)))]
    assert 0.54 < len(first) / len(NUMBERS) < 0.62
    assert 15 < median(first) < 23


def test_nobody_answers_a_handover_at_length_or_for_ever() -> None:
    personas = Personas(SEED)
    number = people(Character.EAGER)[0]
    personas.read(number, says(Kind.OPENING))
    for body in (says(Kind.HANDOVER), says(Kind.CLOSING)):
        assert {typed.text for typed in personas.read(number, body)} <= set(characters.THANKS)
    typed = [text for turn in range(20) for text in personas.read(number, f"Et encore une question, {turn} ?")]
    assert len(typed) < MOST_ANSWERS


def test_who_declined_may_still_be_written_to_for_another_offer() -> None:
    personas = Personas(SEED)
    number = people(Character.BUSY)[0]
    assert personas.read(number, says(Kind.OPENING))
    assert personas.read(number, says(Kind.OPENING, code="F10"))
