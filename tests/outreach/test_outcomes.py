"""The rows that Mesures counts equal what is stored, whatever happened, in whatever order; and so do its figures."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bench.peers import pandas_figures
from ftcore.database import Database, Row
from ftcore.drafting import offers
from ftcore.errors import FtError, SmsError, SmsUnknown
from ftcore.insight import counts, figures, outcomes, twice
from ftcore.insight.counts import GROUP_FLAGS
from ftcore.insight.figures import Figures, Filters
from ftcore.insight.flags import FLAGS
from ftcore.model import Answer, Demand, Met, Occupation, Prerequisite, Verdict
from ftcore.outreach import closing, dispatcher, settling, silences, takeover, threads, worklist
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.worklist import WorkList
from tests.outreach.conftest import Town

ASKED = (Prerequisite("permis B", Demand.BLOCKING), Prerequisite("Travail le samedi", Demand.FLEXIBLE))
WORDS = ("Oui", "Non", "STOP", "Lundi", "je sais pas trop", "C'est payé combien ?", "Bonjour", "Oui lundi",
         "Rappelez-moi svp", "Vous vous trompez de personne", "START")  # fmt: skip
PAUSES = (timedelta(minutes=7), timedelta(hours=3), timedelta(hours=25), timedelta(hours=50), timedelta(days=4))
EVERYTHING = {"condition": "true", "since": "TIMESTAMP '1970-01-01'"}


class Gateway:
    """Takes SMS over, refuses them, or never answers; a replica counts meanwhile."""

    def __init__(self, mood: int, database: Database) -> None:
        self.mood, self.database = mood, database

    def send(self, phone: str, body: str) -> Receipt:
        outcomes.refresh(self.database)
        if self.mood == 1:
            raise SmsUnknown("délai dépassé")
        if self.mood == 2:
            raise SmsError("refusé", retryable=False)
        if self.mood == 3:
            raise SmsError("injoignable", retryable=True)
        return Receipt(f"AT-{uuid4()}", ("EUR 0.0500", "KES 0.8000", "EUR 0.07", None)[self.mood % 4])


@dataclass
class History:
    """What may happen to an agency's conversations, each step by the real services."""

    town: Town
    people: list[UUID] = field(default_factory=list)
    # What was erased, as the tables held it, under the key that the counters keep.
    erased: dict[str, pd.DataFrame] = field(default_factory=dict)
    kept: dict[UUID, Row] = field(default_factory=dict)

    def step(self, act: str, number: int) -> None:
        with suppress(FtError):  # the services refuse what makes no sense, and change nothing
            getattr(self, act)(number)

    def _one(self, table: str, number: int, where: str = "true") -> Row | None:
        rows = self.town.database.rows(f"SELECT * FROM {table} WHERE {where}")
        rows.sort(key=lambda row: str(row))
        return rows[number % len(rows)] if rows else None

    def launch(self, number: int) -> None:
        if len(self.people) < 8:
            self.people += self.town.people(2)
        chosen = [self.people[(number + n) % len(self.people)] for n in range(3)]
        self.town.launch(chosen, self.town.offer(prerequisites=ASKED))

    def send(self, number: int) -> None:
        mood = 0 if number % 3 else number % 8
        self.town.dispatch(Gateway(mood, self.town.database), limit=3 + number % 5)

    def report(self, number: int) -> None:
        message = self._one("message", number, "gateway_id IS NOT NULL")
        if message is not None:
            self.town.reports(message["gateway_id"], ("Success", "Success", "Failed", "Sent", "Buffered")[number % 5])

    def deliver(self, number: int) -> None:
        """Everything that was queued arrives."""
        self.town.dispatch(Gateway(0, self.town.database), limit=50)
        for message in self.town.messages("state = 'accepted'"):
            self.town.reports(message["gateway_id"], "Success", received=self.town.now + timedelta(seconds=number))
        self.town.now += timedelta(minutes=number % 90)

    def talk(self, number: int) -> None:
        """Somebody goes through the questions, as far as they have patience."""
        conversation = self._one("conversation", number, "state = 'waiting'")
        for word in ("Oui", "Lundi", "Oui", "Non")[: 1 + number % 4] if conversation else ():
            self.town.writes(conversation["phone"], word)
            self.deliver(number % 400)

    def late_report(self, number: int) -> None:
        """Of an SMS whose fate was unknown: known by its number only."""
        message = self._one("message", number, "state = 'unknown'")
        if message is not None:
            self.town.reports(f"LATE-{number}", "Success", message["phone"])

    def write(self, number: int) -> None:
        conversation = self._one("conversation", number)
        if conversation is not None:
            self.town.writes(conversation["phone"], WORDS[number % len(WORDS)])

    def wait(self, number: int) -> None:
        self.town.now += PAUSES[number % len(PAUSES)]
        silences.attend(self.town.database, None, self.town.now)

    def correct(self, number: int) -> None:
        reply = self._one("reply", number)
        if reply is not None:
            answer = list(Answer)[number % len(Answer)]
            threads.correct(self.town.database, self.town.counselor, reply["reply_id"], answer, self.town.now)

    def decide(self, number: int) -> None:
        conversation = self._one("conversation", number)
        if conversation is not None:
            verdict = list(Verdict)[number % len(Verdict)]
            ids = self.town.database, self.town.counselor, conversation["conversation_id"]
            threads.decide(*ids, verdict, "raison", self.town.now)

    def reopen(self, number: int) -> None:
        conversation = self._one("conversation", number, "verdict IS NOT NULL")
        if conversation is not None:
            threads.reopen(self.town.database, self.town.counselor, conversation["conversation_id"], self.town.now)

    def note_prerequisite(self, number: int) -> None:
        conversation = self._one("conversation", number)
        if conversation is not None:
            ids = self.town.database, self.town.counselor, conversation["conversation_id"]
            threads.settle_prerequisite(*ids, number % 2, list(Met)[number % len(Met)], self.town.now)

    def write_by_hand(self, number: int) -> None:
        conversation = self._one("conversation", number)
        if conversation is not None:
            ids = self.town.database, self.town.counselor, conversation["conversation_id"]
            takeover.write_by_hand(*ids, "Bonjour, je vous appelle demain.", None, self.town.now)

    def settle(self, number: int) -> None:
        message = self._one("message", number, "state = 'unknown'")
        if message is not None:
            verdict = list(settling.Verdict)[number % 3]
            settling.settle_unknown(
                self.town.database, self.town.counselor, message["message_id"], verdict, self.town.now
            )

    def close(self, number: int) -> None:
        offer = self._one("offer", number)
        if offer is not None and number % 4 == 0:
            closing.close_offer(
                self.town.database, self.town.counselor, offer["offer_id"], "Le poste est pourvu.", None, self.town.now
            )

    def open(self, number: int) -> None:
        conversation = self._one("conversation", number)
        if conversation is not None:
            threads.seen(self.town.database, self.town.counselor, conversation["conversation_id"], self.town.now)

    def count(self, number: int) -> None:
        outcomes.refresh(self.town.database, 1 + number % 4)

    def merge(self, number: int) -> None:
        """Two files of one person become one, as far as they were not both approached for one offer."""
        if len(self.people) < 4:
            return
        kept, other = self.people[number % len(self.people)], self.people[(number + 1) % len(self.people)]

        def write(tx: Any) -> None:
            moved = tx.rows(
                "UPDATE conversation SET candidate_id = $1 WHERE candidate_id = $2 AND offer_id NOT IN "
                "(SELECT offer_id FROM conversation WHERE candidate_id = $1) RETURNING agency_id, conversation_id",
                kept,
                other,
            )
            outcomes.due(tx, [(row["agency_id"], row["conversation_id"]) for row in moved])

        self.town.database.transact(write)

    def erase(self, number: int) -> None:
        """One person asks to be forgotten: what they counted for stays, under a key that leads nowhere."""
        conversation = self._one("conversation", number)
        if conversation is None:
            return
        tables = pandas_figures.read(self.town.database)
        theirs = tables["conversation"]["candidate_id"] == conversation["candidate_id"]
        ids = list(tables["conversation"].loc[theirs, "conversation_id"])
        for name in ("conversation", "message", "reply", "prerequisite_check"):
            gone = tables[name][tables[name]["conversation_id"].isin(ids)]
            if name == "conversation":
                gone = gone.assign(candidate_id=uuid4())
            self.erased[name] = pd.concat([self.erased[name], gone]) if name in self.erased else gone

        def write(tx: Any) -> None:
            outcomes.unlink(tx, ids)
            for name in ("message", "reply", "prerequisite_check", "conversation"):
                tx.execute(f"DELETE FROM {name} WHERE conversation_id = ANY($1::UUID[])", ids)
            worklist.changed(tx, self.town.counselor.agency_id, ids)

        self.town.database.transact(write)
        rows = self.town.database.rows("SELECT * FROM outcome WHERE conversation_id = ANY($1::UUID[])", ids)
        assert len(rows) == len(ids)
        assert conversation["candidate_id"] not in {row["person"] for row in rows}
        self.kept |= {row["conversation_id"]: row for row in rows}

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is stored, with what was erased."""
        tables = pandas_figures.read(self.town.database)
        for name, gone in self.erased.items():
            tables[name] = pd.concat([tables[name], gone]) if len(tables[name]) else gone
        return tables


ACTS = ("launch", "send", "deliver", "talk", "talk", "talk", "report", "write", "write", "wait", "wait", "correct",
        "decide", "reopen", "note_prerequisite", "write_by_hand", "late_report", "settle", "close", "open", "count",
        "merge", "erase")  # fmt: skip
BEGIN = [("wait", 2), ("launch", 1), ("send", 4), ("send", 5), ("deliver", 40), ("talk", 3), ("talk", 6)]
# Each kind of change once, where it makes a difference: not even one may be forgotten.
TELLING = [("talk", 3), ("talk", 7), ("write", 6), ("correct", 1), ("correct", 17), ("correct", 5), ("decide", 14),
           ("decide", 26), ("decide", 38), ("reopen", 1), ("reopen", 2), ("note_prerequisite", 2),
           ("note_prerequisite", 10), ("note_prerequisite", 14), ("note_prerequisite", 22), ("wait", 2), ("launch", 3),
           ("send", 27), ("send", 9), ("late_report", 1), ("wait", 2), ("send", 33), ("settle", 1), ("settle", 2),
           ("open", 1), ("open", 2), ("talk", 2), ("wait", 2), ("wait", 4), ("close", 4), ("close", 8),
           ("write_by_hand", 3), ("send", 18), ("report", 1), ("report", 2), ("merge", 1), ("erase", 1)]  # fmt: skip
steps = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 500)), min_size=5, max_size=15)


def rows_of(database: Database, table: str, columns: tuple[str, ...]) -> list[str]:
    return sorted(str(list(row.values())) for row in database.rows(f"SELECT {', '.join(columns)} FROM {table}"))


def computed(database: Database, sql: str, columns: tuple[str, ...]) -> list[str]:
    return sorted(str(list(row.values())) for row in database.rows(f"SELECT {', '.join(columns)} FROM ({sql}) AS r"))


def assert_rows_right(database: Database, kept: dict[UUID, Row]) -> list[Row]:
    """What is kept equals the one raw query over everything that is stored, and what was erased stays as it was."""
    while outcomes.refresh(database):
        pass
    there = {row["conversation_id"] for row in database.rows("SELECT conversation_id FROM conversation")}
    kept_rows = database.rows("SELECT * FROM outcome")
    stored = [{name: row[name] for name in outcomes.COLUMNS} for row in kept_rows if row["conversation_id"] in there]
    raw = database.rows(outcomes.RAW.format(**EVERYTHING))
    by_id = {row["conversation_id"]: row for row in stored}
    assert by_id == {row["conversation_id"]: row for row in raw}
    assert len(stored) == len(raw)
    assert {row["conversation_id"]: row for row in kept_rows if row["conversation_id"] not in there} == kept
    assert_work_right(database)
    checks = [row for row in database.rows("SELECT * FROM outcome_check") if row["conversation_id"] in there]
    assert sorted(map(str, checks)) == sorted(map(str, database.rows(outcomes.RAW_CHECKS.format(**EVERYTHING))))
    return kept_rows


def assert_work_right(database: Database) -> None:
    """The kept list of what waits equals the raw condition over every conversation."""
    names = ", ".join(worklist.COLUMNS)
    waiting = database.rows(f"SELECT {names} FROM conversation v WHERE {worklist.WAITS} ORDER BY conversation_id")
    assert database.rows("SELECT * FROM work_waiting ORDER BY conversation_id") == waiting
    for agency in (None, *{row["agency_id"] for row in waiting}):
        ours = "true" if agency is None else f"v.agency_id = '{agency}'"
        with database.read() as reader:
            found = counts.work(reader, None if agency is None else (agency,), NOON)
        assert found == {
            one: database.value(f"SELECT {worklist.count_of(WorkList(one), '$1')} FROM conversation v WHERE {ours} "
                                "AND $1::TIMESTAMP IS NOT NULL", NOON - worklist.PATIENCE)
            for one in found
        }  # fmt: skip


def assert_counted_right(database: Database, kept: dict[UUID, Row]) -> None:
    """And so do the sums, and the days by which two rows of one person know of each other."""
    kept_rows = assert_rows_right(database, kept)
    columns = outcomes.SUM_COLUMNS
    assert rows_of(database, "outcome_sum", columns) == computed(
        database, outcomes.RAW_SUMS.format(condition="true"), columns
    )
    assert rows_of(database, "outcome_twice", twice.COLUMNS) == computed(
        database, twice.RAW.format(condition="true"), twice.COLUMNS
    )
    for one in kept_rows:
        for other in kept_rows:
            if one["person"] == other["person"] and one["conversation_id"] != other["conversation_id"]:
                low, high = sorted((one["day"], other["day"]))
                assert (one["earlier"] or date.min) >= low or (one["later"] or date.max) <= high


def assert_same_figures(database: Database, person: Any, tables: dict[str, pd.DataFrame], filters: Filters) -> None:
    """The page's figures equal those that pandas finds in the stored tables."""
    seen = figures.view(database, person, filters)
    counted = pandas_figures.count(tables)
    now = pandas_figures.within(counted.conversations, filters)
    past = figures.compared(filters)
    before = pandas_figures.within(counted.conversations, filters, past.since, past.until)
    for summary, rows in ((seen.now, now), (seen.before, before)):
        assert_same_summary(summary, rows)
    assert seen.days.set_index("day").sum().to_dict() == {
        name: now[name].sum() for name in ("sent", "delivered", "replied", "interested", "opted_out")
    }
    assert dict(zip(seen.days["day"], seen.days["sent"], strict=True)) | {} == {
        filters.since + timedelta(days=n): now.loc[now["day"] == filters.since + timedelta(days=n), "sent"].sum()
        for n in range((filters.until - filters.since).days + 1)
    }
    slots = now[now["delivered"]].groupby(["weekday", "hour"])[["delivered", "replied"]].sum()
    assert [tuple(row) for row in seen.hours.itertuples(index=False)] == [
        (*slot, *row) for slot, row in zip(slots.index, slots.itertuples(index=False), strict=True)
    ]
    for table, key in (
        (seen.agencies, "agency_id"),
        (seen.occupations, "occupation"),
        (seen.offers, "offer_id"),
        (seen.templates, "template"),
    ):
        found = {row.key: tuple(getattr(row, flag) for flag in GROUP_FLAGS) for row in table.itertuples()}
        assert found == pandas_figures.groups(now, key, GROUP_FLAGS)
    assert_same_checks(seen, pandas_figures.within(counted.checks, filters))


