"""What did not work: people not reached and why, wrong readings, wrong persons, complaints, campaigns halted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from ftcore.database import Database
from ftcore.insight.metrics import WINDOW_HOURS, Rate, rate
from ftcore.insight.scope import Scope, allowed, within
from ftcore.model import Person

# A STOP so soon after a message is about the message.
AT_ONCE_MINUTES = 10
# In what people write, in lower case: anger, or the threat to complain. Anything may match; it only counts.
_FURIOUS = ("harc_l", "harass", "cnil", "porter plainte", "porte plainte", "arnaque", "ras le bol", "ras-le-bol",
            "marre", "honteux", "honte", "scandal", "foutez", "dégage", "inadmissible", "illégal")  # fmt: skip

# How an opening SMS ended, in an order in which a person who was approached twice is told by the best of both.
ENDS = (
    "answered",
    "silent",
    "underway",
    "unknown",
    "failed",
    "cancelled",
)
END_WORDS = {
    "answered": "A répondu",
    "silent": f"Jointe, sans réponse après {WINDOW_HOURS} h",
    "underway": "Envoi ou réponse encore attendus",
    "unknown": "Envoi incertain, jamais renvoyé",
    "failed": "Non remis par l'opérateur",
    "cancelled": "Annulé avant l'envoi",
}
# What operators say of a message that did not arrive, as far as it is documented.
FAILURES = {
    "AbsentSubscriber": "Téléphone éteint ou hors réseau",
    "Expired": "Délai de remise dépassé",
    "DeliveryFailure": "Échec de remise, sans précision",
    "UserInBlacklist": "STOP enregistré chez l'opérateur",
    "UserInBlackList": "STOP enregistré chez l'opérateur",
    "UserDoesNotExist": "Numéro non attribué",
    "UserAccountSuspended": "Ligne suspendue",
    "UserNotProvisioned": "Ligne sans SMS",
    "InvalidPhoneNumber": "Numéro non valable",
    "InsufficientCredit": "Crédit insuffisant",
    "NotNetworkSubscriber": "Numéro d'aucun réseau",
    "GatewayError": "Panne de l'opérateur",
    "SystemError": "Panne de l'opérateur",
}
OTHER_FAILURE = "Autre motif de l'opérateur"


@dataclass(frozen=True, slots=True)
class NotReached:
    """People by how the approach ended (`ends`: `end`, `people`), and failures by reason (`reasons`, in SMS)."""

    people: int
    ends: pd.DataFrame
    reasons: pd.DataFrame
    unreached: Rate
    unanswered: Rate


def not_reached(database: Database, person: Person, scope: Scope, now: datetime) -> NotReached:
    """Distinct people approached in the period, each once: whoever was approached twice by the better end.

    `unreached` are those whom no SMS reached for sure; `unanswered` those whom one reached and who wrote nothing
    in the window. A late answer is an answer here: nobody who wrote is told as silent.
    """
    scope = allowed(person, scope)
    numbered = " ".join(f"WHEN {place} THEN '{name}'" for place, name in enumerate(ENDS))
    with database.read() as reader:
        rows = reader.rows(
            f"""
            WITH one AS (
                SELECT v.candidate_id, min(CASE
                    WHEN EXISTS (SELECT 1 FROM reply r WHERE r.agency_id = v.agency_id
                                 AND r.conversation_id = v.conversation_id) THEN 0
                    WHEN m.state = 'delivered'
                        AND m.settled_utc + INTERVAL '{WINDOW_HOURS} hours' <= $5::TIMESTAMP THEN 1
                    WHEN m.state = 'unknown' THEN 3
                    WHEN m.state = 'failed' THEN 4
                    WHEN m.state = 'cancelled' THEN 5
                    ELSE 2 END) AS place
                FROM conversation v
                JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
                WHERE {within("v.opened_utc", "v.agency_id")}
                GROUP BY v.agency_id, v.candidate_id
            )
            SELECT CASE place {numbered} END AS ended, count(*) AS people FROM one GROUP BY place ORDER BY place
            """,
            *scope.values,
            now,
        )
        reasons = reader.rows(
            f"""
            SELECT coalesce(m.failure, '') AS failure, count(*) AS messages
            FROM conversation v
            JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
            WHERE {within("v.opened_utc", "v.agency_id")} AND m.state = 'failed' GROUP BY coalesce(m.failure, '')
            """,
            *scope.values,
        )
    by_end = {row["ended"]: row["people"] for row in rows}
    people = sum(by_end.values())
    ends = pd.DataFrame([(END_WORDS[end], by_end.get(end, 0)) for end in ENDS], columns=["end", "people"])
    told = pd.DataFrame(
        [(FAILURES.get(row["failure"], OTHER_FAILURE), row["messages"]) for row in reasons],
        columns=["reason", "messages"],
    )
    summed = told.groupby("reason")["messages"].sum().reset_index()
    summed = summed.sort_values(["messages", "reason"], ascending=[False, True])
    lost = sum(by_end.get(end, 0) for end in ("unknown", "failed", "cancelled"))
    reached = by_end.get("answered", 0) + by_end.get("silent", 0)
    return NotReached(
        people, ends, summed.reset_index(drop=True), rate(lost, people), rate(by_end.get("silent", 0), reached)
    )


@dataclass(frozen=True, slots=True)
class Complaints:
    """What people held against it: complaints that a counselor recorded, STOP at once, furious answers.

    One conversation may be in several of them. `wrong_persons` had the number of somebody else.
    """

    conversations: int
    recorded: Rate
    stopped_at_once: Rate
    furious: Rate
    wrong_persons: Rate


def is_furious(column: str) -> str:
    """The condition, in SQL, that a text has angry words in it."""
    return " OR ".join(f"lower({column}) LIKE '%{word}%'" for word in _FURIOUS)


def complaints(database: Database, person: Person, scope: Scope) -> Complaints:
    """Over the conversations opened in the period whose first SMS was delivered."""
    scope = allowed(person, scope)
    furious = is_furious("r.body")
    row = database.one(
        f"""
        WITH reached AS (
            SELECT v.agency_id, v.conversation_id, v.state, m.settled_utc
            FROM conversation v
            JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
            WHERE {within("v.opened_utc", "v.agency_id")} AND m.state = 'delivered'
        ), said AS (
            SELECT w.agency_id, w.conversation_id,
                   bool_or(coalesce(r.corrected, r.reading) = 'stop' AND r.received_utc >= w.settled_utc
                       AND r.received_utc < w.settled_utc + INTERVAL '{AT_ONCE_MINUTES} minutes') AS stopped,
                   bool_or(coalesce(r.furious, {furious})) AS furious,
                   bool_or(coalesce(r.corrected, r.reading) = 'wrong_person') AS wrong
            FROM reached w
            JOIN reply r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
            GROUP BY w.agency_id, w.conversation_id
        )
        SELECT count(*) AS conversations,
               count(*) FILTER (WHERE EXISTS (SELECT 1 FROM thread_event e WHERE e.agency_id = w.agency_id
                   AND e.conversation_id = w.conversation_id AND e.kind = 'complaint')) AS recorded,
               count(*) FILTER (WHERE s.stopped) AS stopped,
               count(*) FILTER (WHERE s.furious) AS furious,
               count(*) FILTER (WHERE s.wrong OR w.state = 'wrong_person') AS wrong
        FROM reached w
        LEFT JOIN said s ON s.agency_id = w.agency_id AND s.conversation_id = w.conversation_id
        """,
        *scope.values,
    )
    assert row is not None
    base = row["conversations"]
    return Complaints(base, *(rate(row[name], base) for name in ("recorded", "stopped", "furious", "wrong")))


def wrong_readings(database: Database, person: Person, scope: Scope) -> pd.DataFrame:
    """Readings that a person changed, by pair, the most frequent first: `reading`, `meant`, `answers`, `acted`.

    `acted` are those of which the automaton had said something before the correction.
    """
    scope = allowed(person, scope)
    rows = database.rows(
        f"""
        SELECT r.reading, r.corrected AS meant, count(*) AS answers,
               count(*) FILTER (WHERE EXISTS (
                   SELECT 1 FROM message m WHERE m.agency_id = r.agency_id AND m.conversation_id = r.conversation_id
                   AND m.automatic AND m.claimed_utc > r.received_utc AND m.claimed_utc < r.corrected_utc
                   AND m.template NOT LIKE 'reminder %')) AS acted
        FROM reply r
        WHERE {within("r.received_utc", "r.agency_id")} AND r.corrected <> r.reading
        GROUP BY r.reading, r.corrected ORDER BY answers DESC, r.reading, meant
        """,
        *scope.values,
    )
    return pd.DataFrame(rows, columns=["reading", "meant", "answers", "acted"])


@dataclass(frozen=True, slots=True)
class Halts:
    """Campaigns of the period: all, those paused now, those stopped; times that an agency halted all sending."""

    campaigns: int
    paused: Rate
    stopped: Rate
    agency_halts: int


def halts(database: Database, person: Person, scope: Scope) -> Halts:
    """What was halted. A campaign that ended because its offer closed is not halted."""
    scope = allowed(person, scope)
    with database.read() as reader:
        row = reader.one(
            f"""
            SELECT count(*) AS campaigns, count(*) FILTER (WHERE c.state = 'paused') AS paused,
                   count(*) FILTER (WHERE c.state = 'stopped' AND NOT EXISTS (
                       SELECT 1 FROM offer_closing o WHERE o.agency_id = c.agency_id AND o.offer_id = c.offer_id)
                   ) AS stopped
            FROM campaign c WHERE {within("c.launched_utc", "c.agency_id")}
            """,
            *scope.values,
        )
        halted = reader.value(
            f"SELECT count(*) FROM journal WHERE act = 'sending stopped' AND {within('happened_utc')}", *scope.values
        )
    assert row is not None
    base = row["campaigns"]
    return Halts(base, rate(row["paused"], base), rate(row["stopped"], base), int(halted))
