"""The small statistical model: logistic regression over hashed words, pairs of words, their letters and subjects.

Its weights are one file of the project, made by `python -m ftcore replies train` from the labelled set. Without any
dependency but numpy, the same text gives the same answer everywhere. It may be asked alone, or with what the rules
say as one more voice.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ftcore.model import Answer
from ftcore.outreach.replies.concepts import concept
from ftcore.outreach.replies.folding import Folded

FOLDER = Path(__file__).parents[3] / "data" / "replies"
WEIGHTS = FOLDER / "weights.npy"
ANSWERS = tuple(Answer)
# Hashed features; the last row is the bias. A weight is stored in steps of 1/20, from -6.35 to 6.35.
BITS = 16
STEP = 0.05
BIAS = 1 << BITS
# Nobody's answer hangs on the forty-first word.
_WORDS_READ = 40
# How often the answer of the rules counts among the words.
_TRUST = 3

_NEGATES = frozenset({"pas", "plus", "jamais", "rien", "ne", "n", "sans", "aucun", "aucune"})
_START, _END, _NOT, _FIRST, _LAST, _SKIP = (crc32(mark.encode()) for mark in ("^", "$", "not", "first", "last", "skip"))


def features(said: Folded, expecting: str | None) -> tuple[list[int], list[int]]:
    """The columns of one message, and where those of each word begin. A column may come up twice, and counts twice."""
    words = said.text.split()[:_WORDS_READ]
    columns: list[int] = []
    starts: list[int] = []
    own = [_START]
    subjects = [_START]
    for word in words:
        listed, code, subject = _of_word(word)
        starts.append(len(columns))
        columns += listed
        own.append(code)
        if subject and subject != subjects[-1]:
            subjects.append(subject)
    own.append(_END)
    subjects.append(_END)
    # Pairs of codes are mixed by arithmetic: a tenth of the time that joined words would take.
    columns += [((one * 0x9E3779B1 + two * 0x85EBCA6B) & 0xFFFFFFFF) >> (32 - BITS)
                for one, two in zip(own, own[1:], strict=False)]  # fmt: skip
    columns += [((one * 0x9E3779B1 + two * 0xC2B2AE35 + _SKIP) & 0xFFFFFFFF) >> (32 - BITS)
                for one, two in zip(own, own[2:], strict=False)]  # fmt: skip
    columns += [((one * 0x27D4EB2F + two * 0x165667B1) & 0xFFFFFFFF) >> (32 - BITS)
                for one, two in zip(subjects, subjects[1:], strict=False)]  # fmt: skip
    columns += [((one * 0x27D4EB2F + two * 0x165667B1 + three * 0x9E3779B1) & 0xFFFFFFFF) >> (32 - BITS)
                for one, two, three in zip(subjects, subjects[1:], subjects[2:], strict=False)]  # fmt: skip
    for at, word in enumerate(words):
        if word in _NEGATES:
            columns += [_mixed(_NOT, code) for code in own[at + 2 : at + 5]]
    columns += (_mixed(_FIRST, own[1]), _mixed(_FIRST, own[1] ^ own[min(2, len(own) - 1)]), _mixed(_LAST, own[-2]))
    columns.append(_named(f"long {min(len(words), 9)}"))
    if said.asks:
        columns.append(_named("?"))
    if said.up or said.down or said.shrugs or said.phones:
        columns += [_named(f"{said.up}{said.down}{said.shrugs}{said.phones}")]
    if expecting:
        asked = _named(expecting)
        columns += [_mixed(asked, code) for code in own]
        columns += [_mixed(asked, code ^ _SKIP) for code in subjects]
    return columns, starts


def voices(ruled: Answer | None, expecting: str | None) -> list[int]:
    """The columns that say what the rules have made of a message."""
    return [_named(f"ruled {ruled}")] * _TRUST + [_named(f"{expecting} ruled {ruled}")]


def _mixed(one: int, two: int) -> int:
    return ((one * 0x9E3779B1 + two * 0x85EBCA6B) & 0xFFFFFFFF) >> (32 - BITS)


@lru_cache(maxsize=1_000)
def _named(name: str) -> int:
    return crc32(name.encode()) & (BIAS - 1)


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[list[int], int, int]:
    """The columns of a word, its code and that of its subject: itself, what it is about, and its letters by four, so
    that a mistyped one is half known."""
    padded = f" {word} "
    subject = concept(word)
    grams = [f"w {word}", f"w {word}", *(padded[at : at + 4] for at in range(len(padded) - 3))]
    if subject:
        grams += [f"about {subject}"] * 2
    columns = [crc32(gram.encode()) & (BIAS - 1) for gram in grams]
    return columns, crc32(word.encode()), crc32(subject.encode()) if subject else 0


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def scale(count: int) -> float:
    """Long messages have more features: each counts less."""
    return float(3.0 / max(count, 1) ** 0.5)


def weights_kept() -> npt.NDArray[np.int8]:
    """The weights of the project, in steps."""
    steps: npt.NDArray[np.int8] = np.load(WEIGHTS, allow_pickle=False)
    return steps


@lru_cache(maxsize=1)
def _weights() -> npt.NDArray[np.float32]:
    return weights_kept().astype(np.float32) * np.float32(STEP)


class Guess:
    """What the model makes of one message; with `hear`, it weighs what the rules say as well."""

    __slots__ = ("_columns", "_rows", "_said", "_starts", "_total", "answer", "chance")

    def __init__(self, said: Folded, expecting: str | None) -> None:
        self._said = said
        self._columns, self._starts = features(said, expecting)
        self._rows = _weights().take(self._columns, axis=0)
        self._total = np.add.reduce(self._rows, axis=0)
        self._settle()

    def hear(self, ruled: Answer | None, expecting: str | None) -> None:
        """Weigh the answer of the rules too."""
        self._total = self._total + np.add.reduce(_weights().take(voices(ruled, expecting), axis=0), axis=0)
        self._settle()

    def _settle(self) -> None:
        scores = (self._total * scale(len(self._columns)) + _weights()[BIAS]).tolist()
        best = max(scores)
        self.answer = ANSWERS[scores.index(best)]
        self.chance = 1.0 / sum([exp(score - best) for score in scores])

    def evidence(self) -> str:
        """The word that speaks most for the answer, with its neighbours."""
        words = self._said.text.split()[:_WORDS_READ]
        if len(words) < 4:
            return " ".join(words)
        ends = [*self._starts[1:], self._starts[-1] + 1]
        shares = np.add.reduceat(self._rows[: ends[-1], ANSWERS.index(self.answer)], self._starts)
        at = int(shares.argmax())
        return " ".join(words[max(at - 1, 0) : at + 2])
