"""What comes back from the gateway: stored callbacks become news in the ledger, replies and opt-outs.

Callbacks are stored before they are acknowledged (`webhooks`), and read here afterwards, by one
thread, each in a transaction of its own kind; repeating one changes nothing.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.model import ConversationState, MessageState, Reading
from ftcore.outreach import campaigns, conversation, ledger, replies
from ftcore.outreach.hours import next_slot
from ftcore.outreach.sms import gsm_safe
from ftcore.phones import normalise
from ftcore.trust import journal

log = logging.getLogger(__name__)

# A delivery report can overtake the answer to the send it speaks of: it waits this long for it.
PATIENCE = timedelta(seconds=60)

_STATES = {
    "Sent": MessageState.SENT,
    "Submitted": MessageState.SUBMITTED,
    "Buffered": MessageState.BUFFERED,
    "Success": MessageState.DELIVERED,
    "Rejected": MessageState.FAILED,
    "Failed": MessageState.FAILED,
    "AbsentSubscriber": MessageState.FAILED,
    "Expired": MessageState.FAILED,
}


def take_in(database: Database, hours: tuple[int, int] | None, now: datetime, limit: int = 500) -> int:
    """Read the stored callbacks that nobody has read yet; gives how many were settled."""
    waiting = database.rows(
        "SELECT callback_id, kind, form, received_utc FROM callback WHERE handled_utc IS NULL "
        "ORDER BY received_utc, callback_id LIMIT $1",
        limit,
    )
    reports = [row for row in waiting if row["kind"] == "delivery"]
    settled = _take_all_reports(database, reports, now) if reports else 0
    for row in waiting:
        if row["kind"] == "delivery":
            continue
        try:
            database.transact(lambda tx, row=row: _take_unread(database, tx, row, hours, now))  # type: ignore[misc]
        except database.conflicts:
            raise  # it stays to be read
        except Exception:
            log.exception("callback %s could not be read", row["callback_id"])
            _settle(database, row["callback_id"], now, "error")
        settled += 1
    return settled


def _take_all_reports(database: Database, reports: list[Row], now: datetime) -> int:
    """In one transaction; one that cannot be read must not keep the others from being read."""
    try:
        return database.transact(lambda tx: _take_reports(tx, _unread(database, tx, reports), now))
    except database.conflicts:
        raise
    except Exception:
        if len(reports) > 1:
            return sum(_take_all_reports(database, [report], now) for report in reports)
        log.exception("callback %s could not be read", reports[0]["callback_id"])
        _settle(database, reports[0]["callback_id"], now, "error")
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


def _take_unread(database: Database, tx: Transaction, row: Row, hours: tuple[int, int] | None, now: datetime) -> None:
    if _unread(database, tx, [row]):
        _take_one(tx, row, hours, now)


def _settle(database: Database, callback_id: str, now: datetime, outcome: str) -> None:
    database.transact(lambda tx: _handled(tx, [callback_id], now, outcome))


def _handled(tx: Transaction, callback_ids: list[str], now: datetime, outcome: str) -> None:
    tx.execute(
        "UPDATE callback SET handled_utc = $2, outcome = $3 WHERE callback_id = ANY($1::TEXT[])",
        callback_ids,
        now,
        outcome,
    )


def _take_reports(tx: Transaction, reports: list[Row], now: datetime) -> int:
    forms: dict[str, dict[str, str]] = {r["callback_id"]: json.loads(r["form"]) for r in reports}
    ours = {
        m["gateway_id"]: m
        for m in tx.rows(
            "SELECT agency_id, message_id, gateway_id FROM message WHERE gateway_id = ANY($1::TEXT[])",
            [form["id"] for form in forms.values()],
        )
    }
    changes: list[ledger.Change] = []
    handled: dict[str, list[str]] = {"news": [], "unmatched": [], "unknown status": []}
    for report in reports:
        form = forms[report["callback_id"]]
        message = ours.get(form["id"])
        if message is None:
            if now - report["received_utc"] < PATIENCE:
                continue
            message = _adopt(tx, form, [m["message_id"] for m in ours.values()])
            if message is not None:
                ours[form["id"]] = message  # the other reports of this id speak of the same SMS
        if message is None:
            handled["unmatched"].append(report["callback_id"])
            continue
        state = _STATES.get(form["status"])
        if state is None:
            handled["unknown status"].append(report["callback_id"])
            continue
        changes.append(
            ledger.Change(
                message["agency_id"],
                message["message_id"],
                state,
                report["received_utc"],
                "callback",
                form.get("failureReason") or form["status"],
                gateway_id=form["id"],
            )
        )
        handled["news"].append(report["callback_id"])
    ledger.record(tx, changes)
    _mark_unreached(tx, [c for c in changes if c.state is MessageState.FAILED], now)
    for outcome, callback_ids in handled.items():
        if callback_ids:
            _handled(tx, callback_ids, now, outcome)
    return sum(map(len, handled.values()))


def _adopt(tx: Transaction, form: dict[str, str], named: list[UUID]) -> Row | None:
    """A report for an id we never heard of: it is the one `unknown` SMS to that number, if only one is."""
    phone = normalise(form.get("phoneNumber", ""))
    if phone is None:
        return None
    unknown = tx.rows(
        "SELECT agency_id, message_id FROM message WHERE phone = $1 AND state = 'unknown' AND gateway_id IS NULL "
        "AND NOT (message_id = ANY($2::UUID[]))",
        phone,
        named,
    )
    return unknown[0] if len(unknown) == 1 else None


def _mark_unreached(tx: Transaction, failed: list[ledger.Change], now: datetime) -> None:
    if failed:
        tx.execute(
            """
            UPDATE conversation SET state = 'unreached', changed_utc = $2
            WHERE state = 'waiting' AND conversation_id IN (
                SELECT conversation_id FROM message
                WHERE message_id = ANY($1::UUID[]) AND opening AND state = 'failed')
            """,
            [change.message_id for change in failed],
            now,
        )


def _take_one(tx: Transaction, row: Row, hours: tuple[int, int] | None, now: datetime) -> None:
    form = json.loads(row["form"])
    if row["kind"] == "opt_out":
        phone = normalise(form["phoneNumber"])
        if phone is not None:
            opt_out(tx, phone, now, "gateway", "STOP reçu par la passerelle")
        _handled(tx, [row["callback_id"]], now, "news" if phone else "unmatched")
        return
    outcome = _take_answer(tx, row, form, hours, now)
    _handled(tx, [row["callback_id"]], now, outcome)


def _take_answer(tx: Transaction, row: Row, form: dict[str, str], hours: tuple[int, int] | None, now: datetime) -> str:
    phone = normalise(form["from"])
    if phone is None:
        return "unmatched"
    read = replies.read(form["text"])
    if read.reading is Reading.STOP:
        opt_out(tx, phone, now, "sms", "STOP reçu par SMS")
    thread = tx.one(
        """
        SELECT v.*, c.first_name, c.department, a.name AS agency_name,
               (SELECT count(*) FROM message m WHERE m.agency_id = v.agency_id
                AND m.conversation_id = v.conversation_id AND m.automatic AND NOT m.opening) AS automatic_count
        FROM conversation v
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        JOIN agency a ON a.agency_id = v.agency_id
        WHERE v.phone = $1
        -- Nobody answers a message that has not left yet.
        ORDER BY EXISTS (SELECT 1 FROM message m WHERE m.agency_id = v.agency_id
                         AND m.conversation_id = v.conversation_id AND m.claimed_utc IS NOT NULL) DESC,
                 v.opened_utc DESC, v.conversation_id LIMIT 1
        """,
        phone,
    )
    if thread is None:
        return "unmatched"
    tx.insert(
        "reply",
        [
            {
                "agency_id": thread["agency_id"],
                "reply_id": uuid4(),
                "conversation_id": thread["conversation_id"],
                "callback_id": row["callback_id"],
                "received_utc": row["received_utc"],
                "body": form["text"],
                "reading": read.reading.value,
                "rule": read.rule,
            }
        ],
    )
    _advance(tx, thread, read, hours, now)
    return "news"


def _advance(tx: Transaction, thread: Row, read: replies.Read, hours: tuple[int, int] | None, now: datetime) -> None:
    before = ConversationState(thread["state"])
    step = conversation.step(before, read.reading)
    tx.execute(
        "UPDATE conversation SET state = $3, changed_utc = $4 WHERE agency_id = $1 AND conversation_id = $2",
        thread["agency_id"],
        thread["conversation_id"],
        step.state.value,
        now,
    )
    # What the automaton had queued answers what they wrote before: it does not leave after this.
    silence(tx, thread["agency_id"], thread["conversation_id"], now)
    if step.answer is None or thread["automatic_count"] >= conversation.AUTOMATIC_LIMIT:
        return
    # Names may hold braces: format_map would read them, a plain replace does not.
    body = (
        conversation.ANSWERS[step.answer]
        .replace("{agency}", _of_agency(thread["agency_name"]))
        .replace("{first_name}", thread["first_name"])
    )
    campaigns.queue(
        tx,
        [
            campaigns.Outgoing(
                thread["agency_id"],
                thread["conversation_id"],
                thread["campaign_id"],
                thread["phone"],
                thread["department"],
                gsm_safe(body),
                next_slot(now, thread["department"], hours),
            )
        ],
        now,
    )


def _of_agency(name: str) -> str:
    return name[0].lower() + name[1:] if name.startswith("Agence") else name


def silence(tx: Transaction, agency_id: UUID, conversation_id: UUID, now: datetime) -> None:
    """Take back what the automaton had queued for one conversation: a person reads, or writes, first."""
    waiting = tx.rows(
        """
        SELECT agency_id, message_id FROM message
        WHERE agency_id = $1 AND conversation_id = $2 AND state = 'queued' AND automatic
        """,
        agency_id,
        conversation_id,
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
