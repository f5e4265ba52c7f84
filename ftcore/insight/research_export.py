"""Data for researchers: pseudonymised rows of conversations and of people, with a dictionary, in a zip.

No name, number, text or instant. What others may know of a person (where, which occupation, when) is coarsened
until at least k people share it, or the row is left out. Keys are a keyed hash (HMAC-SHA256) under a salt that is
drawn for the export and forgotten with it: two exports have no key in common and cannot be joined by one.

The two tables cannot be joined either: rows of one person in several conversations would together say more of
them than each class does.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
import zipfile
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import pandas as pd

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.insight.anonymity import Anonymous, Stage, anonymise
from ftcore.insight.metrics import WINDOW_HOURS
from ftcore.insight.research_dictionary import CONVERSATION_COLUMNS, PEOPLE_COLUMNS, dictionary, readme
from ftcore.insight.scope import Scope, within
from ftcore.insight.wording import paris
from ftcore.model import Person
from ftcore.outreach.arms import held
from ftcore.spreadsheet import harmless
from ftcore.trust import access, journal

SMALLEST_K, LARGEST_K = 5, 50
MOST_ROWS = 500_000
CONVERSATION_QUASI = ("department", "occupation", "period")
PEOPLE_QUASI = ("department", "occupation", "approaches")


@dataclass(frozen=True, slots=True)
class Export:
    """The zip, and what the anonymity cost: rows published and suppressed of each table."""

    content: bytes
    name: str
    k: int
    conversations: Anonymous
    people: Anonymous


def export(
    database: Database, person: Person, scope: Scope, k: int, now: datetime, salt: bytes | None = None
) -> Export:
    """Make the export of the period and write it into the journal. `salt` is for tests; else it is drawn and forgotten.

    Raises NotAllowed unless the person is an evaluator, FtError for a k out of bounds or for too much data.
    """
    access.require(person, "export for research")
    if not SMALLEST_K <= k <= LARGEST_K:
        raise FtError(f"Choisissez un nombre de personnes entre {SMALLEST_K} et {LARGEST_K}.")
    rows = _rows(database, scope, now)
    if len(rows) > MOST_ROWS:
        raise FtError("Cette période compte trop d'échanges pour un seul export : choisissez-en une plus courte.")
    regions = {row["code"]: row["region"] for row in database.rows("SELECT code, region FROM department")}
    conversations = conversations_table(rows, k, regions)
    people = people_table(rows, k, regions)
    key = salt or secrets.token_bytes(32)
    export_id = uuid4()
    content = _zip(_keyed(conversations.rows, key, "conversation_id", CONVERSATION_COLUMNS),
                   _keyed(people.rows, key, "phone", PEOPLE_COLUMNS), k, scope, conversations, people)  # fmt: skip
    journal_detail = (
        f"k {k}, {scope.since} to {scope.until}, {len(conversations.rows)} conversations "
        f"({conversations.suppressed} suppressed), {len(people.rows)} people ({people.suppressed} suppressed)"
    )

    def write(tx: Transaction) -> None:
        journal.record(tx, person.agency_id, person.person_id, "research export", export_id, now, journal_detail)

    database.transact(write)
    return Export(content, f"recherche-{export_id}.zip", k, conversations, people)


def _rows(database: Database, scope: Scope, now: datetime) -> pd.DataFrame:
    """One row a conversation that was approached, with what identifies it: never published as it is.

    Those drawn for a comparison whose result is not out yet are left out: nobody peeks.
    """
    rows = database.rows(
        f"""
        WITH answer AS (
            SELECT r.agency_id, r.conversation_id, min(r.received_utc) AS first_utc, count(*) AS answers,
                   min(r.received_utc) FILTER (WHERE coalesce(r.corrected, r.reading) <> 'stop') AS replied_utc,
                   bool_or(coalesce(r.corrected, r.reading) = 'stop') AS stopped
            FROM reply r WHERE r.expecting IS DISTINCT FROM 'satisfaction'
            GROUP BY r.agency_id, r.conversation_id
        ), checked AS (
            SELECT agency_id, conversation_id, count(*) AS asked, count(*) FILTER (WHERE met = 'met') AS met,
                   count(*) FILTER (WHERE met = 'not_met') AS not_met
            FROM prerequisite_check GROUP BY agency_id, conversation_id
        )
        SELECT v.conversation_id, v.phone, a.department, o.occupation_code AS occupation, v.opened_utc,
               m.state AS message_state, m.settled_utc, v.interest, v.state, v.verdict, v.reminded_utc,
               v.taken_over_utc, r.replied_utc, coalesce(r.stopped, false) AS stopped,
               coalesce(c.asked, 0) AS asked, coalesce(c.met, 0) AS met, coalesce(c.not_met, 0) AS not_met
        FROM conversation v
        JOIN agency a ON a.agency_id = v.agency_id
        JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
        LEFT JOIN answer r ON r.agency_id = v.agency_id AND r.conversation_id = v.conversation_id
        LEFT JOIN checked c ON c.agency_id = v.agency_id AND c.conversation_id = v.conversation_id
        WHERE {within("v.opened_utc", "v.agency_id")} AND NOT ({held("$5::TIMESTAMP")})
        LIMIT {MOST_ROWS + 1}
        """,
        *scope.values,
        now,
    )
    return _outcomes(pd.DataFrame(rows, columns=_RAW))


_RAW = ["conversation_id", "phone", "department", "occupation", "opened_utc", "message_state", "settled_utc",
        "interest", "state", "verdict", "reminded_utc", "taken_over_utc", "replied_utc", "stopped", "asked", "met",
        "not_met"]  # fmt: skip


def _outcomes(raw: pd.DataFrame) -> pd.DataFrame:
    """What happened, as it may be published: yes or no, and waits in bands; and the day, not to be published."""
    rows = raw[["conversation_id", "phone", "department", "occupation"]].copy()
    rows["day"] = [paris(instant).date() for instant in raw["opened_utc"]]
    waited = [_hours(late, early) for late, early in zip(raw["replied_utc"], raw["settled_utc"], strict=True)]
    delivered = raw["message_state"] == "delivered"
    rows["delivered"] = delivered
    rows["replied"] = [
        bool(arrived and hours is not None and hours < WINDOW_HOURS)
        for arrived, hours in zip(delivered, waited, strict=True)
    ]
    rows["first_reply"] = [
        _band(hours) if replied else "" for hours, replied in zip(waited, rows["replied"], strict=True)
    ]
    rows["interest"] = raw["interest"].fillna("unknown")
    rows["opted_out"] = raw["stopped"].astype(bool)
    rows["reminded"] = raw["reminded_utc"].notna()
    rows["by_hand"] = raw["taken_over_utc"].notna()
    rows["prerequisites"] = [
        "none" if not asked else "not met" if no else "all met" if met == asked else "unknown"
        for asked, met, no in zip(raw["asked"], raw["met"], raw["not_met"], strict=True)
    ]
    rows["handed_over"] = raw["state"] == "interested"
    rows["verdict"] = raw["verdict"].fillna("none")
    return rows


def _hours(late: datetime | None, early: datetime | None) -> float | None:
    if late is None or early is None or pd.isna(late) or pd.isna(early):
        return None
    return (late - early).total_seconds() / 3_600


def _band(hours: float | None) -> str:
    edges = ((1, "under 1 h"), (5, "1 to 5 h"), (24, "5 to 24 h"), (WINDOW_HOURS, "1 to 3 days"))
    return next((word for edge, word in edges if hours is not None and hours < edge), "")


def conversations_table(rows: pd.DataFrame, k: int, regions: dict[str, str]) -> Anonymous:
    """Conversations, k-anonymous by department, occupation and period, in distinct people (by their number)."""

    def stage(where: str, occupation: int, period: str) -> Stage:
        return lambda left: pd.DataFrame(
            {
                "department": _where(left["department"], where, regions),
                "occupation": _coarser(left["occupation"], occupation),
                "period": [_period(day, period) for day in left["day"]],
            },
            index=left.index,
        )

    stages = [
        stage("department", 5, "week"),
        stage("department", 3, "week"),
        stage("department", 5, "month"),
        stage("department", 3, "month"),
        stage("department", 1, "month"),
        stage("department", 1, "quarter"),
        stage("region", 1, "quarter"),
        stage("region", 0, "quarter"),
        stage("country", 0, "year"),
    ]
    return anonymise(rows, CONVERSATION_QUASI, "phone", stages, k)


def people_table(rows: pd.DataFrame, k: int, regions: dict[str, str]) -> Anonymous:
    """People, each once: where and for which occupation they were first approached, how often, what came of it."""
    ordered = rows.sort_values(["phone", "day", "conversation_id"])
    grouped = ordered.groupby("phone", sort=False)
    people = grouped[["department", "occupation"]].first().reset_index()
    people["times"] = grouped.size().to_numpy()
    people["answered"] = grouped["replied"].any().to_numpy()
    people["opted_out"] = grouped["opted_out"].any().to_numpy()
    people["handed_over"] = grouped["handed_over"].any().to_numpy()
    people["introduced"] = (ordered["verdict"] == "introduced").groupby(ordered["phone"], sort=False).any().to_numpy()

    def stage(where: str, occupation: int, most: int) -> Stage:
        return lambda left: pd.DataFrame(
            {
                "department": _where(left["department"], where, regions),
                "occupation": _coarser(left["occupation"], occupation),
                "approaches": [str(times) if times < most else f"{most} or more" for times in left["times"]],
            },
            index=left.index,
        )

    stages = [
        stage("department", 3, 4),
        stage("department", 3, 2),
        stage("department", 1, 2),
        stage("region", 1, 2),
        stage("region", 0, 1),
        stage("country", 0, 1),
    ]
    return anonymise(people, PEOPLE_QUASI, "phone", stages, k)


def _where(departments: pd.Series, level: str, regions: dict[str, str]) -> list[str]:
    if level == "department":
        return [str(code) or "—" for code in departments]
    if level == "region":
        return [regions.get(str(code), "—") for code in departments]
    return ["France"] * len(departments)


def _coarser(codes: pd.Series, letters: int) -> list[str]:
    """The first letters of a ROME code: 5 the occupation, 3 the domain, 1 the large domain, 0 any."""
    if letters == 0:
        return ["*"] * len(codes)
    return [(code[:letters] + ("" if letters == 5 else "*")) if isinstance(code, str) else "—" for code in codes]


def _period(day: datetime, level: str) -> str:
    year, week, _ = day.isocalendar()
    if level == "week":
        return f"{year}-W{week:02d}"
    if level == "month":
        return f"{day:%Y-%m}"
    return f"{day.year}-Q{(day.month + 2) // 3}" if level == "quarter" else str(day.year)


def _keyed(rows: pd.DataFrame, salt: bytes, identity: str, columns: dict[str, str]) -> pd.DataFrame:
    """The columns that are published, with a key in place of what identifies, in the order of the keys."""
    keyed = rows.assign(key=[_pseudonym(salt, identity, value) for value in rows[identity]])
    return keyed[list(columns)].sort_values("key").reset_index(drop=True)


def _pseudonym(salt: bytes, kind: str, value: UUID | str) -> str:
    return hmac.new(salt, f"{kind} {value}".encode(), hashlib.sha256).hexdigest()[:20]


def _zip(
    conversations: pd.DataFrame,
    people: pd.DataFrame,
    k: int,
    scope: Scope,
    told: Anonymous,
    told_people: Anonymous,
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in (("conversations", conversations), ("people", people)):
            archive.writestr(f"{name}.csv", table.map(harmless).to_csv(index=False).encode())
            parquet = io.BytesIO()
            table.to_parquet(parquet, index=False)
            archive.writestr(f"{name}.parquet", parquet.getvalue())
        archive.writestr("dictionary.json", json.dumps(dictionary(), ensure_ascii=False, indent=2))
        counts = {
            "conversations": (len(conversations), told.suppressed),
            "people": (len(people), told_people.suppressed),
        }
        archive.writestr("LISEZMOI.txt", readme(k, scope, counts))
    return out.getvalue()
