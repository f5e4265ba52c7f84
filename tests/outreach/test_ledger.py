"""The ledger: news in any order, any number of times, gives one and the same end."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.model import FINAL_STATES, STATE_ORDER, MessageState
from ftcore.outreach import ledger

State = MessageState
FROM_THE_DISPATCHER = [State.ACCEPTED]
REPORTS = [State.SENT, State.SUBMITTED, State.BUFFERED]


def message(town: Any, state: MessageState = State.CLAIMED) -> UUID:
    message_id = uuid4()
    row = {
        "agency_id": town.counselor.agency_id,
        "message_id": message_id,
        "conversation_id": uuid4(),
        "campaign_id": uuid4(),
        "phone": "+33639980001",
        "body": "Bonjour",
        "parts": 1,
        "automatic": True,
        "opening": True,
        "state": state.value,
        "queued_utc": town.now,
        "not_before_utc": town.now,
        "contradicted": False,
    }
    town.database.transact(lambda tx: tx.insert("message", [row]))
    return message_id


def learn(town: Any, message_id: UUID, *states: MessageState, together: bool = False, **more: Any) -> None:
    changes = [
        ledger.Change(town.counselor.agency_id, message_id, state, town.now, "callback", f"{state}", **more)
        for state in states
    ]
    for group in [changes] if together else [[change] for change in changes]:
        town.database.transact(lambda tx, group=group: ledger.record(tx, group))


def stored(database: Database, message_id: UUID) -> dict[str, Any]:
    row = database.one("SELECT * FROM message WHERE message_id = $1", message_id)
    assert row is not None
    return row


@given(
    news=st.permutations([State.ACCEPTED, State.SENT, State.SUBMITTED, State.BUFFERED, State.DELIVERED]),
    again=st.lists(st.sampled_from([State.ACCEPTED, *REPORTS, State.DELIVERED, State.UNKNOWN]), max_size=4),
    together=st.booleans(),
)
@settings(deadline=None, max_examples=25)
def test_any_order_and_repetition_of_news_ends_delivered(
    town: Any, news: list[MessageState], again: list[MessageState], together: bool
) -> None:
    message_id = message(town)
    learn(town, message_id, *news, *again, together=together)
    row = stored(town.database, message_id)
    assert (row["state"], row["contradicted"], row["settled_utc"]) == ("delivered", False, town.now)
    assert town.database.value("SELECT count(*) FROM message_event WHERE message_id = $1", message_id) == 5 + len(again)


@given(news=st.lists(st.sampled_from([State.UNKNOWN, State.ACCEPTED, *REPORTS]), min_size=1, max_size=6))
@settings(deadline=None, max_examples=20)
def test_without_a_final_the_furthest_news_counts(town: Any, news: list[MessageState]) -> None:
    message_id = message(town)
    learn(town, message_id, *news)
    row = stored(town.database, message_id)
    assert row["state"] == max(news, key=STATE_ORDER.__getitem__).value
    assert row["settled_utc"] is None


@pytest.mark.parametrize("final", sorted(FINAL_STATES))
def test_a_final_state_is_never_left(town: Any, final: MessageState) -> None:
    message_id = message(town, State.QUEUED)
    learn(town, message_id, final, *(s for s in State if s not in FINAL_STATES))
    assert stored(town.database, message_id)["state"] == final.value
    assert stored(town.database, message_id)["contradicted"] is False


@pytest.mark.parametrize(
    ("first", "second"),
    [(State.DELIVERED, State.FAILED), (State.FAILED, State.DELIVERED), (State.CANCELLED, State.DELIVERED)],
)
@pytest.mark.parametrize("together", [True, False])
def test_a_second_different_final_keeps_the_first_and_raises_a_flag(
    town: Any, first: MessageState, second: MessageState, together: bool
) -> None:
    message_id = message(town, State.QUEUED)
    learn(town, message_id, first, first, second, second, together=together)
    row = stored(town.database, message_id)
    assert (row["state"], row["contradicted"]) == (first.value, True)


def test_a_failure_keeps_its_reason_and_the_others_none(town: Any) -> None:
    failed, delivered = message(town), message(town)
    learn(town, failed, State.ACCEPTED, State.FAILED)
    learn(town, delivered, State.DELIVERED)
    assert stored(town.database, failed)["failure"] == "failed"
    assert stored(town.database, delivered)["failure"] is None


@pytest.mark.parametrize("state", [s for s in State if s not in FINAL_STATES])
def test_only_what_still_waits_can_be_taken_back(town: Any, state: MessageState) -> None:
    message_id = message(town, state)
    learn(town, message_id, State.CANCELLED)
    expected = State.CANCELLED if state is State.QUEUED else state
    assert stored(town.database, message_id)["state"] == expected.value


def test_the_gateways_id_is_kept_when_the_report_overtook_the_acceptance(town: Any) -> None:
    for report in (State.SENT, State.DELIVERED):
        message_id = message(town)
        learn(town, message_id, report)
        learn(town, message_id, State.ACCEPTED, gateway_id="AT-1", cost="EUR 0.05")
        row = stored(town.database, message_id)
        assert (row["state"], row["gateway_id"], row["cost"]) == (report.value, "AT-1", "EUR 0.05")


def test_the_first_id_of_the_gateway_stays(town: Any) -> None:
    message_id = message(town)
    learn(town, message_id, State.ACCEPTED, gateway_id="AT-1", cost="EUR 0.05")
    learn(town, message_id, State.SENT, gateway_id="AT-2")
    row = stored(town.database, message_id)
    assert (row["gateway_id"], row["cost"]) == ("AT-1", "EUR 0.05")


def test_news_of_a_message_that_is_not_there_is_kept_and_harms_nothing(town: Any) -> None:
    learn(town, uuid4(), State.DELIVERED)
    assert town.database.value("SELECT count(*) FROM message_event") == 1


def test_no_news_is_nothing(town: Any) -> None:
    town.database.transact(lambda tx: ledger.record(tx, []))
    assert town.database.value("SELECT count(*) FROM message_event") == 0
