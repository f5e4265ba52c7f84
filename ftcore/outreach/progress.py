"""How far a campaign is, as the ledger has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.model import Campaign, CampaignState, ConversationState, MessageState, Person
from ftcore.trust import access


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the opening messages of a campaign are, as the ledger has it."""

    campaign: Campaign
    by_state: dict[MessageState, int]
    by_answer: dict[ConversationState, int]
    next_leaves_utc: datetime | None
    pause_reason: str | None

    def count(self, *states: MessageState) -> int:
        return sum(self.by_state.get(state, 0) for state in states)


def progress(database: Database, person: Person, campaign_id: UUID) -> Progress | None:
    """The live progress of one campaign of the person's agency, or None if there is no such campaign."""
    access.require(person, "read conversations")
    with database.read() as reader:
        row = reader.one(
            "SELECT * FROM campaign WHERE agency_id = $1 AND campaign_id = $2", person.agency_id, campaign_id
        )
        if row is None:
            return None
        states = reader.rows(
            """
            SELECT state, count(*) AS n, min(not_before_utc) FILTER (WHERE state = 'queued') AS leaves
            FROM message WHERE agency_id = $1 AND campaign_id = $2 AND opening GROUP BY state
            """,
            person.agency_id,
            campaign_id,
        )
        answers = reader.rows(
            "SELECT state, count(*) AS n FROM conversation WHERE agency_id = $1 AND campaign_id = $2 GROUP BY state",
            person.agency_id,
            campaign_id,
        )
        people = people_of(reader, person.agency_id, campaign_id)
    leaves = [s["leaves"] for s in states if s["leaves"] is not None]
    return Progress(
        campaign_of(row, people),
        {MessageState(s["state"]): s["n"] for s in states},
        {ConversationState(a["state"]): a["n"] for a in answers},
        min(leaves) if leaves else None,
        row["pause_reason"],
    )


def people_of(tx: Transaction, agency_id: UUID, campaign_id: UUID) -> int:
    """With how many people a campaign has a conversation."""
    return int(
        tx.value(
            "SELECT count(*) FROM conversation WHERE agency_id = $1 AND campaign_id = $2",
            agency_id,
            campaign_id,
        )
    )


def campaign_of(row: Row, people: int) -> Campaign:
    """A campaign from its row."""
    return Campaign(
        agency_id=row["agency_id"],
        campaign_id=row["campaign_id"],
        offer_id=row["offer_id"],
        state=CampaignState(row["state"]),
        launched_utc=row["launched_utc"],
        launched_by=row["launched_by"],
        people=people,
    )
