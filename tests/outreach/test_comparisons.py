"""Randomised comparisons: said beforehand, drawn by lot, what leaves differs by arm, nobody peeks, then the result."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.errors import FtError, LaunchRefused, NotAllowed, NotFound
from ftcore.insight import comparison_results, comparisons, metrics
from ftcore.insight.comparison_counts import count, pace
from ftcore.insight.comparison_results import NotYet
from ftcore.insight.comparison_terms import Definition, Metric, State, size_of
from ftcore.model import MessageState, Person, Role
from ftcore.outreach import arms, campaigns, ledger, silences
from ftcore.outreach.arms import Arm, Compared, Drawn, Unit, arm_at, deal, unit_key
from ftcore.outreach.templates import DEFAULTS, Kind

HOURS = (9, 19)
OPENING = DEFAULTS[Kind.OPENING]
OTHER = OPENING.replace("ce poste pourrait vous convenir :", "nous recrutons près de chez vous :")
REMINDER = DEFAULTS[Kind.REMINDER]

WORDINGS = Definition(
    "Près de chez vous",
    "Dire que le poste est proche fait-il répondre plus ?",
    Compared.WORDING,
    Arm("Actuelle", OPENING),
    Arm("Proche", OTHER),
    Unit.PERSON,
    Metric.REPLY,
    baseline=0.2,
    effect=0.7,  # so large that a dozen people are enough
)
TIMES = replace(WORDINGS, name="Matin", compared=Compared.HOURS, a=Arm("Matin", hours=(9, 12)),
                b=Arm("Après-midi", hours=(14, 17)))  # fmt: skip
REMINDERS = replace(WORDINGS, name="Relance", compared=Compared.REMINDER, a=Arm("Relance", REMINDER), b=Arm("Aucune"))


@pytest.fixture
def lead(town: Any) -> Person:
    return replace(town.counselor, person_id="lead", role=Role.TEAM_LEAD)


@pytest.fixture
def evaluator(town: Any) -> Person:
    return Person("eva", "Eva", Role.EVALUATOR, uuid4())


def started(town: Any, lead: Person, definition: Definition = WORDINGS) -> UUID:
    comparison_id = comparisons.define(town.database, lead, definition, HOURS, town.now)
    comparisons.start(town.database, lead, comparison_id, HOURS, town.now)
    return comparison_id


def assigned(town: Any) -> list[Any]:
    return town.database.rows(
        "SELECT x.*, v.candidate_id, v.campaign_id FROM comparison_assignment x "
        "JOIN conversation v USING (agency_id, conversation_id) ORDER BY x.place"
    )


def arm_by_person(town: Any) -> dict[UUID, str]:
    return {row["candidate_id"]: row["arm"] for row in assigned(town)}


def one(town: Any, person: Person) -> Any:
    (found,) = comparisons.comparisons(town.database, person, town.now)
    return found


def delivered(town: Any) -> None:
    """Every queued SMS leaves at its time, and arrives a minute later."""

    def settle(tx: Any) -> None:
        for row in town.messages("state = 'queued'"):
            key, left = (row["agency_id"], row["message_id"]), max(town.now, row["not_before_utc"])
            arrived = left + timedelta(minutes=1)
            ledger.record(tx, [ledger.Change(*key, MessageState.DELIVERED, arrived, "test", gateway_id=f"AT-{key[1]}")])
            tx.execute("UPDATE message SET claimed_utc = $2 WHERE message_id = $1", key[1], left)

    town.database.transact(settle)


def answers(town: Any, person: UUID, reading: str = "yes", after: timedelta = timedelta(minutes=20)) -> None:
    """A reply so long after the delivery of the person's first message, read so."""
    row = town.database.one(
        "SELECT m.agency_id, m.conversation_id, m.settled_utc FROM message m JOIN conversation v "
        "ON v.conversation_id = m.conversation_id WHERE v.candidate_id = $1 AND m.opening",
        person,
    )
    received = row.pop("settled_utc") + after
    reply = {"reply_id": uuid4(), "received_utc": received, "body": "…", "reading": reading, "rule": "x"}
    town.database.transact(lambda tx: tx.insert("reply", [row | reply]))


# The draw


