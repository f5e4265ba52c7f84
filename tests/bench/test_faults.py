"""Kills, a bad gateway and races, small: the large runs are `python -m bench faults`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.faults import sending


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
