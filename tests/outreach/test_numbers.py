"""A number is covered on every screen; asking for it is an act, and the journal has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from ftcore.errors import NotAllowed, NotFound
from ftcore.model import Role
from ftcore.outreach import numbers, threads, worklist
from ftcore.phones import covered


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        pytest.param("+33639980001", "06 •• •• •• 01", id="as people read it in France"),
        pytest.param("+442079460958", "+44 •• •••• ••58", id="another country keeps its code"),
        pytest.param("112", "•••", id="too short to keep anything of it"),
        pytest.param("", "", id="no number"),
    ],
)
def test_a_covered_number_can_be_known_again_and_not_dialled(phone: str, shown: str) -> None:
    assert covered(phone) == shown


@pytest.fixture
def thread(town: Any) -> tuple[UUID, UUID]:
    """A thread and its person."""
    (person,) = town.people()
    town.launch([person])
    return town.database.value("SELECT conversation_id FROM conversation"), person


def revealed(town: Any) -> list[dict[str, Any]]:
    return town.database.rows("SELECT * FROM journal WHERE act = 'number revealed'")


def test_a_thread_holds_no_number_and_asking_for_it_is_journaled(town: Any, thread: tuple[UUID, UUID]) -> None:
    conversation_id, person = thread
    assert threads.details(town.database, town.counselor, conversation_id).phone == "06 •• •• •• 01"
    assert revealed(town) == []
    assert numbers.reveal(town.database, town.counselor, conversation_id, town.now) == "06 39 98 00 01"
    (entry,) = revealed(town)
    assert (entry["actor"], entry["subject"], entry["agency_id"]) == ("c1", str(person), town.counselor.agency_id)
    assert "98" not in entry["detail"]


def test_a_number_is_not_told_where_it_cannot_be_journaled(town: Any, thread: tuple[UUID, UUID], monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no journal")

    monkeypatch.setattr(numbers.journal, "record", fails)
    with pytest.raises(RuntimeError):
        numbers.reveal(town.database, town.counselor, thread[0], town.now)


def test_nobody_else_is_told_a_number(town: Any, thread: tuple[UUID, UUID]) -> None:
    for role in (Role.EVALUATOR, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            numbers.reveal(town.database, replace(town.counselor, role=role), thread[0], town.now)
    with pytest.raises(NotFound) as foreign:
        numbers.reveal(town.database, town.colleague, thread[0], town.now)
    with pytest.raises(NotFound) as invented:
        numbers.reveal(town.database, town.colleague, uuid4(), town.now)
    assert str(foreign.value) == str(invented.value)
    assert revealed(town) == []


def test_a_number_that_a_person_wrote_is_covered_on_screens_and_nowhere_else(town: Any) -> None:
    (person,) = town.people()
    town.launch([person])
    phone = town.database.value("SELECT phone FROM candidate")
    town.accepted()
    town.writes(phone, "Oui, appelez le 06 39 98 00 77")
    conversation_id = town.database.value("SELECT conversation_id FROM conversation")
    found = threads.details(town.database, town.counselor, conversation_id)
    assert found.interest_quote == "Oui, appelez le 06 39 98 00 77"
    shown = numbers.covered(found)
    assert shown.interest_quote == "Oui, appelez le 06 •• •• •• 77"
    assert [line.body for line in shown.lines if line.incoming] == ["Oui, appelez le 06 •• •• •• 77"]
    assert [line.body for line in shown.lines if not line.incoming] == [
        line.body for line in found.lines if not line.incoming
    ]
    listed = [
        thread
        for which in worklist.WorkList
        for thread in worklist.worklist(town.database, town.counselor, which, town.now, None, 10)
    ]
    assert {thread.latest_answer for thread in listed} == {"Oui, appelez le 06 •• •• •• 77"}
    assert town.database.value("SELECT body FROM reply") == "Oui, appelez le 06 39 98 00 77"
