"""What stands on the sandbox's phones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Database, Row


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone of the sandbox: its number, and its latest SMS. `unread` means that nobody wrote on it since."""

    number: str
    latest: str
    latest_utc: datetime
    unread: bool
    count: int


def threads(database: Database, limit: int) -> list[Phone]:
    """The phones that ever received or wrote something, the liveliest first."""
    rows = database.rows(
        """
        SELECT phone, count(*) AS n, max(happened_utc) AS latest_utc,
               max(happened_utc) FILTER (WHERE outgoing) AS wrote_utc
        FROM sandbox_sms GROUP BY phone ORDER BY latest_utc DESC, phone LIMIT $1
        """,
        limit,
    )
    latest = {
        row["phone"]: row["body"]
        for row in database.rows(
            """
            SELECT s.phone, s.body FROM sandbox_sms s
            JOIN (SELECT phone, max(happened_utc) AS latest_utc FROM sandbox_sms GROUP BY phone) l
            ON l.phone = s.phone AND l.latest_utc = s.happened_utc
            WHERE s.phone = ANY($1::TEXT[])
            """,
            [row["phone"] for row in rows],
        )
    }
    return [
        Phone(
            row["phone"],
            latest.get(row["phone"], ""),
            row["latest_utc"],
            row["wrote_utc"] is None or row["wrote_utc"] < row["latest_utc"],
            row["n"],
        )
        for row in rows
    ]


def thread(database: Database, phone: str) -> list[Row]:
    """The SMS of one phone, oldest first: `outgoing` (written on it), `body`, `happened_utc`."""
    return database.rows(
        "SELECT outgoing, body, happened_utc FROM sandbox_sms WHERE phone = $1 ORDER BY happened_utc, sms_id", phone
    )


def thread_of_each(database: Database, phones: list[str]) -> dict[str, list[Row]]:
    """The same of several phones, in one question."""
    found: dict[str, list[Row]] = {phone: [] for phone in phones}
    for row in database.rows(
        "SELECT phone, outgoing, body, happened_utc FROM sandbox_sms WHERE phone = ANY($1::TEXT[]) "
        "ORDER BY phone, happened_utc, sms_id",
        phones,
    ):
        found[row["phone"]].append(row)
    return found


def written_after(database: Database, last_id: str, limit: int = 100) -> list[Row]:
    """What was typed on all phones after that SMS ("0" for everything), the oldest first."""
    return database.rows(
        """
        SELECT s.sms_id, s.phone, s.body, s.happened_utc
        FROM sandbox_sms s LEFT JOIN sandbox_sms l ON l.sms_id = $1
        WHERE s.outgoing AND ($1 = '0' OR s.happened_utc > l.happened_utc
                              OR (s.happened_utc = l.happened_utc AND s.sms_id > l.sms_id))
        ORDER BY s.happened_utc, s.sms_id LIMIT $2
        """,
        last_id,
        limit,
    )


def owners(database: Database, agency_id: UUID, phones: list[str]) -> dict[str, str]:
    """Who has which number, as far as the agency knows them."""
    rows = database.rows(
        "SELECT phone, first_name, last_name FROM candidate WHERE agency_id = $1 AND phone = ANY($2::TEXT[]) "
        "ORDER BY candidate_id DESC",
        agency_id,
        phones,
    )
    return {row["phone"]: f"{row['first_name']} {row['last_name']}" for row in rows}
