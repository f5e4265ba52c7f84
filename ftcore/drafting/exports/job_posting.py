"""An offer as schema.org JSON-LD (https://schema.org/JobPosting), for web sites and other job boards."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any, NoReturn
from uuid import UUID, uuid4

from ftcore.drafting.records import clean
from ftcore.errors import UnreadableFile
from ftcore.model import Occupation, Offer, OfferSource, Pay, PayUnit, Place

NOT_CARRIED = ("contract_end", "pay_text", "languages", "skills_desired", "prerequisites")
UNREADABLE = "Ce fichier n'est pas une offre « JobPosting » (JSON-LD) lisible."
_UNITS = {PayUnit.HOUR: "HOUR", PayUnit.MONTH: "MONTH", PayUnit.YEAR: "YEAR"}
_WEEK = re.compile(r"([\d.]+) h par semaine(?: ; (.*))?", re.DOTALL)


def to_job_posting(offer: Offer) -> dict[str, Any]:
    """The JSON-LD object of an offer; absent fields are left out."""
    place, pay = offer.place, offer.pay
    hours = f"{offer.weekly_hours!r} h par semaine" if offer.weekly_hours else None
    posting = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": offer.title,
        "description": offer.description,
        "datePosted": f"{offer.created_utc:%Y-%m-%d}",
        "identifier": _value("reference", offer.external_id) if offer.external_id else None,
        "hiringOrganization": {"@type": "Organization", "name": offer.employer} if offer.employer else None,
        "employmentType": offer.contract,
        "workHours": " ; ".join(part for part in (hours, offer.schedule) if part) or None,
        "jobStartDate": offer.start.isoformat() if offer.start else None,
        "totalJobOpenings": offer.openings,
        "jobLocation": _location(place) if place else None,
        "baseSalary": _salary(pay) if pay else None,
        "occupationalCategory": _category(offer.occupation) if offer.occupation else None,
        "experienceRequirements": None
        if offer.experience_years is None
        else {
            "@type": "OccupationalExperienceRequirements",
            "monthsOfExperience": round(12 * offer.experience_years, 6),
        },
        "skills": list(offer.skills_required),
        "responsibilities": list(offer.tasks),
        "qualifications": [_credential(name, "licence") for name in offer.licences],
        "educationRequirements": [_credential(name, "diploma") for name in offer.diplomas],
    }
    return {name: value for name, value in posting.items() if value not in (None, [], "")}


def from_job_posting(data: bytes, agency_id: UUID, now: datetime) -> Offer:
    """The offer of a JSON-LD object, as this program writes it. Raises UnreadableFile."""
    try:
        posting = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
        return _offer(posting, agency_id, now)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableFile(UNREADABLE) from error


def _offer(posting: dict[str, Any], agency_id: UUID, now: datetime) -> Offer:
    if posting.get("@type") != "JobPosting":
        raise ValueError("another type")
    title = clean(_str(posting["title"]))
    if not title:
        raise ValueError("no title")
    hours = _str(posting.get("workHours", ""))
    week = _WEEK.fullmatch(hours)
    months = posting.get("experienceRequirements", {}).get("monthsOfExperience")
    start = posting.get("jobStartDate")
    return Offer(
        agency_id=agency_id,
        offer_id=uuid4(),
        title=title,
        description=clean(_str(posting.get("description", ""))),
        occupation=_occupation(posting.get("occupationalCategory")),
        place=_place(posting.get("jobLocation")),
        source=OfferSource.FILE,
        created_utc=now,
        external_id=posting.get("identifier", {}).get("value"),
        employer=posting.get("hiringOrganization", {}).get("name"),
        contract=posting.get("employmentType"),
        weekly_hours=float(week.group(1)) if week else None,
        schedule=(week.group(2) if week else hours) or None,
        start=date.fromisoformat(start) if start else None,
        openings=int(posting.get("totalJobOpenings", 1)),
        pay=_pay(posting.get("baseSalary")),
        experience_years=None if months is None else round(float(months) / 12, 4),
        skills_required=_texts(posting.get("skills", [])),
        tasks=_texts(posting.get("responsibilities", [])),
        licences=tuple(_str(each["name"]) for each in posting.get("qualifications", [])),
        diplomas=tuple(_str(each["name"]) for each in posting.get("educationRequirements", [])),
    )


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(_str(value) for value in ([values] if isinstance(values, str) else values))


def _value(name: str, value: str) -> dict[str, str]:
    return {"@type": "PropertyValue", "propertyID": name, "value": value}


def _credential(name: str, category: str) -> dict[str, str]:
    return {"@type": "EducationalOccupationalCredential", "credentialCategory": category, "name": name}


def _category(occupation: Occupation) -> dict[str, str]:
    return {"@type": "CategoryCode", "inCodeSet": "ROME", "codeValue": occupation.code, "name": occupation.label}


def _occupation(found: Any) -> Occupation | None:
    return Occupation(_str(found["codeValue"]), _str(found["name"])) if found else None


def _location(place: Place) -> dict[str, Any]:
    address = {"@type": "PostalAddress", "addressLocality": place.name, "addressRegion": place.department}
    location: dict[str, Any] = {"@type": "Place", "address": address | {"addressCountry": "FR"}}
    if place.insee:
        location["identifier"] = _value("INSEE", place.insee)
    if place.lat is not None and place.lon is not None:
        location["geo"] = {"@type": "GeoCoordinates", "latitude": place.lat, "longitude": place.lon}
    return location


def _place(found: Any) -> Place | None:
    if not found:
        return None
    address, geo = found["address"], found.get("geo", {})
    return Place(
        _str(address["addressLocality"]),
        _str(address.get("addressRegion", "")),
        found.get("identifier", {}).get("value"),
        geo.get("latitude"),
        geo.get("longitude"),
    )


def _salary(pay: Pay) -> dict[str, Any]:
    amounts = {"value": pay.low} if pay.high is None else {"minValue": pay.low, "maxValue": pay.high}
    value = {"@type": "QuantitativeValue", "unitText": _UNITS[pay.unit]} | amounts
    return {"@type": "MonetaryAmount", "currency": "EUR", "value": value}


def _pay(found: Any) -> Pay | None:
    if not found:
        return None
    value = found["value"]
    unit = next(unit for unit, text in _UNITS.items() if text == value["unitText"])
    if "value" in value:
        return Pay(float(value["value"]), unit)
    return Pay(float(value["minValue"]), unit, float(value["maxValue"]))
