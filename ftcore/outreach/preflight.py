"""Before a launch: who is kept, who is excluded and why, what each will read, when, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from ftcore.database import Row, Transaction
from ftcore.model import Offer
from ftcore.outreach import sending_rules, sms, templates
from ftcore.outreach.arms import Compared, Draws, Running, draw, slots
from ftcore.outreach.caps import Allowance
from ftcore.outreach.hours import department_of
from ftcore.outreach.outgoing import written_to_unasked
from ftcore.outreach.sending_rules import Halt, Rules
from ftcore.outreach.templates import Kind, Template
from ftcore.phones import normalise
from ftcore.trust import kept_stops

# One person: at most one message that nobody asked for in this time, across all campaigns.
REST = timedelta(hours=24)
# A look without a launch in mind.
NO_CAMPAIGN = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Planned:
    """One SMS as it would leave. `cost` is an estimate in euros.

    `rewritten` pairs each character that was typed with what is sent in its place, as it would have made
    the message dearer; `dear` holds those that cannot be rewritten and keep it so. `template` names the
    wording. Where a comparison decides by lot, `bodies` and `slots` hold what either arm would give this
    person: whoever launches is not to know the arm, or the choice of people could follow it.
    """

    candidate_id: UUID
    name: str
    phone: str
    department: str | None
    body: str
    length: sms.Length
    cost: Decimal
    leaves_utc: datetime
    rewritten: tuple[tuple[str, str], ...] = ()
    dear: str = ""
    template: str = ""
    bodies: tuple[str, str] | None = None
    slots: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """A person who will not be written to, with the reason in French."""

    candidate_id: UUID
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a launch would do at this moment; nothing is written.

    `left` is what the agency's caps of the day allow before this launch, SMS and euros, for the day on
    which its first message leaves. `hours` None means at any time.
    """

    kept: tuple[Planned, ...]
    excluded: tuple[Excluded, ...]
    template: Template
    rules: Rules
    hours: tuple[int, int] | None
    left: tuple[int, Decimal]
    draws: Draws

    @property
    def seen(self) -> str:
        """What was read before a confirmation, in one word: the wording, and what the lot decides."""
        return " ".join([self.template.name, *(each.comparison_id.hex for each in self.draws.running)])

    @property
    def wordings(self) -> str:
        """The wording of the first messages, by its name: the agency's, or that of the comparison."""
        running = self.draws.of(Compared.WORDING)
        return self.template.name if running is None else running.template

    @property
    def parts(self) -> int:
        """What is paid for: the SMS parts of all messages."""
        return sum(planned.length.parts for planned in self.kept)

    @property
    def cost(self) -> Decimal:
        """The estimate for all messages, in euros."""
        return sum((planned.cost for planned in self.kept), Decimal(0))

    @property
    def halt(self) -> Halt | None:
        """Set while all sending of the agency is stopped: a launch would be refused."""
        return self.rules.halt

    def by_reason(self) -> dict[str, list[Excluded]]:
        """The excluded, grouped by reason, the most frequent reason first."""
        ordered = sorted(self.excluded, key=lambda each: each.reason)
        groups = {reason: list(group) for reason, group in groupby(ordered, key=lambda each: each.reason)}
        return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))


def plan(
    tx: Transaction,
    offer: Offer,
    candidate_ids: Sequence[UUID],
    hours: tuple[int, int] | None,
    now: datetime,
    part_price: Decimal,
    campaign_id: UUID = NO_CAMPAIGN,
    number_key: bytes | None = None,
) -> Preflight:
    """Look at each person of a selection in its order; the caps keep the first of them.

    `hours` are the program's, which the agency's own replace; None, in the sandbox, means at any time.
    `number_key` is the database's, by which objections of people who were erased are recognised.
    """
    rules = sending_rules.of_agency(tx, offer.agency_id)
    hours = hours and (rules.hours or hours)
    template = templates.current(tx, offer.agency_id)[Kind.OPENING]
    agency_name = tx.value("SELECT name FROM agency WHERE agency_id = $1", offer.agency_id)
    rows = _candidates(tx, offer, candidate_ids)
    barred = kept_stops.barred(tx, number_key, {row["phone"] for row in rows.values()})
    for known in rows.values():
        known["opted_out"] = known["opted_out"] or known["phone"] in barred
    recent = _recently_approached(tx, [row["phone"] for row in rows.values()], now)
    draws = draw(tx, offer.agency_id, offer.offer_id, campaign_id, _eligible(candidate_ids, rows, recent))
    allowance = Allowance(tx, offer.agency_id, rules.caps, part_price, now)
    left: tuple[int, Decimal] | None = None
    kept: list[Planned] = []
    excluded: list[Excluded] = []
    taken: set[str] = set()
    for candidate_id in dict.fromkeys(candidate_ids):
        row = rows.get(candidate_id)
        if row is None:
            excluded.append(Excluded(candidate_id, "Personne inconnue", "Hors de votre agence"))
            continue
        name = f"{row['first_name']} {row['last_name']}"
        reason = _reason_against(row, recent, taken)
        if reason is None:
            planned = _planned(row, name, template, draws, agency_name, offer, hours, now, part_price)
            left = left or allowance.left(planned.leaves_utc)
            reason = allowance.refusal(planned.leaves_utc, planned.length.parts)
            if reason is None:
                taken.add(row["phone"])
                kept.append(planned)
                continue
        excluded.append(Excluded(candidate_id, name, reason))
    return Preflight(tuple(kept), tuple(excluded), template, rules, hours, left or allowance.left(now), draws)


