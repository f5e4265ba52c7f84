"""An offer with the field names of the API "Offres d'emploi v2", as `formats.read_france_travail` reads them."""

from __future__ import annotations

from typing import Any

from ftcore.model import Offer, Pay, PayUnit

NOT_CARRIED = ("contract_end", "schedule", "start", "tasks", "prerequisites", "diplomas")
_CONTRACTS = {"CDI": "CDI", "CDD": "CDD", "Intérim": "MIS", "Saisonnier": "SAI", "Profession libérale": "LIB"}
_PERIODS = {PayUnit.HOUR: "Horaire", PayUnit.MONTH: "Mensuel", PayUnit.YEAR: "Annuel"}


def to_france_travail(offer: Offer) -> dict[str, Any]:
    """The object of one offer; absent fields are left out."""
    place, contract = offer.place, offer.contract or ""
    kind = next((code for name, code in _CONTRACTS.items() if contract.startswith(name)), contract)
    skills = [*((name, "E") for name in offer.skills_required), *((name, "S") for name in offer.skills_desired)]
    record = {
        "id": offer.external_id or str(offer.offer_id),
        "intitule": offer.title,
        "description": offer.description,
        "dateCreation": f"{offer.created_utc:%Y-%m-%dT%H:%M:%S.000Z}",
        "romeCode": offer.occupation.code if offer.occupation else None,
        "romeLibelle": offer.occupation.label if offer.occupation else None,
        "lieuTravail": None
        if place is None
        else _present(
            {
                "libelle": f"{place.department} - {place.name}",
                "commune": place.insee,
                "departement": place.department,
                "latitude": place.lat,
                "longitude": place.lon,
            }
        ),
        "typeContrat": kind or None,
        "typeContratLibelle": contract or None,
        "dureeTravailLibelle": _hours(offer.weekly_hours) if offer.weekly_hours else None,
        "salaire": _pay(offer),
        "experienceExige": None if offer.experience_years is None else "D" if offer.experience_years == 0 else "E",
        "experienceLibelle": None if offer.experience_years is None else _experience(offer.experience_years),
        "competences": [{"libelle": name, "exigence": demand} for name, demand in skills],
        "permis": [{"libelle": name, "exigence": "E"} for name in offer.licences],
        "langues": [{"libelle": name.capitalize(), "exigence": "E"} for name in offer.languages],
        "nombrePostes": offer.openings,
        "entreprise": {"nom": offer.employer} if offer.employer else None,
    }
    return _present(record)


def _present(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, [], "")}


def _hours(hours: float) -> str:
    minutes = round(60 * hours)
    return f"{minutes // 60}H{minutes % 60:02d}" if minutes % 60 else f"{minutes // 60}H"


def _pay(offer: Offer) -> dict[str, str] | None:
    if offer.pay is None:
        return {"commentaire": offer.pay_text} if offer.pay_text else None
    return {"libelle": _amounts(offer.pay)}


def _amounts(pay: Pay) -> str:
    most = f" à {pay.high!r} Euros" if pay.high is not None else ""
    return f"{_PERIODS[pay.unit]} de {pay.low!r} Euros{most}"


def _experience(years: float) -> str:
    if years == 0:
        return "Débutant accepté"
    return f"{round(12 * years)} Mois" if years < 1 or years != int(years) else f"{int(years)} An(s)"
