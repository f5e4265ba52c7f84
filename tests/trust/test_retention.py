"""How long each kind is kept, and why: every table has its rule, every rule its reason, and each does what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from ftcore.database import Database, Transaction
from ftcore.database.backup import name_aside
from ftcore.errors import FtError, NotAllowed
from ftcore.model import Person, Role
from ftcore.rights import backups, steps
from ftcore.rights.night import Night
from ftcore.rights.purge import counted, purge, purge_by, raw_since, runs, weigh
from ftcore.rights.steps import STEPS
from ftcore.trust import retention
from ftcore.trust.retention import BY_KIND, KEPT, RULES, Fate, months_before
from tests.outreach.conftest import NOW, Town
from tests.trust.conftest import NAME, NUMBER, TEXTS, holding, plant

MONTH = timedelta(days=31)


def tables(database: Database) -> set[str]:
    return {
        row["table_name"]
        for row in database.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('main', 'public') "
            "AND table_type = 'BASE TABLE'"
        )
    }


def test_every_table_has_a_rule_or_a_reason_to_stay(database: Database) -> None:
    ruled = {table for rule in RULES for table in rule.tables}
    assert tables(database) - ruled - KEPT.keys() == set(), "say in trust/retention.py how long they are kept"
    assert (ruled | KEPT.keys()) - tables(database) == set()
    assert ruled & KEPT.keys() == set()


def test_every_rule_says_why_and_is_carried_out() -> None:
    assert all(rule.reason and rule.since and rule.label for rule in RULES)
    assert all(rule.least <= rule.default <= rule.most for rule in RULES)
    assert {step.kind for step in STEPS} == BY_KIND.keys() - {"backup", "journal"}
    assert BY_KIND["journal"].least >= 6


@pytest.mark.parametrize(
    ("instant", "months", "before"),
    [
        pytest.param(datetime(2026, 11, 24, 9), 1, datetime(2026, 10, 24, 9), id="a month"),
        pytest.param(datetime(2026, 3, 31), 1, datetime(2026, 2, 28), id="the last day of a shorter month"),
        pytest.param(datetime(2028, 3, 31), 1, datetime(2028, 2, 29), id="of a leap year"),
        pytest.param(datetime(2026, 1, 15), 13, datetime(2024, 12, 15), id="over a new year"),
    ],
)
def test_months_are_those_of_the_calendar(instant: datetime, months: int, before: datetime) -> None:
    assert months_before(instant, months) == before


def test_an_administrator_sets_a_length_within_its_bounds_and_the_journal_knows(
    town: Town, administrator: Person
) -> None:
    retention.set_amount(town.database, administrator, "chat", 3, NOW)
    with town.database.read() as reader:
        assert retention.amounts(reader)["chat"] == 3
    for kind, amount in (("chat", 0), ("chat", 13), ("journal", 5), ("objection", 1)):
        with pytest.raises(FtError, match="Rien n'a changé"):
            retention.set_amount(town.database, administrator, kind, amount, NOW)
    entries = town.database.rows("SELECT actor, subject, detail FROM journal WHERE act = 'retention changed'")
    assert entries == [{"actor": "admin", "subject": "chat", "detail": "6 → 3 months"}]


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.EVALUATOR, Role.TEAM_LEAD])
def test_only_an_administrator_changes_lengths_or_purges(town: Town, role: Role) -> None:
    person = replace(town.counselor, role=role)
    with pytest.raises(NotAllowed):
        retention.set_amount(town.database, person, "chat", 3, NOW)
    with pytest.raises(NotAllowed):
        purge_by(town.database, person, NOW)
    if role is not Role.TEAM_LEAD:
        for look in (lambda: weigh(town.database, person, NOW), lambda: runs(town.database, person)):
            with pytest.raises(NotAllowed):
                look()


# After how many months which planted words are gone, and which are still there.
GONE = (
    pytest.param(0, (), (*NAME, NUMBER, *TEXTS), id="at once nothing"),
    pytest.param(2, (TEXTS[4],), (*NAME, *TEXTS[:4]), id="the sandbox's SMS after 30 days"),
    pytest.param(7, (TEXTS[4], "DE-PLANTE-1 "), TEXTS[:4], id="drafts of the assistant after 6 months"),
    pytest.param(13, TEXTS, NAME, id="texts after 12 months, not who somebody is"),
    pytest.param(37, TEXTS, NAME, id="and somebody who is still on the list stays"),
)


@pytest.mark.parametrize(("months", "gone", "there"), GONE)
def test_what_has_had_its_time_goes_and_nothing_else(
    town: Town, months: int, gone: tuple[str, ...], there: tuple[str, ...]
) -> None:
    plant(town)
    purge(town.database, "automate", town.now + months * MONTH)
    assert holding(town.database, *gone) == []
    assert {word for _, _, word in holding(town.database, *there)} == set(there)
    chats = town.database.value("SELECT count(*) FROM chat_turn WHERE body <> ''")
    assert (chats == 0) == (months >= 7)


def test_who_left_the_list_a_year_ago_is_forgotten_with_their_number(town: Town) -> None:
    who = plant(town)
    town.database.transact(
        lambda tx: tx.execute("UPDATE candidate SET left_utc = $2 WHERE candidate_id = $1", who, town.now)
    )
    purge(town.database, "automate", town.now + 13 * MONTH)
    assert holding(town.database, *NAME, "Zenobie", "quebrantou", NUMBER, *TEXTS) == []
    assert town.database.value("SELECT count(*) FROM candidate_trait") == 0
    assert town.database.value("SELECT count(*) FROM opt_out_kept") == 1
    assert town.database.value("SELECT count(*) FROM conversation WHERE forgotten_utc IS NOT NULL") == 1


def test_after_three_years_the_exchanges_go_and_their_counters_stay(town: Town, lead: Person) -> None:
    plant(town)
    counted_before = town.database.value("SELECT sum(sent) FROM outcome_sum")
    assert raw_since(town.database, lead) is None
    later = town.now + 37 * MONTH
    purge(town.database, "automate", later)
    for table in ("conversation", "message_event", "reply", "thread_event"):
        assert town.database.value(f"SELECT count(*) FROM {table}") == 0
    assert town.database.value("SELECT sum(sent) FROM outcome_sum") == counted_before == 4
    town.now = later
    town.launch(town.people(1))
    assert raw_since(town.database, lead) == later


def test_a_dry_run_says_what_a_purge_takes_and_changes_nothing(town: Town) -> None:
    plant(town)
    later = town.now + 40 * MONTH
    before = town.database.rows("SELECT * FROM message ORDER BY message_id")
    weighed = counted(town.database, later)
    assert town.database.rows("SELECT * FROM message ORDER BY message_id") == before
    assert town.database.value("SELECT count(*) FROM purge_run") == 0
    taken = purge(town.database, "automate", later)
    # Who is forgotten takes texts along that were due themselves; the dry run counts each by its own rule.
    assert {kind: taken[kind] for kind in ("conversation", "sandbox", "chat")} == {
        kind: weighed[kind] for kind in ("conversation", "sandbox", "chat")
    }
    assert sum(counted(town.database, later).values()) - counted(town.database, later)["journal"] == 0


def test_a_purge_that_is_cut_off_leaves_nothing_half_done_and_goes_on_later(town: Town) -> None:
    for _ in range(3):
        plant_small(town)
    later = town.now + 13 * MONTH
    looks = iter([True, True, False])
    purge(town.database, "automate", later, "cut", goes_on=lambda: next(looks, False))
    assert town.database.value("SELECT ended_utc FROM purge_run WHERE run_id = 'cut'") is None
    assert sum(counted(town.database, later).values()) > 0
    purge(town.database, "automate", later)
    assert sum(counted(town.database, later).values()) - counted(town.database, later)["journal"] == 0


def test_who_writes_while_a_purge_is_under_way_is_not_forgotten(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftcore.rights.purge.AT_ONCE", 1)
    people = town.people(3)
    town.launch(people)
    town.accepted()
    later = town.now + 25 * MONTH
    real, written = steps.forgetting.forget_conversations, []

    def write_first(tx: Transaction, agency_id: UUID, ids: list[UUID], now: datetime) -> object:
        if not written:
            # Others who are due are not forgotten yet: all but the one at hand write now.
            written.append(ids)
            town.database.transact(
                lambda other: other.execute(
                    "UPDATE conversation SET changed_utc = $1 WHERE NOT (conversation_id = ANY($2::UUID[]))", later, ids
                )
            )
        return real(tx, agency_id, ids, now)

    monkeypatch.setattr(steps.forgetting, "forget_conversations", write_first)
    assert purge(town.database, "automate", later)["conversation"] == 1
    assert town.database.value("SELECT count(*) FROM conversation WHERE forgotten_utc IS NULL") == 2


def plant_small(town: Town) -> None:
    town.launch(town.people(2))
    town.accepted()


def test_one_replica_purges_once_a_night(town: Town) -> None:
    plant_small(town)
    night = (town.now + 13 * MONTH).replace(hour=2, minute=30)  # 3:30 or 4:30 in Paris
    assert Night(town.database).work(night.replace(hour=12)) is None
    taken = Night(town.database).work(night)
    assert taken is not None
    assert taken["message_text"] > 0
    assert Night(town.database).work(night + timedelta(minutes=5)) is None
    assert Night(town.database).work(night + timedelta(days=1)) is not None
    assert [row["actor"] for row in town.database.rows("SELECT actor FROM purge_run")] == ["automate"] * 2


def test_a_purge_by_hand_is_journaled_with_its_counts(town: Town, administrator: Person) -> None:
    plant_small(town)
    purge_by(town.database, administrator, town.now + 13 * MONTH)
    assert town.database.value("SELECT detail FROM journal WHERE act = 'purge'").startswith("message_text ")
    (ran,) = runs(town.database, administrator)
    assert (ran.actor, ran.ended_utc) == ("admin", town.now + 13 * MONTH)


def test_only_backups_of_the_program_that_are_too_old_are_removed(database: Database, tmp_path: Path) -> None:
    for name in (
        "entremise-20261001T020000Z.duckdb",
        "entremise-20261001T020000Z.dump",
        "entremise-20261120T020000Z.duckdb",
        "entremise-notes.txt",
        "entremise-20269999T020000Z.duckdb",
        "other-20200101T000000Z.duckdb",
    ):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "entremise-20200101T000000Z.folder").mkdir()
    assert backups.remove_past(database, str(tmp_path), NOW - timedelta(days=30)) == 2
    assert len(list(tmp_path.iterdir())) == 5
    assert backups.remove_past(database, None, NOW) == 0


def test_a_database_that_a_restore_put_aside_is_kept_as_long_as_a_backup(tmp_path: Path) -> None:
    file = tmp_path / "essai.duckdb"
    database = Database.open(str(file))
    for name in (
        "essai.duckdb.before-20261001T020000Z",
        "essai.duckdb.before-20261001T020000Z.wal",
        "essai.duckdb.before-20261001T020000Z-2",
        "essai.duckdb.before-20261120T020000Z",
        "essai.duckdb.before-the-move",
        "autre.duckdb.before-20261001T020000Z",
        "essai.duckdb.privacy-key",
    ):
        (tmp_path / name).write_bytes(b"x")
    assert counted(database, NOW)["backup"] == 3
    assert purge(database, "automate", NOW)["backup"] == 3
    assert sorted(each.name for each in tmp_path.iterdir() if "before" in each.name) == [
        "autre.duckdb.before-20261001T020000Z",
        "essai.duckdb.before-20261120T020000Z",
        "essai.duckdb.before-the-move",
    ]
    assert file.exists()
    assert name_aside(file, datetime(2026, 11, 20, 2)).name == "essai.duckdb.before-20261120T020000Z-2"
    database.close()


def test_the_night_makes_a_backup_of_what_is_left_after_the_purge(town: Town, tmp_path: Path) -> None:
    plant_small(town)
    night = (town.now + 13 * MONTH).replace(hour=2, minute=30)
    (tmp_path / "entremise-20261001T020000Z.duckdb").write_bytes(b"x")
    Night(town.database, str(tmp_path)).work(night - timedelta(days=1))
    assert list(tmp_path.iterdir()) == [], "only where it is asked for"
    Night(town.database, str(tmp_path), backs_up=True).work(night)
    (made,) = tmp_path.iterdir()
    assert made.name == f"entremise-{night:%Y%m%dT%H%M%SZ}.duckdb"
    copy = Database.open(str(made))
    assert copy.value("SELECT count(*) FROM message") == 2
    assert copy.value("SELECT count(*) FROM message WHERE body <> ''") == 0
    copy.close()
    entries = town.database.rows("SELECT actor, subject FROM journal WHERE act = 'database backed up'")
    assert entries == [{"actor": "automate", "subject": made.name}] * 2, "told to each agency"


def test_a_night_without_room_for_a_backup_does_the_rest_and_says_so(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plant_small(town)
    night = (town.now + 13 * MONTH).replace(hour=2, minute=30)
    (tmp_path / "no folder").write_bytes(b"x")
    taken = Night(town.database, str(tmp_path / "no folder"), backs_up=True).work(night)
    assert taken is not None
    assert taken["message_text"] > 0
    assert "no backup was made this night" in caplog.text


def test_a_rule_that_nobody_may_set_keeps_its_length(town: Town) -> None:
    row = {"kind": "journal", "amount": 1, "changed_by": "x", "changed_utc": NOW}
    town.database.transact(lambda tx: tx.insert("retention_rule", [row]))
    with town.database.read() as reader:
        assert retention.amounts(reader)["journal"] == 6
    assert Fate.HASHED is BY_KIND["objection"].fate