def assert_same_summary(summary: figures.Summary, rows: pd.DataFrame) -> None:
    people = {flag: pandas_figures.people(rows, flag) for flag in FLAGS}
    assert {flag: getattr(summary, flag) for flag in FLAGS} == people
    assert summary.contacted == rows["person"].nunique()
    assert summary.considered == rows.drop_duplicates("campaign_id")["considered"].sum()
    sums = [name for name in outcomes.SUMS if name != "cost"]
    assert {name: getattr(summary, name) for name in sums} == {name: rows[name].sum() for name in sums}
    assert 10_000 * (summary.cost or 0) == rows["cost"].sum()
    assert (summary.texts.sent, summary.texts.answered) == (rows["sent"].sum(), rows["replied"].sum())
    minutes = rows.loc[rows["replied"], "reply_minutes"].dropna()
    assert summary.timed == len(minutes)
    assert summary.median_minutes == (minutes.median() if len(minutes) else None)


def assert_same_checks(seen: Figures, checks: pd.DataFrame) -> None:
    expected = {}
    for (text, demand), rows in checks.groupby(["text", "demand"]):
        met, not_met = rows["met"] == "met", rows["met"] == "not_met"
        decided, retained = rows["decided"], rows["retained"]
        expected[text, demand] = (
            len(rows), met.sum(), not_met.sum(), (rows["met"] == "unknown").sum(), rows["unanswered"].sum(),
            (met & decided).sum(), (met & retained).sum(), (not_met & decided).sum(), (not_met & retained).sum(),
        )  # fmt: skip
    found = {(row.text, row.demand): tuple(row[3:]) for row in seen.checks.itertuples()}
    assert found == expected


