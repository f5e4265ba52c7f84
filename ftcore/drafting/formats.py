"""Offers from files: the shape of the France Travail API "Offres d'emploi v2".

The whole file is read or refused; within it, every field that cannot be read or carried becomes a
FieldNote whose `record` is the offer's identifier and whose `field` is the name used in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from ftcore.database import Database
from ftcore.drafting.offers import file_offer_id
from ftcore.drafting.profile import read_experience
from ftcore.drafting.records import Record
from ftcore.drafting.terms import LONGEST_WEEK, amount, pay_of, read_pay
from ftcore.errors import UnreadableFile
from ftcore.matching.occupations import SkillWords
from ftcore.matching.places import department_place, find_place
from ftcore.model import FieldNote, Occupation, Offer, OfferSource, Pay, PayUnit, Place

ACCEPTED = (
    "Le fichier attendu est un JSON de l'API « Offres d'emploi v2 » de France Travail, "
    'en UTF-8 : {"resultats": [{"id": …, "intitule": …}, …]}.'
)
MOST_OPENINGS = 999


def read_france_travail(
    data: bytes, database: Database, agency_id: UUID, now: datetime
) -> tuple[list[Offer], list[FieldNote]]:
    """Read the offers of a file and what of them could not be read or carried.

    An offer is left out, with a note, only when it has no identifier or no title, or when its
    identifier was already read in this file. Raises UnreadableFile when the file is not JSON, has
    another shape, or holds no offer.
    """
    offers: dict[str, Offer] = {}
    notes: list[FieldNote] = []
    known = _Known(
        database,
        frozenset(row["code"] for row in database.rows("SELECT code FROM occupation")),
        SkillWords(database),
    )
    for position, item in enumerate(_results(data), start=1):
        record = Record.of(item, position)
        offer = _offer(record, known, agency_id, now)
        if offer and offer.external_id in offers:
            record.note("id", offer.external_id, "identifiant déjà lu plus haut dans le fichier : offre ignorée")
        elif offer and offer.external_id:
            offers[offer.external_id] = offer
        notes.extend(record.notes)
    return list(offers.values()), notes


def _results(data: bytes) -> list[Any]:
    if not data.strip():
        raise UnreadableFile(f"Ce fichier est vide. {ACCEPTED}")
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Ce fichier n'est pas un texte en UTF-8. {ACCEPTED}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"Ce fichier n'est pas un JSON lisible. {ACCEPTED}") from error
    results = content.get("resultats") if isinstance(content, dict) else None
    if not isinstance(results, list):
        raise UnreadableFile(f"Ce JSON n'a pas la forme attendue : la liste « resultats » manque. {ACCEPTED}")
    if not results:
        raise UnreadableFile(f"Ce fichier ne contient aucune offre : « resultats » est vide. {ACCEPTED}")
    return results


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Said again by another field that is carried.
_REPEATED = frozenset({"dureeTravailLibelleConverti", "experienceExige", "appellationLibelle", "alternance"})


@dataclass(frozen=True)
class _Known:
    """What the referential holds, asked once a file."""

    database: Database
    codes: frozenset[str]
    wording: SkillWords


def _offer(record: Record, known: _Known, agency_id: UUID, now: datetime) -> Offer | None:
    if record.notes:  # it is no object
        return None
    external_id, title = record.text("id"), record.text("intitule")
    if not external_id:
        record.note("id", record.content.get("id"), "identifiant absent ou illisible : offre ignorée")
    if not title:
        record.note("intitule", record.content.get("intitule"), "intitulé absent ou illisible : offre ignorée")
    if not external_id or not title:
        return None
    pay, pay_text = _pay(record)
    required, desired = _skills(record, known.wording)
    offer = Offer(
        agency_id=agency_id,
        offer_id=file_offer_id(agency_id, external_id),
        title=" ".join(title.split()),
        description=record.text("description") or "",
        occupation=_occupation(record, known.codes),
        place=_place(record, known.database),
        source=OfferSource.FILE,
        created_utc=now,
        external_id=external_id,
        skills_required=required,
        skills_desired=desired,
        contract=_contract(record),
        weekly_hours=_weekly_hours(record),
        pay=pay,
        pay_text=pay_text,
        experience_years=_experience(record),
        licences=_demanded(record, "permis", _licence_name),
        languages=_demanded(record, "langues", lambda label: label.lower()),
        openings=int(record.number("nombrePostes", 1, MOST_OPENINGS) or 1),
        employer=_employer(record),
    )
    record.note_the_rest(_REPEATED)
    return offer


def _occupation(record: Record, codes: frozenset[str]) -> Occupation | None:
    code, label = record.text("romeCode"), record.text("romeLibelle")
    title = record.text("appellationlibelle")
    if code is None or not re.fullmatch(r"[A-N]\d{4}", code, re.ASCII):
        record.note("romeCode", code, "code métier absent ou illisible : choisissez un métier dans l'offre")
        return None
    if code not in codes:
        record.note("romeCode", code, "métier absent du référentiel chargé : la présélection sera moins précise")
    if label and title and title != label:
        record.note("appellationlibelle", title, "appellation non reprise : le métier l'est")
    return Occupation(code, label or title or code)


def _place(record: Record, database: Database) -> Place | None:
    work = record.object("lieuTravail")
    if work is None:
        record.note("lieuTravail", None, "lieu absent : les distances ne seront pas calculées")
        return None
    label, insee, postcode = work.text("libelle"), work.text("commune"), work.text("codePostal")
    lat, lon = work.number("latitude", -90, 90), work.number("longitude", -180, 180)
    department = _department(work.text("departement"), insee, postcode, label)
    work.note_the_rest()
    named = re.fullmatch(r"(?:\d[\dAB]\d?\s*-\s*)?(.+)", label or "")
    name = named.group(1).strip() if named else ""
    if insee and not re.fullmatch(r"\d[\dAB]\d{3}", insee, re.ASCII):
        work.note("commune", insee, "code de commune illisible")
        insee = None
    known = _known_place(database, department, *(words for words in (insee, postcode, name) if words))
    if insee and lat is not None and lon is not None and department:
        return Place(known.name if known else name or insee, department, insee, lat, lon)
    if known:
        return known
    if insee and department:
        work.note("commune", insee, "commune inconnue du référentiel : les distances seront approximatives")
    else:
        work.note("commune", None, "commune absente : les distances seront approximatives")
    rough = department_place(database, department or name) if department or name else None
    if rough is None:
        work.note("departement", department, "département absent ou inconnu")
        return Place(name, department or "", insee, lat, lon) if name else None
    return rough


def _department(given: str | None, *codes: str | None) -> str | None:
    for code in (given, *codes):
        found = re.match(r"(97\d|98\d|2[AB]|\d{2})", code or "", re.ASCII)
        if found:
            return found.group(1)
    return None


def _known_place(database: Database, department: str | None, *names: str) -> Place | None:
    for name in names:
        place = find_place(database, name, near=department)
        if place and place.insee and department in (None, place.department):
            return place
    return None


_CONTRACTS = {"CDI": "CDI", "CDD": "CDD", "MIS": "Intérim", "SAI": "Saisonnier", "LIB": "Profession libérale"}


def _contract(record: Record) -> str | None:
    code, label = record.text("typeContrat"), record.text("typeContratLibelle")
    if not code and not label:
        record.note("typeContrat", None, "type de contrat absent")
        return None
    contract = _CONTRACTS.get(code or "", label or code or "")
    length = re.search(r"(\d+)\s*(mois|jours?|semaines?|ans?)", label or "", re.IGNORECASE)
    if length and contract in _CONTRACTS.values():
        contract += f" de {length.group(1)} {length.group(2).lower()}"
    return f"{contract} (alternance)" if record.content.get("alternance") is True else contract


def _weekly_hours(record: Record) -> float | None:
    label = record.text("dureeTravailLibelle")
    if label is None:
        record.note("dureeTravailLibelle", None, "durée du travail absente")
        return None
    found = re.search(r"\b(\d{1,2})\s?H\s?(\d{2})?(?!\d)\s*(.*)", label, re.IGNORECASE | re.ASCII | re.DOTALL)
    hours = int(found.group(1)) + int(found.group(2) or 0) / 60 if found else 0.0
    if not found or not 0 < hours <= LONGEST_WEEK or int(found.group(2) or 0) > 59:
        record.note("dureeTravailLibelle", label, "aucune durée hebdomadaire lisible")
        return None
    rest = re.sub(r"^/?\s*semaine\s*", "", found.group(3), flags=re.IGNORECASE).strip()
    if rest not in ("", "Autre"):
        record.note("dureeTravailLibelle", rest, "précision non reprise dans l'offre")
    return round(hours, 2)


_PAY_UNITS = {"horaire": PayUnit.HOUR, "mensuel": PayUnit.MONTH, "annuel": PayUnit.YEAR}
_PAY_LABEL = re.compile(
    r"(Horaire|Mensuel|Annuel)\s+de\s+(\d+(?:[.,]\d+)?)\s*Euros?(?:\s+à\s+(\d+(?:[.,]\d+)?)\s*Euros?)?"
    r"(?:\s+sur\s+(\d+(?:[.,]\d+)?)\s+mois)?\s*",
    re.IGNORECASE | re.ASCII,
)


def _pay(record: Record) -> tuple[Pay | None, str | None]:
    """The pay, and everything the file says about it as one text."""
    salary = record.object("salaire")
    if salary is None:
        record.note("salaire", None, "salaire absent")
        return None, None
    label, comment = salary.text("libelle"), salary.text("commentaire")
    extras = [salary.text("complement1"), salary.text("complement2")]
    salary.note_the_rest()
    words = [part for part in (label, comment, *extras) if part and part != "Autre"]
    pay = _labelled_pay(salary, label) if label else None
    if pay is None and comment:
        said = read_pay(comment)
        pay = said[0].value if said and said[0] else None
        if pay is None:
            salary.note("commentaire", comment, "aucun montant : le texte est gardé tel quel")
    if pay is None and not label and not comment:
        salary.note("libelle", None, "aucun montant indiqué")
    return pay, " · ".join(words) or None


def _labelled_pay(salary: Record, label: str) -> Pay | None:
    found = _PAY_LABEL.fullmatch(label)
    if found is None:
        salary.note("libelle", label, "montant illisible : le texte est gardé tel quel")
        return None
    high = amount(found.group(3)) if found.group(3) else None
    pay = pay_of(amount(found.group(2)), high, _PAY_UNITS[found.group(1).lower()])
    if pay is None:
        salary.note("libelle", label, "montant hors des limites plausibles : le texte est gardé tel quel")
    if found.group(4) and amount(found.group(4)) != 12:
        salary.note("libelle", f"sur {found.group(4)} mois", "nombre de mois gardé dans le texte seulement")
    return pay


def _experience(record: Record) -> float | None:
    label, required = record.text("experienceLibelle"), record.content.get("experienceExige")
    comment = record.text("experienceCommentaire")
    said, _, repeated = (label or "").partition(" - ")
    detail = comment or repeated.strip()
    if detail:
        record.note("experienceCommentaire", detail, "précision non reprise dans l'offre")
    found = read_experience(said)
    if found:
        return found.value
    if required == "D" and not label:
        return 0.0
    record.note("experienceLibelle", label, "aucune durée d'expérience lisible")
    return None


def _skills(record: Record, wording: SkillWords) -> tuple[tuple[str, ...], tuple[str, ...]]:
    required: list[str] = []
    desired: list[str] = []
    for skill in record.objects("competences"):
        label, demand = skill.text("libelle"), skill.text("exigence")
        if not label:
            skill.note("libelle", skill.content.get("code"), "compétence sans libellé : ignorée")
        elif demand == "E":
            required.append(label)
        else:
            desired.append(label)
            if demand != "S":
                skill.note("exigence", demand, "exigence inconnue : compétence comptée comme souhaitée")
        skill.read.add("code")
        skill.note_the_rest()
    # One wording a skill, the referential's, so that offers and people can be compared.
    demanded = wording.same(required)
    return demanded, tuple(skill for skill in wording.same(desired) if skill not in demanded)


def _demanded(record: Record, name: str, rename: Callable[[str], str]) -> tuple[str, ...]:
    """Licences or languages that are demanded; what is only wished for must not exclude anybody."""
    demanded: list[str] = []
    for item in record.objects(name):
        label, demand = item.text("libelle"), item.text("exigence")
        if not label:
            item.note("libelle", None, "libellé absent : ignoré")
        elif demand == "E":
            demanded.append(rename(label))
        else:
            item.note("libelle", label, "souhaité, non exigé : non repris parmi les critères")
        item.note_the_rest()
    return tuple(dict.fromkeys(demanded))


def _licence_name(label: str) -> str:
    return label.partition(" - ")[0].strip() or label


def _employer(record: Record) -> str | None:
    company = record.object("entreprise")
    if company is None:
        return None
    name = company.text("nom")
    company.note_the_rest()
    return name
