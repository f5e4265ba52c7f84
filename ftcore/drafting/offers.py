"""Offers as the counselor keeps them: read from a text, saved, found again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, fields, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from ftcore.database import Database, Row, Transaction
from ftcore.drafting.notes import TO_SPECIFY
from ftcore.drafting.structure import structure as structure
from ftcore.errors import FtError, NotFound
from ftcore.insight import outcomes
from ftcore.model import (
    Demand,
    ImportReport,
    Occupation,
    Offer,
    OfferSource,
    Pay,
    PayUnit,
    Person,
    Place,
    Prerequisite,
    Trace,
)
from ftcore.trust import access, journal


def save(database: Database, person: Person, offer: Offer, now: datetime) -> ImportReport:
    """Insert the offer, or replace the one with its id; the report says which.

    The instant and author of the first saving are kept. Raises FtError when there is no title, and
    NotAllowed in another agency.
    """
    return save_all(database, person, [offer], now)


def save_all(database: Database, person: Person, offers: Iterable[Offer], now: datetime) -> ImportReport:
    """Save many offers in one transaction: all of them or, on an error, none.

    Of two offers with one id the later counts. Raises FtError when one has no title, and NotAllowed
    when one belongs to another agency.
    """
    wanted = {offer.offer_id: offer for offer in offers}
    for offer in wanted.values():
        access.require(person, "write offers", offer.agency_id)
        if not offer.title.strip():
            raise FtError(f"L'offre n'a pas de titre ({TO_SPECIFY}) : donnez-lui en un avant de la valider.")

    def write(tx: Transaction) -> ImportReport:
        known = {
            row["offer_id"]: row
            for row in tx.rows(
                "SELECT * FROM offer WHERE agency_id = $1 AND offer_id = ANY($2::UUID[])",
                person.agency_id,
                [str(offer_id) for offer_id in wanted],
            )
        }
        added = [offer for offer_id, offer in wanted.items() if offer_id not in known]
        updated = [
            offer
            for offer_id, offer in wanted.items()
            if offer_id in known and not _same(offer, from_row(known[offer_id]))
        ]
        tx.insert("offer", [to_row(offer) | {"created_by": person.person_id} for offer in added])
        for offer in updated:
            _replace(tx, offer)
        for act, group in (("offer saved", added), ("offer changed", updated)):
            for offer in group:
                journal.record(
                    tx, offer.agency_id, person.person_id, act, offer.offer_id, now, f"source : {offer.source}"
                )
        return ImportReport(len(added), len(updated), len(wanted) - len(added) - len(updated))

    return database.transact(write)


def offer(database: Database, person: Person, offer_id: UUID) -> Offer:
    """The offer of the person's agency. Raises NotFound, also when it is another agency's."""
    access.require(person, "write offers")
    row = database.one("SELECT * FROM offer WHERE agency_id = $1 AND offer_id = $2", person.agency_id, str(offer_id))
    if row is None:
        raise NotFound("Cette offre n'existe pas, ou plus, dans votre agence.")
    return from_row(row)


def offers(database: Database, person: Person, limit: int = 200) -> list[Offer]:
    """The latest offers of the person's agency, newest first."""
    access.require(person, "write offers")
    rows = database.rows(
        "SELECT * FROM offer WHERE agency_id = $1 ORDER BY created_utc DESC, title, offer_id LIMIT $2",
        person.agency_id,
        limit,
    )
    return [from_row(row) for row in rows]


def file_offer_id(agency_id: UUID, external_id: str) -> UUID:
    """The id of an offer imported from a file: the same offer read twice is one offer."""
    return uuid5(NAMESPACE_URL, f"entremise:offer:{agency_id}:{OfferSource.FILE}:{external_id}")


def from_row(row: Row) -> Offer:
    """An offer from a row of the table `offer`."""
    return Offer(
        occupation=_occupation_of(row),
        place=_place_of(row),
        pay=_pay_of(row),
        source=OfferSource(row["source"]),
        start=row["start_date"],
        skills_required=tuple(row["skills_required"]),
        skills_desired=tuple(row["skills_desired"]),
        licences=tuple(row["licences"]),
        languages=tuple(row["languages"]),
        tasks=tuple(row["tasks"] or ()),
        diplomas=tuple(row["diplomas"] or ()),
        prerequisites=tuple(Prerequisite(text, Demand(demand)) for text, demand in _listed(row["prerequisites"])),
        traces=tuple(Trace(*trace) for trace in _listed(row["traces"])),
        **{name: row[name] for name in _PLAIN},
    )


_APART = {
    "occupation",
    "place",
    "pay",
    "source",
    "start",
    "skills_required",
    "skills_desired",
    "licences",
    "languages",
    "tasks",
    "diplomas",
    "prerequisites",
    "traces",
}
_PLAIN = tuple(field.name for field in fields(Offer) if field.name not in _APART)


def _listed(stored: str | None) -> list[Any]:
    """What was stored as JSON; offers saved before these columns existed have none."""
    return json.loads(stored) if stored else []


def _occupation_of(row: Row) -> Occupation | None:
    code = row["occupation_code"]
    return Occupation(code, row["occupation_label"] or "") if code else None


def _place_of(row: Row) -> Place | None:
    if row["place_name"] is None:
        return None
    return Place(
        name=row["place_name"],
        department=row["place_department"] or "",
        insee=row["place_insee"],
        lat=row["place_lat"],
        lon=row["place_lon"],
    )


def _pay_of(row: Row) -> Pay | None:
    if row["pay_low"] is None:
        return None
    return Pay(low=row["pay_low"], unit=PayUnit(row["pay_unit"]), high=row["pay_high"])


def to_row(offer: Offer) -> dict[str, Any]:
    """The columns of the table `offer`, but for who created it."""
    occupation, place, pay = offer.occupation, offer.place, offer.pay
    return {name: getattr(offer, name) for name in _PLAIN} | {
        "source": str(offer.source),
        "occupation_code": occupation.code if occupation else None,
        "occupation_label": occupation.label if occupation else None,
        "place_name": place.name if place else None,
        "place_insee": place.insee if place else None,
        "place_department": place.department if place else None,
        "place_lat": place.lat if place else None,
        "place_lon": place.lon if place else None,
        "pay_low": pay.low if pay else None,
        "pay_high": pay.high if pay else None,
        "pay_unit": str(pay.unit) if pay else None,
        "start_date": offer.start,
        "skills_required": list(offer.skills_required),
        "skills_desired": list(offer.skills_desired),
        "licences": list(offer.licences),
        "languages": list(offer.languages),
        "tasks": list(offer.tasks),
        "diplomas": list(offer.diplomas),
        "prerequisites": json.dumps([[each.text, each.demand] for each in offer.prerequisites], ensure_ascii=False),
        "traces": json.dumps([astuple(trace) for trace in offer.traces], ensure_ascii=False),
    }


def _same(offer: Offer, saved: Offer) -> bool:
    return replace(offer, created_utc=saved.created_utc) == saved


def _replace(tx: Transaction, offer: Offer) -> None:
    kept = ("agency_id", "offer_id", "created_utc")
    row = {name: value for name, value in to_row(offer).items() if name not in kept}
    assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(row, start=3))
    tx.execute(
        f"UPDATE offer SET {assignments} WHERE agency_id = $1 AND offer_id = $2",
        offer.agency_id,
        offer.offer_id,
        *row.values(),
    )
    outcomes.due_for_offer(tx, offer.agency_id, offer.offer_id)
