"""The demo: invented, seeded, marked, and consistent with what the program would have done itself."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from ftcore import demo
from ftcore.database import Database, Row
from ftcore.demo.comparisons import PLANNED
from ftcore.errors import FtError
from ftcore.insight import traits
from ftcore.insight.comparison_terms import size_of
from ftcore.matching import ranking, reference
from ftcore.model import STATE_ORDER, Answer, MessageState, Role
from ftcore.outreach import answers, campaigns, conversation, dialogue, replies
from ftcore.outreach.hours import next_slot
from ftcore.outreach.sms import measure
from ftcore.phones import is_fictional

NOW = datetime(2026, 11, 23, 10, 0)
MAIN, OTHER = demo.AGENCIES
PARIS = ZoneInfo("Europe/Paris")


def filled(now: datetime = NOW, seed: int = 2026) -> Database:
    database = Database.open(":memory:")
    reference.load_starter(database)
    demo.ensure_demo(database, now, seed)
    return database


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def shown(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "duckdb":
        database = filled()
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres")
    name = server.fresh("referential")
    database = Database.open(server.address(name))
    demo.ensure_demo(database, NOW)
    yield database
    database.close()
    server.drop(name)


def test_two_agencies_with_their_people_all_marked_as_demo(shown: Database) -> None:
    assert shown.rows("SELECT name, department, demo FROM agency ORDER BY name") == [
        {"name": "Agence démo d'Annonay", "department": "07", "demo": True},
        {"name": "Agence démo de Valence", "department": "26", "demo": True},
    ]
    counts = {r["agency_id"]: r["n"] for r in shown.rows("SELECT agency_id, count(*) AS n FROM candidate GROUP BY 1")}
    assert counts == {MAIN.agency_id: 5_000, OTHER.agency_id: 800}
    for table in ("candidate", "campaign"):
        assert shown.value(f"SELECT count(*) FROM {table} WHERE NOT demo") == 0
    assert shown.value("SELECT count(*) FROM offer WHERE source <> 'demo'") == 0


def test_every_number_is_fictional_and_somebodys_own(shown: Database) -> None:
    phones = [row["phone"] for row in shown.rows("SELECT phone FROM candidate")]
    assert all(is_fictional(phone) for phone in phones)
    assert len(set(phones)) == len(phones) == 5_800


def test_ensuring_twice_changes_nothing(shown: Database) -> None:
    tables = ("agency", "candidate", "offer", "campaign", "conversation", "message", "reply", "journal")
    before = {table: shown.value(f"SELECT count(*) FROM {table}") for table in tables}
    demo.ensure_demo(shown, NOW + timedelta(days=3))
    assert before == {table: shown.value(f"SELECT count(*) FROM {table}") for table in tables}


def test_a_database_with_an_agency_is_left_alone() -> None:
    database = Database.open(":memory:")
    agency = {"agency_id": UUID(int=1), "name": "Agence", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency]))
    demo.ensure_demo(database, NOW)
    assert database.value("SELECT count(*) FROM candidate") == 0


@pytest.mark.parametrize("shown", ["duckdb"], indirect=True)
def test_two_machines_get_the_same_and_another_seed_something_else(shown: Database) -> None:
    query = "SELECT agency_id, message_id, body, state, queued_utc FROM message ORDER BY message_id"
    people = "SELECT * FROM candidate ORDER BY agency_id, candidate_id"
    again, different = filled(), filled(seed=7)
    assert again.rows(query) == shown.rows(query)
    assert again.rows(people) == shown.rows(people)
    assert different.rows(query) != shown.rows(query)


def test_people_are_plausible_and_some_things_are_unknown(shown: Database) -> None:
    people = shown.rows("SELECT * FROM candidate")
    assert all(3 <= len(p["skills"]) <= 7 and len(set(p["skills"])) == len(p["skills"]) for p in people)
    assert all(p["mobility_km"] is None or 5 <= p["mobility_km"] <= 60 for p in people)
    for unknown in ("mobility_km", "available_from", "licences", "experience_years"):
        assert 0.03 < sum(p[unknown] is None for p in people) / len(people) < 0.12
    known = [p["licences"] for p in people if p["licences"] is not None]
    assert 0.65 < sum("B" in licences for licences in known) / len(known) < 0.85
    departments = Counter(p["department"] for p in people)
    assert set(departments) == {"07", "26", "38", "42", "69"}
    assert departments.most_common(1)[0][0] == "07"
    assert shown.value(
        "SELECT count(*) FROM candidate WHERE occupation_code NOT IN (SELECT code FROM occupation)"
    ) == 0  # fmt: skip


def test_people_may_be_made_for_another_agency_and_seed(shown: Database) -> None:
    agency = UUID(int=5)
    some = demo.people(agency, 300, 7, shown)
    assert some == demo.people(agency, 300, 7, shown)
    assert some != demo.people(agency, 300, 8, shown)
    assert {row["agency_id"] for row in some} == {agency}
    with pytest.raises(FtError, match="10 000"):
        demo.people(agency, 10_001, 7, shown)


def test_every_offer_has_an_occupation_and_a_place_of_the_referential(shown: Database) -> None:
    offers = shown.rows("SELECT * FROM offer")
    assert Counter(o["agency_id"] for o in offers) == {MAIN.agency_id: 19, OTHER.agency_id: 6}
    codes = {row["code"] for row in shown.rows("SELECT code FROM occupation")}
    assert all(o["occupation_code"] in codes and o["place_lat"] is not None for o in offers)
    assert all(len(o["skills_required"]) == 4 and o["skills_desired"] for o in offers)


def test_fresh_offers_of_today_wait_for_their_first_campaign(shown: Database) -> None:
    fresh = shown.rows(
        "SELECT * FROM offer WHERE offer_id NOT IN (SELECT offer_id FROM campaign) ORDER BY created_utc DESC"
    )
    assert [o["title"] for o in fresh][:2] == ["Serveur / Serveuse (H/F)", "Aide à domicile (H/F)"]
    assert len(fresh) == 5
    assert all(o["agency_id"] == MAIN.agency_id and o["created_utc"].date() == NOW.date() for o in fresh)


def test_a_fresh_offer_finds_people_at_once(shown: Database) -> None:
    from ftcore.drafting import offers as offer_book

    who = demo.counselor()
    assert (who.name, who.role, who.agency_id) == ("Camille Démo", Role.COUNSELOR, MAIN.agency_id)
    for offer in offer_book.offers(shown, who)[:5]:
        found = ranking.rank(shown, who, offer, ranking.Weights(), ranking.Conditions(), NOW.date())
        assert (found.considered, len(found.people) >= 20) == (5_000, True)
        assert found.people[0].score > 0.85


def test_the_history_has_the_shape_of_a_pilot(shown: Database) -> None:
    opened = shown.value("SELECT count(*) FROM conversation")
    assert 1_350 <= opened <= 1_650
    delivered = shown.value("SELECT count(*) FROM message WHERE opening AND state = 'delivered'")
    assert shown.value("SELECT count(*) FROM message WHERE state NOT IN ('delivered', 'failed', 'unknown')") == 0
    for state, low, high in (("failed", 0.01, 0.035), ("unknown", 0.004, 0.02)):
        assert low < shown.value("SELECT count(*) FROM message WHERE opening AND state = $1", state) / opened < high
    replies_in_time = shown.rows(
        """
        SELECT r.conversation_id, r.received_utc AS answered, v.opened_utc AS opened, r.reading
        FROM reply r JOIN conversation v ON v.conversation_id = r.conversation_id ORDER BY r.received_utc DESC
        """
    )
    answered = list({row["conversation_id"]: row for row in replies_in_time}.values())  # the first one stays
    assert 0.43 < len(answered) / delivered < 0.52
    readings = Counter(row["reading"] for row in answered)
    assert 0.38 < readings["yes"] / len(answered) < 0.52
    assert set(readings) == {answer.value for answer in Answer}
    delays = [(row["answered"] - row["opened"]) / timedelta(minutes=1) for row in answered]
    assert 15 < median(delays) < 25
    assert min(delays) > 0
    assert 12 * 60 < max(delays) < 49 * 60


def test_the_history_lies_in_the_eight_weeks_that_end_yesterday(shown: Database) -> None:
    first, last = NOW - timedelta(weeks=8, days=1), datetime.combine(NOW.date(), datetime.min.time())
    for row in shown.rows("SELECT opened_utc FROM conversation"):
        assert first < row["opened_utc"] < last
    for column, table in (
        ("happened_utc", "message_event"), ("received_utc", "reply"), ("verdict_utc", "conversation"),
        ("changed_utc", "conversation"), ("since_utc", "opt_out"),
    ):  # fmt: skip
        assert shown.value(f"SELECT max({column}) FROM {table}") < NOW


def test_messages_left_on_working_days_between_9_and_19(shown: Database) -> None:
    holiday = date(2026, 11, 11)
    for row in shown.rows("SELECT not_before_utc, department, claimed_utc FROM message"):
        assert next_slot(row["not_before_utc"], row["department"], (9, 19)) == row["not_before_utc"]
        local = row["claimed_utc"].replace(tzinfo=UTC).astimezone(PARIS)
        assert local.weekday() < 5
        assert local.date() != holiday


def test_nobody_was_approached_twice_in_24_hours_nor_after_a_stop(shown: Database) -> None:
    last: dict[str, datetime] = {}
    stopped = {row["phone"]: row["since_utc"] for row in shown.rows("SELECT phone, since_utc FROM opt_out")}
    for row in shown.rows("SELECT phone, opened_utc FROM conversation ORDER BY opened_utc"):
        before = last.get(row["phone"])
        assert before is None or row["opened_utc"] - before >= campaigns.REST
        assert row["phone"] not in stopped or row["opened_utc"] < stopped[row["phone"]]
        last[row["phone"]] = row["opened_utc"]
    assert stopped


def test_every_message_is_as_long_as_it_says_and_its_events_lead_to_its_state(shown: Database) -> None:
    events: dict[UUID, list[tuple[datetime, MessageState]]] = {}
    for row in shown.rows("SELECT message_id, state, happened_utc FROM message_event"):
        events.setdefault(row["message_id"], []).append((row["happened_utc"], MessageState(row["state"])))
    for row in shown.rows("SELECT message_id, body, parts, state, settled_utc FROM message"):
        assert row["parts"] == measure(row["body"]).parts
        states = [state for _, state in sorted(events[row["message_id"]])]
        assert states == sorted(states, key=STATE_ORDER.__getitem__)
        assert states[0] is MessageState.QUEUED
        assert states[-1].value == row["state"]
        assert (row["settled_utc"] is None) == (row["state"] == "unknown")


def test_every_reply_is_read_for_what_was_asked_and_moved_its_conversation(shown: Database) -> None:
    rows = shown.rows(
        "SELECT v.*, c.first_name, a.name AS agency_name, 1 AS automatic_count FROM conversation v "
        "JOIN candidate c USING (candidate_id) JOIN agency a ON a.agency_id = v.agency_id"
    )
    wrote: dict[UUID, list[Row]] = {}
    for reply in shown.rows("SELECT * FROM reply ORDER BY received_utc"):
        wrote.setdefault(reply["conversation_id"], []).append(reply)
    failed = {
        row["conversation_id"]
        for row in shown.rows("SELECT conversation_id FROM message WHERE opening AND state = 'failed'")
    }
    learned = ("position", "interest", "interest_reply", "available_from", "available_reply")
    # Who took over did so after the last answer.
    before = {"state": "waiting", "taken_over_utc": None} | dict.fromkeys(learned)
    with shown.read() as reader:
        talks = answers.talks_of(reader, [row | before for row in rows])
    for row in rows:
        talk = talks[row["conversation_id"]]
        talk.checks = []
        for reply in wrote.get(row["conversation_id"], []):
            assert reply["expecting"] == (talk.expecting.value if talk.expecting else None)
            read = replies.read(reply["body"], now=reply["received_utc"], expecting=talk.expecting)
            assert replies.kept(read) == {name: reply[name] for name in replies.kept(read)}
            dialogue.hear(talk, read, reply["body"], reply["reply_id"])
        if row["conversation_id"] in failed:
            assert (row["state"], wrote.get(row["conversation_id"])) == ("unreached", None)
        elif row["state"] != talk.state.value:
            # A question that was left open for a day is a counselor's; silence after the reminder is the end.
            left = "interested" if row["conversation_id"] in wrote else "closed"
            assert (row["state"], talk.state in conversation.AWAITED) == (left, True)
        assert row["interest"] == (talk.interest.value if talk.interest else None)
        assert row["available_from"] == talk.available_from
    states = {row["state"] for row in rows}
    assert states >= {"interested", "declined", "needs_human", "unclear", "stopped", "unreached", "waiting"}
    assert shown.value("SELECT count(*) FROM prerequisite_check WHERE met = 'met' AND reply_id IS NOT NULL") > 0


def test_a_stop_blocks_the_number_and_nothing_else_does(shown: Database) -> None:
    said = shown.rows(
        "SELECT DISTINCT v.phone FROM reply r JOIN conversation v USING (conversation_id) WHERE r.reading = 'stop'"
    )
    assert {row["phone"] for row in said} == {row["phone"] for row in shown.rows("SELECT phone FROM opt_out")}
    assert shown.value(
        "SELECT count(*) FROM conversation WHERE state <> 'stopped' AND phone IN (SELECT phone FROM opt_out)"
    ) == 0  # fmt: skip


def test_verdicts_are_a_persons_and_follow_an_answer(shown: Database) -> None:
    decided = shown.rows("SELECT * FROM conversation WHERE verdict IS NOT NULL")
    assert {"introduced", "called_back", "not_retained"} <= {row["verdict"] for row in decided}
    assert all(row["verdict_by"] == demo.counselor().person_id for row in decided)
    assert all(row["verdict_utc"] > row["changed_utc"] for row in decided)
    assert all(row["verdict_reason"] for row in decided if row["verdict"] == "not_retained")
    waiting = shown.value("SELECT count(*) FROM conversation WHERE state = 'interested' AND verdict IS NULL")
    assert waiting > 10


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(datetime(2027, 1, 4, 6, 30), id="after the holidays of Christmas"),
        pytest.param(datetime(2026, 5, 17, 23, 50), id="a Sunday evening in May, when Paris is in tomorrow"),
        pytest.param(datetime(2028, 2, 29, 0, 5), id="just after midnight on a leap day"),
    ],
)
def test_the_demo_can_start_on_any_day(now: datetime) -> None:
    database = filled(now)
    assert database.value("SELECT count(*) FROM conversation") > 1_300
    assert database.value("SELECT max(happened_utc) FROM message_event") < now
    assert database.value("SELECT max(created_utc) FROM offer") <= now


def test_the_demos_traits_are_counted_as_the_program_counts_its_own(shown: Database) -> None:
    known, people = (shown.value(f"SELECT count(*) FROM {table}") for table in ("candidate_trait", "candidate"))
    assert 0.93 < known / people < 0.97
    for campaign in shown.rows("SELECT * FROM campaign ORDER BY launched_utc DESC LIMIT 6"):
        ids = campaign["agency_id"], campaign["campaign_id"]
        of = """FROM conversation v LEFT JOIN candidate_trait t
                 ON t.agency_id = v.agency_id AND t.candidate_id = v.candidate_id
                 WHERE v.agency_id = $1 AND v.campaign_id = $2"""
        in_sql = shown.rows(
            f"SELECT v.conversation_id, {traits.group_columns(campaign['launched_utc'].date())} {of}", *ids
        )
        kept = shown.rows(
            """SELECT v.conversation_id, t.sex, t.age_band, t.priority_district, t.unemployment
               FROM conversation v LEFT JOIN conversation_trait t
               ON t.agency_id = v.agency_id AND t.conversation_id = v.conversation_id
               WHERE v.agency_id = $1 AND v.campaign_id = $2""",
            *ids,
        )
        assert sorted(map(str, kept)) == sorted(map(str, in_sql))
        counts = shown.rows("SELECT * FROM campaign_trait_count WHERE agency_id = $1 AND campaign_id = $2", *ids)
        for trait in traits.TRAITS:
            rows = [row for row in counts if row["trait"] == trait]
            assert {row["group_name"]: row["contacted"] for row in rows if row["contacted"]} == Counter(
                row[trait] or traits.UNKNOWN for row in kept
            )
            assert sum(row["selected"] for row in rows) >= len(kept)
            assert all(row["contacted"] <= row["selected"] <= row["considered"] for row in rows)
            assert all(row["seeking_listed"] <= min(row["seeking"], row["considered"]) for row in rows)


def test_the_comparisons_plan_as_many_people_as_the_statistics_ask_for() -> None:
    assert {definition: size_of(definition) for definition in PLANNED} == PLANNED