@given(st.lists(st.lists(st.uuids(), min_size=1, max_size=12), max_size=4), st.text(max_size=20), st.randoms())
def test_the_draw_is_the_same_again_balanced_and_keeps_one_arm_a_unit(
    launches: list[list[UUID]], seed: str, rng: random.Random
) -> None:
    def all_of(order: Any) -> dict[str, Drawn]:
        known: dict[str, Drawn] = {}
        for launch in launches:
            units = [unit_key(seed, unit_id) for unit_id in order(launch)]
            dealt = deal(seed, units, known, len(known))
            assert {unit: dealt[unit] for unit in units if unit in known} == {
                unit: known[unit] for unit in units if unit in known
            }
            known |= dealt
        return known

    first = all_of(list)
    assert first == all_of(lambda launch: rng.sample(launch, len(launch))), (
        "the order of a selection counts for nothing"
    )
    assert sorted(drawn.place for drawn in first.values()) == list(range(len(first)))
    split = Counter(drawn.arm for drawn in first.values())
    assert abs(split["a"] - split["b"]) <= arms.BLOCK // 2
    assert all(drawn.arm == arm_at(seed, drawn.place) for drawn in first.values())


def test_another_seed_gives_another_draw() -> None:
    sequences = {"".join(arm_at(f"seed {n}", place) for place in range(40)) for n in range(50)}
    assert len(sequences) == 50
    heads = Counter(arm_at(f"seed {n}", 0) for n in range(2_000))
    assert 900 < heads["a"] < 1_100, "the first place is as often the one as the other"


def test_the_window_of_answers_is_that_of_the_figures() -> None:
    assert timedelta(hours=metrics.WINDOW_HOURS) == arms.ANSWERED_WITHIN


# What leaves


def test_each_person_gets_the_wording_of_their_arm_and_nothing_else_differs(town: Any, lead: Person) -> None:
    started(town, lead)
    people, offer = town.people(12), town.offer()
    plan = campaigns.preflight(town.database, town.counselor, offer, people, None, town.now)
    assert town.messages() == []
    town.launch(people, offer)
    arm = arm_by_person(town)
    assert Counter(arm.values()) == {"a": 6, "b": 6}
    by_phone = {town.phone(person): arm[person] for person in people}
    for message in town.messages():
        proche = "nous recrutons près de chez vous" in message["body"]
        assert proche == (by_phone[message["phone"]] == "b")
        assert ("ce poste pourrait vous convenir" in message["body"]) != proche
        assert message["opening"]
        assert message["automatic"]
    assert len({message["template"] for message in town.messages()}) == 1, "the arm is not to be read off the wording"
    assert {(planned.phone, planned.body) for planned in plan.kept} == {
        (m["phone"], m["body"]) for m in town.messages()
    }
    for planned in plan.kept:
        assert planned.bodies is not None
        assert planned.body == planned.bodies["ab".index(arm[planned.candidate_id])]


def test_a_person_keeps_the_arm_in_the_next_campaign(town: Any, lead: Person) -> None:
    started(town, lead, replace(WORDINGS, effect=0.2))
    people = town.people(9)
    town.launch(people[:6])
    town.accepted()
    first = arm_by_person(town)
    town.now += timedelta(days=2)
    town.launch(people[::-1])
    assert len(assigned(town)) == 15
    for person in people:
        assert len({row["arm"] for row in assigned(town) if row["candidate_id"] == person}) == 1
    assert first.items() <= arm_by_person(town).items()
    assert one(town, lead).people == 9


@pytest.mark.parametrize("unit", [Unit.CAMPAIGN, Unit.OFFER])
def test_a_group_that_is_drawn_whole_has_one_arm(town: Any, lead: Person, unit: Unit) -> None:
    started(town, lead, replace(WORDINGS, unit=unit, cluster_size=4, intra_class=0.05))
    offers = [town.offer() for _ in range(5)]
    for day in range(2):
        for offer in offers:
            town.launch(town.people(2), offer)
        town.now += timedelta(days=1 + day)
    groups: dict[UUID, set[str]] = {}
    of_offer = {
        row["campaign_id"]: row["offer_id"] for row in town.database.rows("SELECT campaign_id, offer_id FROM campaign")
    }
    for row in assigned(town):
        group = row["campaign_id"] if unit is Unit.CAMPAIGN else of_offer[row["campaign_id"]]
        groups.setdefault(group, set()).add(row["arm"])
    assert all(len(found) == 1 for found in groups.values())
    split = Counter(found.pop() for found in groups.values())
    assert sum(split.values()) == (10 if unit is Unit.CAMPAIGN else 5)
    assert abs(split["a"] - split["b"]) <= arms.BLOCK // 2


