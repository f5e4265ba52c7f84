"""Thumbs and marks, counted without telling anybody apart; how long a list was looked at."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ftcore.errors import NotAllowed
from ftcore.insight import oversight, satisfaction
from ftcore.insight.metrics import rate
from ftcore.matching import choices
from ftcore.matching.choices import REMOVALS, Choice
from ftcore.model import Person, Role
from tests.insight.evaluation.conftest import AGENCIES, SCOPES, START, Town

DURING = START + timedelta(days=5)
COUNSELOR = Person("c", "Claire", Role.COUNSELOR, AGENCIES[0])


def test_thumbs_are_counted_by_what_they_are_about_and_hold_nobody(town: Town) -> None:
    town.write([])
    town.database.transact(lambda tx: tx.execute("DELETE FROM thumb"))
    for up in (True, True, False):
        satisfaction.give_thumb(town.database, COUNSELOR, "ranking", up, DURING)
    satisfaction.give_thumb(town.database, COUNSELOR, "answer", False, DURING)
    satisfaction.give_thumb(town.database, COUNSELOR, "answer", True, DURING - timedelta(days=300))
    found = satisfaction.thumbs(town.database, town.evaluator, SCOPES[0])
    assert found.to_dict("list") == {"about": ["ranking", "answer"], "up": [2, 0], "given": [3, 1]}
    assert satisfaction.thumbs(town.database, town.evaluator, SCOPES[2]).empty, "another agency"
    (row, *_) = town.database.rows("SELECT * FROM thumb")
    assert set(row) == {"agency_id", "thumb_id", "about", "up", "given_utc"}
    with pytest.raises(NotAllowed):
        satisfaction.give_thumb(town.database, town.evaluator, "ranking", True, DURING)


def test_the_mean_mark_waits_for_ten_answers(town: Town) -> None:
    town.write([])
    scores = [5, 5, 4, 4, 4, 3, 2, 1, 5, None, None]

    def asked(marks: list[int | None]) -> satisfaction.Seekers:
        rows = [{"agency_id": AGENCIES[0], "conversation_id": uuid4(), "asked_utc": DURING, "score": mark}
                for mark in marks]  # fmt: skip
        town.database.transact(lambda tx: tx.insert("satisfaction", rows))
        return satisfaction.seekers(town.database, town.evaluator, SCOPES[0])

    few = asked(scores)
    assert (few.asked, few.answered, few.mean) == (11, rate(9, 11), None)
    enough = asked([3])
    assert enough.scores == {1: 1, 2: 1, 3: 2, 4: 3, 5: 3}
    assert enough.mean == pytest.approx(3.6)
    assert enough.content == rate(6, 10)


def test_a_launch_keeps_how_long_the_list_was_looked_at_and_how_much_of_it_was_changed(town: Town) -> None:
    town.write([])
    people = [UUID(int=n) for n in range(1, 5)]
    choice = Choice("{}", tuple(people[:3]), {people[3]: REMOVALS[0]}, since_utc=DURING - timedelta(seconds=75))
    town.database.transact(lambda tx: choices.record(tx, AGENCIES[0], uuid4(), choice, people[:2], DURING))
    (row,) = town.database.rows("SELECT kind, proposed, changed, seconds FROM decision_time")
    assert row == {"kind": "ranking", "proposed": 3, "changed": 1, "seconds": 75.0}
    assert oversight.pace(town.database, town.evaluator, SCOPES[0]).medians == {"ranking": 75.0}
    unknown = Choice("{}", tuple(people))
    town.database.transact(lambda tx: choices.record(tx, AGENCIES[0], uuid4(), unknown, people, DURING))
    assert town.database.value("SELECT count(*) FROM decision_time") == 1
