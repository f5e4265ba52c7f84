"""The assumptions of the gains: each with a range and its source, changed in the open, every version kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.insight.wording import number
from ftcore.model import Person
from ftcore.trust import access, journal

LONGEST_SOURCE = 300


@dataclass(frozen=True, slots=True)
class Kind:
    """What one assumption is about, in French: its label, its unit, the most that makes sense."""

    label: str
    unit: str
    most: float
    explained: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """One version of an assumption: `value` is the most likely, within `low` and `high`. Version 0 is the program's."""

    name: str
    value: float
    low: float
    high: float
    source: str
    version: int = 0
    changed_by: str | None = None
    changed_utc: datetime | None = None


KINDS: dict[str, Kind] = {
    "contact_minutes": Kind(
        "Un contact sans l'outil",
        "min",
        240,
        "Joindre une personne par téléphone, lui présenter l'offre et vérifier les critères, essais manqués compris.",
    ),
    "campaign_minutes": Kind(
        "Préparer une campagne", "min", 480, "Choisir les personnes, relire les SMS, confirmer l'envoi."
    ),
    "thread_minutes": Kind(
        "Un échange repris à la main", "min", 240, "Lire la réponse, prendre la main, écrire à la personne."
    ),
    "decision_minutes": Kind(
        "Un rappel et sa décision", "min", 240, "Rappeler la personne intéressée et décider de la suite."
    ),
    "hour_cost": Kind("Une heure de conseiller", "€", 500, "Coût complet : salaire, charges, locaux."),
    "part_price": Kind("Une partie de SMS", "€", 5, "Là où l'opérateur n'a pas dit son prix en euros."),
    "fixed_cost": Kind("Frais fixes par mois", "€", 1_000_000, "Hébergement, maintenance, formation."),
}

_UNSOURCED = "Hypothèse de départ, sans relevé : à mesurer en agence."
DEFAULTS: dict[str, Baseline] = {
    "contact_minutes": Baseline("contact_minutes", 6, 3, 12, _UNSOURCED),
    "campaign_minutes": Baseline("campaign_minutes", 15, 8, 30, _UNSOURCED),
    "thread_minutes": Baseline("thread_minutes", 4, 2, 8, _UNSOURCED),
    "decision_minutes": Baseline("decision_minutes", 8, 5, 15, _UNSOURCED),
    "hour_cost": Baseline("hour_cost", 38, 32, 48, _UNSOURCED),
    "part_price": Baseline("part_price", 0.05, 0.04, 0.08, "Estimation : aucun tarif n'est publié."),
    "fixed_cost": Baseline("fixed_cost", 60, 20, 200, _UNSOURCED),
}


def current(database: Database, person: Person) -> dict[str, Baseline]:
    """The assumptions in use, by name: the latest version of each, else the program's."""
    access.require(person, "see evaluation")
    latest = {
        row["name"]: Baseline(**row)
        for row in database.rows(
            "SELECT * FROM baseline b WHERE version = (SELECT max(version) FROM baseline x WHERE x.name = b.name)"
        )
    }
    return {name: latest.get(name, default) for name, default in DEFAULTS.items()}


def versions(database: Database, person: Person, name: str) -> list[Baseline]:
    """Every version of one assumption, the latest first, the program's own last."""
    access.require(person, "see evaluation")
    rows = database.rows("SELECT * FROM baseline WHERE name = $1 ORDER BY version DESC", name)
    return [*(Baseline(**row) for row in rows), DEFAULTS[name]]


def change(
    database: Database, person: Person, name: str, value: float, low: float, high: float, source: str, now: datetime
) -> Baseline:
    """Keep a new version, with its source; the same again changes nothing. Raises FtError with a sentence."""
    access.require(person, "change baselines")
    kind, told = KINDS[name], " ".join(source.split())
    if not all(math.isfinite(each) for each in (value, low, high)) or not 0 <= low <= value <= high:
        raise FtError(
            f"« {kind.label} » : la valeur doit se trouver entre le bas et le haut, par exemple 3 – 6 – 12, "
            "et aucun des trois n'est négatif."
        )
    if high > kind.most:
        raise FtError(f"« {kind.label} » : {number(high)} {kind.unit} dépasse {number(kind.most)} {kind.unit}.")
    if len(told) < 3:
        raise FtError(f"« {kind.label} » : dites d'où vient ce chiffre (relevé, étude, convention…).")
    if len(told) > LONGEST_SOURCE:
        raise FtError(f"« {kind.label} » : la source compte {len(told)} caractères, {LONGEST_SOURCE} au plus.")

    def write(tx: Transaction) -> Baseline:
        # Two changes at once must not both become the same version.
        tx.take_turn()
        row = tx.one("SELECT * FROM baseline WHERE name = $1 ORDER BY version DESC LIMIT 1", name)
        used = Baseline(**row) if row else DEFAULTS[name]
        if (used.value, used.low, used.high, used.source) == (value, low, high, told):
            return used
        saved = Baseline(name, value, low, high, told, used.version + 1, person.person_id, now)
        tx.insert(
            "baseline",
            [
                {
                    "name": name,
                    "version": saved.version,
                    "value": value,
                    "low": low,
                    "high": high,
                    "source": told,
                    "changed_by": person.person_id,
                    "changed_utc": now,
                }
            ],
        )
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "baseline changed",
            f"{name} {saved.version}",
            now,
            f"{used.value:g} ({used.low:g} to {used.high:g}) became {value:g} ({low:g} to {high:g})",
        )
        return saved

    return database.transact(write)