def test_each_person_is_written_to_in_the_window_of_their_arm_on_one_day(town: Any, lead: Person) -> None:
    started(town, lead, TIMES)
    people = [*town.people(6), *town.people(6, department="974", phone="+262639980001")[:1]]
    town.launch(people, hours=HOURS, now=datetime(2026, 11, 24, 11, 30))  # 12:30 in Paris: the morning is over
    local = {"07": timedelta(hours=1), "974": timedelta(hours=4)}
    arm = {town.phone(person): drawn for person, drawn in arm_by_person(town).items()}
    for message in town.messages():
        leaves = message["not_before_utc"] + local[message["department"]]
        assert leaves.date() == datetime(2026, 11, 25).date()
        assert leaves.hour == (9 if arm[message["phone"]] == "a" else 14)


def test_in_an_afternoon_nothing_leaves_before_the_next_morning_is_there_for_both(town: Any, lead: Person) -> None:
    started(town, lead, TIMES)
    town.launch(town.people(4), now=datetime(2026, 11, 27, 15, 0))  # a Friday, 16:00; no hours: the sandbox
    assert {message["not_before_utc"] for message in town.messages()} == {
        datetime(2026, 11, 30, 8, 0),
        datetime(2026, 11, 30, 13, 0),
    }


def test_one_arm_is_reminded_and_the_other_is_closed_as_late_without(town: Any, lead: Person) -> None:
    started(town, lead, REMINDERS)
    people = town.people(8)
    town.launch(people)
    town.accepted()
    arm = {town.phone(person): drawn for person, drawn in arm_by_person(town).items()}
    town.now += timedelta(hours=24, minutes=1)
    assert silences.attend(town.database, HOURS, town.now) == 4
    reminded = town.messages("NOT opening")
    assert {arm[message["phone"]] for message in reminded} == {"a"}
    assert all(message["template"].startswith("reminder ") for message in reminded)
    town.accepted()
    town.now += silences.CLOSED_AFTER - timedelta(minutes=10)
    assert silences.attend(town.database, HOURS, town.now) == 0
    town.now += timedelta(minutes=20)
    assert silences.attend(town.database, HOURS, town.now) == 8
    assert town.conversations() == ["closed"] * 8


def test_two_wordings_of_the_reminder_each_reach_their_arm(town: Any, lead: Person) -> None:
    short = REMINDER.replace(" Sans réponse, nous n'écrirons plus pour cette offre.", "")
    started(town, lead, replace(REMINDERS, b=Arm("Courte", short)))
    people = town.people(4)
    town.launch(people)
    town.accepted()
    town.now += timedelta(hours=25)
    assert silences.attend(town.database, HOURS, town.now) == 4
    arm = {town.phone(person): drawn for person, drawn in arm_by_person(town).items()}
    for message in town.messages("NOT opening"):
        assert ("nous n'écrirons plus" in message["body"]) == (arm[message["phone"]] == "a")


def test_what_was_confirmed_is_not_sent_once_a_comparison_has_begun(town: Any, lead: Person) -> None:
    people, offer = town.people(3), town.offer()
    seen = campaigns.preflight(town.database, town.counselor, offer, people, None, town.now).seen
    started(town, lead)
    with pytest.raises(LaunchRefused, match="comparaison a commencé"):
        campaigns.launch(town.database, town.counselor, offer, uuid4(), people, 3, None, town.now, confirmed=seen)
    assert assigned(town) == []
    seen = campaigns.preflight(town.database, town.counselor, offer, people, None, town.now).seen
    campaigns.launch(town.database, town.counselor, offer, uuid4(), people, 3, None, town.now, confirmed=seen)
    assert len(assigned(town)) == 3


def test_another_agency_is_left_out(town: Any, lead: Person) -> None:
    started(town, lead)
    town.launch(town.people(4, town.colleague), person=town.colleague)
    assert assigned(town) == []
    assert {message["template"] for message in town.messages()} == {"opening 0"}