@pytest.mark.timeout(600)  # a long story, on a machine that may be busy
@settings(
    max_examples=1, suppress_health_check=[HealthCheck.function_scoped_fixture], phases=[Phase.explicit, Phase.generate]
)
@example(acts=TELLING, days=(12, 12), narrow=0)
@given(acts=steps, days=st.tuples(st.integers(0, 12), st.integers(0, 12)), narrow=st.integers(0, 4))
def test_the_counters_equal_what_is_stored_after_any_history(
    town: Town, acts: list[tuple[str, int]], days: tuple[int, int], narrow: int
) -> None:
    # Each history goes on where the last one ended, in the same agency: there is nothing to shrink.
    if id(town) not in HISTORIES:
        town.now = BEFORE_WINTER
        HISTORIES[id(town)] = History(town)
    history = HISTORIES[id(town)]
    for act, number in [*BEGIN, *acts, ("wait", 0)]:
        history.step(act, number)
        if number % 4:  # at once, so that no later change makes up for one that nobody told of
            assert_rows_right(town.database, history.kept)
    assert_counted_right(town.database, history.kept)
    first = town.now.date() - timedelta(days=sum(days))
    filters = Filters(first, first + timedelta(days=days[1]), **narrowed(town.database, narrow))
    assert_same_figures(town.database, town.counselor, history.tables(), filters)


