"""Incoming SMS become replies of a conversation: whose, what it means, what follows, in one transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from ftcore.database import Row, Transaction
from ftcore.drafting import offers
from ftcore.insight import outcomes
from ftcore.model import Answer, ConversationState, Demand, Expecting, Met, Prerequisite, Reading
from ftcore.outreach import campaigns, conversation, dialogue, replies, satisfaction, stops, templates, worklist
from ftcore.outreach.codes import codes_in, short_code
from ftcore.outreach.dialogue import Check, Talk
from ftcore.outreach.hours import next_slot, of_agency
from ftcore.phones import normalise
from ftcore.trust import journal

# Two offers that both wait for an answer, and no code in it: after this time the older one is no rival any more.
RIVAL = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One incoming SMS, understood as far as it can be without looking at the conversation."""

    callback: Row
    phone: str
    body: str
    read: Reading


@dataclass(slots=True)
class _Thread:
    """A conversation that an answer may belong to, and its talk."""

    row: Row
    talk: Talk
    known_checks: int

    @property
    def waits(self) -> bool:
        return self.talk.state in conversation.AWAITED


def take_answers(
    tx: Transaction, callbacks: Sequence[Row], hours: tuple[int, int] | None, now: datetime
) -> dict[str, list[str]]:
    """Read incoming SMS and opt-outs in the order in which they came; gives callback ids by outcome."""
    handled: defaultdict[str, list[str]] = defaultdict(list)
    group: list[_Answer] = []
    came = [(row, json.loads(row["form"])) for row in callbacks]
    phones = [normalise(form["phoneNumber" if row["kind"] == "opt_out" else "from"]) for row, form in came]
    readings = iter(
        replies.read_many(
            [
                (form["text"], row["received_utc"], None)
                for (row, form), phone in zip(came, phones, strict=True)
                if phone is not None and row["kind"] != "opt_out"
            ]
        )
    )
    for (row, form), phone in zip(came, phones, strict=True):
        if phone is None:
            handled["unmatched"].append(row["callback_id"])
        elif row["kind"] == "opt_out":
            stops.opt_out(tx, phone, now, "gateway", "STOP reçu par la passerelle")
            handled["news"].append(row["callback_id"])
        else:
            answer = _Answer(row, phone, form["text"], next(readings))
            if answer.read.answer is Answer.STOP:
                # What came before the STOP is read before it; the STOP itself counts everywhere.
                _advance(tx, group, hours, now, handled)
                group = []
                stops.opt_out(tx, phone, now, "sms", "STOP reçu par SMS")
            group.append(answer)
    _advance(tx, group, hours, now, handled)
    return handled


