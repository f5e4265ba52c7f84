"""The town of the SMS tests, for what is kept and forgotten of its people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from ftcore.database import Database
from ftcore.database.copy import TABLES
from ftcore.drafting import chats
from ftcore.drafting.chats import Outcome
from ftcore.insight import outcomes
from ftcore.model import Met, Person, Role, Verdict
from ftcore.outreach import takeover, threads
from ftcore.trust import number_keys
from tests.outreach.conftest import Town, town

__all__ = ["town"]

NAME, NUMBER = ("Zénobie", "Québrantou"), "+33639981777"
# Each stands in one place only, and in no program text.
TEXTS = ("planté-reponse", "planté-note", "planté-motif", "planté-main", "planté-banc")


@pytest.fixture
def database(fresh_database: Any) -> Iterator[Database]:
    base: Database = fresh_database()
    base.number_key = b"a key of this test run, long enough"
    yield base
    base.number_key = None


@pytest.fixture
def lead(town: Town) -> Person:
    return replace(town.counselor, person_id="lead", role=Role.TEAM_LEAD)


@pytest.fixture
def administrator(town: Town) -> Person:
    return replace(town.counselor, person_id="admin", role=Role.ADMINISTRATOR)


def plant(town: Town) -> UUID:
    """Somebody who has left traces everywhere that the program offers; others beside them."""
    (who,) = town.people(first_name=NAME[0], last_name=NAME[1], phone=NUMBER, external_id="DE-PLANTE-1")
    others = town.people(3)
    town.database.transact(
        lambda tx: tx.insert(
            "candidate_trait",
            [{"agency_id": town.counselor.agency_id, "candidate_id": who, "sex": "f", "birth_year": 1990}],
        )
    )
    town.launch([who, *others])
    town.accepted()
    for row in town.messages():
        town.reports(row["gateway_id"], "Success", row["phone"])
    town.writes(NUMBER, f"Oui, c'est la CNIL que je préviens, {TEXTS[0]}")
    town.writes(town.phone(others[0]), "non merci, mais voyez Zenobie  QUEBRANTOU au 06 39 98 17 77")
    talk = of(town, who)
    lead = town.counselor
    threads.correct(town.database, lead, reply_of(town, talk), threads.Answer.YES, town.now)
    takeover.take_over(town.database, lead, talk, town.now)
    takeover.write_by_hand(town.database, lead, talk, f"Bonjour, {TEXTS[3]}", None, town.now)
    town.accepted()
    takeover.note(town.database, lead, talk, f"Rappeler : {TEXTS[1]}", town.now)
    threads.decide(town.database, lead, talk, Verdict.NOT_RETAINED, TEXTS[2], town.now)
    takeover.note(town.database, lead, of(town, others[1]), "amie de Mme Québrantou (+33 (0)6 39 98 17 77)", town.now)
    chat = chats.start(town.database, lead, "sms", [("Vos notes", "Écrire à Zénobie Québrantou, DE-PLANTE-1")], "",
                       town.now)  # fmt: skip
    chats.answered(town.database, lead, chat, f"Bonjour Zénobie, au {NUMBER} ?", Outcome.COMPLETE, "sms/1", "essai",
                   town.now)  # fmt: skip
    town.database.transact(
        lambda tx: tx.insert(
            "sandbox_sms",
            [{"sms_id": "s1", "phone": NUMBER, "outgoing": True, "body": TEXTS[4], "happened_utc": town.now}],
        )
    )
    town.writes(NUMBER, "STOP")
    while outcomes.refresh(town.database):
        pass
    return who


def of(town: Town, candidate_id: UUID) -> UUID:
    """The person's latest conversation."""
    return town.database.value(
        "SELECT conversation_id FROM conversation WHERE candidate_id = $1 ORDER BY opened_utc DESC LIMIT 1",
        candidate_id,
    )


def reply_of(town: Town, conversation_id: UUID) -> UUID:
    return town.database.value("SELECT reply_id FROM reply WHERE conversation_id = $1 LIMIT 1", conversation_id)


def holding(database: Database, *words: str) -> list[tuple[str, str, str]]:
    """Every column of text of every table that holds one of these words: (table, column, word)."""
    columns = database.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema IN ('main', 'public') "
        "AND (data_type ILIKE '%char%' OR data_type ILIKE '%text%' OR data_type ILIKE '%json%' OR data_type = 'ARRAY')"
    )
    found = []
    for column in columns:
        table, name = column["table_name"], column["column_name"]
        for row in database.rows(f"SELECT CAST({name} AS TEXT) AS held FROM {table} WHERE {name} IS NOT NULL"):
            found += [(table, name, word) for word in words if word.lower() in row["held"].lower()]
    return found


__all__ += ["TABLES", "Met", "number_keys"]
