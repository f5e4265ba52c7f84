"""Ten offers over an invented pool, their first five people with every reason, as they were reviewed by eye.

To review a change: `ENTREMISE_GOLDEN=write pytest tests/matching/test_golden_rankings.py`, then read the difference.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from ftcore.database import Database
from ftcore.demo.agencies import AGENCIES, counselor
from ftcore.demo.offers import PAST_ANNONAY, Places, Template, offer_of, offer_row
from ftcore.demo.people import people
from ftcore.drafting import offers
from ftcore.matching import ranking
from ftcore.matching.ranking import Conditions, Ranking, Weights

GOLDEN = Path(__file__).parents[1] / "golden" / "rankings"
TODAY = date(2026, 11, 23)


@pytest.fixture
def pool(fresh_database: Callable[..., Database]) -> Database:
    database = fresh_database("referential")
    agency = AGENCIES[0]
    row = {"agency_id": agency.agency_id, "name": agency.name, "department": agency.department, "demo": True}
    rows = people(agency.agency_id, 3_000, 5, database, today=TODAY)
    for person in rows:
        # The chance of a wish is this test's own, so that the demo may change it.
        person["contracts"], person["working_time"] = None, None
    database.transact(lambda tx: (tx.insert("agency", [row]), tx.insert("candidate", rows))[0])
    return database


def test_ten_offers_rank_as_they_were_reviewed(pool: Database) -> None:
    agency = AGENCIES[0]
    places = Places(pool)
    templates = PAST_ANNONAY[:10]
    assert len(templates) == 10
    rows = [
        # What the demo's offers ask by SMS is the demo's matter, not this test's.
        offer_row(offer_of(agency, replace(template, asked=()), f"golden {number}", places, datetime(2026, 11, 20)))
        for number, template in enumerate(templates)
    ]
    pool.transact(lambda tx: tx.insert("offer", rows))
    person = counselor(agency.agency_id)
    for number, (template, row) in enumerate(zip(templates, rows, strict=True), 1):
        offer = offers.offer(pool, person, row["offer_id"])
        found = ranking.rank(pool, person, offer, Weights(), Conditions(), TODAY, limit=5)
        file = GOLDEN / f"{number:02d}-{template.code}.txt"
        if os.environ.get("ENTREMISE_GOLDEN") == "write":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(written(template, found), encoding="utf-8")
        assert written(template, found) == file.read_text(encoding="utf-8")


def written(template: Template, found: Ranking) -> str:
    """A ranking as a page to read."""
    lines = [f"{template.title} · {template.code} · {template.insee}", f"considérées : {found.considered}"]
    lines += [f"  écartées, {label} : {count}" for label, count in found.excluded.items()]
    lines.append(f"  presque : {found.nearly}")
    for ranked in found.people:
        person = ranked.candidate
        lines += ["", f"{ranked.score:.4f} (connu {ranked.confidence:.2f}) {person.external_id}, {person.commune}"]
        lines += [f"  {reason.part:.4f} {reason.criterion} : {reason.sentence}" for reason in ranked.reasons]
        lines += [f"  manque : {lack}" for lack in ranked.missing] + [f"  à demander : {ask}" for ask in ranked.to_ask]
    return "\n".join(lines) + "\n"
