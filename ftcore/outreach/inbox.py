"""What comes back from the gateway: stored callbacks become news in the ledger, replies and opt-outs.

Callbacks are stored before they are acknowledged (`webhooks`), and read here afterwards, by one
thread, each in a transaction of its own kind; repeating one changes nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.model import Answer, ConversationState, Reading
from ftcore.outreach import campaigns, conversation, replies, reports
from ftcore.outreach.hours import next_slot
from ftcore.outreach.sms import gsm_safe
from ftcore.phones import normalise
from ftcore.trust import journal

log = logging.getLogger(__name__)


def take_in(database: Database, hours: tuple[int, int] | None, now: datetime, limit: int = 500) -> int:
    """Read the stored callbacks that nobody has read yet; gives how many were settled."""
    waiting = database.rows(
        "SELECT callback_id, kind, form, received_utc FROM callback WHERE handled_utc IS NULL "
        "ORDER BY received_utc, callback_id LIMIT $1",
        limit,
    )
    delivery = [row for row in waiting if row["kind"] == "delivery"]
    answers = [row for row in waiting if row["kind"] != "delivery"]
    return _take_all(database, delivery, lambda tx, rows: _take_reports(tx, rows, now), now) + _take_all(
        database, answers, lambda tx, rows: _take_answers(tx, rows, hours, now), now
    )


def _take_all(database: Database, rows: list[Row], take: Callable[[Transaction, list[Row]], int], now: datetime) -> int:
    """In one transaction, as each commit costs; one that cannot be read must not keep the others from it."""
    if not rows:
        return 0
    try:
        return database.transact(lambda tx: take(tx, _unread(database, tx, rows)))
    except database.conflicts:
        raise  # they stay to be read
    except Exception:
        if len(rows) > 1:
            return sum(_take_all(database, [row], take, now) for row in rows)
        log.exception("callback %s could not be read", rows[0]["callback_id"])
        database.transact(lambda tx: _handled(tx, [rows[0]["callback_id"]], now, "error"))
        return 1


def _unread(database: Database, tx: Transaction, rows: list[Row]) -> list[Row]:
    """Of these callbacks, the ones that no other replica has read or is reading."""
    ours = {
        row["callback_id"]
        for row in tx.rows(
            "SELECT c.callback_id FROM callback c WHERE c.callback_id = ANY($1::TEXT[]) AND c.handled_utc IS NULL "
            + database.skip_locked("c"),
            [row["callback_id"] for row in rows],
        )
    }
    return [row for row in rows if row["callback_id"] in ours]


def _handled(tx: Transaction, callback_ids: list[str], now: datetime, outcome: str) -> None:
    tx.execute(
        "UPDATE callback SET handled_utc = $2, outcome = $3 WHERE callback_id = ANY($1::TEXT[])",
        callback_ids,
        now,
        outcome,
    )


def _take_reports(tx: Transaction, rows: list[Row], now: datetime) -> int:
    settled = reports.take(tx, rows, now)
    for outcome, callback_ids in settled.items():
        _handled(tx, callback_ids, now, outcome)
    return sum(map(len, settled.values()))


@dataclass(frozen=True, slots=True)
class _Answer:
    """One incoming SMS, understood as far as it can be without looking at the conversation."""

    callback: Row
    phone: str
    body: str
    read: Reading


def _take_answers(tx: Transaction, rows: list[Row], hours: tuple[int, int] | None, now: datetime) -> int:
    """Read incoming SMS and opt-outs in the order in which they came."""
    group: list[_Answer] = []
    for row in rows:
        form = json.loads(row["form"])
        phone = normalise(form["phoneNumber" if row["kind"] == "opt_out" else "from"])
        if phone is None:
            _handled(tx, [row["callback_id"]], now, "unmatched")
        elif row["kind"] == "opt_out":
            opt_out(tx, phone, now, "gateway", "STOP reçu par la passerelle")
            _handled(tx, [row["callback_id"]], now, "news")
        else:
            answer = _Answer(row, phone, form["text"], replies.read(form["text"], now=row["received_utc"]))
            if answer.read.answer is Answer.STOP:
                # What came before the STOP is read before it; the STOP itself counts everywhere.
                _advance(tx, group, hours, now)
                group = []
                opt_out(tx, phone, now, "sms", "STOP reçu par SMS")
            group.append(answer)
    _advance(tx, group, hours, now)
    return len(rows)


def _threads(tx: Transaction, phones: list[str]) -> dict[str, Row]:
    """For each number the conversation that an answer belongs to: the latest one that was written to."""
    found = tx.rows(
        """
        WITH written AS (
            SELECT agency_id, conversation_id, max(claimed_utc) AS claimed_utc,
                   count(*) FILTER (WHERE automatic AND NOT opening) AS automatic_count
            FROM message WHERE phone = ANY($1::TEXT[]) GROUP BY agency_id, conversation_id
        )
        SELECT v.agency_id, v.conversation_id, v.campaign_id, v.candidate_id, v.phone, v.state, v.opened_utc,
               coalesce(w.automatic_count, 0) AS automatic_count, c.first_name, c.department, a.name AS agency_name
        FROM conversation v
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        JOIN agency a ON a.agency_id = v.agency_id
        LEFT JOIN written w ON w.agency_id = v.agency_id AND w.conversation_id = v.conversation_id
        WHERE v.phone = ANY($1::TEXT[])
        -- Nobody answers a message that has not left yet. The last row of a number is the one that stays.
        ORDER BY w.claimed_utc IS NOT NULL, v.opened_utc, v.conversation_id DESC
        """,
        phones,
    )
    return {row["phone"]: row for row in found}


def _advance(tx: Transaction, answers: list[_Answer], hours: tuple[int, int] | None, now: datetime) -> None:
    """Keep the answers, move their conversations, and queue what the table of the conversation says."""
    if not answers:
        return
    threads = _threads(tx, list({answer.phone for answer in answers}))
    known = [(answer, threads[answer.phone]) for answer in answers if answer.phone in threads]
    tx.insert("reply", [_reply(answer, thread) for answer, thread in known])
    moved: dict[UUID, Row] = {}
    outgoing: dict[UUID, campaigns.Outgoing] = {}
    for answer, thread in known:
        one = thread["conversation_id"]
        step = conversation.step(ConversationState(thread["state"]), replies.settled(answer.read))
        thread["state"] = step.state.value
        moved[one] = thread
        # What the automaton would have said to what they wrote before is not said after this.
        outgoing.pop(one, None)
        if step.answer is not None and thread["automatic_count"] < conversation.AUTOMATIC_LIMIT:
            thread["automatic_count"] += 1
            outgoing[one] = _automatic(thread, step.answer, hours, now)
    for agency_id in dict.fromkeys(thread["agency_id"] for thread in moved.values()):
        here = [thread for thread in moved.values() if thread["agency_id"] == agency_id]
        _move(tx, agency_id, here, now)
        silence(tx, agency_id, [thread["conversation_id"] for thread in here], now)
    campaigns.queue(tx, list(outgoing.values()), now)
    _handled(tx, [answer.callback["callback_id"] for answer, _ in known], now, "news")
    strangers = [a.callback["callback_id"] for a in answers if a.phone not in threads]
    if strangers:
        _handled(tx, strangers, now, "unmatched")


def _reply(answer: _Answer, thread: Row) -> Row:
    return {
        "agency_id": thread["agency_id"],
        "reply_id": uuid4(),
        "conversation_id": thread["conversation_id"],
        "callback_id": answer.callback["callback_id"],
        "received_utc": answer.callback["received_utc"],
        "body": answer.body,
        **replies.kept(answer.read),
    }


def _move(tx: Transaction, agency_id: UUID, threads: list[Row], now: datetime) -> None:
    tx.execute(
        """
        UPDATE conversation SET state = news.state, changed_utc = $4
        FROM (SELECT unnest($2::UUID[]) AS conversation_id, unnest($3::TEXT[]) AS state) AS news
        WHERE conversation.agency_id = $1 AND conversation.conversation_id = news.conversation_id
        """,
        agency_id,
        [thread["conversation_id"] for thread in threads],
        [thread["state"] for thread in threads],
        now,
    )


def _automatic(thread: Row, answer: str, hours: tuple[int, int] | None, now: datetime) -> campaigns.Outgoing:
    # Names may hold braces: format_map would read them, a plain replace does not.
    body = (
        conversation.ANSWERS[answer]
        .replace("{agency}", _of_agency(thread["agency_name"]))
        .replace("{first_name}", thread["first_name"])
    )
    return campaigns.Outgoing(
        thread["agency_id"],
        thread["conversation_id"],
        thread["campaign_id"],
        thread["phone"],
        thread["department"],
        gsm_safe(body),
        next_slot(now, thread["department"], hours),
    )


def _of_agency(name: str) -> str:
    return name[0].lower() + name[1:] if name.startswith("Agence") else name


def silence(tx: Transaction, agency_id: UUID, conversation_ids: list[UUID], now: datetime) -> None:
    """Take back what the automaton had queued for these conversations: a person reads, or writes, first."""
    waiting = tx.rows(
        """
        SELECT agency_id, message_id FROM message
        WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]) AND state = 'queued' AND automatic
        """,
        agency_id,
        conversation_ids,
    )
    campaigns.cancel(tx, waiting, now, "automate", "réponse à lire par une personne")


def opt_out(tx: Transaction, phone: str, now: datetime, source: str, reason: str) -> None:
    """Block a number everywhere, at once: no agency writes to it, and what was queued does not leave."""
    tx.insert(
        "opt_out",
        [{"phone": phone, "since_utc": now, "source": source, "reason": reason}],
        if_absent=True,
    )
    waiting = tx.rows("SELECT agency_id, message_id FROM message WHERE phone = $1 AND state = 'queued'", phone)
    campaigns.cancel(tx, waiting, now, "automate", "STOP")
    open_threads = tx.rows(
        """
        UPDATE conversation SET state = 'stopped', changed_utc = $2
        WHERE phone = $1 AND state <> 'stopped' RETURNING agency_id, conversation_id
        """,
        phone,
        now,
    )
    for thread in open_threads:
        journal.record(tx, thread["agency_id"], "automate", "opt-out", thread["conversation_id"], now, source)


def pending(database: Database) -> int:
    """How many stored callbacks have not been read yet."""
    return int(database.value("SELECT count(*) FROM callback WHERE handled_utc IS NULL") or 0)


def form_text(form: dict[str, Any]) -> str:
    """The canonical text of a callback's form: what is stored, and what repeated posts share."""
    return json.dumps(form, ensure_ascii=False, sort_keys=True)