def left_out(
    tx: Transaction, offer: Offer, candidate_ids: Sequence[UUID], taken: set[str], now: datetime
) -> dict[UUID, str]:
    """Why each of these people, whom a counselor picked and the check took out, is not written to.

    `taken` are the numbers that are. Of whom nothing speaks against, a cap was in the way.
    """
    if not candidate_ids:
        return {}
    rows = _candidates(tx, offer, candidate_ids)
    recent = _recently_approached(tx, [row["phone"] for row in rows.values()], now)
    return {
        one: (_reason_against(rows[one], recent, taken) or "Au-delà d'un plafond d'envoi")
        if one in rows
        else "Hors de votre agence"
        for one in candidate_ids
    }


def _eligible(candidate_ids: Sequence[UUID], rows: dict[UUID, Row], recent: set[str]) -> list[UUID]:
    """Those for whom lots are drawn: everybody whom only a cap could still keep out."""
    return [each for each in candidate_ids if each in rows and _reason_against(rows[each], recent, set()) is None]


def _candidates(tx: Transaction, offer: Offer, candidate_ids: Sequence[UUID]) -> dict[UUID, Row]:
    rows = tx.rows(
        """
        SELECT c.candidate_id, c.agency_id, c.first_name, c.last_name, c.phone, c.department,
               c.left_utc IS NOT NULL AS has_left,
               EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = c.phone) AS opted_out,
               EXISTS (SELECT 1 FROM conversation v WHERE v.agency_id = c.agency_id
                       AND v.offer_id = $3 AND v.candidate_id = c.candidate_id) AS already,
               EXISTS (SELECT 1 FROM conversation w WHERE w.agency_id = c.agency_id AND w.phone = c.phone
                       AND w.candidate_id = c.candidate_id AND w.state = 'wrong_person') AS wrong_number
        FROM candidate c
        WHERE c.agency_id = $1 AND c.candidate_id = ANY($2::UUID[])
        """,
        offer.agency_id,
        list(candidate_ids),
        offer.offer_id,
    )
    return {row["candidate_id"]: row for row in rows}


def _reason_against(row: Row, recent: set[str], taken: set[str]) -> str | None:
    """The first reason not to write to this person; whoever contacted them lately is nobody's business."""
    if row["has_left"]:
        return "N'est plus dans le fichier de votre agence"
    if row["opted_out"]:
        return "A répondu STOP : ne souhaite plus recevoir de SMS"
    if row["already"]:
        return "Déjà contactée pour cette offre"
    if row["wrong_number"]:
        return "Numéro d'une autre personne, d'après sa réponse : à corriger dans le fichier"
    if row["phone"] in recent:
        return "Déjà contactée il y a moins de 24 heures"
    if normalise(row["phone"]) != row["phone"]:
        return "Numéro de mobile invalide"
    if row["phone"] in taken:
        return "Même numéro qu'une autre personne de la sélection"
    return None


def _planned(
    row: Row,
    name: str,
    usual: Template,
    draws: Draws,
    agency_name: str,
    offer: Offer,
    hours: tuple[int, int] | None,
    now: datetime,
    part_price: Decimal,
) -> Planned:
    candidate_id = row["candidate_id"]
    values = templates.values_of(agency_name, offer, row["first_name"])
    template, template_name = draws.opening(candidate_id, usual)
    typed = templates.raw(template, values)
    body = sms.gsm_safe(typed)
    length = sms.measure(body)
    # What is known of the person before what the number tells.
    department = row["department"] or department_of(row["phone"])
    return Planned(
        candidate_id,
        name,
        row["phone"],
        department,
        body,
        length,
        length.parts * part_price,
        draws.leaves(candidate_id, now, department, hours),
        sms.rewrites(typed),
        sms.dear(body),
        template_name,
        _bodies(draws.of(Compared.WORDING), values),
        _slots(draws.of(Compared.HOURS), now, department),
    )


def _bodies(running: Running | None, values: dict[str, str]) -> tuple[str, str] | None:
    if running is None:
        return None
    a, b = (templates.fill(Template(Kind.OPENING, 0, running.arms[arm].body or ""), values) for arm in ("a", "b"))
    return a, b


def _slots(running: Running | None, now: datetime, department: str | None) -> tuple[datetime, datetime] | None:
    if running is None:
        return None
    of = slots(running, now, department)
    return of["a"], of["b"]


def _recently_approached(tx: Transaction, phones: list[str], now: datetime) -> set[str]:
    """The numbers that any agency has written to, unasked, within the time of rest, or is about to.

    Asked apart from the agency's own rows, as these rows may stand on any shard.
    """
    since = now - REST
    opened = tx.rows(
        "SELECT DISTINCT phone FROM conversation WHERE phone = ANY($1::TEXT[]) AND opened_utc > $2", phones, since
    )
    return {row["phone"] for row in opened} | written_to_unasked(tx, phones, since)
