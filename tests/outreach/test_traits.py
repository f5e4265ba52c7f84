"""A launch keeps, by group and without names, whom it chose from, whom it chose and whom it wrote to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from ftcore.database.base import Transaction
from ftcore.errors import LaunchRefused
from ftcore.insight import fairness, outcomes, traits
from ftcore.matching.choices import Choice
from ftcore.model import Offer, Role
from ftcore.outreach import campaigns

from .conftest import NOW, Town

COUNTS = ("seeking", "seeking_listed", "considered", "selected", "contacted")


def declare(town: Town, people: list[UUID], **what: object) -> None:
    rows = [
        {"agency_id": town.counselor.agency_id, "candidate_id": one, "sex": None, "birth_year": None,
         "priority_district": None, "unemployed_since": None} | what
        for one in people
    ]  # fmt: skip
    town.database.transact(lambda tx: tx.insert("candidate_trait", rows))


def launch(
    town: Town, offer: Offer, people: list[UUID], choice: Choice | None, campaign_id: UUID | None = None
) -> UUID:
    campaign_id = campaign_id or uuid4()
    campaigns.launch(
        town.database, town.counselor, offer, campaign_id, people, 99, None, town.now, choice
    )  # fmt: skip
    return campaign_id


def counts(town: Town, campaign_id: UUID, trait: str) -> dict[str, tuple[int, ...]]:
    rows = town.database.rows(
        "SELECT * FROM campaign_trait_count WHERE campaign_id = $1 AND trait = $2", campaign_id, trait
    )
    return {row["group_name"]: tuple(row[name] for name in COUNTS) for row in rows}


def groups(town: Town) -> list[tuple[object, ...]]:
    rows = town.database.rows("SELECT sex, age_band, priority_district, unemployment FROM conversation_trait")
    return sorted(tuple(row.values()) for row in rows)


def test_a_launch_counts_each_group_from_the_pool_to_who_is_written_to(town: Town) -> None:
    offer = town.offer()
    women, men = town.people(4, occupation_code="G1803"), town.people(3, occupation_code="G1803")
    others = town.people(2, occupation_code="K1304")
    declare(town, women, sex="f")
    declare(town, men + others[:1], sex="m")
    stopped = {"phone": town.phone(men[0]), "since_utc": NOW, "source": "sms", "reason": "STOP"}
    town.database.transact(lambda tx: tx.insert("opt_out", [stopped]))
    # On the list: two women, two men, both of the other occupation. Chosen: a woman, two men; one of them said STOP.
    choice = Choice(
        "{}", (women[0], men[0], *others), {women[1]: "Fiche à mettre à jour"}, selected=(women[0], men[0], men[1])
    )
    campaign = launch(town, offer, [women[0], men[1]], choice)
    assert counts(town, campaign, "sex") == {
        "f": (4, 2, 2, 1, 1),
        "m": (3, 2, 3, 2, 1),
        "unknown": (0, 0, 1, 0, 0),
    }
    assert counts(town, campaign, "age_band") == {"unknown": (7, 4, 6, 3, 2)}
    assert groups(town) == [("f", None, None, None), ("m", None, None, None)]


@pytest.mark.parametrize(
    ("declared", "group"),
    [
        pytest.param({"birth_year": 2002}, ("age_band", "00-24"), id="24 in the year"),
        pytest.param({"birth_year": 2001}, ("age_band", "25-49"), id="25 in the year"),
        pytest.param({"birth_year": 1977}, ("age_band", "25-49"), id="49 in the year"),
        pytest.param({"birth_year": 1976}, ("age_band", "50-99"), id="50 in the year"),
        pytest.param({"priority_district": False}, ("priority_district", "no"), id="no is known, not missing"),
        pytest.param({"priority_district": True}, ("priority_district", "yes"), id="yes"),
        pytest.param({"unemployed_since": date(2026, 6, 1)}, ("unemployment", "00-05"), id="since June: five months"),
        pytest.param({"unemployed_since": date(2026, 5, 1)}, ("unemployment", "06-11"), id="since May: six months"),
        pytest.param({"unemployed_since": date(2025, 12, 1)}, ("unemployment", "06-11"), id="since December"),
        pytest.param({"unemployed_since": date(2025, 11, 1)}, ("unemployment", "12-23"), id="a year"),
        pytest.param({"unemployed_since": date(2024, 12, 1)}, ("unemployment", "12-23"), id="nearly two years"),
        pytest.param({"unemployed_since": date(2024, 11, 1)}, ("unemployment", "24-99"), id="two years"),
    ],
)
def test_only_the_group_of_the_day_is_kept_with_a_conversation(
    town: Town, declared: dict[str, object], group: tuple[str, str]
) -> None:
    people = town.people(1)
    declare(town, people, **declared)
    town.launch(people)
    row = town.database.one("SELECT * FROM conversation_trait")
    assert row is not None
    kept = {name: row[name] for name in traits.TRAITS}
    assert kept == dict.fromkeys(traits.TRAITS) | {group[0]: group[1]}


def test_a_second_click_counts_nothing_twice(town: Town) -> None:
    offer, people, campaign_id = town.offer(), town.people(3, occupation_code="G1803"), uuid4()
    declare(town, people, sex="f")
    choice = Choice("{}", tuple(people), selected=tuple(people[:2]))
    for _ in range(2):
        launch(town, offer, people[:2], choice, campaign_id)
    assert counts(town, campaign_id, "sex") == {"f": (3, 3, 3, 2, 2)}
    assert len(groups(town)) == 2


def test_a_launch_that_is_refused_leaves_no_count(town: Town) -> None:
    people = town.people(1, left_utc=NOW)
    declare(town, people, sex="f")
    with pytest.raises(LaunchRefused):
        launch(town, town.offer(), people, Choice("{}", tuple(people)))
    assert town.database.value("SELECT count(*) FROM campaign_trait_count") == 0
    assert groups(town) == []


def test_what_was_chosen_from_is_not_made_up_where_nobody_knows_it(town: Town) -> None:
    people = town.people(2)
    declare(town, people[:1], sex="f")
    launch(town, town.offer(), people, None)
    assert town.database.value("SELECT count(*) FROM campaign_trait_count") == 0
    # Of whom nothing is known, nothing is kept.
    assert groups(town) == [("f", None, None, None)]


def test_what_changes_later_does_not_change_what_was_counted(town: Town) -> None:
    people = town.people(1)
    declare(town, people, birth_year=2002, priority_district=True)
    town.launch(people)
    town.database.transact(
        lambda tx: tx.execute("UPDATE candidate_trait SET birth_year = 1960, priority_district = false")
    )
    assert groups(town) == [(None, "00-24", "yes", None)]


# --- What survives -----------------------------------------------------------------------------------


def recount(tx: Transaction) -> None:
    """What a test wrote past the services is counted too."""
    tx.execute("INSERT INTO outcome_due SELECT agency_id, conversation_id FROM conversation")


def deliver(town: Town) -> None:
    def write(tx: Transaction) -> None:
        tx.execute("UPDATE message SET state = 'delivered', gateway_id = 'x', settled_utc = $1", town.now)
        recount(tx)

    town.database.transact(write)


def told(town: Town, step: str, trait: str = "sex") -> dict[str, tuple[int | None, int | None]]:
    """Count and base of each group, as a team lead of the agency sees them."""
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    day = town.now.date()
    found = fairness.view(town.database, lead, day - timedelta(days=3), day + timedelta(days=3))
    return {group.key: (group.count, group.base) for group in found.comparisons[step, trait].groups}


def answered(town: Town) -> tuple[Offer, list[UUID], list[UUID]]:
    """Forty women and forty men are written to; ten women and twenty men say yes."""
    offer = town.offer(skills_required=())
    women, men = town.people(40), town.people(40)
    declare(town, women, sex="f")
    declare(town, men, sex="m")
    launch(town, offer, women + men, Choice("{}", (*women, *men)))
    deliver(town)
    rows = town.database.rows("SELECT conversation_id, candidate_id FROM conversation")
    of = {row["candidate_id"]: row["conversation_id"] for row in rows}
    replies = [
        {"agency_id": offer.agency_id, "reply_id": uuid4(), "conversation_id": of[one],
         "received_utc": town.now + timedelta(minutes=5), "body": "oui", "reading": "yes", "rule": "test"}
        for one in women[:10] + men[:20]
    ]  # fmt: skip
    town.database.transact(lambda tx: (tx.insert("reply", replies), recount(tx)))
    return offer, women, men


STEPS_BEFORE = {
    "selected": {"f": (40, 40), "m": (40, 40), "unknown": (None, None)},
    "contacted": {"f": (40, 40), "m": (40, 40), "unknown": (None, None)},
    "replied": {"f": (10, 40), "m": (20, 40), "unknown": (None, None)},
}


def test_the_counts_survive_the_erasure_of_a_person(town: Town) -> None:
    _, women, _ = answered(town)
    assert {step: told(town, step) for step in STEPS_BEFORE} == STEPS_BEFORE
    assert told(town, "reached") == {"f": (40, 40), "m": (40, 40), "unknown": (None, None)}

    def erase(tx: Transaction) -> None:
        # As an erasure does: the counters are cut from the person, then everything about them goes.
        of = "SELECT conversation_id FROM conversation WHERE candidate_id = ANY($1::UUID[])"
        outcomes.unlink(tx, [row["conversation_id"] for row in tx.rows(of, women[:2])])
        traits.forget(tx, town.counselor.agency_id, women[:2])
        for table in ("reply", "message", "conversation"):
            tx.execute(f"DELETE FROM {table} WHERE conversation_id IN ({of})", women[:2])
        tx.execute("DELETE FROM candidate WHERE candidate_id = ANY($1::UUID[])", women[:2])

    town.database.transact(erase)
    assert {step: told(town, step) for step in STEPS_BEFORE} == STEPS_BEFORE
    assert town.database.value("SELECT count(*) FROM candidate_trait") == 78
    # The pool is who is in it today.
    assert told(town, "reached")["f"] == (38, 38)


def test_a_person_in_two_campaigns_is_one_person_and_two_files(town: Town) -> None:
    _, women, men = answered(town)
    town.now += timedelta(days=2)
    launch(town, town.offer(), women + men, Choice("{}", (*women, *men)))
    deliver(town)
    assert told(town, "selected")["f"] == (80, 80)
    assert told(town, "delivered")["f"] == (40, 40)


def test_of_a_merged_duplicate_the_known_trait_counts_and_the_person_once(town: Town) -> None:
    _, women, _ = answered(town)
    (double,) = town.people(1)
    launch(town, town.offer(), [double], None)
    deliver(town)

    def merge(tx: Transaction) -> None:
        tx.execute("UPDATE conversation SET candidate_id = $2 WHERE candidate_id = $1", double, women[0])
        recount(tx)

    town.database.transact(merge)
    assert told(town, "replied") == STEPS_BEFORE["replied"]