def _advance(
    tx: Transaction,
    answers: list[_Answer],
    hours: tuple[int, int] | None,
    now: datetime,
    handled: defaultdict[str, list[str]],
) -> None:
    """Keep the answers, move their conversations, and queue what the table of the conversation says."""
    if not answers:
        return
    by_phone = _threads(tx, list({answer.phone for answer in answers}))
    asked = satisfaction.asked_lately(tx, list(by_phone), now)
    kept: list[Row] = []
    read: list[tuple[Row, Row]] = []
    moved: dict[UUID, _Thread] = {}
    said: dict[UUID, dialogue.Said] = {}
    for answer in answers:
        threads = by_phone.get(answer.phone)
        if not threads:
            handled["unmatched"].append(answer.callback["callback_id"])
            continue
        is_rated = asked.get(threads[0].row["conversation_id"])
        if answer.read.answer is not Answer.STOP and satisfaction.answers_it(is_rated, answer.body):
            kept.append(_rated(tx, answer, threads[0].row))
            handled["news"].append(answer.callback["callback_id"])
            continue
        thread, doubt = _belongs(answer, threads, now)
        one = thread.row["conversation_id"]
        reading = _read_again(answer, thread.talk, doubt)
        if _said_again(thread, reading, one in said):
            kept.append(_reply(answer, thread, reading, Expecting.INTEREST, None))
            read.append((kept[-1], thread.row))
            handled["news"].append(answer.callback["callback_id"])
            continue
        expecting, position = thread.talk.expecting, thread.talk.position
        reply = _reply(answer, thread, reading, expecting, position)
        kept.append(reply)
        read.append((reply, thread.row))
        word = dialogue.hear(thread.talk, reading, answer.body, reply["reply_id"])
        thread.row["answered_utc"] = answer.callback["received_utc"]
        dialogue.time_prequalification(thread.row, thread.talk, answer.callback["received_utc"])
        if expecting is Expecting.PREREQUISITE and thread.talk.interest_reply == reply["reply_id"]:
            reply["expecting"], reply["position"] = Expecting.INTEREST.value, None  # a no to the offer itself
        moved[one] = thread
        # What the automaton would have said to what they wrote before is not said after this.
        said.pop(one, None)
        if word is not None:
            said[one] = word
        handled["news"].append(answer.callback["callback_id"])
    tx.insert("reply", kept)
    _journal(tx, read, now)
    outcomes.due(tx, ((reply["agency_id"], reply["conversation_id"]) for reply in kept))
    for reply in kept:
        worklist.changed(tx, reply["agency_id"], [reply["conversation_id"]])
    by_agency: defaultdict[UUID, list[_Thread]] = defaultdict(list)
    for thread in moved.values():
        by_agency[thread.row["agency_id"]].append(thread)
    for agency_id, here in by_agency.items():
        _store(tx, agency_id, here, now)
        stops.silence(tx, agency_id, [thread.row["conversation_id"] for thread in here], now)
        _say(tx, agency_id, [(thread, said.get(thread.row["conversation_id"])) for thread in here], hours, now)


def _journal(tx: Transaction, read: list[tuple[Row, Row]], now: datetime) -> None:
    """Each answer that was read by the machine, as what and how surely; its words stay with the reply."""
    for reply, thread in read:
        asked = f"asked for {reply['expecting']}" if reply["expecting"] else "nothing was asked"
        journal.record(
            tx,
            reply["agency_id"],
            journal.AUTOMATON,
            "reply read",
            reply["reply_id"],
            now,
            f"{reply['reading']}, {reply['confidence']:.0%} sure",
            person=thread["candidate_id"],
            reason=asked,
            automaton="reader",
            model=replies.mark(),
        )


def _rated(tx: Transaction, answer: _Answer, thread: Row) -> Row:
    """An answer to the question on satisfaction: a mark is kept, any other word waits for a person. Nothing moves."""
    score, received = satisfaction.score_of(answer.body), answer.callback["received_utc"]
    if score is None:
        tx.execute(
            "UPDATE conversation SET answered_utc = $3 WHERE agency_id = $1 AND conversation_id = $2",
            thread["agency_id"],
            thread["conversation_id"],
            received,
        )
    else:
        satisfaction.rated(tx, thread["agency_id"], thread["conversation_id"], score, received)
    return {
        "agency_id": thread["agency_id"],
        "reply_id": uuid4(),
        "conversation_id": thread["conversation_id"],
        "callback_id": answer.callback["callback_id"],
        "received_utc": received,
        "body": answer.body,
        **satisfaction.kept(score),
    }


def _belongs(answer: _Answer, threads: list[_Thread], now: datetime) -> tuple[_Thread, bool]:
    """The thread that an answer is for, and whether that is in doubt: then a person reads it.

    The offer whose code it names, else the one that was written to last. It is in doubt when another
    offer waits for an answer too, or when it names two.
    """
    named = codes_in(answer.body)
    meant = [thread for thread in threads if short_code(thread.talk.offer.offer_id) in named]
    if meant:
        return meant[0], len({thread.talk.offer.offer_id for thread in meant}) > 1
    first, *others = threads
    rivals = [
        other
        for other in others
        if other.waits and other.row["claimed_utc"] is not None and now - other.row["claimed_utc"] < RIVAL
    ]
    return first, first.waits and bool(rivals)


