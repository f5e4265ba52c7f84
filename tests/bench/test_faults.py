"""Kills, a bad gateway and races, small: the large runs are `python -m bench faults`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.faults import arrivals, clock, keys, mutants, rules, sending
from bench.faults.mutants import Mutant


@pytest.fixture
def address(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database that other processes can open."""
    if engine == "duckdb":
        return str(tmp_path / "faults.duckdb")
    server: Any = request.getfixturevalue("postgres")
    return str(server.address(server.fresh("house")))


def test_kills_and_a_bad_gateway_send_nothing_twice_and_lose_nothing(address: str, engine: str, tmp_path: Path) -> None:
    book = sending.run(address, sending.SMALL, tmp_path)
    assert not {what: found for what, found in book.wrong.items() if found}
    assert book.kills >= 5
    assert book.accepted + book.unknown == sending.SMALL.people
    assert book.settled_later > 0


def test_replies_posted_again_and_again_to_doors_that_are_killed_count_once(
    address: str, engine: str, tmp_path: Path
) -> None:
    replicas = 1 if engine == "duckdb" else 2
    found = arrivals.replies(address, tmp_path, distinct=30, copies=3, kills=1, replicas=replicas, seed=1)
    assert found.acknowledged == found.posts == 90
    assert not any(found.wrong.values()), found.wrong


def test_what_is_acknowledged_is_there_whoever_is_killed(address: str, tmp_path: Path) -> None:
    found = arrivals.acknowledged(address, tmp_path, kills=3, rate=100.0, seed=1)
    assert found.acknowledged > 0
    assert found.kills >= 3
    assert not any(found.wrong.values()), found.wrong


def test_a_stop_that_is_committed_before_the_last_look_is_obeyed(address: str) -> None:
    races, _, wrong = rules.stop_races(address, 24, seed=1)
    assert races > 2
    assert not any(wrong.values()), wrong


def test_generated_instants_are_never_outside_hours() -> None:
    assert not any(rules.outside_hours(3_000, seed=1).values())


def test_a_full_disk_loses_nothing_that_was_acknowledged_and_is_said(tmp_path: Path) -> None:
    given, wrong = rules.full_disk(tmp_path)
    assert given > 0
    assert not any(wrong.values()), wrong


def test_what_becomes_read_only_loses_nothing_says_so_and_recovers(address: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.faults.readonly", address, "12", str(tmp_path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    wrong = json.loads(done.stdout)
    assert len(wrong) == 7
    assert not any(wrong.values()), wrong


def test_a_clock_that_jumps_sends_nothing_twice_nor_outside_hours_and_leaves_nothing_behind(address: str) -> None:
    _, wrong = clock.jumps(address, people=24, count=4, seed=1)
    assert not any(wrong.values()), wrong


def test_eight_reports_end_in_the_same_state_in_any_order(address: str) -> None:
    count, wrong = arrivals.orders(address, every=210)
    assert count == 192
    assert not any(wrong.values()), wrong


def test_keys_that_open_nothing_get_one_answer_and_their_times_are_compared(tmp_path: Path) -> None:
    times = keys.refusals(tmp_path, "own", count=40, seed=1)
    assert len(times.answers) == 1
    assert times.medians.keys() - times.chances.keys() == {"unknown"}
    assert len(times.chances) == 3


@pytest.mark.parametrize("mutant", mutants.EVERY, ids=lambda mutant: mutant.name)
def test_every_guard_is_where_its_mutant_looks_for_it_and_has_a_test(mutant: Mutant) -> None:
    """That the tests fail without the guards is shown by `python -m bench faults mutants`."""
    assert (mutants.PROJECT / mutant.file).read_text().count(mutant.guard) == 1
    file, _, name = mutant.test.partition("::")
    assert f"def {name}(" in (mutants.PROJECT / file).read_text()
