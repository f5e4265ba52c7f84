"""The quick ways of reading give what the plain ones give."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.outreach import replies
from ftcore.outreach.replies import cues, dates, many, model, opt_outs, orders, training
from ftcore.outreach.replies.folding import fold_lines, plain
from ftcore.outreach.replies.possible import Possible, loosened

NOW = datetime(2026, 11, 27, 9, 0)
EXAMPLES = training.examples() + training.frozen()
WORDS = sorted({word for example in EXAMPLES for word in plain(fold_lines(example.text)).text.split()})
TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.sampled_from(
    [example.text for example in EXAMPLES]
)
PATTERNS = cues._PATTERNS | orders._ORDERS | {"day": dates._DAY, "cue": dates._CUE, "worded": opt_outs._WORDED}
POSSIBLE = Possible({name: pattern.pattern for name, pattern in PATTERNS.items()})


def test_many_are_read_as_each_alone() -> None:
    messages = [(example.text, NOW, example.expecting) for example in EXAMPLES[::8]]
    alone = [replies.read(text, now=now, expecting=expecting) for text, now, expecting in messages]
    assert replies.read_many(messages) == alone


def test_nothing_to_read_is_read() -> None:
    assert replies.read_many([]) == []
    assert replies.read_many([("", NOW, None)]) == [replies.read("", now=NOW)]


@given(st.lists(st.tuples(TEXTS | st.text(max_size=60), st.sampled_from([None, "availability"])), max_size=6))
@settings(deadline=None, max_examples=50)
def test_any_texts_are_read_together_as_alone(said: list[tuple[str, str | None]]) -> None:
    alone = [replies.read(text, now=NOW, expecting=expecting) for text, expecting in said]
    assert replies.read_many([(text, NOW, expecting) for text, expecting in said]) == alone


@given(TEXTS.filter(str.strip), st.sampled_from([None, "availability"]))
@settings(deadline=None, max_examples=150)
def test_the_sums_of_the_model_are_those_of_its_columns(text: str, expecting: str | None) -> None:
    said = plain(fold_lines(text))
    if not said.text:
        return
    columns = model.features(said, expecting)
    steps = model.weights_kept()[columns].sum(axis=0, dtype=int).tolist()
    plainly = model.Guess(model.words_of(said), steps, len(columns))
    for guess in (model.guess(said, expecting), *many.guesses([said], [expecting])):
        assert (guess.answer, guess.chance, guess.evidence()) == (plainly.answer, plainly.chance, plainly.evidence())


@given(TEXTS)
@settings(deadline=None, max_examples=150)
def test_what_is_said_to_be_impossible_is_not_there(text: str) -> None:
    folded = plain(fold_lines(text)).text
    possible = POSSIBLE.within(folded)
    assert not [name for name, pattern in PATTERNS.items() if name not in possible and pattern.search(folded)]


@pytest.mark.parametrize(
    ("pattern", "loose"),
    [
        pytest.param(r"non(?! stop)", "non", id="ahead"),
        pytest.param(r"(?<!ne )(?<=a)b", "b", id="behind"),
        pytest.param(r"a(?!(?:b|(c))\))d", "ad", id="groups and a written bracket inside"),
        pytest.param(r"[(?=]x(?:y|z)", r"[(?=]x(?:y|z)", id="signs in a class"),
        pytest.param(r"[^]\]](?=[)])e", r"[^]\]]e", id="brackets in a class"),
    ],
)
def test_a_loosened_pattern_looks_neither_ahead_nor_behind(pattern: str, loose: str) -> None:
    assert loosened(pattern) == loose


def test_where_words_may_be_others_than_ascii_everything_is_possible() -> None:
    assert set(POSSIBLE.within("été")) == set(PATTERNS)


def test_where_the_automaton_gives_up_everything_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    class OutOfMemory:
        def Match(self, text: str) -> None:
            return None

    monkeypatch.setattr(POSSIBLE, "_set", OutOfMemory())
    assert set(POSSIBLE.within("oui")) == set(PATTERNS)
