"""The export for researchers: at least k people alike in what is published, and no key in common with another."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftcore.errors import FtError, NotAllowed
from ftcore.insight import research_export
from ftcore.insight.anonymity import anonymise, smallest_class
from ftcore.insight.research_export import CONVERSATION_QUASI, PEOPLE_QUASI
from ftcore.model import Person, Role
from tests.insight.evaluation.conftest import NOW, SCOPES, Thread, Town, histories

# Threads of the pool of connections use `random` while a history is drawn; nothing drawn depends on it.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
REGIONS = {"07": "Auvergne-Rhône-Alpes", "26": "Auvergne-Rhône-Alpes", "75": "Île-de-France"}
wild_rows = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.sampled_from(["07", "26", "75", "99", ""]),
        st.sampled_from(["G1801", "G1802", "K2204", None]),
        st.dates(date(2025, 12, 20), date(2026, 4, 2)),
        st.booleans(),
    ),
    max_size=60,
)


def table(rows: list[tuple[int, str, str | None, date, bool]]) -> pd.DataFrame:
    columns = ["phone", "department", "occupation", "day", "replied"]
    found = pd.DataFrame(rows, columns=columns).astype({"department": object, "occupation": object})
    found["phone"] = found["phone"].map(lambda number: f"+3363998{number:04d}")
    found["conversation_id"] = range(len(found))
    return found.assign(opted_out=False, handed_over=found["replied"].astype(bool), verdict="none")


@settings(max_examples=12)
@given(rows=wild_rows, k=st.integers(2, 9))
def test_every_published_class_holds_at_least_k_people_and_no_row_is_lost_or_doubled(
    rows: list[tuple[int, str, str | None, date, bool]], k: int
) -> None:
    given_rows = table(rows)
    for found, quasi, total in (
        (research_export.conversations_table(given_rows, k, REGIONS), CONVERSATION_QUASI, len(rows)),
        (research_export.people_table(given_rows, k, REGIONS), PEOPLE_QUASI, given_rows["phone"].nunique()),
    ):
        # Counted by hand, not with the function that made it.
        classes: dict[tuple[str, ...], set[str]] = {}
        for row in found.rows.itertuples():
            classes.setdefault(tuple(str(getattr(row, name)) for name in quasi), set()).add(row.phone)
        assert all(len(people) >= k for people in classes.values())
        assert len(found.rows) + found.suppressed == total
        assert sum(found.by_stage) == len(found.rows)
        assert found.rows.index.is_unique


def test_a_row_is_published_as_finely_as_its_class_allows() -> None:
    week = date(2026, 3, 2)
    common = [(n, "07", "G1801", week, True) for n in range(5)]
    rare = [(10 + n, "07", "K2204", date(2026, 3, 2 + 7 * n), True) for n in range(4)]
    found = research_export.conversations_table(table(common + rare), 5, REGIONS)
    assert set(map(tuple, found.rows[list(CONVERSATION_QUASI)].to_numpy())) == {("07", "G1801", "2026-W10")}
    assert found.suppressed == 4
    wider = research_export.conversations_table(table([*common, *rare, (20, "26", "K2204", week, True)]), 5, REGIONS)
    assert ("Auvergne-Rhône-Alpes", "K*", "2026-Q1") in set(map(tuple, wider.rows[list(CONVERSATION_QUASI)].to_numpy()))
    assert wider.suppressed == 0


def test_one_person_five_times_is_no_group() -> None:
    alone = [(1, "07", "G1801", date(2026, 3, 2), True)] * 5
    assert len(research_export.conversations_table(table(alone), 5, REGIONS).rows) == 0


def test_a_k_that_protects_nobody_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        anonymise(table([]), CONVERSATION_QUASI, "phone", [], 1)


def tables_of(content: bytes) -> dict[str, pd.DataFrame]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {"conversations.csv", "people.csv", "dictionary.json", "LISEZMOI.txt"} <= set(archive.namelist())
        found = {name: pd.read_parquet(io.BytesIO(archive.read(f"{name}.parquet")))
                 for name in ("conversations", "people")}  # fmt: skip
        described = json.loads(archive.read("dictionary.json"))
        for name, frame in found.items():
            assert list(frame.columns) == list(described[name])
            assert len(pd.read_csv(io.BytesIO(archive.read(f"{name}.csv")))) == len(frame)
    return found


def many(town: Town) -> None:
    """Twelve people of one agency in one week, and one alone in the other."""
    usual = {"has_gateway": True, "cost": None, "parts": 1, "failure": None, "automatic": 0, "by_hand": 0,
             "taken_over": False, "interest": "yes", "verdict": None, "decided": 0, "seen": None, "complaint": False,
             "replies": [], "opened": 100, "state": "delivered", "talk": "interested"}  # fmt: skip
    town.write([Thread(agency=0 if n < 12 else 1, person=n, **usual) for n in range(13)])


def test_two_exports_of_the_same_data_share_no_key(town: Town) -> None:
    many(town)
    first, second = (research_export.export(town.database, town.evaluator, SCOPES[0], 5, NOW) for _ in range(2))
    one, other = tables_of(first.content), tables_of(second.content)
    keys = [set(tables[name]["key"]) for tables in (one, other) for name in ("conversations", "people")]
    assert all(keys)
    assert sum(map(len, keys)) == len(set().union(*keys)), "no key stands in two tables, of one export or of two"
    # Everything else is the same, so the keys alone are what differs; their order says nothing either.
    for name in one:
        columns = [column for column in one[name] if column != "key"]
        assert one[name][columns].value_counts().equals(other[name][columns].value_counts())


def test_nothing_that_identifies_leaves(town: Town) -> None:
    many(town)
    made = research_export.export(town.database, town.evaluator, SCOPES[0], 5, NOW)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist() if not name.endswith("parquet"))
    rows = town.database.rows("SELECT phone, conversation_id, candidate_id, campaign_id FROM conversation")
    for row in rows:
        for value in row.values():
            assert str(value).encode() not in everything
    for name, frame in tables_of(made.content).items():
        quasi = CONVERSATION_QUASI if name == "conversations" else PEOPLE_QUASI
        assert (smallest_class(frame, quasi, "key") or 5) >= 5


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories)
def test_any_history_leaves_as_classes_of_k(town: Town, history: list[Thread]) -> None:
    town.write(history)
    made = research_export.export(town.database, town.evaluator, SCOPES[0], 5, NOW)
    assert (smallest_class(made.conversations.rows, CONVERSATION_QUASI, "phone") or 5) >= 5
    assert (smallest_class(made.people.rows, PEOPLE_QUASI, "phone") or 5) >= 5
    assert len(made.conversations.rows) + made.conversations.suppressed == len(history)


def test_only_an_evaluator_exports_and_each_export_is_journaled(town: Town) -> None:
    many(town)
    lead = Person("l", "Léa", Role.TEAM_LEAD, town.evaluator.agency_id)
    with pytest.raises(NotAllowed):
        research_export.export(town.database, lead, SCOPES[0], 5, NOW)
    with pytest.raises(FtError, match="entre 5 et 50"):
        research_export.export(town.database, town.evaluator, SCOPES[0], 4, NOW)
    assert town.database.value("SELECT count(*) FROM journal") == 0
    made = research_export.export(town.database, replace(town.evaluator), SCOPES[0], 5, NOW)
    (entry,) = town.database.rows("SELECT act, actor, detail FROM journal")
    assert (entry["act"], entry["actor"]) == ("research export", "e")
    assert (
        f"{len(made.conversations.rows)} conversations ({made.conversations.suppressed} suppressed)" in entry["detail"]
    )