HISTORIES: dict[int, History] = {}
NOON = datetime(2026, 10, 27, 12, 0)
# A Friday evening; the clocks change on the Sunday.
BEFORE_WINTER = datetime(2026, 10, 23, 20, 0)


def narrowed(database: Database, narrow: int) -> dict[str, Any]:
    """Nothing, or one filter beside the period."""
    row = database.one("SELECT * FROM outcome ORDER BY day DESC, conversation_id LIMIT 1")
    if row is None or narrow == 0:
        return {}
    name = ("", "agency_ids", "occupation", "offer_id", "template")[narrow]
    return {name: (row["agency_id"],) if name == "agency_ids" else row[name]}


def test_replicas_that_count_at_once_count_each_conversation_once(town: Town) -> None:
    for _ in range(3):
        town.launch(town.people(4))
    town.database.transact(outcomes.compute_all)
    town.accepted()

    def count() -> None:
        while outcomes.refresh(town.database, 3):
            pass

    replicas = [threading.Thread(target=count) for _ in range(3)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    assert_counted_right(town.database, {})
    assert town.database.value("SELECT sum(sent) FROM outcome_sum") == 12


def test_what_has_changed_is_counted_in_the_background(town: Town) -> None:
    town.launch(town.people(2))
    dispatcher.Dispatcher(town.database, Gateway(0, town.database), None, clock=lambda: town.now).read_news()
    assert town.database.value("SELECT count(*) FROM outcome WHERE waiting") == 2
    assert town.database.value("SELECT count(*) FROM outcome_due") == 0


def test_an_offer_that_changes_its_occupation_takes_its_figures_along(town: Town) -> None:
    offer = town.offer()
    town.launch(town.people(2), offer)
    outcomes.refresh(town.database)
    offers.save(town.database, town.counselor, replace(offer, occupation=Occupation("D1106", "Vente")), town.now)
    assert_counted_right(town.database, {})
    assert town.database.rows("SELECT DISTINCT occupation FROM outcome") == [{"occupation": "D1106"}]
