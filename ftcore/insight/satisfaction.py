"""Are people content? Thumbs of counselors, and what job seekers answered, 1 to 5, to one question by SMS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pandas as pd

from ftcore.database import Database, Transaction
from ftcore.insight.metrics import FEW, Rate, rate
from ftcore.insight.scope import Scope, allowed, within
from ftcore.model import Person
from ftcore.trust import access

# A note of 4 or 5 is content; 1 and 2 are not.
CONTENT = 4
ABOUT = {
    "offer": "Offre rédigée",
    "sms": "SMS rédigé",
    "email_candidate": "E-mail à un candidat",
    "email_employer": "E-mail à un employeur",
    "summary": "Synthèse",
    "rewrite": "Texte réécrit",
    "compare": "Comparaison",
    "free": "Conversation libre",
    "ranking": "Personnes proposées",
    "answer": "Réponse proposée dans un échange",
}


def thumbs(database: Database, person: Person, scope: Scope) -> pd.DataFrame:
    """Thumbs by what they are about: `about`, `up`, `given`, over the whole scope; no counselor is told apart."""
    scope = allowed(person, scope)
    rows = database.rows(
        f"""
        SELECT c.task AS about, count(*) FILTER (WHERE t.rating = 'up') AS up, count(*) AS given
        FROM chat_turn t JOIN chat c ON c.agency_id = t.agency_id AND c.chat_id = t.chat_id
        WHERE {within("t.created_utc", "t.agency_id")} AND t.rating IS NOT NULL GROUP BY c.task
        UNION ALL
        SELECT about, count(*) FILTER (WHERE up), count(*) FROM thumb WHERE {within("given_utc")} GROUP BY about
        """,
        *scope.values,
    )
    table = pd.DataFrame(rows, columns=["about", "up", "given"]).groupby("about", as_index=False).sum()
    return table.sort_values(["given", "about"], ascending=[False, True]).reset_index(drop=True)


def give_thumb(database: Database, person: Person, about: str, up: bool, now: datetime) -> None:
    """Keep a counselor's thumb; who gave it is not kept."""
    access.require(person, "see candidates")

    def write(tx: Transaction) -> None:
        row = {"agency_id": person.agency_id, "thumb_id": uuid4(), "about": about, "up": up, "given_utc": now}
        tx.insert("thumb", [row])

    database.transact(write)


@dataclass(frozen=True, slots=True)
class Seekers:
    """What job seekers said: how many were asked, who answered, the marks, their mean, the share of 4 and 5."""

    asked: int
    answered: Rate
    scores: dict[int, int]
    mean: float | None
    content: Rate


def seekers(database: Database, person: Person, scope: Scope) -> Seekers:
    """The questions asked in the period. The mean is empty under ten answers."""
    scope = allowed(person, scope)
    rows = database.rows(
        f"SELECT score, count(*) AS people FROM satisfaction WHERE {within('asked_utc')} GROUP BY score", *scope.values
    )
    by_score = {row["score"]: row["people"] for row in rows}
    asked = sum(by_score.values())
    scores = {score: by_score.get(score, 0) for score in range(1, 6)}
    given = sum(scores.values())
    mean = sum(score * people for score, people in scores.items()) / given if given >= FEW else None
    content = sum(people for score, people in scores.items() if score >= CONTENT)
    return Seekers(asked, rate(given, asked), scores, mean, rate(content, given))
