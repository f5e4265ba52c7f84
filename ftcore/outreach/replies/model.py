"""The small statistical model: logistic regression over hashed words, pairs of words, their letters and subjects.

Its weights are one file of the project, made by `python -m ftcore replies train` from the labelled set. Without any
dependency but numpy, the same text gives the same answer everywhere. It may be asked alone, or with what the rules
say as one more voice.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
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
_EDGE_CODE = crc32(b"^")
_LOW, _SHIFT = 0xFFFFFFFF, 32 - BITS
_A, _B, _C, _D, _E = 0x9E3779B1, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1, 0x85EBCA6B
_LENGTHS = [crc32(f"long {count}".encode()) & (BIAS - 1) for count in range(10)]


def features(said: Folded, expecting: str | None) -> tuple[list[int], list[int]]:
    """The columns of one message, and where those of each word begin. A column may come up twice, and counts twice."""
    words = said.text.split()[:_WORDS_READ]
    columns: list[int] = []
    starts: list[int] = []
    pairs: list[int] = []
    before, skipped, about, further, denied = _EDGE_CODE, 0, _EDGE_CODE, 0, 0
    for word in words:
        listed, code, subject = _of_word(word)
        starts.append(len(columns))
        columns += listed
        # Codes are mixed by arithmetic: a tenth of the time that joined words would take.
        pairs.append((before * _A + code & _LOW) >> _SHIFT)
        if skipped:
            pairs.append((skipped * _B + code & _LOW) >> _SHIFT)
        skipped, before = before, code
        if subject and subject != about:
            pairs.append((about * _C + subject & _LOW) >> _SHIFT)
            if further:
                pairs.append((further * _D + about * _C + subject & _LOW) >> _SHIFT)
            further, about = about, subject
        if denied:
            pairs.append((_D + code & _LOW) >> _SHIFT)
            denied -= 1
        if word in _NEGATES:
            denied = 3
    pairs.append((before * _A & _LOW) >> _SHIFT)
    pairs.append((about * _C & _LOW) >> _SHIFT)
    if words:
        first = _of_word(words[0])[1]
        pairs.append((first * _E & _LOW) >> _SHIFT)
        pairs.append((first * _E + (_of_word(words[1])[1] if len(words) > 1 else 0) + _A & _LOW) >> _SHIFT)
    pairs.append(_LENGTHS[min(len(words), 9)])
    columns += pairs
    if said.asks:
        columns.append(_named("?"))
    if said.up or said.down or said.shrugs or said.phones:
        columns.append(_named(f"{said.up}{said.down}{said.shrugs}{said.phones}"))
    if expecting:
        asked = crc32(expecting.encode())
        for word in words:
            _, code, subject = _of_word(word)
            columns += ((asked * _B + code & _LOW) >> _SHIFT, (asked * _E + subject & _LOW) >> _SHIFT)
        columns.append(_named(f"{expecting} {min(len(words), 4)}"))
    return columns, starts


def voices(ruled: Answer | None, expecting: str | None) -> list[int]:
    """The columns that say what the rules have made of a message."""
    return [_named(f"ruled {ruled}")] * _TRUST + [_named(f"{expecting} ruled {ruled}")]


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
    return columns, crc32(word.encode()) * _E & _LOW, crc32(subject.encode()) * _E & _LOW if subject else 0


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


@lru_cache(maxsize=1)
def mark() -> str:
    """The first letters of the hash of the weights: which reader it was, for the journal."""
    return sha256(WEIGHTS.read_bytes()).hexdigest()[:12]


class Guess:
    """What the model makes of one message; with `hear`, it weighs what the rules say as well."""

    __slots__ = ("_columns", "_rows", "_said", "_starts", "_total", "answer", "chance")

    def __init__(self, said: Folded, expecting: str | None) -> None:
        self._said = said
        self._columns, self._starts = features(said, expecting)
        self._rows = _weights().take(self._columns, axis=0)
        self._total = _sum(self._rows, axis=0)
        self._settle()

    def hear(self, ruled: Answer | None, expecting: str | None) -> None:
        """Weigh the answer of the rules too."""
        self._total = self._total + _sum(_weights().take(voices(ruled, expecting), axis=0), axis=0)
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


_sum = np.add.reduce
