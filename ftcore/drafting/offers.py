"""Offers as the counselor keeps them: read from a text, saved, found again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from ftcore.database import Database, Row, Transaction
from ftcore.drafting.form import home_department
from ftcore.drafting.notes import TO_SPECIFY, Facts, read_facts
from ftcore.errors import FtError, NotFound
from ftcore.matching.occupations import OccupationIndex
from ftcore.matching.places import department_place, find_place
from ftcore.model import (
    FieldNote,
    ImportReport,
    Occupation,
    Offer,
    OfferSource,
    Pay,
    PayUnit,
    Person,
    Place,
)
from ftcore.trust import access, journal

# Below the first score the nearest title is no reading at all; below the second a person must look.
NEAR_ENOUGH = 0.5
SURE = 0.95


def structure(
    text: str, index: OccupationIndex, database: Database, agency_id: UUID, now: datetime
) -> tuple[Offer, list[FieldNote]]:
    """Turn notes or a draft into an offer, and say field by field what could not be found.

    Rules only, so that the same text always gives the same offer. An offer without a title has the
    title "": it can be shown, and `save` refuses it.
    """
    facts = read_facts(text, now.date())
    occupation, sure = _occupation(facts, index)
    place = _place(facts, database, agency_id)
    offer = Offer(
        agency_id=agency_id,
        offer_id=uuid4(),
        title=facts.title or "",
        description=text.strip(),
        occupation=occupation,
        place=place,
        source=OfferSource.NOTES,
        created_utc=now,
        contract=facts.contract.value if facts.contract else None,
        weekly_hours=facts.weekly_hours.value if facts.weekly_hours else None,
        pay=facts.pay.value if facts.pay else None,
        pay_text=facts.pay.words if facts.pay else facts.net_pay,
        experience_years=facts.experience_years.value if facts.experience_years else None,
        licences=facts.licences,
        languages=facts.languages,
        start=facts.start.value if facts.start else None,
        openings=facts.openings.value if facts.openings else 1,
        employer=facts.employer,
    )
    return offer, _to_specify(facts, offer, sure)


def _occupation(facts: Facts, index: OccupationIndex) -> tuple[Occupation | None, bool]:
    """The nearest occupation of the referential, and whether it is sure."""
    words = facts.occupation or facts.title
    best = next(iter(index.search(words, 1)), None) if words else None
    if best is None or best.score < NEAR_ENOUGH:
        return None, False
    return Occupation(best.code, best.label), best.score >= SURE


def _place(facts: Facts, database: Database, agency_id: UUID) -> Place | None:
    """Of two communes of one name, the one in the agency's department is meant."""
    if not facts.place:
        return None
    near = home_department(database, agency_id)
    return find_place(database, facts.place, near) or department_place(database, facts.place)


def _to_specify(facts: Facts, offer: Offer, sure_of_occupation: bool) -> list[FieldNote]:
    missing: list[tuple[str, str, str]] = []
    if not offer.title:
        missing.append(("titre", "", "aucun intitulé de poste n'a été reconnu"))
    if offer.occupation is None:
        reason = "aucun métier du référentiel n'y ressemble assez ; ajoutez une ligne « Métier : … »"
        missing.append(("métier", facts.occupation or facts.title or "", reason))
    elif not sure_of_occupation:
        reason = "c'est le plus proche du titre ; s'il ne convient pas, ajoutez une ligne « Métier : … »"
        missing.append(("métier", offer.occupation.label, reason))
    if offer.place is None:
        reason = "lieu inconnu du référentiel" if facts.place else "aucun lieu n'a été reconnu"
        missing.append(("lieu", facts.place or "", reason))
    if offer.contract is None:
        missing.append(("contrat", "", "ni CDI, ni CDD, ni intérim, ni alternance n'est indiqué"))
    if offer.weekly_hours is None:
        said = f"« {facts.working_time} » ne dit pas le nombre d'heures" if facts.working_time else None
        missing.append(("horaires", facts.working_time or "", said or "aucune durée hebdomadaire"))
    if offer.pay is None:
        net = "montant net : le brut est à préciser" if facts.net_pay else "aucun montant"
        missing.append(("salaire", facts.net_pay or "", net))
    if offer.experience_years is None:
        missing.append(("expérience", "", "aucune durée, ni « débutant accepté »"))
    if facts.start is None:
        missing.append(("début", "", "aucune date de début"))
    missing += [
        ("souhaits", wish, "souhaité, non exigé : gardé dans le texte, pas dans les critères") for wish in facts.wished
    ]
    return [FieldNote("offre", field, value, reason) for field, value, reason in missing]


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
        tx.insert("offer", [_row(offer) | {"created_by": person.person_id} for offer in added])
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
    row = database.one("SELECT * FROM offer WHERE agency_id = $1 AND offer_id = $2", person.agency_id, str(offer_id))
    if row is None:
        raise NotFound("Cette offre n'existe pas, ou plus, dans votre agence.")
    return from_row(row)


def offers(database: Database, person: Person, limit: int = 200) -> list[Offer]:
    """The latest offers of the person's agency, newest first."""
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
}
_PLAIN = tuple(field.name for field in fields(Offer) if field.name not in _APART)


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


def _row(offer: Offer) -> dict[str, Any]:
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
    }


def _same(offer: Offer, saved: Offer) -> bool:
    return replace(offer, created_utc=saved.created_utc) == saved


def _replace(tx: Transaction, offer: Offer) -> None:
    kept = ("agency_id", "offer_id", "created_utc")
    row = {name: value for name, value in _row(offer).items() if name not in kept}
    assignments = ", ".join(f"{name} = ${number}" for number, name in enumerate(row, start=3))
    tx.execute(
        f"UPDATE offer SET {assignments} WHERE agency_id = $1 AND offer_id = $2",
        offer.agency_id,
        offer.offer_id,
        *row.values(),
    )