def _said_again(thread: _Thread, reading: Reading, just_asked: bool) -> bool:
    """A second yes before the next question has left is no answer to it: the question stays in the queue."""
    asking = thread.talk.state in (ConversationState.AVAILABILITY, ConversationState.PREREQUISITE)
    unsaid = just_asked or thread.row["unsaid_count"] > 0
    return asking and unsaid and reading.answer is Answer.YES and reading.available_from is None


def _read_again(answer: _Answer, talk: Talk, doubt: bool) -> Reading:
    """The reading in the light of what was asked: "lundi" answers one question and not another."""
    reading = answer.read
    if reading.answer is Answer.STOP:
        return reading
    if talk.expecting in (Expecting.AVAILABILITY, Expecting.PREREQUISITE):
        reading = replies.read(answer.body, now=answer.callback["received_utc"], expecting=talk.expecting)
    if doubt:
        return replace(reading, answer=Answer.UNCLEAR, confidence=1.0, evidence="deux offres en cours")
    return reading


def _reply(
    answer: _Answer, thread: _Thread, reading: Reading, expecting: Expecting | None, position: int | None
) -> Row:
    return {
        "agency_id": thread.row["agency_id"],
        "reply_id": uuid4(),
        "conversation_id": thread.row["conversation_id"],
        "callback_id": answer.callback["callback_id"],
        "received_utc": answer.callback["received_utc"],
        "body": answer.body,
        "expecting": expecting.value if expecting else None,
        "position": position if expecting is Expecting.PREREQUISITE else None,
        **replies.kept(reading),
    }


def _threads(tx: Transaction, phones: list[str]) -> dict[str, list[_Thread]]:
    """For each number its conversations, the one that was written to last first.

    Nobody answers a message that has not left yet: such a conversation comes after all others.
    """
    rows = tx.rows(
        """
        WITH written AS (
            SELECT agency_id, conversation_id, max(claimed_utc) AS claimed_utc,
                   count(*) FILTER (WHERE automatic AND state <> 'cancelled') AS automatic_count,
                   count(*) FILTER (WHERE automatic AND state = 'queued') AS unsaid_count
            FROM message WHERE phone = ANY($1::TEXT[]) GROUP BY agency_id, conversation_id
        )
        SELECT v.*, w.claimed_utc, coalesce(w.automatic_count, 0) AS automatic_count,
               coalesce(w.unsaid_count, 0) AS unsaid_count, c.first_name, c.department,
               a.name AS agency_name
        FROM conversation v
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        JOIN agency a ON a.agency_id = v.agency_id
        LEFT JOIN written w ON w.agency_id = v.agency_id AND w.conversation_id = v.conversation_id
        WHERE v.phone = ANY($1::TEXT[])
        ORDER BY w.claimed_utc IS NULL, w.claimed_utc DESC, v.opened_utc DESC, v.conversation_id
        """,
        phones,
    )
    talks = talks_of(tx, rows)
    found: defaultdict[str, list[_Thread]] = defaultdict(list)
    for row in rows:
        talk = talks[row["conversation_id"]]
        found[row["phone"]].append(_Thread(row, talk, len(talk.checks)))
    return found


def talks_of(tx: Transaction, rows: Sequence[Row]) -> dict[UUID, Talk]:
    """The talks of these rows of `conversation`, which also hold `automatic_count`, `first_name`, `agency_name`."""
    agencies = list({row["agency_id"] for row in rows})
    offer_ids = list({row["offer_id"] for row in rows})
    known = {
        row["offer_id"]: offers.from_row(row)
        for row in tx.rows(
            "SELECT * FROM offer WHERE agency_id = ANY($1::UUID[]) AND offer_id = ANY($2::UUID[])", agencies, offer_ids
        )
    }
    closed = {
        row["offer_id"]
        for row in tx.rows(
            "SELECT offer_id FROM offer_closing WHERE agency_id = ANY($1::UUID[]) AND offer_id = ANY($2::UUID[])",
            agencies,
            offer_ids,
        )
    }
    checks: defaultdict[UUID, list[Check]] = defaultdict(list)
    for row in tx.rows(
        "SELECT * FROM prerequisite_check WHERE agency_id = ANY($1::UUID[]) AND conversation_id = ANY($2::UUID[]) "
        "ORDER BY conversation_id, position",
        agencies,
        [row["conversation_id"] for row in rows],
    ):
        prerequisite = Prerequisite(row["text"], Demand(row["demand"]))
        checks[row["conversation_id"]].append(Check(prerequisite, Met(row["met"]), row["reply_id"]))
    return {
        row["conversation_id"]: Talk(
            offer=known[row["offer_id"]],
            first_name=row["first_name"],
            agency_name=row["agency_name"],
            state=ConversationState(row["state"]),
            automatic=row["automatic_count"],
            position=row["position"],
            interest=Answer(row["interest"]) if row["interest"] else None,
            interest_reply=row["interest_reply"],
            available_from=row["available_from"],
            available_reply=row["available_reply"],
            taken_over=row["taken_over_utc"] is not None,
            offer_closed=row["offer_id"] in closed,
            checks=checks[row["conversation_id"]],
        )
        for row in rows
    }


