"""What a counselor chose of what was shown: the shortlist to take along, and the record that fairness needs."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pandas as pd

from ftcore import spreadsheet
from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.matching import pool
from ftcore.model import Candidate, Offer, Person, Ranked
from ftcore.text import words
from ftcore.trust import access, decision_times

# Why a person was taken out of a selection: each is about the offer, none about who the person is.
REMOVALS = (
    "Ne correspond pas à l'offre",
    "N'est plus disponible",
    "Déjà en contact pour une autre offre",
    "Fiche à mettre à jour",
    "Autre motif, noté dans le dossier",
)
MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """How the people of a campaign were found: criteria as JSON, who was shown in which order, who was removed why.

    `selected` is whom the counselor picked, before anything excluded some of them from the launch.
    """

    criteria: str
    shown: tuple[UUID, ...]
    removed: Mapping[UUID, str] = field(default_factory=dict)
    selected: tuple[UUID, ...] = ()
    # When the list was first shown: whether anybody looked at it is seen by how long that took.
    since_utc: datetime | None = None
    # The score of each who was shown, with its points by criterion; and how many each condition excluded.
    scored: Mapping[UUID, tuple[float, Mapping[str, float]]] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)


def scores(found: Sequence[Ranked]) -> dict[UUID, tuple[float, Mapping[str, float]]]:
    """The score of each of these people and its points by criterion, as `Choice.scored` takes them."""
    return {
        one.candidate.candidate_id: (one.score, {reason.criterion: round(reason.part, 4) for reason in one.reasons})
        for one in found
    }


def basis(choice: Choice, offer: Offer, considered: int) -> str:
    """What the list was made of, as JSON: what the offer asked, and the counts. Nothing of any one person in it."""
    scores_shown = [choice.scored[one][0] for one in choice.shown if one in choice.scored]
    return json.dumps(
        {
            "considered": considered,
            "shown": len(choice.shown),
            "least": min(scores_shown, default=None),
            "excluded": dict(choice.excluded),
            "asked": {
                "occupation": offer.occupation.label if offer.occupation else None,
                "place": offer.place.name if offer.place else None,
                "skills": [*offer.skills_required, *offer.skills_desired],
                "experience": offer.experience_years,
                "licences": list(offer.licences),
                "contract": offer.contract,
                "weekly_hours": offer.weekly_hours,
                "start": offer.start.isoformat() if offer.start else None,
            },
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def record(
    tx: Transaction, agency_id: UUID, campaign_id: UUID, choice: Choice, chosen: Sequence[UUID], now: datetime
) -> None:
    """Keep with the campaign who was shown, in which place, and who of them was chosen; added by hand has place 0."""
    if choice.since_utc is not None:
        seconds = (now - choice.since_utc).total_seconds()
        decision_times.took(tx, agency_id, "ranking", len(choice.shown), len(choice.removed), seconds, now)
    places = {candidate_id: place for place, candidate_id in enumerate(choice.shown, 1)}
    everybody = dict.fromkeys([*choice.shown, *choice.removed, *chosen])
    scored = {one: (score, json.dumps(points)) for one, (score, points) in choice.scored.items()}
    tx.insert(
        "proposal",
        [
            {
                "agency_id": agency_id,
                "campaign_id": campaign_id,
                "candidate_id": candidate_id,
                "place": places.get(candidate_id, 0),
                "chosen": candidate_id in chosen,
                "removal": choice.removed.get(candidate_id),
                "shown_utc": now,
                "score": scored.get(candidate_id, (None, None))[0],
                "points": scored.get(candidate_id, (None, None))[1],
            }
            for candidate_id in everybody
        ],
    )


def search(database: Database, person: Person, text: str) -> list[Candidate]:
    """People of the agency's pool by name or identifier, to add one by hand. Raises FtError for too short a text."""
    access.require(person, "see candidates")
    asked = " ".join(words(text))
    if len(text.strip()) < 3:
        raise FtError("Écrivez au moins trois lettres du nom, ou l'identifiant.")
    rows = database.rows(
        """
        SELECT * FROM candidate
        WHERE agency_id = $1 AND left_utc IS NULL
          AND (external_id = $2 OR place_key(last_name || ' ' || first_name) LIKE $3
               OR place_key(first_name || ' ' || last_name) LIKE $3)
        ORDER BY last_name, first_name, candidate_id LIMIT $4
        """,
        person.agency_id,
        text.strip(),
        f"{asked}%" if asked else None,
        MOST_FOUND,
    )
    return [pool.from_row(row) for row in rows]


def shortlist(people: Sequence[Ranked], *, masked: bool) -> pd.DataFrame:
    """The chosen people as a table; masked, it says neither name nor town."""
    rows = []
    for place, ranked in enumerate(people, 1):
        person = ranked.candidate
        who = (
            {"Personne": f"Personne {place}"}
            if masked
            else {"Identifiant": person.external_id, "Prénom": person.first_name, "Nom": person.last_name,
                  "Commune": person.commune or ""}
        )  # fmt: skip
        rows.append(
            {
                "Rang": place,
                **who,
                "Score": round(100 * ranked.score),
                "Connu": round(100 * ranked.confidence),
                "Distance (km)": None if ranked.distance_km is None else round(ranked.distance_km, 1),
                "Disponible le": person.available_from.isoformat() if person.available_from else "",
                "Pourquoi": " ; ".join(ranked.why),
                "Ce qui manque": " ; ".join(ranked.missing),
                "À demander": " ; ".join(ranked.to_ask),
            }
        )
    return pd.DataFrame(rows)


def shortlist_csv(table: pd.DataFrame) -> bytes:
    """The shortlist for spreadsheets; no cell of it runs as a formula."""
    cells = table.astype("object").where(table.notna(), "")
    return spreadsheet.table_bytes([str(name) for name in table.columns], cells.to_numpy().tolist())


def shortlist_parquet(table: pd.DataFrame) -> bytes:
    """The shortlist for programs."""
    out = io.BytesIO()
    table.to_parquet(out, index=False)
    return out.getvalue()
