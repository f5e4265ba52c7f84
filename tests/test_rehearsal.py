"""The whole main job over real HTTP: every message has a state, none is lost, none leaves twice."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ftcore import rehearsal
from ftcore.__main__ import main
from ftcore.adapters.sandbox import Conduct
from ftcore.errors import UnreadableFile
from ftcore.rehearsal import STANDS, rehearse, table

PROJECT = Path(__file__).parents[1]
SAMPLE = PROJECT / "data" / "sample_offers.json"
REAL = PROJECT.parent / "shared" / "offers" / "offers_sample.json"


def test_the_books_of_both_sides_agree_and_the_same_seed_gives_the_same_funnel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rehearsal, "SELECTED", 8)
    first = rehearse(SAMPLE.read_bytes(), 400, 7)
    totals = first["totals"]
    assert totals["offers"] == 4
    assert (totals["lost"], totals["doubled"], totals["without_state"]) == (0, 0, 0)
    assert totals["selected"] >= totals["sent"] >= totals["delivered"] >= totals["replied"] > 0
    assert sum(totals[stand] for stand in STANDS) == totals["replied"]
    assert totals["interested"] >= totals["handed_over"] >= totals["dated"] > 0, "whole conversations were talked"
    # Callbacks that come twice change nothing.
    assert rehearse(SAMPLE.read_bytes(), 400, 7, conduct=Conduct(doubled_callbacks=1.0)) == first
    assert "Perdus : 0" in table(first)


def test_the_command_rehearses_twenty_real_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    if not REAL.exists():
        pytest.skip("the 20 real offers are not beside the project")
    monkeypatch.setattr(rehearsal, "SELECTED", 4)
    done = CliRunner().invoke(main, ["rehearse", str(REAL), "--candidates", "150", "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["offers"]) == 20
    assert {"offers", "considered", "selected", "sent", "delivered", "replied", "interested", "opted_out", "lost",
            "doubled", "without_state"} <= result["totals"].keys()  # fmt: skip
    assert result["totals"]["offers"] == 20
    assert result["totals"]["lost"] == result["totals"]["doubled"] == result["totals"]["without_state"] == 0


def test_an_unreadable_file_is_refused_before_anything_starts() -> None:
    with pytest.raises(UnreadableFile):
        rehearse(b"\x00 no offers", 10, 1)
