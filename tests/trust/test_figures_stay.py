"""Figures of Mesures and Évaluation before and after what is forgotten: the same, whatever had happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.errors import FtError
from ftcore.insight import figures, gains, negatives, outcomes, oversight, reading_quality, satisfaction
from ftcore.insight.figures import Filters
from ftcore.insight.scope import Scope
from ftcore.model import Person, Role
from ftcore.outreach import campaigns, dispatcher
from ftcore.rights import erasure, forgetting
from ftcore.rights.erasure import Reason
from ftcore.rights.purge import purge
from tests.outreach.conftest import NOW, Town
from tests.outreach.test_outcomes import ACTS, BEGIN, TELLING, History

PERIOD = (date(2026, 11, 1), date(2027, 3, 31))
MONTH = timedelta(days=30.5)
KINDS = [act for act in ACTS if act not in ("erase", "merge")]


class Forgetting(History):
    """A history after which people are erased, or their time is over."""

    def erase_really(self, number: int) -> None:
        person = self._one("candidate", number)
        if person is not None:
            lead = replace(self.town.counselor, role=Role.TEAM_LEAD)
            erasure.erase(self.town.database, lead, person["candidate_id"], person["external_id"], Reason.ASKED,
                          self.town.now)  # fmt: skip

    def leave(self, number: int) -> None:
        person = self._one("candidate", number)
        if person is not None:
            self.town.database.transact(
                lambda tx: tx.execute(
                    "UPDATE candidate SET left_utc = $2 WHERE candidate_id = $1", person["candidate_id"], self.town.now
                )
            )

    def rest(self) -> None:
        """What an erasure would take back has been taken back before: that is a change, and not of the past."""

        def write(tx: Any) -> None:
            campaigns.cancel(tx, tx.rows("SELECT agency_id, message_id FROM message WHERE state = 'queued'"),
                             self.town.now, "test", "")  # fmt: skip

        self.town.database.transact(write)


def mesures(database: Database, person: Person) -> list[str]:
    """What Mesures shows, and who is counted as one person."""
    while outcomes.refresh(database):
        pass
    view = figures.view(database, person, Filters(*PERIOD))
    rows = database.rows("SELECT * FROM outcome")
    people: dict[Any, set[Any]] = {}
    for row in rows:
        people.setdefault((row["agency_id"], row.pop("person")), set()).add(row["conversation_id"])
    told = [
        view.now,
        view.days.to_dict(),
        view.hours.to_dict(),
        view.checks.to_dict(),
        view.agencies.to_dict(),
        view.templates.to_dict(),
        sorted(map(str, rows)),
        sorted(sorted(map(str, one)) for one in people.values()),
        sorted(map(str, database.rows("SELECT * FROM outcome_check"))),
        sorted(map(str, database.rows("SELECT * FROM outcome_sum"))),
    ]
    return [str(part) for part in told]


def evaluation(database: Database, agency: Person, now: Any) -> list[str]:
    """What Évaluation shows of single exchanges."""
    person, scope = replace(agency, role=Role.EVALUATOR), Scope(*PERIOD)
    told = [
        negatives.complaints(database, person, scope),
        negatives.not_reached(database, person, scope, now),
        negatives.wrong_readings(database, person, scope).to_dict(),
        negatives.halts(database, person, scope),
        oversight.by_kind(database, person, scope),
        oversight.pace(database, person, scope),
        reading_quality.reviewed(database, person, scope),
        gains.measured(database, person, scope),
        satisfaction.seekers(database, person, scope),
        satisfaction.thumbs(database, person, scope).to_dict(),
    ]
    return [str(part) for part in told]


def test_an_erasure_leaves_every_figure_as_it_was(town: Town) -> None:
    """Many kinds of change, then everybody is erased."""
    history = Forgetting(town)
    for act, number in (*BEGIN, *(each for each in TELLING[::2] if each[0] in KINDS)):
        history.step(act, number)
    history.rest()
    looker = replace(town.counselor, role=Role.TEAM_LEAD)
    before = mesures(town.database, looker), evaluation(town.database, looker, town.now)
    for _ in range(len(history.people)):
        history.step("erase_really", 0)
    assert town.database.value("SELECT count(*) FROM candidate") == 0
    town.database.transact(
        lambda tx: tx.execute("INSERT INTO outcome_due SELECT agency_id, conversation_id FROM conversation")
    )
    assert (mesures(town.database, looker), evaluation(town.database, looker, town.now)) == before


@pytest.mark.timeout(600)
@settings(
    max_examples=1, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 500)), min_size=5, max_size=12),
    later=st.lists(st.tuples(st.sampled_from(["erase_really", "leave", "write", "decide", "launch", "purge"]),
                             st.integers(0, 40)), min_size=2, max_size=6),
)  # fmt: skip
@example(steps=[], later=[("leave", 1), ("purge", 13), ("purge", 26), ("purge", 37), ("launch", 3), ("purge", 70)])
def test_no_purge_and_no_erasure_changes_what_mesures_counts(
    fresh_database: Any, town: Town, steps: list[tuple[str, int]], later: list[tuple[str, int]]
) -> None:
    for table in ("conversation", "message", "reply", "candidate", "outcome", "outcome_sum", "outcome_check",
                  "outcome_twice", "work_waiting"):  # fmt: skip
        town.database.transact(lambda tx, table=table: tx.execute(f"DELETE FROM {table}"))
    town.now = NOW
    history = Forgetting(town)
    for act, number in (*BEGIN, *steps):
        history.step(act, number)
    looker = replace(town.counselor, role=Role.TEAM_LEAD)
    for act, number in later:
        history.rest()
        if act not in ("purge", "erase_really"):
            history.step(act, number)
            continue
        before, evaluated = mesures(town.database, looker), evaluation(town.database, looker, town.now)
        if act == "purge":
            purge(town.database, "automate", town.now + number * MONTH)
        else:
            history.step(act, number)
        assert mesures(town.database, looker) == before
        if act != "purge" or number < 30:  # until the exchanges themselves go
            assert evaluation(town.database, looker, town.now) == evaluated


def test_what_is_forgotten_can_be_counted_anew(town: Town) -> None:
    history = Forgetting(town)
    for act, number in BEGIN:
        history.step(act, number)
    history.rest()
    looker = replace(town.counselor, role=Role.TEAM_LEAD)
    before = mesures(town.database, looker)
    ids = [row["conversation_id"] for row in town.database.rows("SELECT conversation_id FROM conversation")]
    town.database.transact(lambda tx: forgetting.forget_conversations(tx, town.counselor.agency_id, ids, town.now))
    for table in ("outcome", "outcome_sum", "outcome_check", "outcome_twice"):
        town.database.transact(lambda tx, table=table: tx.execute(f"DELETE FROM {table}"))
    town.database.transact(outcomes.compute_all)
    assert mesures(town.database, looker) == before


def test_a_person_with_an_sms_under_way_is_not_erased_now(town: Town) -> None:
    (who,) = town.people()
    town.launch([who])
    dispatcher.claim(town.database, "test", None, town.now)
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    external = town.database.value("SELECT external_id FROM candidate")
    with pytest.raises(FtError, match="en train de partir"):
        erasure.erase(town.database, lead, who, external, Reason.ASKED, town.now)
    assert town.database.value("SELECT count(*) FROM candidate") == 1