def test_a_launch_that_fails_leaves_no_arm_behind(town: Any, lead: Person) -> None:
    started(town, lead)
    with pytest.raises(LaunchRefused):
        town.launch([uuid4()])
    assert assigned(town) == []


# What is said beforehand


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"name": " "}, "nom", id="without a name"),
        pytest.param({"b": Arm("Proche", OPENING)}, "mêmes", id="the same wording twice"),
        pytest.param({"b": Arm("Actuelle", OTHER)}, "même nom", id="two arms of one name"),
        pytest.param({"b": Arm("Proche", "Bonjour ((prénom))")}, "STOP", id="a wording that breaks the rules"),
        pytest.param({"b": Arm("Proche", OTHER + " Avez-vous des enfants ?")}, "Proche", id="a forbidden question"),
        pytest.param({"b": Arm("Proche")}, "écrivez", id="an arm without a message"),
        pytest.param({"effect": 0.0}, "nul", id="no effect to be found"),
        pytest.param({"effect": 0.9}, "100 %", id="a rate above all"),
        pytest.param({"effect": 0.0001}, "200 000", id="an effect that nobody can find"),
        pytest.param({"unit": Unit.CAMPAIGN}, "groupe|ressemblance", id="groups of unknown resemblance"),
        pytest.param({"compared": Compared.HOURS, "a": Arm("A", hours=(9, 12)), "b": Arm("B", hours=(11, 14))},
                     "recouvrent", id="windows that overlap"),
        pytest.param({"compared": Compared.HOURS, "a": Arm("A", hours=(7, 9)), "b": Arm("B", hours=(11, 14))},
                     "horaires de l'agence", id="a window before the agency opens"),
        pytest.param({"compared": Compared.REMINDER, "a": Arm("A"), "b": Arm("B")}, "mêmes", id="no reminder twice"),
    ],
)  # fmt: skip
def test_a_definition_with_a_fault_is_not_kept(town: Any, lead: Person, change: dict[str, Any], said: str) -> None:
    with pytest.raises(FtError, match=said):
        comparisons.define(town.database, lead, replace(WORDINGS, **change), HOURS, town.now)
    assert town.database.value("SELECT count(*) FROM comparison") == 0


def test_what_was_started_cannot_be_taken_back_and_starts_once(town: Any, lead: Person) -> None:
    comparison_id = started(town, lead)
    comparisons.start(town.database, lead, comparison_id, HOURS, town.now + timedelta(hours=1))
    assert one(town, lead).started_utc == town.now
    with pytest.raises(FtError, match="ne s'efface plus"):
        comparisons.discard(town.database, lead, comparison_id, town.now)
    assert town.journal() == ["comparison defined", "comparison started"]


def test_a_draft_can_be_taken_back(town: Any, lead: Person) -> None:
    comparison_id = comparisons.define(town.database, lead, WORDINGS, HOURS, town.now)
    comparisons.discard(town.database, lead, comparison_id, town.now)
    assert comparisons.comparisons(town.database, lead, town.now) == []
    assert town.journal() == ["comparison defined", "comparison discarded"]


def test_one_comparison_of_a_kind_runs_at_a_time(town: Any, lead: Person) -> None:
    first = started(town, lead)
    second = comparisons.define(town.database, lead, replace(WORDINGS, name="Seconde"), HOURS, town.now)
    with pytest.raises(FtError, match="compare déjà"):
        comparisons.start(town.database, lead, second, HOURS, town.now)
    started(town, lead, TIMES)
    comparisons.stop(town.database, lead, first, "Le texte plaît trop peu", town.now)
    comparisons.start(town.database, lead, second, HOURS, town.now)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        pytest.param(Role.COUNSELOR, False, id="a counselor receives what was decided"),
        pytest.param(Role.EVALUATOR, False, id="an evaluator reads and does not decide"),
        pytest.param(Role.TEAM_LEAD, True, id="a team lead decides"),
        pytest.param(Role.ADMINISTRATOR, False, id="an administrator could not read what comes out"),
    ],
)
def test_who_may_define_start_and_stop(town: Any, lead: Person, role: Role, allowed: bool) -> None:
    who = replace(lead, role=role)
    if not allowed:
        comparison_id = started(town, lead)
        for act in (
            lambda: comparisons.define(town.database, who, WORDINGS, HOURS, town.now),
            lambda: comparisons.start(town.database, who, comparison_id, HOURS, town.now),
            lambda: comparisons.stop(town.database, who, comparison_id, "pour voir", town.now),
            lambda: comparisons.discard(town.database, who, comparison_id, town.now),
            lambda: pace(town.database, who, town.now),
        ):
            with pytest.raises(NotAllowed):
                act()
        return
    comparison_id = started(town, who)
    comparisons.stop(town.database, who, comparison_id, "pour voir", town.now)
    assert one(town, who).state is State.STOPPED


