"""Eight weeks of invented campaigns, written as the program itself would have written them."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from ftcore.database import Row
from ftcore.demo.agencies import HISTORY, HOURS, DemoAgency, counselor, paris, utc
from ftcore.demo.comparisons import DemoComparisons
from ftcore.demo.offers import FRESH, PAST_ANNONAY, PAST_VALENCE, Places, Template, offer_of, offer_row
from ftcore.model import (
    FINAL_STATES,
    Answer,
    CampaignState,
    ConversationState,
    Expecting,
    MessageState,
    Offer,
    Verdict,
)
from ftcore.outreach import campaigns, dialogue, replies, silences, templates
from ftcore.outreach.dialogue import Talk
from ftcore.outreach.hours import next_slot
from ftcore.outreach.sms import measure
from ftcore.outreach.templates import DEFAULTS, Kind
from ftcore.outreach.templates import Template as Wording
from ftcore.outreach.threads import Happening

# How invented people answer: how often, and in which words. What each text means is read by the same
# rules as a real answer.
_REPLY_SHARE = 0.49
_REPLY_MEDIAN_MINUTES = 19.0
_REPLY_SIGMA = 1.8
_LONGEST_SILENCE = timedelta(hours=48)
_FAILED, _UNKNOWN = 0.02, 0.01
_ANSWERS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.46, ("Oui", "OUI", "oui", "Oui je suis intéressée", "Oui intéressé et disponible", "Bonjour oui ça m'intéresse",
            "Ok pour moi", "Oui, disponible tout de suite", "oui avec plaisir", "👍", "Oui je veux bien merci",
            "bonjour, je suis partante", "Oui, vous pouvez m'appeler quand vous voulez")),
    (0.25, ("Non", "NON", "non merci", "Pas intéressé", "Bonjour, non merci, bonne journée",
            "J'ai déjà trouvé un emploi", "c'est trop loin pour moi", "Non je ne suis plus disponible",
            "pas intéressée désolée")),
    (0.13, ("C'est payé combien ?", "Quels sont les horaires ?", "Bonjour, c'est à temps plein ?",
            "Est-ce qu'il y a un bus pour y aller ?", "Oui, mais c'est quoi les horaires ?", "C'est pour quand ?",
            "Il faut le permis ?", "Bonjour, est ce que c'est un CDI")),
    (0.10, ("Bonjour", "oui mais pas avant le mois prochain", "je sais pas trop", "Je suis en formation jusqu'à jeudi",
            "peut-être, ça dépend des horaires", "Qui êtes-vous", "Appelez plutôt mon autre numéro",
            "voir avec ma conseillère", "Rappelez-moi svp", "Vous vous trompez de personne")),
    (0.06, ("STOP", "stop", "Stop", "Arrêt", "STOP.")),
)  # fmt: skip
_OPENING = Wording(Kind.OPENING, 0, DEFAULTS[Kind.OPENING])
_REMINDER = Wording(Kind.REMINDER, 0, DEFAULTS[Kind.REMINDER])
_SECOND_ANSWERS = ("Merci", "A quelle heure vous appelez ?", "Finalement non merci", "Oui", "Merci à vous", "Non")
_AWAIT_A_PERSON = {"interested", "needs_human", "unclear", "wrong_person"}
# Counselors have looked at what came before today.
_SEEN_WITHIN = timedelta(hours=20)
# What the people who said yes answer to the questions that follow, and how often they go on.
_FOLLOWS = 0.9
_FOLLOWED: dict[ConversationState, tuple[str, ...]] = {
    ConversationState.AVAILABILITY: (
        "Tout de suite", "tt de suite", "Lundi", "dès demain", "Immédiatement", "la semaine prochaine", "maintenant",
        "à partir du 15", "Dans 2 semaines", "je suis dispo", "fin du mois", "je sais pas encore",
    ),
    ConversationState.PREREQUISITE: ("Oui", "oui", "OUI", "Oui j'ai le permis", "oui bien sûr", "Non", "pas encore"),
}  # fmt: skip
_NOT_RETAINED = (
    "Horaires incompatibles avec une formation en cours",
    "A trouvé un autre poste entre-temps",
    "Ne souhaite pas travailler le week-end",
    "Injoignable après trois appels",
)


@dataclass(slots=True)
class _Contact:
    """What the history remembers of one person while it is written."""

    latest: datetime | None = None
    stopped: bool = False


@dataclass
class History:
    """Writes the offers of an agency and their campaigns into `tables`, in the order of time."""

    agency: DemoAgency
    pool: list[Row]
    places: Places
    near: dict[str, list[tuple[str, float]]]
    now: datetime
    seed: int
    tables: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._rng = random.Random(f"history {self.seed} {self.agency.agency_id}")
        self._contacts: defaultdict[str, _Contact] = defaultdict(_Contact)
        self._by_trade: defaultdict[str, list[Row]] = defaultdict(list)
        self._compared = DemoComparisons(self.agency, self.now, self.seed)
        for person in self.pool:
            self._by_trade[person["occupation_code"]].append(person)

    def write(self) -> None:
        days = _working_days(self.now)
        past = PAST_ANNONAY if self.agency.is_main else PAST_VALENCE
        launches: list[tuple[datetime, Offer, list[Row]]] = []
        for rank, template in enumerate(past):
            chosen = self._launch_days(days, rank, len(past))
            created = utc(chosen[0], time(9, 5))
            offer = offer_of(self.agency, template, f"past {rank}", self.places, created)
            self.tables["offer"].append(offer_row(offer))
            suited = self._suited(template, offer)
            launches += [(utc(day, self._launch_time()), offer, suited) for day in chosen]
        for launched, offer, suited in sorted(launches, key=lambda launch: (launch[0], launch[1].title)):
            self._campaign(launched, offer, suited)
        for table, rows in self._compared.rows():
            self.tables[table] += rows
        if self.agency.is_main:
            for rank, template in enumerate(FRESH):
                created = self.now - timedelta(minutes=8 + 11 * rank)
                offer = offer_of(self.agency, template, f"fresh {rank}", self.places, created)
                self.tables["offer"].append(offer_row(offer))

    def _launch_days(self, days: list[date], rank: int, of: int) -> list[date]:
        """Three working days, a few days apart; the offers follow one another over the eight weeks."""
        first = min(rank * len(days) // of + self._rng.randint(0, 2), len(days) - 1)
        gaps = (0, self._rng.randint(2, 4), self._rng.randint(6, 9))
        return [days[min(first + gap, len(days) - 1 - (2 - turn))] for turn, gap in enumerate(gaps)]

    def _launch_time(self) -> time:
        return time(self._rng.choice((9, 9, 10, 10, 11, 14, 14, 15, 16)), self._rng.randint(5, 55))

    def _suited(self, template: Template, offer: Offer) -> list[Row]:
        """The people of that occupation, then of those near it, the nearest to the place first."""
        degrees = {template.code: 1.0} | dict(self.near.get(template.code, []))
        found = [(degree, person) for code, degree in degrees.items() for person in self._by_trade[code]]
        lat, lon = (offer.place.lat, offer.place.lon) if offer.place else (None, None)

        def far(degree: float, person: Row) -> float:
            if lat is None or person["lat"] is None:
                return 60.0 - 60 * degree
            north, east = 111 * (person["lat"] - lat), 79 * (person["lon"] - lon)
            return math.hypot(north, east) - 60 * degree

        found.sort(key=lambda pair: (far(*pair), pair[1]["external_id"]))
        return [person for _, person in found]

    def _campaign(self, launched: datetime, offer: Offer, suited: list[Row]) -> None:
        campaign_id = self._id()
        chosen = [person for person in suited if self._may_be_contacted(person, launched)]
        chosen = chosen[: self.agency.campaign_people + self._rng.randint(-3, 3)]
        self.tables["campaign"].append(
            {
                "agency_id": self.agency.agency_id,
                "campaign_id": campaign_id,
                "offer_id": offer.offer_id,
                "state": CampaignState.RUNNING.value,
                "launched_utc": launched,
                "launched_by": counselor().person_id,
                "considered": len(self.pool),
                "demo": True,
            }
        )
        ids = [self._id() for _ in chosen]
        leaves = [next_slot(launched, person["department"], HOURS) for person in chosen]
        people = [person["candidate_id"] for person in chosen]
        self._compared.launch(launched, list(zip(people, ids, leaves, strict=True)))
        for rank, (person, conversation_id) in enumerate(zip(chosen, ids, strict=True)):
            suited.remove(person)
            self._conversation(conversation_id, launched, 0.4 * rank, campaign_id, offer, person)

    def _may_be_contacted(self, person: Row, launched: datetime) -> bool:
        contact = self._contacts[person["phone"]]
        rested = contact.latest is None or launched - contact.latest >= campaigns.REST
        return rested and not contact.stopped

    def _conversation(
        self, conversation_id: UUID, launched: datetime, wait: float, campaign_id: UUID, offer: Offer, person: Row
    ) -> None:
        row: Row = {
            "agency_id": self.agency.agency_id,
            "conversation_id": conversation_id,
            "campaign_id": campaign_id,
            "offer_id": offer.offer_id,
            "candidate_id": person["candidate_id"],
            "phone": person["phone"],
            "state": ConversationState.WAITING.value,
            "opened_utc": launched,
            "changed_utc": launched,
            "verdict": None,
            "verdict_reason": None,
            "verdict_by": None,
            "verdict_utc": None,
            "position": None,
            "interest": None,
            "interest_reply": None,
            "available_from": None,
            "available_reply": None,
            "answered_utc": None,
            "seen_utc": None,
            "reminded_utc": None,
            "started_utc": None,
            "finished_utc": None,
        }
        contact = self._contacts[person["phone"]]
        is_first = contact.latest is None
        contact.latest = launched
        opening, name = self._compared.opening(conversation_id, _OPENING)
        body = templates.fill(opening, templates.values_of(self.agency.name, offer, person["first_name"]))
        state, settled = self._message(row, person, body, launched, wait, opening=True, template=name)
        if state is MessageState.FAILED:
            row["state"], row["changed_utc"] = ConversationState.UNREACHED.value, settled
        elif state is MessageState.DELIVERED and self._rng.random() < self._compared.reply_share(
            conversation_id, _REPLY_SHARE
        ):
            talk = Talk(offer, person["first_name"], self.agency.name, ConversationState.WAITING, automatic=1)
            self._answers(row, person, talk, settled, is_first)
            self._keep(row, talk)
            self._left_open(row)
            self._verdict(row)
        elif state is MessageState.DELIVERED:
            self._silent(row, person, offer, settled)
        self.tables["conversation"].append(row)

    def _message(
        self,
        row: Row,
        person: Row,
        body: str,
        queued: datetime,
        wait: float,
        *,
        opening: bool,
        template: str = "opening 0",
    ) -> tuple[MessageState, datetime]:
        """One outgoing SMS with everything that was learned about it; gives its state, and since when."""
        message_id = self._id()
        leaves = next_slot(queued, person["department"], HOURS)
        claimed = leaves + timedelta(seconds=1 + wait + self._rng.random())
        sent = claimed + timedelta(seconds=self._rng.uniform(1.5, 9))
        arrived = sent + timedelta(seconds=min(1_500.0, self._rng.lognormvariate(2.3, 1.0)))
        steps = [
            (MessageState.QUEUED, queued, "automate", None),
            (MessageState.CLAIMED, claimed, "dispatcher-demo", None),
            (MessageState.ACCEPTED, claimed + timedelta(seconds=self._rng.uniform(0.1, 0.9)), "dispatcher", None),
            (MessageState.SENT, sent, "callback", "Sent"),
            (MessageState.DELIVERED, arrived, "callback", "Success"),
        ]
        chance = self._rng.random() if opening else 1.0
        if chance < _UNKNOWN:
            steps[2:] = [(MessageState.UNKNOWN, claimed + timedelta(seconds=30), "dispatcher", "délai dépassé")]
        elif chance < _UNKNOWN + _FAILED:
            steps[4] = (MessageState.FAILED, arrived + timedelta(minutes=4), "callback", "AbsentSubscriber")
        state, settled, _, detail = steps[-1]
        is_known = state is not MessageState.UNKNOWN
        self.tables["message"].append(
            {
                "agency_id": self.agency.agency_id,
                "message_id": message_id,
                "conversation_id": row["conversation_id"],
                "campaign_id": row["campaign_id"],
                "phone": row["phone"],
                "department": person["department"],
                "body": body,
                "parts": measure(body).parts,
                "automatic": True,
                "opening": opening,
                "state": state.value,
                "queued_utc": queued,
                "not_before_utc": leaves,
                "claimed_utc": claimed,
                "claimed_by": "dispatcher-demo",
                "settled_utc": settled if state in FINAL_STATES else None,
                "gateway_id": f"DEMO-{message_id}" if is_known else None,
                "cost": f"EUR {0.05 * measure(body).parts:.4f}" if is_known else None,
                "failure": detail if state is MessageState.FAILED else None,
                "contradicted": False,
                "template": template,
            }
        )
        for step, happened, source, why in steps:
            self.tables["message_event"].append(
                {
                    "agency_id": self.agency.agency_id,
                    "message_id": message_id,
                    "event_id": self._id(),
                    "state": step.value,
                    "happened_utc": happened,
                    "source": source,
                    "detail": why,
                }
            )
        return state, settled

    def _answers(self, row: Row, person: Row, talk: Talk, delivered: datetime, is_first: bool) -> None:
        """One answer and what follows it, each read and followed as a real one would be; seldom a word more."""
        minutes = self._rng.lognormvariate(math.log(_REPLY_MEDIAN_MINUTES), _REPLY_SIGMA)
        happened = _by_day(delivered + min(timedelta(minutes=minutes), _LONGEST_SILENCE), self._rng)
        happened = min(happened, delivered + _LONGEST_SILENCE)
        # A STOP blocks the number everywhere: only somebody without earlier threads says it here.
        kinds = _ANSWERS if is_first else _ANSWERS[:-1]
        words = self._rng.choices([texts for _, texts in kinds], [share for share, _ in kinds])[0]
        wrote = self._answer(row, person, talk, happened, self._rng.choice(words))
        while wrote and talk.state in _FOLLOWED and self._rng.random() < _FOLLOWS:
            happened = self._later(happened, 1, 45)
            wrote = self._answer(row, person, talk, happened, self._rng.choice(_FOLLOWED[talk.state]))
        if wrote and talk.state is not ConversationState.STOPPED and self._rng.random() < 0.08:
            self._answer(row, person, talk, self._later(happened, 2, 300), self._rng.choice(_SECOND_ANSWERS))

    def _later(self, happened: datetime, least: float, most: float) -> datetime:
        return _by_day(happened + timedelta(minutes=self._rng.uniform(least, most)), self._rng)

    def _answer(self, row: Row, person: Row, talk: Talk, happened: datetime, body: str) -> bool:
        """Let the person write once; tells whether they could have done so by now."""
        if next_slot(happened, person["department"], HOURS) > self.now - timedelta(hours=1):
            return False  # its automatic answer would still be under way: this person has not written yet
        expecting, position, reply_id = talk.expecting, talk.position, self._id()
        reading = replies.read(body, now=happened, expecting=expecting)
        word = dialogue.hear(talk, reading, body, reply_id)
        row["changed_utc"] = row["answered_utc"] = happened
        dialogue.time_prequalification(row, talk, happened)
        self.tables["reply"].append(
            {
                "agency_id": self.agency.agency_id,
                "reply_id": reply_id,
                "conversation_id": row["conversation_id"],
                "received_utc": happened,
                "body": body,
                "expecting": expecting.value if expecting else None,
                "position": position if expecting is Expecting.PREREQUISITE else None,
                **replies.kept(reading),
            }
        )
        if reading.answer is Answer.STOP:
            self._contacts[row["phone"]].stopped = True
            self.tables["opt_out"].append(
                {"phone": row["phone"], "since_utc": happened, "source": "sms", "reason": "STOP reçu par SMS"}
            )
        if word is not None:
            template = Wording(word.kind, 0, DEFAULTS[word.kind])
            body = templates.fill(template, word.values)
            self._message(row, person, body, happened, 0.0, opening=False, template=template.name)
        return True

    def _keep(self, row: Row, talk: Talk) -> None:
        """Where the talk stands, as columns of the conversation, and its prerequisites."""
        if row["answered_utc"] is not None and self.now - row["answered_utc"] > _SEEN_WITHIN:
            row["seen_utc"] = row["answered_utc"]
        row |= dialogue.columns(talk)
        self.tables["prerequisite_check"] += dialogue.check_rows(
            self.agency.agency_id, row["conversation_id"], talk.checks
        )

    def _left_open(self, row: Row) -> None:
        """A questionnaire that was left open for a day is handed over as it is."""
        left = row["changed_utc"] + silences.LEFT_OPEN_AFTER
        if ConversationState(row["state"]) in _FOLLOWED and left < self.now:
            row["state"], row["changed_utc"] = ConversationState.INTERESTED.value, left
            self._event(row, Happening.LEFT_OPEN, left)

    def _silent(self, row: Row, person: Row, offer: Offer, delivered: datetime) -> None:
        """Nobody answered: one reminder at D+1 in hours, and three days later nothing more is awaited."""
        due = delivered + silences.REMINDER_AFTER + timedelta(minutes=self._rng.uniform(2, 30))
        reminded = next_slot(due, person["department"], HOURS)
        if reminded > self.now - timedelta(hours=1):
            return
        reminder = self._compared.reminder(row["conversation_id"], _REMINDER)
        if reminder is not None:
            template, name = reminder
            body = templates.fill(template, templates.values_of(self.agency.name, offer, person["first_name"]))
            self._message(row, person, body, reminded, 0.0, opening=False, template=name)
            row["reminded_utc"] = self._contacts[row["phone"]].latest = reminded
            self._event(row, Happening.REMINDED, reminded)
        closed = reminded + silences.CLOSED_AFTER + timedelta(minutes=self._rng.uniform(1, 9))
        if closed < self.now:
            row["state"], row["changed_utc"] = ConversationState.CLOSED.value, closed
            self._event(row, Happening.SILENT, closed)

    def _event(self, row: Row, kind: Happening, happened: datetime) -> None:
        self.tables["thread_event"].append(
            {
                "agency_id": self.agency.agency_id,
                "conversation_id": row["conversation_id"],
                "event_id": self._id(),
                "kind": kind.value,
                "actor": "automate",
                "happened_utc": happened,
            }
        )

    def _verdict(self, row: Row) -> None:
        """What the counselor decided: most of those interested, and the old ones that waited for a person."""
        age = self.now - row["changed_utc"]
        minutes = self._rng.lognormvariate(math.log(11 * 60), 1.3)
        decided = next_slot(row["changed_utc"] + timedelta(minutes=minutes), self.agency.department, HOURS)
        if decided > self.now - timedelta(hours=12):
            return
        chance = self._rng.random()
        verdict: Verdict | None = None
        shares: tuple[tuple[float, Verdict], ...]
        if row["state"] == ConversationState.INTERESTED.value:
            shares = ((0.38, Verdict.INTRODUCED), (0.52, Verdict.RETAINED), (0.66, Verdict.TO_SEE),
                      (0.80, Verdict.CALLED_BACK), (0.90, Verdict.NOT_RETAINED))  # fmt: skip
            verdict = next((kind for share, kind in shares if chance < share), None)
        elif row["state"] in (ConversationState.NEEDS_HUMAN.value, ConversationState.UNCLEAR.value):
            shares = ((0.15, Verdict.INTRODUCED), (0.60, Verdict.CALLED_BACK), (0.92, Verdict.CLOSED))
            verdict = next((kind for share, kind in shares if chance < share and age.days >= 4), None)
        if age.days >= 6 and verdict in (None, Verdict.TO_SEE) and row["state"] in _AWAIT_A_PERSON:
            verdict = Verdict.CLOSED
        if verdict is not None:
            reason = self._rng.choice(_NOT_RETAINED) if verdict is Verdict.NOT_RETAINED else None
            row |= {
                "verdict": verdict.value,
                "verdict_reason": reason,
                "verdict_by": counselor().person_id,
                "verdict_utc": decided,
            }

    def _id(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)


def _working_days(now: datetime) -> list[date]:
    """The days of the eight weeks up to yesterday on which SMS may leave."""
    today = paris(now).date()
    days = [today - timedelta(days=back) for back in range(HISTORY.days, 0, -1)]
    return [day for day in days if next_slot(noon := utc(day, time(12)), None, HOURS) == noon]


def _by_day(instant: datetime, rng: random.Random) -> datetime:
    """Nobody answers between midnight and six: they do after breakfast."""
    hour = paris(instant).hour
    return instant + timedelta(hours=7 - hour, minutes=rng.uniform(0, 60)) if hour < 6 else instant
