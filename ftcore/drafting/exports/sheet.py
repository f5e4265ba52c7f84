"""An offer as labelled lines and lists that people read, and that can be read back: for text and Word files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from ftcore.drafting.form import DEMAND_WORDS, FIELD_NAMES, PAY_WORDS
from ftcore.drafting.records import clean
from ftcore.errors import UnreadableFile
from ftcore.model import Occupation, Offer, OfferSource, Pay, Place, Prerequisite

LINES = ("title", "occupation", "employer", "place", "contract", "contract_end", "weekly_hours", "schedule", "pay",
         "pay_text", "experience_years", "start", "openings", "external_id")  # fmt: skip
LISTS = ("tasks", "skills_required", "skills_desired", "diplomas", "licences", "languages", "prerequisites")
LABELS = FIELD_NAMES | {"pay_text": "Salaire, en clair", "external_id": "Référence"}
DESCRIPTION = "Description"
NO_SHEET = (
    "Ce fichier n'est pas une offre exportée par Entremise. Copiez son texte dans « Vos notes » pour qu'il soit lu."
)
_UNITS = {words: unit for unit, words in PAY_WORDS.items()}
_DEMANDS = {words: demand for demand, words in DEMAND_WORDS.items()}


@dataclass
class Sheet:
    """What stands on an offer's page: one value a label, lists, and the free text."""

    lines: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    description: str = ""


def sheet_of(offer: Offer) -> Sheet:
    """The sheet of an offer; each value is one line, so runs of white space in it become one space."""
    place, pay = offer.place, offer.pay
    values: dict[str, Any] = {name: getattr(offer, name) for name in LINES} | {
        "occupation": f"{offer.occupation.label} ({offer.occupation.code})" if offer.occupation else None,
        "place": _place_words(place) if place else None,
        "pay": _pay_words(pay) if pay else None,
        "contract_end": offer.contract_end and f"{offer.contract_end:%d/%m/%Y}",
        "start": offer.start and f"{offer.start:%d/%m/%Y}",
        "weekly_hours": offer.weekly_hours and f"{_number(offer.weekly_hours)} h par semaine",
        "experience_years": None if offer.experience_years is None else f"{_number(offer.experience_years)} an(s)",
    }
    lists = {name: [_one_line(each) for each in getattr(offer, name)] for name in LISTS if name != "prerequisites"}
    lists["prerequisites"] = [f"{_one_line(each.text)} ({DEMAND_WORDS[each.demand]})" for each in offer.prerequisites]
    return Sheet(
        {name: _one_line(str(value)) for name, value in values.items() if value is not None},
        {name: items for name, items in lists.items() if items},
        clean(offer.description),
    )


def offer_of(sheet: Sheet, agency_id: UUID, now: datetime) -> Offer:
    """The offer of a sheet. Raises UnreadableFile when it has no title or a value that cannot be read."""
    lines, lists = sheet.lines, sheet.lists
    if not lines.get("title"):
        raise UnreadableFile(NO_SHEET)
    try:
        return Offer(
            agency_id=agency_id,
            offer_id=uuid4(),
            title=lines["title"],
            description=sheet.description,
            occupation=_occupation(lines.get("occupation")),
            place=_place(lines.get("place")),
            source=OfferSource.FILE,
            created_utc=now,
            employer=lines.get("employer"),
            contract=lines.get("contract"),
            contract_end=_day(lines.get("contract_end")),
            weekly_hours=_amount(lines.get("weekly_hours")),
            schedule=lines.get("schedule"),
            pay=_pay(lines.get("pay")),
            pay_text=lines.get("pay_text"),
            experience_years=_amount(lines.get("experience_years")),
            start=_day(lines.get("start")),
            openings=int(lines.get("openings", "1")),
            external_id=lines.get("external_id"),
            prerequisites=tuple(_prerequisite(each) for each in lists.get("prerequisites", [])),
            tasks=tuple(lists.get("tasks", [])),
            skills_required=tuple(lists.get("skills_required", [])),
            skills_desired=tuple(lists.get("skills_desired", [])),
            diplomas=tuple(lists.get("diplomas", [])),
            licences=tuple(lists.get("licences", [])),
            languages=tuple(lists.get("languages", [])),
        )
    except (ValueError, KeyError, AttributeError) as error:
        raise UnreadableFile("Une ligne de cette offre a été changée et ne se lit plus : dates, montants.") from error


def to_text(sheet: Sheet) -> str:
    """The sheet as plain text: labelled lines, lists under their name, the free text last."""
    parts = ["\n".join(f"{LABELS[name]} : {value}" for name, value in sheet.lines.items())]
    parts += ["\n".join([LABELS[name], *(f"- {item}" for item in items)]) for name, items in sheet.lists.items()]
    return "\n\n".join([*parts, f"{DESCRIPTION}\n{sheet.description}"]) + "\n"


def from_text(text: str) -> Sheet:
    """The sheet of such a text. Whatever follows the line "Description" is the free text, as it is."""
    head, _, description = text.replace("\r\n", "\n").partition(f"\n{DESCRIPTION}\n")
    sheet = Sheet(description=description.removesuffix("\n"))
    lists = {LABELS[name]: name for name in LISTS}
    lines = {LABELS[name]: name for name in LINES}
    current: list[str] | None = None
    for line in head.split("\n"):
        label, colon, value = line.partition(" : ")
        if current is not None and line.startswith("- "):
            current.append(line[2:])
        elif line in lists:
            current = sheet.lists.setdefault(lists[line], [])
        elif colon and label in lines:
            sheet.lines[lines[label]] = value
            current = None
    return sheet


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0").replace(".", ",")


def _amount(text: str | None) -> float | None:
    return float(text.split()[0].replace(",", ".")) if text else None


def _day(text: str | None) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None


def _pay_words(pay: Pay) -> str:
    amounts = f"de {_number(pay.low)} à {_number(pay.high)}" if pay.high is not None else _number(pay.low)
    return f"{amounts} {PAY_WORDS[pay.unit]}"


def _pay(text: str | None) -> Pay | None:
    if not text:
        return None
    found = re.fullmatch(r"(?:de ([\d,e+-]+) à )?([\d,e+-]+) (€ .+)", text)
    if found is None:
        raise ValueError(text)
    low, last = found.group(1), float(found.group(2).replace(",", "."))
    unit = _UNITS[found.group(3)]
    return Pay(float(low.replace(",", ".")), unit, last) if low else Pay(last, unit)


def _occupation(text: str | None) -> Occupation | None:
    if not text:
        return None
    label, _, code = text.removesuffix(")").rpartition(" (")
    return Occupation(code, label)


def _place_words(place: Place) -> str:
    words = f"{place.name} ({place.department})"
    words += f" · INSEE {place.insee}" if place.insee else ""
    return words + (f" · {place.lat!r} ; {place.lon!r}" if place.lat is not None and place.lon is not None else "")


def _place(text: str | None) -> Place | None:
    if not text:
        return None
    found = re.fullmatch(r"(.*) \((\w*)\)(?: · INSEE (\w+))?(?: · (\S+) ; (\S+))?", text)
    if found is None:
        raise ValueError(text)
    name, department, insee, lat, lon = found.groups()
    return Place(name, department, insee, float(lat) if lat else None, float(lon) if lon else None)


def _prerequisite(text: str) -> Prerequisite:
    words, _, demand = text.removesuffix(")").rpartition(" (")
    return Prerequisite(words, _DEMANDS[demand])
