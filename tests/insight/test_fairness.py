"""Fairness: who counts where, which difference is one, and what is not shown because it could point at somebody."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.database.base import Transaction
from ftcore.errors import NotAllowed
from ftcore.insight import fairness, fairness_wording, outcomes
from ftcore.insight.fairness import Comparison, Group
from ftcore.insight.traits import TRAITS, UNKNOWN
from ftcore.model import Person, Role

NOON = datetime(2026, 11, 10, 11, 0)
SINCE, UNTIL = date(2026, 11, 9), date(2026, 11, 15)
STEPS_OF_PEOPLE = {
    "delivered": ("sent", "delivered"),
    "replied": ("delivered", "replied"),
    "qualified": ("replied", "qualified"),
    "retained": ("qualified", "retained"),
    "introduced": ("delivered", "introduced"),
}


@pytest.fixture
def evaluator(person: Person) -> Person:
    return replace(person, role=Role.EVALUATOR)


def write(database: Database, agency: UUID, talks: list[dict[str, Any]]) -> None:
    """Conversations as the program stores them, each with its opening SMS, replies, traits and prerequisites."""
    campaign = uuid4()
    tables: dict[str, list[dict[str, Any]]] = {
        "campaign": [
            {"agency_id": agency, "campaign_id": campaign, "offer_id": uuid4(), "state": "running",
             "launched_utc": NOON, "launched_by": "x", "considered": 40, "demo": False}
        ],
        "offer": [], "conversation": [], "message": [], "reply": [], "conversation_trait": [], "prerequisite_check": [],
    }  # fmt: skip
    for talk in talks:
        one, offer, opened = uuid4(), uuid4(), talk.get("opened", NOON)
        tables["offer"].append(
            {"agency_id": agency, "offer_id": offer, "source": "form", "title": "Serveur", "description": "",
             "skills_required": [], "skills_desired": [], "licences": [], "languages": [], "openings": 1,
             "created_utc": NOON, "created_by": "x"}
        )  # fmt: skip
        went_on = talk.get("finished", any(expecting for *_, expecting in talk.get("replies", ())))
        state = talk.get("message", "delivered")
        ids = {"agency_id": agency, "conversation_id": one}
        tables["conversation"].append(
            ids | {"campaign_id": campaign, "offer_id": offer, "candidate_id": talk.get("who") or uuid4(),
                   "phone": "+33639980001", "state": "interested", "opened_utc": opened, "changed_utc": opened,
                   "finished_utc": opened + timedelta(hours=1) if went_on else None,
                   "verdict": talk.get("verdict")}
        )  # fmt: skip
        tables["message"].append(
            ids | {"message_id": uuid4(), "campaign_id": campaign, "phone": "+33639980001", "body": "", "parts": 1,
                   "automatic": True, "opening": True, "state": state, "queued_utc": opened, "not_before_utc": opened,
                   "settled_utc": opened if state in ("delivered", "failed") else None,
                   "gateway_id": str(one) if talk.get("gateway", True) else None, "contradicted": False}
        )  # fmt: skip
        tables["reply"] += [
            ids | {"reply_id": uuid4(), "received_utc": opened + timedelta(minutes=after), "body": "", "rule": "test",
                   "reading": reading, "corrected": corrected, "expecting": expecting}
            for after, reading, corrected, expecting in talk.get("replies", ())
        ]  # fmt: skip
        if any(talk.get(trait) for trait in TRAITS):
            tables["conversation_trait"].append(ids | {trait: talk.get(trait) for trait in TRAITS})
        if talk.get("met"):
            tables["prerequisite_check"].append(
                ids | {"position": 0, "text": "Permis B", "demand": talk.get("demand", "blocking"), "met": talk["met"]}
            )

    def insert(tx: Transaction) -> None:
        for table, rows in tables.items():
            tx.insert(table, rows)
        outcomes.due(tx, ((agency, row["conversation_id"]) for row in tables["conversation"]))

    database.transact(insert)


def deliver(database: Database, agency: UUID) -> None:
    """A report comes late: what was unknown has arrived."""

    def write(tx: Transaction) -> None:
        tx.execute("UPDATE message SET state = 'delivered', settled_utc = queued_utc WHERE state = 'unknown'")
        outcomes.due(tx, [(agency, row["conversation_id"]) for row in tx.rows("SELECT conversation_id FROM message")])

    database.transact(write)


YES = ((5, "yes", None, None), (9, "yes", None, "availability"))
NO = ((5, "no", None, None),)


def people(count: int, **what: Any) -> list[dict[str, Any]]:
    return [dict(what) for _ in range(count)]


def counted(comparison: Comparison) -> dict[str, tuple[int | None, int | None]]:
    return {group.key: (group.count, group.base) for group in comparison.groups}


# --- By hand -----------------------------------------------------------------------------------------


def test_a_fixture_computed_by_hand(database: Database, person: Person, evaluator: Person) -> None:
    write(
        database,
        person.agency_id,
        [
            *people(10, sex="f", replies=YES, verdict="introduced"),
            *people(30, sex="f"),
            *people(25, sex="m", replies=YES),
            *people(25, sex="m", replies=NO),
            *people(5, sex="m", message="failed"),
            *people(31, replies=YES),
        ],
    )
    found = fairness.view(database, evaluator, SINCE, UNTIL)
    assert counted(found.comparisons["delivered", "sex"]) == {"f": (40, 40), "m": (50, 55), "unknown": (31, 31)}
    assert counted(found.comparisons["replied", "sex"]) == {"f": (10, 40), "m": (50, 50), "unknown": (31, 31)}
    assert counted(found.comparisons["introduced", "sex"]) == {"f": (10, 40), "m": (0, 50), "unknown": (0, 31)}
    women, men, unknown = found.comparisons["replied", "sex"].groups
    assert men.is_best
    assert (women.rate, women.ratio) == (0.25, 0.25)
    # Walter's interval: half a count added to each number, the logarithm normal.
    middle = math.log((10.5 / 40.5) / (50.5 / 50.5))
    spread = 1.959964 * math.sqrt(1 / 10.5 - 1 / 40.5 + 1 / 50.5 - 1 / 50.5)
    assert (women.ratio_low, women.ratio_high) == pytest.approx(
        (math.exp(middle - spread), math.exp(middle + spread)), rel=1e-5
    )
    # Fisher: the one table that is as extreme in this direction is the observed one; the other tail is out of reach.
    assert women.p == pytest.approx(math.comb(40, 10) / math.comb(90, 60), rel=1e-6)
    assert women.differs
    assert unknown.ratio is None
    # Wilson for 10 of 40 (Newcombe 1998, method 3).
    assert (women.low, women.high) == pytest.approx((0.1419, 0.4019), abs=1e-4)


def test_the_correction_is_for_all_comparisons_of_the_period(
    database: Database, person: Person, evaluator: Person
) -> None:
    write(database, person.agency_id, [*people(30, sex="f", replies=YES), *people(40, sex="m", replies=YES),
                                       *people(20, sex="m")])  # fmt: skip
    found = fairness.view(database, evaluator, SINCE, UNTIL)
    tests = [g.p for each in found.comparisons.values() for g in each.groups if g.p is not None]
    assert found.tests == len(tests) == 3
    (men,) = found.comparisons["replied", "sex"].compared
    assert men.p == min(tests)
    assert men.p_adjusted == pytest.approx(3 * (men.p or 0))  # Holm: the smallest times their number


@pytest.mark.parametrize(
    ("talk", "reached"),
    [
        pytest.param({"message": "unknown"}, "", id="unknown is neither sent nor delivered"),
        pytest.param({"message": "failed", "gateway": False}, "", id="refused by the gateway was never sent"),
        pytest.param({"message": "sent", "replies": YES}, "sent", id="without a report nobody is taken as reached"),
        pytest.param({"replies": ((72 * 60 - 1, "yes", None, None),)}, "sent delivered replied", id="inside 72 h"),
        pytest.param({"replies": ((72 * 60, "yes", None, None),)}, "sent delivered", id="a reply after the window"),
        pytest.param({"replies": ((5, "stop", None, None),)}, "sent delivered", id="a STOP is no reply"),
        pytest.param(
            {"replies": ((5, "stop", None, None), (9, "yes", None, "availability"))},
            "sent delivered replied", id="a STOP, then something else: a reply, but not qualified",
        ),
        pytest.param({"replies": YES}, "sent delivered replied qualified", id="yes, and every question answered"),
        pytest.param({"replies": YES[:1]}, "sent delivered replied", id="yes, and then silence"),
        pytest.param(
            {"message": "unknown", "later": "delivered", "replies": YES},
            "sent delivered replied qualified", id="unknown, and delivered after all",
        ),
        pytest.param({"replies": YES, "met": "not_met"}, "sent delivered replied", id="a blocking no"),
        pytest.param(
            {"replies": YES, "met": "not_met", "demand": "wished"},
            "sent delivered replied qualified", id="a no to a wish",
        ),
        pytest.param(
            {"replies": ((5, "unclear", "yes", None), YES[1])},
            "sent delivered replied qualified", id="the counselor's correction counts",
        ),
        pytest.param({"replies": (*YES, (30, "no", None, None))}, "sent delivered replied", id="changed their mind"),
        pytest.param(
            {"replies": YES, "verdict": "retained"}, "sent delivered replied qualified retained", id="put forward",
        ),
        pytest.param(
            {"replies": YES, "verdict": "introduced"},
            "sent delivered replied qualified retained introduced", id="introduced is put forward too",
        ),
        pytest.param(
            {"verdict": "introduced"}, "sent delivered introduced", id="introduced after a call, without any SMS",
        ),
        pytest.param(
            {"replies": YES, "verdict": "to_see"}, "sent delivered replied qualified", id="moved back by a counselor",
        ),
    ],
)  # fmt: skip
def test_who_counts_where(
    database: Database, person: Person, evaluator: Person, monkeypatch: pytest.MonkeyPatch,
    talk: dict[str, Any], reached: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(fairness, "FEW", 1)
    write(database, person.agency_id, [talk | {"sex": "f"}])
    if "later" in talk:
        fairness.view(database, evaluator, SINCE, UNTIL)
        deliver(database, person.agency_id)
    found = fairness.view(database, evaluator, SINCE, UNTIL)
    far = set()
    for step, (base, count) in STEPS_OF_PEOPLE.items():
        counted_here, of = counted(found.comparisons[step, "sex"])["f"]
        far |= {base} if of else set()
        far |= {count} if counted_here else set()
    assert far == set(reached.split())


# --- Another way -------------------------------------------------------------------------------------

PARIS = ZoneInfo("Europe/Paris")
# Around the end of summer time: Sunday 25 October 2026, 03:00 becomes 02:00.
WEEK = (date(2026, 10, 24), date(2026, 10, 26))
_GROUPS = {trait: st.sampled_from([None, *its.groups]) for trait, its in TRAITS.items()}
_REPLY = st.tuples(
    st.sampled_from([1, 40, 72 * 60 - 1, 72 * 60, 5000]),
    st.sampled_from(["yes", "no", "stop", "callback", "question", "unclear"]),
    st.sampled_from([None, None, None, "yes", "no", "stop"]),
    st.sampled_from([None, "interest", "availability", "prerequisite"]),
)
_TALK = st.fixed_dictionaries(
    {
        "who": st.integers(0, 5),
        "hours": st.sampled_from([-4, -3, -2, -1, 0, 1, 2, 12, 25, 49, 71, 72, 73, 74]),
        "message": st.sampled_from(["delivered"] * 5 + ["failed", "unknown", "accepted", "queued"]),
        "gateway": st.booleans(),
        "replies": st.lists(_REPLY, max_size=3),
        "finished": st.sampled_from([True, True, False]),
        "verdict": st.sampled_from([None, "retained", "introduced", "not_retained"]),
        "met": st.sampled_from([None, "met", "not_met"]),
        "demand": st.sampled_from(["blocking", "wished"]),
        **_GROUPS,
    }
)


def expected(talks: list[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """The same in pandas, from the histories themselves: (step, trait, group) → count, base."""
    lines = []
    for talk in talks:
        day = talk["opened"].replace(tzinfo=UTC).astimezone(PARIS).date()
        if not WEEK[0] <= day <= WEEK[1]:
            continue
        said = [(after, corrected or reading, expecting) for after, reading, corrected, expecting in talk["replies"]]
        delivered = talk["message"] == "delivered"
        in_time = [after for after, meaning, _ in said if meaning != "stop" and after < 72 * 60]
        yes = max([a for a, m, e in said if m in ("yes", "callback") and e != "prerequisite"], default=None)
        no = max([a for a, m, e in said if m == "no" and e != "prerequisite"], default=-1)
        replied = delivered and bool(in_time)
        qualified = (
            replied and yes is not None and yes >= no and talk["finished"]
            and not any(m == "stop" for _, m, _ in said)
            and not (talk["met"] == "not_met" and talk["demand"] == "blocking")
        )  # fmt: skip
        sent = talk["message"] in ("delivered", "accepted") or (talk["message"] == "failed" and talk["gateway"])
        lines.append(
            {"who": talk["who"], "sent": sent, "delivered": delivered, "replied": replied, "qualified": qualified,
             "retained": qualified and talk["verdict"] in ("retained", "introduced"),
             "introduced": delivered and talk["verdict"] == "introduced", **{trait: talk[trait] for trait in TRAITS}}
        )  # fmt: skip
    found = {}
    frame = pd.DataFrame(lines)
    for trait, its in TRAITS.items():
        if frame.empty:
            persons = pd.DataFrame(columns=["group", "sent"])
        else:
            order = list(its.groups)
            rank = frame[trait].map(lambda key, order=order: order.index(key) if isinstance(key, str) else -1)
            persons = frame.assign(rank=rank).groupby("who").max(numeric_only=True)
            persons["group"] = [order[int(r)] if r >= 0 else UNKNOWN for r in persons["rank"]]
        for step, (base, count) in STEPS_OF_PEOPLE.items():
            for group in (*its.groups, UNKNOWN):
                its_people = persons[persons["group"] == group]
                found[step, trait, group] = (
                    (int((its_people[count] & its_people[base]).sum()), int(its_people[base].sum()))
                    if len(its_people) else (0, 0)
                )  # fmt: skip
    return found


@given(talks=st.lists(_TALK, max_size=12))
@example(talks=[])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_pandas_agree_on_any_history(database: Database, person: Person, talks: list[dict[str, Any]]) -> None:
    agency = uuid4()  # each history has an agency of its own: nothing needs to be emptied
    row = {"agency_id": agency, "name": "Agence d'un jour", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [row]))
    lead = Person("lead", "Lou", Role.TEAM_LEAD, agency)
    midnight = datetime(2026, 10, 23, 22, 0)  # in Paris, in summer
    names = [uuid4() for _ in range(6)]
    for talk in talks:
        talk["opened"] = midnight + timedelta(hours=talk["hours"])
    write(database, agency, [talk | {"who": names[talk["who"]]} for talk in talks])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fairness, "FEW", 1)
        patch.setattr(fairness, "_set_against", lambda group, *_: group)  # tests of chance are tested above
        found = fairness.view(database, lead, *WEEK)
    said = {
        (step, trait, group.key): (group.count or 0, group.base or 0)
        for (step, trait), each in found.comparisons.items()
        if step in STEPS_OF_PEOPLE
        for group in each.groups
    }
    assert said == expected(talks)


# --- Never reached -----------------------------------------------------------------------------------


def test_whom_nobody_wrote_to_is_counted_over_the_pool_of_today(
    database: Database, person: Person, evaluator: Person
) -> None:
    rows, declared, talks = [], [], []
    for number in range(70):
        who = uuid4()
        rows.append({"agency_id": person.agency_id, "candidate_id": who, "external_id": f"N{number}",
                     "first_name": "Awa", "last_name": "Essai", "phone": f"+3363998{number:04d}", "skills": [],
                     "demo": False, "left_utc": NOON if number >= 65 else None})  # fmt: skip
        declared.append({"agency_id": person.agency_id, "candidate_id": who, "birth_year": 1960 + 35 * (number % 2),
                         "unemployed_since": date(2026, 6, 1)})  # fmt: skip
        if number < 20:
            talks.append({"who": who, "opened": NOON - timedelta(days=30 if number < 5 else 0)})
    database.transact(lambda tx: (tx.insert("candidate", rows), tx.insert("candidate_trait", declared)))
    write(database, person.agency_id, talks)
    found = fairness.view(database, evaluator, SINCE, UNTIL)
    each = found.comparisons["reached", "age_band"]
    # 65 are still in the file, 33 of them with an even number; of numbers 5 to 19, seven are even.
    assert counted(each) == {"00-24": (None, None), "25-49": (8, 32), "50-99": (7, 33), "unknown": (None, None)}
    assert list(fairness_wording.table(each)["Jamais contactées"].fillna(-1)) == [-1, 24, 26, -1]
    assert "Jamais contactées dans la période : 25 à 49 ans, 75\u202f% ; 50 ans et plus, 79\u202f%." in (
        fairness_wording.sentence(each, found.tests)
    )
    # The group is that of the period's last day.
    later = fairness.view(database, evaluator, SINCE, date(2027, 1, 15)).comparisons["reached", "unemployment"]
    assert counted(later)["06-11"] == (15, 65)


# --- What is not shown -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        pytest.param({"f": 40, "m": 50, None: 30}, {"f": 40, "m": 50, UNKNOWN: 30}, id="all are large enough"),
        pytest.param({"f": 29, "m": 50, None: 40}, {"f": None, "m": 50, UNKNOWN: None},
                     id="one is hidden: the smallest other loses its counts, or a subtraction would tell"),
        pytest.param({"f": 29, "m": 50, None: 1}, {"f": None, "m": 50, UNKNOWN: None},
                     id="two hidden that make thirty protect each other"),
        pytest.param({"f": 29, "m": 50}, {"f": None, "m": None, UNKNOWN: None}, id="only one is left to protect"),
        pytest.param({"f": 40, "m": 50}, {"f": 40, "m": 50, UNKNOWN: None}, id="nobody is hidden where nobody is"),
        pytest.param({"f": 3}, {"f": None, "m": None, UNKNOWN: None}, id="nothing to show at all"),
    ],
)  # fmt: skip
def test_small_groups_hide_their_counts_and_cannot_be_worked_out(
    database: Database, person: Person, evaluator: Person,
    sizes: dict[str | None, int], shown: dict[str, int | None],
) -> None:  # fmt: skip
    write(database, person.agency_id, [one for sex, size in sizes.items() for one in people(size, sex=sex, replies=NO)])
    found = fairness.view(database, evaluator, SINCE, UNTIL)
    each = found.comparisons["replied", "sex"]
    assert {group.key: group.base for group in each.groups} == shown
    for group in each.groups:
        assert group.too_few == (sizes.get(None if group.key == UNKNOWN else group.key, 0) < 30)
        if group.too_few:
            assert (group.count, group.base, group.rate, group.low, group.p) == (None,) * 5
    # Nor in any word or table.
    hidden = {size for size in sizes.values() if size < 30 and size != 3}
    text = fairness_wording.sentence(each, found.tests) + fairness_wording.table(each).to_csv()
    assert not any(f" {size} " in text or f",{size}," in text for size in hidden)


def test_a_rate_whose_counts_are_withheld_is_in_whole_percents(
    database: Database, person: Person, evaluator: Person
) -> None:
    write(database, person.agency_id, [*people(7, sex="f"), *people(11, sex="m", replies=NO), *people(20, sex="m"),
                                       *people(45, replies=NO)])  # fmt: skip
    men = fairness.view(database, evaluator, SINCE, UNTIL).comparisons["replied", "sex"].groups[1]
    assert (men.count, men.base, men.rate) == (None, None, 0.35)
    assert fairness_wording.reading(men).endswith("effectifs non montrés")


# --- Who sees it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.ADMINISTRATOR])
def test_who_does_not_evaluate_sees_nothing(database: Database, person: Person, role: Role) -> None:
    who = replace(person, role=role)
    for ask in (lambda: fairness.view(database, who, SINCE, UNTIL), lambda: fairness.agencies(database, who)):
        with pytest.raises(NotAllowed):
            ask()


def test_a_team_lead_sees_the_own_agency_and_an_evaluator_all(
    database: Database, person: Person, evaluator: Person
) -> None:
    other = uuid4()
    agency = {"agency_id": other, "name": "Autre agence", "department": "26", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency]))
    write(database, person.agency_id, people(40, sex="f"))
    write(database, other, people(35, sex="f"))
    lead = replace(person, role=Role.TEAM_LEAD)

    def base(who: Person, agency_ids: list[UUID] | None = None) -> int | None:
        found = fairness.view(database, who, SINCE, UNTIL, agency_ids)
        return found.comparisons["delivered", "sex"].groups[0].base

    assert base(lead) == base(lead, [person.agency_id]) == 40
    with pytest.raises(NotAllowed):
        base(lead, [other])
    assert (base(evaluator), base(evaluator, [other]), base(evaluator, [])) == (75, 35, None)
    assert list(fairness.agencies(database, lead)) == [person.agency_id]
    assert list(fairness.agencies(database, evaluator).values()) == ["Agence d'essai", "Autre agence"]


# --- The ratio ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "ratio", "sure"),
    [
        pytest.param({"f": (0, 40), "m": (20, 50)}, 0.0, True, id="none of forty"),
        pytest.param({"f": (40, 40), "m": (50, 50)}, 1.0, False, id="all of both: no interval, nothing to test"),
        pytest.param({"f": (0, 40), "m": (0, 50)}, None, False, id="none of both: no best-off group"),
        pytest.param({"f": (29, 30), "m": (30, 30)}, 29 / 30, False, id="one less than all"),
        pytest.param({"f": (300_000, 1_000_000), "m": (310_000, 1_000_000)}, 300 / 310, True, id="a whole country"),
        pytest.param({"f": (15, 30), "m": (0, 0)}, None, False, id="one group only"),
    ],
)
def test_ratios_hold_at_the_edges(counts: dict[str, tuple[int, int]], ratio: float | None, sure: bool) -> None:
    each = Comparison("replied", "sex", fairness._groups("sex", counts | {UNKNOWN: (0, 0)}))
    adjusted, _ = fairness._adjusted({("replied", "sex"): each})
    worst = next(iter(adjusted["replied", "sex"].compared), None)
    assert (worst and worst.ratio) == (None if ratio is None else pytest.approx(ratio))
    assert (worst is not None and worst.differs) == sure
    if worst is not None and worst.ratio_low is not None:
        assert worst.ratio_low <= (worst.ratio or 0.0) <= (worst.ratio_high or 0.0)


# --- In words ----------------------------------------------------------------------------------------


def group(key: str, **what: Any) -> Group:
    label, spoken = {**TRAITS["sex"].groups, UNKNOWN: ("Non renseigné", "")}[key]
    return Group(key, label, spoken, **what)


BEST = group("m", base=420, count=206, rate=0.49, low=0.44, high=0.54, ratio=1.0, is_best=True)
WORSE = group("f", base=310, count=118, rate=0.38, low=0.33, high=0.44, ratio=0.7755, ratio_low=0.65, ratio_high=0.92,
              p=0.001, p_adjusted=0.012)  # fmt: skip
NOBODY = group(UNKNOWN, too_few=True)


@pytest.mark.parametrize(
    ("groups", "title", "sentence"),
    [
        pytest.param(
            (WORSE, BEST, NOBODY),
            "Réponse : les femmes, 0,78 fois le taux le plus élevé",
            "La part des personnes jointes qui ont répondu est de 49 % (n = 420) pour les hommes. Elle est plus basse "
            "pour les femmes (38 %, n = 310, soit 0,78 fois, IC 0,65–0,92). Le hasard seul l'explique mal (test exact "
            "de Fisher corrigé pour 24 comparaisons, p = 0,012). C'est une différence observée : elle ne dit pas à "
            "quoi elle est due. C'est moins de quatre cinquièmes : un repère américain, pas une règle du droit "
            "français.",
            id="a finding, cautiously",
        ),
        pytest.param(
            (replace(WORSE, p_adjusted=0.2), BEST, NOBODY),
            "Réponse : pas d'écart net selon le sexe, un écart à surveiller",
            "La part des personnes jointes qui ont répondu est de 49 % (n = 420) pour les hommes. L'écart à noter est "
            "avec les femmes (38 %, n = 310, soit 0,78 fois, IC 0,65–0,92) : le hasard peut suffire à l'expliquer "
            "(test exact de Fisher corrigé pour 24 comparaisons, p = 0,20). Pris seul, cet écart paraîtrait net : il "
            "est à surveiller.",
            id="one among many",
        ),
        pytest.param(
            (replace(WORSE, base=None, count=None, p=0.4, p_adjusted=1.0), BEST, NOBODY),
            "Réponse : pas d'écart net selon le sexe",
            "La part des personnes jointes qui ont répondu est de 49 % (n = 420) pour les hommes. L'écart à noter est "
            "avec les femmes (38 %, soit 0,78 fois, IC 0,65–0,92) : le hasard peut suffire à l'expliquer (test exact "
            "de Fisher corrigé pour 24 comparaisons, p = 1,00).",
            id="without counts that are withheld",
        ),
        pytest.param(
            (group("f", too_few=True), group("m", base=50, count=20, rate=0.4), NOBODY),
            "Réponse : rien à comparer selon le sexe",
            "Il faut au moins deux groupes de 30 personnes pour comparer selon le sexe.",
            id="too few",
        ),
        pytest.param(
            (group("f", base=40, count=0, rate=0.0), group("m", base=50, count=0, rate=0.0), NOBODY),
            "Réponse : rien à comparer selon le sexe",
            "Personne n'est arrivé jusque-là dans ces groupes : ont répondu, aucune.",
            id="nobody came so far",
        ),
    ],
)  # fmt: skip
def test_a_finding_is_said_in_plain_words(groups: tuple[Group, ...], title: str, sentence: str) -> None:
    each = Comparison("replied", "sex", groups)
    assert fairness_wording.title(each) == title
    assert fairness_wording.sentence(each, 24).replace("\u202f", " ") == sentence


def test_every_step_and_trait_has_its_line_in_what_is_taken_along(
    database: Database, person: Person, evaluator: Person
) -> None:
    write(database, person.agency_id, [*people(40, sex="f", replies=NO), *people(40, sex="m")])
    found = fairness.view(database, evaluator, SINCE, UNTIL)
    data = fairness_wording.data(found)
    assert len(data) == len(fairness.STEPS) * sum(len(its.groups) + 1 for its in TRAITS.values())
    overview = fairness_wording.overview(found).set_index("Étape")
    assert overview.loc["Réponse", "Sexe"] == "▼ 0,00 · hommes"
    assert overview.loc["Réponse", "Âge"] == "trop peu"
    (finding,) = found.findings
    assert (finding.step, finding.trait) == ("replied", "sex")
