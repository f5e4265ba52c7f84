"""Saved conversations: whose they are, how they change, and what was accepted of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database
from ftcore.drafting import chats
from ftcore.drafting.chats import Outcome, Rating, TurnRole
from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.model import Person, Role

NOW = datetime(2026, 11, 23, 10, 0)
DRAFT = "Titre : Serveur (H/F)"


def begun(database: Database, person: Person, notes: str = "Cherche serveur à Rennes", task: str = "offer") -> UUID:
    return chats.start(database, person, task, [("Vos notes", notes)], "", NOW)


def answered(database: Database, person: Person, chat_id: UUID, text: str = DRAFT) -> UUID:
    turn_id = chats.answered(database, person, chat_id, text, Outcome.COMPLETE, "offer/2", "sans IA", NOW)
    assert turn_id is not None
    return turn_id


def said(database: Database, person: Person, chat_id: UUID) -> list[tuple[str, str]]:
    return [(str(entry.role), entry.text) for entry in chats.entries(database, person, chat_id)]


def test_a_conversation_keeps_its_turns_in_order(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    answered(database, person, chat_id)
    chats.say(database, person, chat_id, "Plus court", NOW, [("Document : fiche.txt", "Le poste")])
    assert said(database, person, chat_id) == [
        ("material", "Cherche serveur à Rennes"),
        ("assistant", DRAFT),
        ("material", "Le poste"),
        ("user", "Plus court"),
    ]
    [chat] = chats.chats(database, person)
    assert (chat.title, chat.task) == ("Cherche serveur à Rennes", "offer")


def test_the_latest_conversation_comes_first_and_long_titles_end_at_a_word(database: Database, person: Person) -> None:
    first = begun(database, person, "mot " * 40)
    second = begun(database, person)
    chats.say(database, person, first, "encore", NOW + timedelta(hours=1))
    assert [chat.chat_id for chat in chats.chats(database, person)] == [first, second]
    title = chats.chat(database, person, first).title
    assert title.endswith("mot…")
    assert len(title) <= 60


@pytest.mark.parametrize(
    ("search", "count"),
    [
        pytest.param("rennes", 1, id="a word of the notes, whatever the case"),
        pytest.param("SERVEUR (h/f)", 1, id="a word of the answer"),
        pytest.param("reunion", 1, id="without the accent"),
        pytest.param("Nantes", 0, id="nowhere"),
        pytest.param("", 2, id="no search lists all"),
        pytest.param("%", 0, id="a sign of SQL is a sign"),
    ],
)
def test_conversations_are_found_by_their_words(database: Database, person: Person, search: str, count: int) -> None:
    answered(database, person, begun(database, person))
    begun(database, person, "Synthèse de la réunion", "summary")
    assert len(chats.chats(database, person, search)) == count


def test_nobody_else_sees_changes_or_removes_a_conversation(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    turn_id = answered(database, person, chat_id)
    for stranger in (replace(person, person_id="autre"), replace(person, agency_id=uuid4())):
        assert chats.chats(database, stranger) == []
        for act in (
            lambda who: chats.chat(database, who, chat_id),
            lambda who: chats.entries(database, who, chat_id),
            lambda who: chats.say(database, who, chat_id, "x", NOW),
            lambda who: chats.rename(database, who, chat_id, "x"),
            lambda who: chats.delete(database, who, chat_id),
            lambda who: chats.rate(database, who, chat_id, turn_id, Rating.UP),
            lambda who: chats.accept(database, who, chat_id, turn_id, "x", NOW),
            lambda who: chats.take_back_answer(database, who, chat_id, NOW),
            lambda who: chats.take_back_message(database, who, chat_id, NOW),
            lambda who: chats.replace_material(database, who, chat_id, turn_id, "x", NOW),
        ):
            with pytest.raises(NotFound):
                act(stranger)
    assert said(database, person, chat_id)[-1] == ("assistant", DRAFT)


def test_an_evaluator_has_no_conversations(database: Database, person: Person) -> None:
    evaluator = replace(person, role=Role.EVALUATOR)
    with pytest.raises(NotAllowed):
        begun(database, evaluator)
    with pytest.raises(NotAllowed):
        chats.chats(database, evaluator)


def test_another_answer_takes_the_place_of_the_last_one(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    answered(database, person, chat_id)
    chats.take_back_answer(database, person, chat_id, NOW)
    answered(database, person, chat_id, "Titre : Serveur / Serveuse (H/F)")
    assert [text for role, text in said(database, person, chat_id) if role == "assistant"] == [
        "Titre : Serveur / Serveuse (H/F)"
    ]
    assert database.value("SELECT count(*) FROM chat_turn WHERE role = 'assistant'") == 2


def test_one_s_own_last_message_is_said_otherwise(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    answered(database, person, chat_id)
    chats.say(database, person, chat_id, "Plus cour", NOW)
    answered(database, person, chat_id, "Court")
    chats.take_back_message(database, person, chat_id, NOW)
    chats.say(database, person, chat_id, "Plus court", NOW)
    assert said(database, person, chat_id)[1:] == [("assistant", DRAFT), ("user", "Plus court")]


def test_other_notes_set_every_answer_aside(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    answered(database, person, chat_id)
    [notes] = [entry for entry in chats.entries(database, person, chat_id) if entry.role is TurnRole.MATERIAL]
    chats.replace_material(database, person, chat_id, notes.turn_id, "Cherche cuisinier", NOW)
    assert said(database, person, chat_id) == [("material", "Cherche cuisinier")]


def test_a_deleted_conversation_leaves_counters_and_no_text(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    turn_id = answered(database, person, chat_id)
    chats.accept(database, person, chat_id, turn_id, DRAFT, NOW)
    chats.delete(database, person, chat_id)
    assert chats.chats(database, person) == []
    assert database.value("SELECT count(*) FROM chat_turn") == 0
    [row] = database.rows("SELECT body, distance, length FROM chat_acceptance")
    assert row == {"body": "", "distance": 0, "length": len(DRAFT)}
    # An answer that was under way meanwhile finds no conversation to be kept in.
    assert chats.answered(database, person, chat_id, "x", Outcome.COMPLETE, "offer/2", "m", NOW) is None


@pytest.mark.parametrize(
    ("answer", "used", "share"),
    [
        pytest.param("abcd", "abcd", 0.0, id="as it came"),
        pytest.param("abcd", "abed", 0.25, id="one letter of four"),
        pytest.param("abcd", "abcdabcd", 0.5, id="half of it added"),
        pytest.param("abcd", "wxyz", 1.0, id="all of it"),
    ],
)
def test_what_was_accepted_is_measured_by_its_edits(
    database: Database, person: Person, answer: str, used: str, share: float
) -> None:
    chat_id = begun(database, person)
    turn_id = answered(database, person, chat_id, answer)
    chats.accept(database, person, chat_id, turn_id, "first thought", NOW)
    assert chats.accept(database, person, chat_id, turn_id, used, NOW) == share
    [row] = database.rows("SELECT body, prompt, model FROM chat_acceptance")
    assert row == {"body": used, "prompt": "offer/2", "model": "sans IA"}


def test_usefulness_counts_by_task_and_names_nobody(database: Database, person: Person) -> None:
    for used in ("abcd", "abed", "abcd"):
        chat_id = begun(database, person)
        turn_id = answered(database, person, chat_id, "abcd")
        chats.accept(database, person, chat_id, turn_id, used, NOW)
        chats.rate(database, person, chat_id, turn_id, Rating.UP if used == "abcd" else Rating.DOWN, "trop long")
    [found] = chats.usefulness(database, person, NOW - timedelta(days=1))
    assert found == chats.Usefulness("offer", accepted=3, untouched=2, median_edited=0.0, up=2, down=1)
    assert chats.usefulness(database, person, NOW + timedelta(days=1)) == []


def test_thumbs_can_be_taken_back(database: Database, person: Person) -> None:
    chat_id = begun(database, person)
    turn_id = answered(database, person, chat_id)
    chats.rate(database, person, chat_id, turn_id, Rating.DOWN, "inventé")
    chats.rate(database, person, chat_id, turn_id, None)
    assert chats.entries(database, person, chat_id)[-1].rating is None
    assert database.value("SELECT count(*) FROM chat_turn WHERE rating_reason IS NOT NULL") == 0


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda d, p, c, t: chats.say(d, p, c, "  ", NOW), id="an empty message"),
        pytest.param(lambda d, p, c, t: chats.rename(d, p, c, " \n"), id="an empty title"),
        pytest.param(lambda d, p, c, t: chats.accept(d, p, c, t, " ", NOW), id="an empty text accepted"),
        pytest.param(lambda d, p, c, t: chats.say(d, p, c, "x" * 60_001, NOW), id="an endless message"),
        pytest.param(lambda d, p, c, t: chats.start(d, p, "offer", [("N", " ")], " ", NOW), id="no words"),
    ],
)  # fmt: skip
def test_what_is_empty_or_endless_gets_a_sentence(database: Database, person: Person, act: object) -> None:
    chat_id = begun(database, person)
    turn_id = answered(database, person, chat_id)
    with pytest.raises(FtError):
        act(database, person, chat_id, turn_id)  # type: ignore[operator]


def test_text_that_no_database_holds_is_kept_without_it(database: Database, person: Person) -> None:
    chat_id = begun(database, person, "avant\x00après")
    assert said(database, person, chat_id) == [("material", "avantaprès")]
