"""An offer typed into a form: what each field may be chosen from, and the offer that results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from ftcore.database import Database, Row
from ftcore.drafting.terms import pay_of
from ftcore.errors import FtError
from ftcore.model import Demand, Occupation, Offer, OfferSource, Pay, PayUnit, Place

CONTRACTS = ("CDI", "CDD", "Intérim", "Saisonnier", "Alternance")
LICENCES = ("B", "BE", "C", "CE", "D", "CACES R489 1", "CACES R489 3", "CACES R489 5", "FIMO")
PAY_WORDS = {
    PayUnit.HOUR: "€ brut de l'heure",
    PayUnit.MONTH: "€ brut par mois",
    PayUnit.YEAR: "€ brut par an",
}


def occupations(database: Database) -> list[Occupation]:
    """The occupations of the referential, by label."""
    rows = database.rows("SELECT code, label FROM occupation ORDER BY label, code")
    return [Occupation(row["code"], row["label"]) for row in rows]


def referential_size(database: Database) -> tuple[int, int]:
    """How many occupations and job titles there are: it changes when a referential is loaded."""
    row = database.one(
        "SELECT (SELECT count(*) FROM occupation) AS occupations, (SELECT count(*) FROM occupation_title) AS titles"
    )
    return (int(row["occupations"]), int(row["titles"])) if row else (0, 0)


def departments(database: Database) -> list[tuple[str, str]]:
    """The departments that have communes in the referential, as (code, name), by code."""
    rows = database.rows(
        "SELECT code, name FROM department WHERE code IN (SELECT department FROM commune) ORDER BY code"
    )
    return [(row["code"], row["name"]) for row in rows]


def home_department(database: Database, agency_id: UUID) -> str | None:
    """The agency's own department: where most of its offers are."""
    code = database.value("SELECT department FROM agency WHERE agency_id = $1", agency_id)
    return str(code) if code else None


def communes(database: Database, department: str) -> list[Place]:
    """The communes of a department, by name."""
    rows = database.rows(
        "SELECT insee, name, department, lat, lon FROM commune WHERE department = $1 ORDER BY name, insee",
        department,
    )
    return [_place(row) for row in rows]


def _place(row: Row) -> Place:
    return Place(row["name"], row["department"], row["insee"], row["lat"], row["lon"])


def offer_from_form(
    agency_id: UUID,
    offer_id: UUID,
    now: datetime,
    *,
    title: str,
    description: str,
    occupation: Occupation | None,
    place: Place | None,
    contract: str | None,
    until: date | None,
    weekly_hours: float | None,
    pay_low: float | None,
    pay_high: float | None,
    pay_unit: PayUnit,
    experience_years: float | None,
    skills_required: Sequence[str],
    licences: Sequence[str],
    start: date | None,
    openings: int,
    employer: str,
) -> Offer:
    """The offer of a filled form. Raises FtError when the title is missing or fields contradict each other."""
    title = " ".join(title.split())
    if not title:
        raise FtError("Donnez un titre à l'offre.")
    if contract == "CDI" and until:
        raise FtError("Un CDI n'a pas de date de fin : retirez la date, ou choisissez un autre contrat.")
    if until and start and until < start:
        raise FtError("La date de fin précède la date de début.")
    pay = _pay(pay_low, pay_high, pay_unit)
    return Offer(
        agency_id=agency_id,
        offer_id=offer_id,
        title=title,
        description=description.strip(),
        occupation=occupation,
        place=place,
        source=OfferSource.FORM,
        created_utc=now,
        skills_required=tuple(skills_required),
        contract=f"{contract} jusqu'au {until:%d/%m/%Y}" if contract and until else contract,
        weekly_hours=weekly_hours,
        pay=pay,
        pay_text=pay_in_words(pay) if pay else None,
        experience_years=experience_years,
        licences=tuple(licences),
        start=start,
        openings=openings,
        employer=employer.strip() or None,
    )


def _pay(low: float | None, high: float | None, unit: PayUnit) -> Pay | None:
    if low is None and high is None:
        return None
    if low is None or (high is not None and high < low):
        raise FtError("Le salaire le plus bas manque, ou dépasse le plus haut.")
    pay = pay_of(low, high, unit)
    if pay is None:
        raise FtError(f"Le montant du salaire n'est pas plausible en « {PAY_WORDS[unit]} ».")
    return pay


def pay_in_words(pay: Pay) -> str:
    """ "12,50 € brut de l'heure", "de 1 900 à 2 100 € brut par mois"."""
    if pay.high is None:
        return f"{euros(pay.low)} {PAY_WORDS[pay.unit]}"
    return f"de {euros(pay.low)} à {euros(pay.high)} {PAY_WORDS[pay.unit]}"


def euros(number: float) -> str:
    """A number in French: "1 900", "12,50"."""
    text = f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"
    return text.replace(",", "\u202f").replace(".", ",")


# What each field of an offer is called on the screens.
FIELD_NAMES = {
    "title": "Titre",
    "occupation": "Métier",
    "place": "Lieu",
    "employer": "Employeur",
    "contract": "Contrat",
    "contract_end": "Fin du contrat",
    "weekly_hours": "Durée",
    "schedule": "Horaires",
    "pay": "Salaire",
    "pay_text": "Salaire",
    "experience_years": "Expérience",
    "diplomas": "Diplômes",
    "licences": "Permis",
    "languages": "Langues",
    "skills_required": "Compétences exigées",
    "skills_desired": "Compétences souhaitées",
    "tasks": "Missions",
    "prerequisites": "Critères",
    "start": "Début",
    "openings": "Postes",
}
DEMAND_WORDS = {
    Demand.BLOCKING: "bloquant",
    Demand.FLEXIBLE: "souple",
    Demand.INFORMATION: "pour information",
}


def in_words(offer: Offer) -> list[tuple[str, str]]:
    """What an offer holds, as (field, value) in French, fields without a value left out."""
    hours = f"{offer.weekly_hours:g}".replace(".", ",") + " h par semaine" if offer.weekly_hours else ""
    values = {
        "title": offer.title,
        "occupation": f"{offer.occupation.label} ({offer.occupation.code})" if offer.occupation else "",
        "place": f"{offer.place.name} ({offer.place.department})" if offer.place else "",
        "employer": offer.employer or "",
        "contract": offer.contract or "",
        "contract_end": f"{offer.contract_end:%d/%m/%Y}" if offer.contract_end else "",
        "weekly_hours": hours,
        "schedule": offer.schedule or "",
        "pay": pay_in_words(offer.pay) if offer.pay else offer.pay_text or "",
        "experience_years": _experience_in_words(offer.experience_years),
        "diplomas": ", ".join(offer.diplomas),
        "licences": ", ".join(offer.licences),
        "languages": ", ".join(offer.languages),
        "skills_required": ", ".join(offer.skills_required),
        "skills_desired": ", ".join(offer.skills_desired),
        "tasks": " ; ".join(offer.tasks),
        "prerequisites": ", ".join(f"{each.text} ({DEMAND_WORDS[each.demand]})" for each in offer.prerequisites),
        "start": f"{offer.start:%d/%m/%Y}" if offer.start else "",
        "openings": str(offer.openings),
    }
    return [(FIELD_NAMES[name], value) for name, value in values.items() if value]


def _experience_in_words(years: float | None) -> str:
    if years is None:
        return ""
    if years == 0:
        return "débutant accepté"
    if years < 1:
        return f"{round(years * 12)} mois"
    return f"{years:g}".replace(".", ",") + (" ans" if years >= 2 else " an")