def _store(tx: Transaction, agency_id: UUID, threads: list[_Thread], now: datetime) -> None:
    """Write where the talks stand now, and their prerequisites."""
    stands = [dialogue.columns(thread.talk) for thread in threads]
    tx.execute(
        """
        UPDATE conversation SET state = news.state, position = news.position, interest = news.interest,
            interest_reply = news.interest_reply, available_from = news.available_from,
            available_reply = news.available_reply, answered_utc = news.answered_utc, changed_utc = $2,
            started_utc = news.started_utc, finished_utc = news.finished_utc
        FROM (SELECT unnest($3::UUID[]) AS conversation_id, unnest($4::TEXT[]) AS state,
                     unnest($5::INTEGER[]) AS position, unnest($6::TEXT[]) AS interest,
                     unnest($7::UUID[]) AS interest_reply, unnest($8::DATE[]) AS available_from,
                     unnest($9::UUID[]) AS available_reply, unnest($10::TIMESTAMP[]) AS answered_utc,
                     unnest($11::TIMESTAMP[]) AS started_utc, unnest($12::TIMESTAMP[]) AS finished_utc) AS news
        WHERE conversation.agency_id = $1 AND conversation.conversation_id = news.conversation_id
        """,
        agency_id,
        now,
        [thread.row["conversation_id"] for thread in threads],
        *(
            [stand[name] for stand in stands]
            for name in ("state", "position", "interest", "interest_reply", "available_from", "available_reply")
        ),
        *([thread.row[name] for thread in threads] for name in ("answered_utc", "started_utc", "finished_utc")),
    )
    tx.insert(
        "prerequisite_check",
        [
            row
            for thread in threads
            if not thread.known_checks
            for row in dialogue.check_rows(agency_id, thread.row["conversation_id"], thread.talk.checks)
        ],
    )
    for thread in threads:
        for position in thread.talk.settled if thread.known_checks else ():
            check = thread.talk.checks[position]
            tx.execute(
                "UPDATE prerequisite_check SET met = $4, reply_id = $5, decided_by = NULL, decided_utc = $6 "
                "WHERE agency_id = $1 AND conversation_id = $2 AND position = $3",
                agency_id,
                thread.row["conversation_id"],
                position,
                check.met.value,
                check.reply_id,
                now,
            )


def _say(
    tx: Transaction,
    agency_id: UUID,
    said: list[tuple[_Thread, dialogue.Said | None]],
    hours: tuple[int, int] | None,
    now: datetime,
) -> None:
    """Queue what the automaton says, in the agency's wordings and within its hours."""
    words = [(thread, word) for thread, word in said if word is not None]
    if not words:
        return
    wordings, ours = templates.current(tx, agency_id), of_agency(tx, agency_id, hours)
    campaigns.queue(
        tx,
        [
            campaigns.Outgoing(
                agency_id,
                thread.row["conversation_id"],
                thread.row["campaign_id"],
                thread.row["phone"],
                thread.row["department"],
                templates.fill(wordings[word.kind], word.values),
                next_slot(now, thread.row["department"] or thread.row["phone"], ours),
                template=wordings[word.kind].name,
            )
            for thread, word in words
        ],
        now,
    )
