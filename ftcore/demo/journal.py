"""The journal of the eight weeks: one entry for each act of the invented history, as the program would have written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter

from ftcore.database import Row, Transaction
from ftcore.outreach import replies
from ftcore.trust import journal


def write(tx: Transaction, tables: Mapping[str, list[Row]]) -> None:
    """Record what `tables` tell of, in the order of time; the entries of "journal" lack only their places."""
    for entry in sorted((*tables["journal"], *_acts(tables)), key=itemgetter("now")):
        journal.record(tx, **entry)


def _acts(tables: Mapping[str, list[Row]]) -> Iterator[Row]:
    threads = {row["conversation_id"]: row for row in tables["conversation"]}
    people: dict[object, int] = {}
    campaigns = {row["campaign_id"]: row for row in tables["campaign"]}
    for row in threads.values():
        people[row["campaign_id"]] = people.get(row["campaign_id"], 0) + 1
        actor = campaigns[row["campaign_id"]]["launched_by"]
        yield _entry(row, actor, "person contacted", row["campaign_id"], row["opened_utc"]) | {
            "reason": "chosen by hand",
            "verdict": "chosen",
        }
        if row["verdict"] is not None:
            yield _entry(row, row["verdict_by"], "verdict", row["conversation_id"], row["verdict_utc"]) | {
                "detail": row["verdict"],
                "verdict": row["verdict"],
                "reason": f"in the thread ({len(row['verdict_reason'])} characters)" if row["verdict_reason"] else "",
            }
    for row in campaigns.values():
        yield {
            "agency_id": row["agency_id"],
            "actor": row["launched_by"],
            "act": "campaign launched",
            "subject": row["campaign_id"],
            "now": row["launched_utc"],
            "detail": f"{people.get(row['campaign_id'], 0)} people",
        }
    for row in tables["reply"]:
        thread = threads[row["conversation_id"]]
        is_stop = row["reading"] == "stop"
        act, subject = ("opt-out", row["conversation_id"]) if is_stop else ("reply read", row["reply_id"])
        yield _entry(thread, journal.AUTOMATON, act, subject, row["received_utc"]) | {
            "detail": "sms" if is_stop else f"{row['reading']}, {row['confidence'] or 0:.0%} sure",
            "automaton": "opt-outs" if is_stop else "reader",
            "model": None if is_stop else replies.mark(),
        }


def _entry(thread: Row, actor: str, act: str, subject: object, now: object) -> Row:
    return {
        "agency_id": thread["agency_id"],
        "actor": actor,
        "act": act,
        "subject": subject,
        "now": now,
        "person": thread["candidate_id"],
    }
