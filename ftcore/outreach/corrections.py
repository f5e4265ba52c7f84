"""What counselors read otherwise than the machine, kept as labelled examples without what names anybody."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.model import Answer
from ftcore.spreadsheet import harmless

COLUMNS = ("text", "answer", "read_as", "corrected_on")

_MAIL = re.compile(r"\S+@\S+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# A telephone, social security or account number; a date, a pay or an hour is shorter.
_NUMBER = re.compile(r"\+?\d(?:[ .-]?\d){6,}")
# "je m'appelle Karim Benali", "c'est Mme Durand": names that are not the candidate's own.
_NAMED = re.compile(
    r"(?P<cue>\b(?:m'appelle|m’appelle|suis pas|suis|c'est|c’est|monsieur|madame|mme|mr|m\.|cordialement,?)\s+)"
    r"(?P<name>[A-ZÀ-Ý][a-zà-ÿ]+(?:[ -][A-ZÀ-Ý][a-zà-ÿ]+)*)",
    re.IGNORECASE,
)


def masked(body: str, names: tuple[str, ...]) -> str:
    """The message without addresses, long numbers, the candidate's names and names that are announced as such."""
    text = _NUMBER.sub("[numéro]", _LINK.sub("[lien]", _MAIL.sub("[adresse]", body)))
    for name in names:
        if len(name) > 1:
            text = re.sub(rf"\b{re.escape(name)}\b", "[nom]", text, flags=re.IGNORECASE)
    return _NAMED.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    # The cue may be in any case, a name begins with a capital.
    return f"{found['cue']}[nom]" if found["name"][0].isupper() else found[0]


def keep(tx: Transaction, agency_id: UUID, reply_id: UUID, row: Row, answer: Answer, now: datetime) -> None:
    """Keep the corrected message; a correction of the correction takes its place, and going back takes it away."""
    tx.execute("DELETE FROM reply_example WHERE agency_id = $1 AND reply_id = $2", agency_id, reply_id)
    if answer.value == row["reading"]:
        return
    tx.insert(
        "reply_example",
        [
            {
                "agency_id": agency_id,
                "reply_id": reply_id,
                "body": masked(row["body"], (row["first_name"], row["last_name"])),
                "reading": row["reading"],
                "answer": answer.value,
                "corrected_utc": now,
            }
        ],
    )


def export(database: Database, file: Path) -> int:
    """Write the examples of all agencies, oldest first and without saying whose; gives how many."""
    rows = database.rows(
        "SELECT body, answer, reading, corrected_utc FROM reply_example ORDER BY corrected_utc, reply_id"
    )
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(
            (harmless(r["body"]), r["answer"], r["reading"], r["corrected_utc"].date().isoformat()) for r in rows
        )
    return len(rows)
