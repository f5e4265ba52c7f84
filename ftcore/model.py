"""The vocabulary: frozen dataclasses and enums, with no behaviour beyond their own validity.

Instants are naive UTC everywhere below the screens; they are converted when shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class OfferSource(StrEnum):
    """How an offer came in."""

    NOTES = "notes"
    FORM = "form"
    FILE = "file"
    DEMO = "demo"


class PayUnit(StrEnum):
    HOUR = "hour"
    MONTH = "month"
    YEAR = "year"


class Answer(StrEnum):
    """What an answer means. `UNCLEAR` waits for a person: doubt is never settled by a machine."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    QUESTION = "question"
    CALLBACK = "callback"
    STOP = "stop"
    WRONG_PERSON = "wrong_person"
    UNCLEAR = "unclear"


class Expecting(StrEnum):
    """What the last automatic message asked: a bare "lundi" answers one question and not another."""

    INTEREST = "interest"
    AVAILABILITY = "availability"
    PREREQUISITE = "prerequisite"


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, read. `confidence` is 0..1; `evidence` is the words that decided, folded, or a reason in French.

    `has_question` says that something was asked beside the answer. `available_from` is the first day
    that the person names.
    """

    answer: Answer
    has_question: bool = False
    available_from: date | None = None
    confidence: float = 1.0
    evidence: str = ""


class MessageState(StrEnum):
    """The life of one outgoing SMS. The order is `STATE_ORDER`; a state only moves forward."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    SUBMITTED = "submitted"
    BUFFERED = "buffered"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL_STATES = frozenset({MessageState.DELIVERED, MessageState.FAILED, MessageState.CANCELLED})

# Every final state has the same rank: the first final wins, a different second one raises a flag.
STATE_ORDER: dict[MessageState, int] = {
    MessageState.QUEUED: 0,
    MessageState.CLAIMED: 1,
    MessageState.UNKNOWN: 2,
    MessageState.ACCEPTED: 3,
    MessageState.SENT: 4,
    MessageState.SUBMITTED: 5,
    MessageState.BUFFERED: 6,
    MessageState.DELIVERED: 9,
    MessageState.FAILED: 9,
    MessageState.CANCELLED: 9,
}


class ConversationState(StrEnum):
    """Where one person stands for one offer."""

    WAITING = "waiting"  # for an answer to the first message
    AVAILABILITY = "availability"  # said yes, was asked from when
    PREREQUISITE = "prerequisite"  # is being asked what the offer demands
    INTERESTED = "interested"  # handed over: to be called
    DECLINED = "declined"
    NEEDS_HUMAN = "needs_human"
    UNCLEAR = "unclear"
    WRONG_PERSON = "wrong_person"
    STOPPED = "stopped"
    UNREACHED = "unreached"
    CLOSED = "closed"  # without an answer after the reminder, or with the offer


class Met(StrEnum):
    """Whether a prerequisite is met, by what the person wrote or a counselor noted. Unknown is not no."""

    UNKNOWN = "unknown"
    MET = "met"
    NOT_MET = "not_met"


class CampaignState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class Verdict(StrEnum):
    """What the counselor decided after the answers. Decisions are a person's, never a machine's."""

    RETAINED = "retained"
    TO_SEE = "to_see"
    INTRODUCED = "introduced"
    CALLED_BACK = "called_back"
    NOT_RETAINED = "not_retained"
    CLOSED = "closed"


class Role(StrEnum):
    COUNSELOR = "counselor"
    TEAM_LEAD = "team_lead"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: a member of staff."""

    person_id: str
    name: str
    role: Role
    agency_id: UUID


@dataclass(frozen=True, slots=True)
class Occupation:
    """A ROME occupation (métier)."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is. `insee` is None when only the department is known: distances are then rough."""

    name: str
    department: str
    insee: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Pay:
    """Gross pay in euros; `high` is None when a single amount is given."""

    low: float
    unit: PayUnit
    high: float | None = None


class Demand(StrEnum):
    """How much an offer insists on a prerequisite. Only a blocking one may ever exclude anybody."""

    BLOCKING = "blocking"
    FLEXIBLE = "flexible"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """Something that people are asked before they are put forward, in the words of the offer."""

    text: str
    demand: Demand


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a field of an offer comes from: `words` stand at `start:end` of the text that was read."""

    field: str
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A job offer as the counselor saved it. `start` and `contract_end` are its first and last day."""

    agency_id: UUID
    offer_id: UUID
    title: str
    description: str
    occupation: Occupation | None
    place: Place | None
    source: OfferSource
    created_utc: datetime
    external_id: str | None = None
    skills_required: tuple[str, ...] = ()
    skills_desired: tuple[str, ...] = ()
    contract: str | None = None
    weekly_hours: float | None = None
    pay: Pay | None = None
    pay_text: str | None = None
    experience_years: float | None = None
    licences: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    start: date | None = None
    openings: int = 1
    employer: str | None = None
    tasks: tuple[str, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    contract_end: date | None = None
    schedule: str | None = None
    diplomas: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job seeker. None means unknown, and unknown is not no."""

    agency_id: UUID
    candidate_id: UUID
    external_id: str
    first_name: str
    last_name: str
    phone: str
    occupation: str | None
    skills: tuple[str, ...] = ()
    experience_years: float | None = None
    commune: str | None = None
    department: str | None = None
    lat: float | None = None
    lon: float | None = None
    mobility_km: float | None = None
    available_from: date | None = None
    licences: tuple[str, ...] | None = None
    contracts: tuple[str, ...] | None = None
    working_time: str | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a rank: the part of the score it explains (0..1) and a sentence in French."""

    criterion: str
    part: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate for an offer: the score (0..1) of what is known, and how much is known (0..1).

    One reason a criterion; the parts add up to the score. `why`, `missing` and `to_ask` are the three
    short lists that a counselor reads. `proposed` counts the approaches of the last 30 days.
    """

    candidate: Candidate
    score: float
    reasons: tuple[Reason, ...]
    confidence: float = 1.0
    distance_km: float | None = None
    why: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    to_ask: tuple[str, ...] = ()
    proposed: int = 0


@dataclass(frozen=True, slots=True)
class Campaign:
    """The SMS conversations opened for one offer at one launch."""

    agency_id: UUID
    campaign_id: UUID
    offer_id: UUID
    state: CampaignState
    launched_utc: datetime
    launched_by: str
    people: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One outgoing SMS."""

    agency_id: UUID
    message_id: UUID
    conversation_id: UUID
    body: str
    parts: int
    state: MessageState
    queued_utc: datetime
    not_before_utc: datetime
    automatic: bool = True
    author: str | None = None
    settled_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One incoming SMS with its reading; `body` is always the original text."""

    agency_id: UUID
    reply_id: UUID
    conversation_id: UUID
    received_utc: datetime
    body: str
    reading: Answer
    rule: str
    corrected: Answer | None = None

    @property
    def meaning(self) -> Answer:
        """The reading that counts: a person's correction before the rule's."""
        return self.corrected or self.reading


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A field of an imported record that could not be read or carried, with the reason in French."""

    record: str
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of an import that was rejected: its line in the file, the column, the value, the reason."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `unchanged` rows were already there with the same content."""

    added: int
    updated: int
    unchanged: int
    rejected: tuple[BadRow, ...] = field(default=())
    # Rejected rows beyond those that `rejected` speaks of: a report does not grow without end.
    unlisted: int = 0
    # People whom a complete list does not name any more.
    left: int = 0

    @property
    def rejected_lines(self) -> int:
        """How many rows were rejected; one may have several faults."""
        return len({bad.line for bad in self.rejected}) + self.unlisted
