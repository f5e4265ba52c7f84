"""The labelled set read again beside the page: kept with its confusion, one at a time."""

from __future__ import annotations

from collections import Counter

import pytest

from ftcore.errors import NotAllowed
from ftcore.insight import reading_quality
from ftcore.insight.labelled_runs import LabelledRuns
from ftcore.insight.metrics import rate
from ftcore.model import Answer, Person, Role
from ftcore.outreach.replies.training import Example
from tests.insight.evaluation.conftest import AGENCIES, NOW, Town

FEW = [
    Example("Oui", Answer.YES, False, None, "x", True),
    Example("Non merci", Answer.NO, False, None, "x", True),
    Example("STOP", Answer.STOP, False, None, "x", True),
    Example("Oui", Answer.NO, False, None, "mislabelled on purpose", True),
]


def test_a_run_keeps_what_was_read_and_how_sure_that_is(town: Town) -> None:
    town.write([])
    said: list[float] = []
    reading_quality.run_labelled(town.database, town.evaluator, lambda: NOW, said.append, [("unseen", FEW)])
    (run,) = reading_quality.runs(town.database, town.evaluator, "unseen")
    assert run.confusion == Counter({(Answer.YES, Answer.YES): 1, (Answer.NO, Answer.NO): 1,
                                     (Answer.STOP, Answer.STOP): 1, (Answer.NO, Answer.YES): 1})  # fmt: skip
    assert run.accuracy == rate(3, 4)
    assert run.by_class == {Answer.YES: rate(1, 1), Answer.NO: rate(1, 2), Answer.STOP: rate(1, 1)}
    assert run.acted_wrong == rate(1, 4)
    assert len(run.weights) == 12
    assert said[-1] == 1.0
    assert town.database.value("SELECT count(*) FROM journal WHERE act = 'labelled set read'") == 1


def test_the_run_in_the_background_ends_and_is_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_quality, "labelled", lambda part: FEW)
    town.write([])
    town.database.transact(lambda tx: tx.execute("DELETE FROM labelled_run"))
    runs = LabelledRuns()
    runs.start(town.database, town.evaluator, lambda: NOW)
    runs.join()
    assert runs.wrong is None
    assert (runs.under_way, runs.part) == (False, 1.0)
    for part in reading_quality.PARTS:
        assert len(reading_quality.runs(town.database, town.evaluator, part)) == 1


def test_a_run_that_is_stopped_keeps_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.write([])
    runs = LabelledRuns()

    def stops_at_once(_: str) -> list[Example]:
        runs._stopping.set()
        return FEW * 20

    monkeypatch.setattr(reading_quality, "labelled", stops_at_once)
    runs.start(town.database, town.evaluator, lambda: NOW)
    runs.stop()
    assert runs.wrong is None
    assert town.database.value("SELECT count(*) FROM labelled_run") == 0


def test_the_shipped_set_was_never_trained_on() -> None:
    parts = {part: reading_quality.labelled(part) for part in reading_quality.PARTS}
    assert all(len(examples) > 200 for examples in parts.values())
    assert all(example.unseen for examples in parts.values() for example in examples)


def test_a_counselor_starts_no_run(town: Town) -> None:
    with pytest.raises(NotAllowed):
        LabelledRuns().start(town.database, Person("c", "Claire", Role.COUNSELOR, AGENCIES[0]), lambda: NOW)