def test_a_lead_of_another_agency_neither_acts_on_it_nor_reads_it(town: Any, lead: Person) -> None:
    comparison_id = started(town, lead)
    stranger = replace(lead, agency_id=town.colleague.agency_id)
    for act in (
        comparisons.discard,
        lambda *given: comparisons.stop(*given[:3], "un motif", given[3]),
        comparison_results.result,
    ):
        with pytest.raises(NotFound):
            act(town.database, stranger, comparison_id, town.now)
    assert comparisons.comparisons(town.database, stranger, town.now) == []


# Nobody peeks


def test_nobody_sees_a_result_before_its_day_however_they_ask(town: Any, lead: Person, evaluator: Person) -> None:
    comparison_id = started(town, lead)
    planned = one(town, lead).planned.people
    people = town.people(planned)

    def hidden(said: str) -> None:
        for who in (lead, evaluator):
            for ask in (comparison_results.result, comparison_results.export):
                with pytest.raises(NotYet, match=said):
                    ask(town.database, who, comparison_id, town.now)
        assert town.database.value("SELECT count(*) FROM comparison_count") == 0
        assert one(town, lead).seed is None
        # No figure by wording tells the arms apart.
        assert town.database.value("SELECT count(DISTINCT template) FROM message WHERE opening") <= 1

    hidden("0 personnes tirées au sort")
    town.launch(people[: planned // 2])
    delivered(town)
    town.now += timedelta(days=30)
    hidden(f"{planned // 2} personnes tirées au sort sur {planned}")
    town.launch(people[planned // 2 :])
    delivered(town)
    assert one(town, lead).state is State.AWAITED
    hidden("l'effectif est atteint")
    due = one(town, lead).result_utc
    assert due == town.now + timedelta(hours=96)
    town.now = due - timedelta(seconds=1)
    hidden("l'effectif est atteint")
    with pytest.raises(FtError, match="effectif prévu est atteint"):
        comparisons.stop(town.database, lead, comparison_id, "pour voir", town.now)
    town.now = due
    for who in (lead, evaluator):
        assert comparison_results.result(town.database, who, comparison_id, town.now).difference is not None
        assert len(comparison_results.export(town.database, who, comparison_id, town.now)) == 2
    with pytest.raises(NotAllowed):
        comparison_results.result(town.database, town.counselor, comparison_id, town.now)


def test_rows_of_a_comparison_are_held_back_until_its_result(town: Any, lead: Person) -> None:
    def held() -> int:
        sql = f"SELECT count(*) FROM conversation v WHERE {arms.held('$1::TIMESTAMP')}"
        return int(town.database.value(sql, town.now))

    town.launch(town.people(2))
    assert held() == 0
    first = started(town, lead, REMINDERS)
    town.launch(town.people(3))
    assert held() == 3
    comparisons.stop(town.database, lead, first, "Trop de STOP", town.now)
    assert held() == 3
    town.now += timedelta(hours=96)
    assert held() == 0
    started(town, lead)
    planned = next(each for each in comparisons.comparisons(town.database, lead, town.now) if each.people == 0).planned
    town.launch(town.people(planned.people))
    assert held() == planned.people
    town.now += timedelta(hours=96)
    assert held() == 0


def test_what_is_launched_after_the_planned_number_is_as_usual(town: Any, lead: Person) -> None:
    started(town, lead)
    planned = one(town, lead).planned.people
    town.launch(town.people(planned + 3))
    assert len(assigned(town)) == planned + 3, "the launch that fills it is drawn whole"
    town.launch(town.people(4))
    assert len(assigned(town)) == planned + 3
    assert len(town.messages("template = 'opening 0'")) == 4
    assert "comparison full" in town.journal()


def test_a_comparison_that_was_stopped_is_marked_and_never_tested(town: Any, lead: Person) -> None:
    comparison_id = started(town, lead)
    people = town.people(8)  # two whole blocks of four
    town.launch(people)
    delivered(town)
    for person, arm in arm_by_person(town).items():
        if arm == "b":
            answers(town, person)
    with pytest.raises(FtError, match="motif"):
        comparisons.stop(town.database, lead, comparison_id, " ", town.now)
    comparisons.stop(town.database, lead, comparison_id, "L'offre a changé", town.now)
    with pytest.raises(NotYet, match="arrêtée"):
        comparison_results.result(town.database, lead, comparison_id, town.now)
    town.now += timedelta(hours=96)
    told = comparison_results.result(town.database, lead, comparison_id, town.now)
    assert (told.comparison.state, told.difference, told.conclusive) == (State.STOPPED, None, False)
    assert (told.a.rate.count, told.b.rate.count) == (0, 4)
    town.launch(town.people(2))
    assert len(assigned(town)) == 8


# What counts


def finished(
    town: Any, lead: Person, metric: Metric = Metric.REPLY, people: int = 0
) -> tuple[UUID, dict[str, list[UUID]]]:
    """A comparison that has its people, all delivered; gives the people of each arm."""
    comparison_id = started(town, lead, replace(WORDINGS, metric=metric))
    town.launch(town.people(max(people, one(town, lead).planned.people)))
    delivered(town)
    by_arm: dict[str, list[UUID]] = {"a": [], "b": []}
    for person, arm in arm_by_person(town).items():
        by_arm[arm].append(person)
    return comparison_id, by_arm


def told(town: Any, lead: Person, comparison_id: UUID) -> comparison_results.Outcome:
    return comparison_results.result(town.database, lead, comparison_id, one(town, lead).result_utc)


# What somebody wrote, and how many hours after the delivery; the metrics that it counts for; why.
HISTORIES: list[tuple[list[tuple[str, float]], set[Metric], str]] = [
    ([("yes", 1)], {Metric.REPLY, Metric.REPLY_DAY, Metric.INTEREST}, "a yes"),
    ([("callback", 1)], {Metric.REPLY, Metric.REPLY_DAY, Metric.INTEREST}, "who wants to be called is interested"),
    ([("no", 1)], {Metric.REPLY, Metric.REPLY_DAY}, "a no is a reply, and no STOP"),
    ([("unclear", 23.9)], {Metric.REPLY, Metric.REPLY_DAY}, "a reply just within a day"),
    ([("question", 24.1)], {Metric.REPLY}, "a question on the second day is a reply and not interest yet"),
    ([("yes", 71.9)], {Metric.REPLY, Metric.INTEREST}, "a yes just within 72 hours"),
    ([("yes", 72.1)], set(), "a yes after 72 hours"),
    ([("stop", 1)], {Metric.OPT_OUT}, "a STOP is no reply"),
    ([("stop", 80)], set(), "a STOP after the time"),
    ([("yes", 1), ("no", 2)], {Metric.REPLY, Metric.REPLY_DAY}, "a yes and then a no"),
    ([("no", 1), ("yes", 2)], {Metric.REPLY, Metric.REPLY_DAY, Metric.INTEREST}, "a no and then a yes"),
    ([("yes", 1), ("no", 90)], {Metric.REPLY, Metric.REPLY_DAY, Metric.INTEREST}, "a no after the time"),
    ([("yes", 1), ("stop", 2)], {Metric.REPLY, Metric.REPLY_DAY, Metric.OPT_OUT}, "a yes and then a STOP"),
    ([], set(), "silence"),
]


def test_what_counts_for_a_metric(town: Any, lead: Person) -> None:
    comparison_id = started(town, lead, replace(WORDINGS, effect=0.3))
    people = town.people(len(HISTORIES))
    town.launch(people)
    delivered(town)
    for person, (history, _, _) in zip(people, HISTORIES, strict=True):
        for reading, hours in history:
            answers(town, person, reading, timedelta(hours=hours))
    by_place = sorted(assigned(town), key=lambda row: (row["arm"], row["place"]))
    for metric in Metric:
        with town.database.read() as reader:
            # Groups of one: a row for each person, by arm and place.
            found = count(reader, lead.agency_id, comparison_id, metric, Unit.OFFER, town.now + timedelta(days=9))
        for row, drawn in zip(found, by_place, strict=True):
            _, counts_for, reason = HISTORIES[people.index(drawn["candidate_id"])]
            assert (row["delivered"], row["counted"]) == (1, metric in counts_for), (metric, reason)


def test_a_correction_counts_before_the_reading(town: Any, lead: Person) -> None:
    comparison_id, by_arm = finished(town, lead)
    answers(town, by_arm["a"][0], "yes")
    town.database.transact(lambda tx: tx.execute("UPDATE reply SET corrected = 'stop'"))
    assert told(town, lead, comparison_id).a.rate.count == 0


def test_who_was_not_reached_or_too_late_is_drawn_and_not_counted(town: Any, lead: Person) -> None:
    comparison_id, by_arm = finished(town, lead)
    failed, late = by_arm["a"][:2]
    for person, change in ((failed, "state = 'failed'"), (late, "settled_utc = settled_utc + INTERVAL '25 hours'")):
        town.database.transact(
            lambda tx, who=person, change=change: tx.execute(
                f"UPDATE message SET {change} WHERE phone = (SELECT phone FROM candidate WHERE candidate_id = $1)", who
            )
        )
    answers(town, late)
    found = told(town, lead, comparison_id)
    assert (found.a.people, found.a.rate.base, found.a.rate.count) == (len(by_arm["a"]), len(by_arm["a"]) - 2, 0)


def test_a_person_in_two_campaigns_counts_once(town: Any, lead: Person) -> None:
    comparison_id = started(town, lead)
    planned = one(town, lead).planned.people
    people = town.people(planned)
    town.launch(people[:5])
    delivered(town)
    town.now += timedelta(days=2)
    town.launch(people)
    delivered(town)
    for person in people[:5]:
        answers(town, person)
    found = told(town, lead, comparison_id)
    assert found.a.people + found.b.people == planned
    assert found.a.rate.count + found.b.rate.count == 5


def test_the_counts_are_drawn_once_and_survive_what_is_erased_later(town: Any, lead: Person) -> None:
    comparison_id, by_arm = finished(town, lead)
    for person in by_arm["b"]:
        answers(town, person)
    before = told(town, lead, comparison_id)
    for table in ("reply", "message", "conversation", "candidate"):
        town.database.transact(lambda tx, table=table: tx.execute(f"DELETE FROM {table}"))
    after = told(town, lead, comparison_id)
    assert (after.a, after.b, after.difference) == (before.a, before.b, before.difference)
    assert town.journal().count("comparison counted") == 1


def test_the_checks_see_a_changed_arm_a_changed_definition_and_a_lopsided_split(town: Any, lead: Person) -> None:
    comparison_id, by_arm = finished(town, lead, people=40)
    for person in by_arm["b"]:
        answers(town, person)
    found = told(town, lead, comparison_id)
    assert (found.checks.redrawn, found.checks.as_started, found.checks.sound) == (True, True, True)
    assert found.conclusive
    changes = (
        "UPDATE comparison SET effect = 0.5",
        "UPDATE comparison_assignment SET arm = 'a' WHERE place = (SELECT min(place) FROM comparison_assignment "
        "WHERE arm = 'b')",
    )
    for change in changes:
        town.database.transact(lambda tx, change=change: tx.execute(change))
    found = told(town, lead, comparison_id)
    assert (found.checks.redrawn, found.checks.as_started, found.conclusive) == (False, False, False)
    town.database.transact(lambda tx: tx.execute("UPDATE comparison_count SET units = 3 WHERE arm = 'a'"))
    assert told(town, lead, comparison_id).checks.split < comparison_results.MISMATCH


def test_the_pace_is_that_of_the_last_weeks(town: Any, lead: Person) -> None:
    assert pace(town.database, lead, town.now).weeks(size_of(WORDINGS), Unit.PERSON) is None
    people = town.people(16)
    town.launch(people)
    delivered(town)
    for person in people[:4]:
        answers(town, person)
    town.now += timedelta(days=10)
    found = pace(town.database, lead, town.now)
    assert (found.people, found.campaigns, found.offers, found.reached) == (2.0, 0.125, 0.125, 1.0)
    assert found.rates[Metric.REPLY] == 0.25
    planned = size_of(WORDINGS)
    assert found.weeks(planned, Unit.PERSON) == planned.people / 2
