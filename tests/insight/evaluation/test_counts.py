"""What the evaluation counts, counted again in pandas on random histories: both must agree on both engines."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftcore.errors import NotAllowed
from ftcore.insight import gains, negatives, oversight, reading_quality, satisfaction
from ftcore.insight.scope import Scope
from ftcore.model import Answer, Person, Role
from tests.insight.evaluation.conftest import NOW, SCOPES, START, Reply, Thread, Town, histories

PARIS = ZoneInfo("Europe/Paris")
# Threads of the pool of connections use `random` while a history is drawn; nothing drawn depends on it.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
random_histories = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
SENT = ("accepted", "sent", "submitted", "buffered", "delivered")


def inside(instants: pd.Series, agencies: pd.Series, scope: Scope) -> pd.Series:
    """The same condition by calendar days in Paris, without any SQL."""
    days = instants.map(lambda instant: None if pd.isna(instant) else instant.replace(tzinfo=ZoneInfo("UTC"))
                        .astimezone(PARIS).date())  # fmt: skip
    kept = days.map(lambda day: day is not None and scope.since <= day <= scope.until)
    return kept & agencies.map(lambda one: scope.agency_id in (None, one))


def threads_of(town: Town, scope: Scope) -> pd.DataFrame:
    found = town.frame("conversation")
    return found[inside(found["opened_utc"], found["agency_id"], scope).astype(bool)]


def replies_of(town: Town, scope: Scope) -> pd.DataFrame:
    found = town.frame("reply")
    return found[inside(found["received_utc"], found["agency_id"], scope).astype(bool)].copy()


@random_histories
@given(history=histories, scope=st.sampled_from(SCOPES))
def test_gains_count_what_pandas_counts(town: Town, history: list[Thread], scope: Scope) -> None:
    town.write(history)
    found = gains.measured(town.database, town.evaluator, scope)
    threads = threads_of(town, scope)
    sms = town.frame("message")
    sms = sms[sms["conversation_id"].isin(set(threads["conversation_id"]))]
    sms = sms[sms["state"].isin(SENT) | ((sms["state"] == "failed") & sms["gateway_id"].notna())]
    opened = set(sms.loc[sms["opening"].astype(bool), "conversation_id"])
    human = sms[~sms["automatic"].astype(bool)]
    contacts = threads[threads["conversation_id"].isin(opened)]
    prices = {"EUR 0.0500": 0.05, "EUR 0.1200": 0.12}
    priced = sms[sms["cost"].isin(list(prices))]
    qualified = threads[(threads["state"] == "interested") & (threads["interest"] == "yes")]
    qualified = qualified[qualified["verdict"] != "not_retained"]
    by_hand = threads["taken_over_utc"].notna() | threads["conversation_id"].isin(set(human["conversation_id"]))
    assert (found.contacts, found.people) == (len(contacts), contacts["candidate_id"].nunique())
    assert (found.messages, found.by_people) == (len(sms), len(human))
    assert found.by_automaton == len(sms) - len(human)
    assert (found.parts, found.priced) == (sms["parts"].sum(), priced["parts"].sum())
    assert found.told_cost == pytest.approx(priced["cost"].map(prices).sum())
    assert (found.by_hand, found.decided) == (by_hand.sum(), threads["verdict"].notna().sum())
    assert found.qualified == qualified["candidate_id"].nunique()
    assert found.introduced == threads.loc[threads["verdict"] == "introduced", "candidate_id"].nunique()
    assert found.campaigns == threads["campaign_id"].nunique()
    if len(threads):
        first = min(threads["opened_utc"]).replace(tzinfo=ZoneInfo("UTC")).astimezone(PARIS).date()
        assert found.months == pytest.approx(((scope.until - first).days + 1) / 30.4375)


@random_histories
@given(history=histories, scope=st.sampled_from(SCOPES))
def test_readings_are_judged_as_pandas_judges_them(town: Town, history: list[Thread], scope: Scope) -> None:
    town.write(history)
    replies = replies_of(town, scope)
    replies = replies[replies["expecting"] != "satisfaction"]
    seen = town.frame("conversation").set_index("conversation_id")["seen_utc"]
    opened = [
        corrected is not None or (not pd.isna(at := seen[one]) and at >= received)
        for one, received, corrected in zip(
            replies["conversation_id"], replies["received_utc"], replies["corrected"], strict=True
        )
    ]
    pairs = Counter(
        (Answer(read), Answer(meant))
        for read, meant in zip(replies["reading"], replies["corrected"], strict=True)
        if meant is not None
    )
    wrong = sum(count for (read, meant), count in pairs.items() if read != meant)
    found = reading_quality.reviewed(town.database, town.evaluator, scope)
    assert found.confusion == pairs
    assert (found.answers, found.opened) == (len(replies), sum(opened))
    assert (found.corrected.count, found.corrected.base) == (wrong, sum(opened))
    assert (found.unclear.count, found.unclear.base) == ((replies["reading"] == "unclear").sum(), len(replies))
    weeks = reading_quality.drift(town.database, town.evaluator, scope).set_index("week")
    assert weeks[["answers", "opened", "corrected"]].sum().tolist() == [len(replies), sum(opened), wrong]
    local = [at.replace(tzinfo=ZoneInfo("UTC")).astimezone(PARIS).date() for at in replies["received_utc"]]
    mondays = Counter(day - timedelta(days=day.weekday()) for day in local)
    assert {week: n for week, n in weeks["answers"].items() if n} == mondays


@random_histories
@given(history=histories, scope=st.sampled_from(SCOPES))
def test_what_did_not_work_is_what_pandas_finds(town: Town, history: list[Thread], scope: Scope) -> None:
    town.write(history)
    threads = threads_of(town, scope)
    replies, sms = town.frame("reply"), town.frame("message")
    opening = sms[sms["opening"].astype(bool)].set_index("conversation_id")
    best: dict[object, int] = {}
    for thread in threads.itertuples():
        message = opening.loc[thread.conversation_id]
        arrived = message["state"] == "delivered"
        if (replies["conversation_id"] == thread.conversation_id).any():
            end = "answered"
        elif arrived and message["settled_utc"] + timedelta(hours=72) <= NOW:
            end = "silent"
        else:
            end = message["state"] if message["state"] in ("unknown", "failed", "cancelled") else "underway"
        key = (thread.agency_id, thread.candidate_id)
        best[key] = min(best.get(key, 9), negatives.ENDS.index(end))
    found = negatives.not_reached(town.database, town.evaluator, scope, NOW)
    expected = Counter(negatives.END_WORDS[negatives.ENDS[place]] for place in best.values())
    assert dict(zip(found.ends["end"], found.ends["people"], strict=True)) == {
        words: expected[words] for words in negatives.END_WORDS.values()
    }
    failed = opening[opening["state"] == "failed"]
    failed = failed[failed.index.isin(set(threads["conversation_id"]))]
    assert found.reasons["messages"].sum() == len(failed)
    arrived = threads[threads["conversation_id"].isin(set(opening.index[opening["state"] == "delivered"]))]
    own = dict(iter(replies.groupby("conversation_id")))
    held = negatives.complaints(town.database, town.evaluator, scope)
    stopped = furious = wrong = 0
    for thread in arrived.itertuples():
        group = own.get(thread.conversation_id, replies.iloc[:0])
        meant = [c or r for c, r in zip(group["corrected"], group["reading"], strict=True)]
        at = opening.loc[thread.conversation_id]["settled_utc"]
        soon = [at <= r < at + timedelta(minutes=10) for r in group["received_utc"]]
        stopped += any(m == "stop" and s for m, s in zip(meant, soon, strict=True))
        furious += any("harcel" in body.lower() or "marre" in body for body in group["body"])
        wrong += "wrong_person" in meant or thread.state == "wrong_person"
    complained = set(town.frame("thread_event")["conversation_id"]) & set(arrived["conversation_id"])
    assert held.conversations == len(arrived)
    assert (held.stopped_at_once.count, held.furious.count) == (stopped, furious)
    assert (held.recorded.count, held.wrong_persons.count) == (len(complained), wrong)
    corrected = replies_of(town, scope)
    corrected = corrected[corrected["corrected"].notna() & (corrected["corrected"] != corrected["reading"])]
    table = negatives.wrong_readings(town.database, town.evaluator, scope)
    assert table["answers"].sum() == len(corrected)


@random_histories
@given(history=histories, scope=st.sampled_from(SCOPES))
def test_decisions_other_than_proposed_are_those_pandas_counts(town: Town, history: list[Thread], scope: Scope) -> None:
    town.write(history)
    kinds = {kind.name: kind.changed for kind in oversight.by_kind(town.database, town.evaluator, scope)}
    threads = town.frame("conversation")
    decided = threads[inside(threads["verdict_utc"], threads["agency_id"], scope).astype(bool)]
    decided = decided[decided["verdict"].notna() & (decided["state"] == "interested")]
    assert (kinds["handover"].count, kinds["handover"].base) == (
        (decided["verdict"] == "not_retained").sum(),
        len(decided),
    )
    pace = oversight.pace(town.database, town.evaluator, scope)
    timed = decided[decided["seen_utc"].notna()]
    in_order = [v >= s for v, s in zip(timed["verdict_utc"], timed["seen_utc"], strict=True)]
    assert pace.bands["decisions"].sum() == sum(in_order)


HOUR = timedelta(hours=1)


def thread(*replies: Reply, **more: object) -> Thread:
    usual = {"agency": 0, "person": 0, "opened": 100, "state": "delivered", "has_gateway": True,
             "cost": "EUR 0.0500", "parts": 2, "failure": None, "automatic": 0, "by_hand": 0, "taken_over": False,
             "talk": "interested", "interest": "yes", "verdict": None, "decided": 0, "seen": None,
             "complaint": False, "replies": list(replies)}  # fmt: skip
    return Thread(**usual | more)


def test_ten_unseen_decisions_within_seconds_raise_no_alarm_and_thirty_do(town: Town) -> None:
    fast = [thread(verdict="introduced", decided=60, seen=60, person=n) for n in range(30)]
    town.write(fast[:10])
    assert oversight.pace(town.database, town.evaluator, SCOPES[0]).alarms == ()
    town.write(fast)
    (alarm,) = oversight.pace(town.database, town.evaluator, SCOPES[0]).alarms
    assert (alarm.agency, alarm.kind, alarm.decisions) == ("Agence 0", "handover", 30)
    # Some taken otherwise, or slowly: somebody looks.
    town.write([*fast, *(thread(verdict="not_retained", decided=60, seen=60, person=40 + n) for n in range(3))])
    assert oversight.pace(town.database, town.evaluator, SCOPES[0]).alarms == ()


def test_a_doubt_settled_as_proposed_is_accepted_and_otherwise_refused(town: Town) -> None:
    town.write([thread(Reply(5, Answer.UNCLEAR, meant, 0.5, None, "mmh")) for meant in (Answer.YES, Answer.NO)])
    for rule, kind in (("peut-être « Oui », 60 % : « mmh »", "doubt"),
                       ("lu par le modèle de langue : peut-être « Oui » ; avant lui : x", "second_look")):  # fmt: skip
        town.database.transact(lambda tx, rule=rule: tx.execute("UPDATE reply SET rule = $1", rule))
        kinds = {each.name: each.changed for each in oversight.by_kind(town.database, town.evaluator, SCOPES[0])}
        assert (kinds[kind].count, kinds[kind].base) == (1, 2)


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.ADMINISTRATOR])
def test_who_does_not_evaluate_gets_nothing(town: Town, role: Role) -> None:
    person = Person("p", "Paul", role, town.evaluator.agency_id)
    for count in (gains.measured, reading_quality.reviewed, reading_quality.drift, negatives.complaints,
                  negatives.halts, oversight.by_kind, oversight.pace, satisfaction.seekers):  # fmt: skip
        with pytest.raises(NotAllowed):
            count(town.database, person, SCOPES[0])


def test_the_period_begins_at_midnight_in_paris_also_when_the_clocks_change() -> None:
    # 24 October 2026, 22:30 UTC is already the 25th in Paris (summer time); from then on it is an hour less.
    values = Scope(SCOPES[1].until, SCOPES[1].until).values
    assert (values[1] - values[0]) == 24 * HOUR
    day = (START + timedelta(days=1)).date() + timedelta(days=1)
    change = Scope(day, day).values
    assert (change[1] - change[0]) == 25 * HOUR
