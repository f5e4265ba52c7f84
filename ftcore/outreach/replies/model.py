"""The small statistical model: logistic regression over hashed words, pairs of words, their letters and subjects.

Its weights are one file of the project, made by `python -m ftcore replies train` from the labelled set. Without any
dependency but numpy, the same text gives the same answer everywhere. It may be asked alone, or with what the rules
say as one more voice.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from math import exp
from pathlib import Path
from typing import NamedTuple
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
EDGE = crc32(b"^")
LOW, SHIFT = 0xFFFFFFFF, 32 - BITS
A, B, C, D, E = 0x9E3779B1, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1, 0x85EBCA6B
LENGTHS = [crc32(f"long {count}".encode()) & (BIAS - 1) for count in range(10)]


class Word(NamedTuple):
    """What the model knows of one word: its columns, the sum of their weights, its code and that of its subject.

    `shares` is what the word says for each answer, `last` the same where it ends the message. `figures` are those that
    `many` reckons with.
    """

    word: str
    columns: list[int]
    steps: int
    code: int
    subject: int
    denied: int
    denies: bool
    shares: list[float]
    last: list[float]
    figures: bytes


def words_of(said: Folded) -> list[Word]:
    return list(map(_of_word, said.text.split()[:_WORDS_READ]))


def features(said: Folded, expecting: str | None) -> list[int]:
    """The columns of one message. A column may come up twice, and counts twice."""
    words = words_of(said)
    return [column for word in words for column in word.columns] + _pairs(words) + signs(words, said, expecting)


def _pairs(words: list[Word]) -> list[int]:
    """The columns of what words are together: pairs of words and of subjects, and what is denied."""
    pairs: list[int] = []
    pair = pairs.append
    before, skipped, about, further, denied = EDGE, 0, EDGE, 0, 0
    for _, _, _, code, subject, code_denied, denies, _, _, _ in words:
        # Codes are mixed by arithmetic: a tenth of the time that joined words would take.
        pair((before * A + code & LOW) >> SHIFT)
        if skipped:
            pair((skipped * B + code & LOW) >> SHIFT)
        skipped, before = before, code
        if subject and subject != about:
            pair((about * C + subject & LOW) >> SHIFT)
            if further:
                pair((further * D + about * C + subject & LOW) >> SHIFT)
            further, about = about, subject
        if denied:
            pair(code_denied)
            denied -= 1
        if denies:
            denied = 3
    pair((before * A & LOW) >> SHIFT)
    pair((about * C & LOW) >> SHIFT)
    if words:
        first = words[0].code
        pair((first * E & LOW) >> SHIFT)
        pair((first * E + (words[1].code if len(words) > 1 else 0) + A & LOW) >> SHIFT)
    return pairs


def signs(words: list[Word], said: Folded, expecting: str | None) -> list[int]:
    """The columns of the length of a message, its signs and what was asked before it."""
    columns = [LENGTHS[min(len(words), 9)]]
    if said.asks:
        columns.append(_named("?"))
    if said.up or said.down or said.shrugs or said.phones:
        columns.append(_named(f"{said.up}{said.down}{said.shrugs}{said.phones}"))
    if expecting:
        asked = crc32(expecting.encode())
        for word in words:
            columns += ((asked * B + word.code & LOW) >> SHIFT, (asked * E + word.subject & LOW) >> SHIFT)
        columns.append(_named(f"{expecting} {min(len(words), 4)}"))
    return columns


def voices(ruled: Answer | None, expecting: str | None) -> list[int]:
    """The columns that say what the rules have made of a message."""
    return [_named(f"ruled {ruled}")] * _TRUST + [_named(f"{expecting} ruled {ruled}")]


@lru_cache(maxsize=1_000)
def _named(name: str) -> int:
    return crc32(name.encode()) & (BIAS - 1)


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> Word:
    """A word by itself, what it is about, and its letters by four, so that a mistyped one is half known."""
    padded = f" {word} "
    subject = concept(word)
    grams = [f"w {word}", f"w {word}", *(padded[at : at + 4] for at in range(len(padded) - 3))]
    if subject:
        grams += [f"about {subject}"] * 2
    columns = [crc32(gram.encode()) & (BIAS - 1) for gram in grams]
    code = crc32(word.encode()) * E & LOW
    about = crc32(subject.encode()) * E & LOW if subject else 0
    steps = sum(map(packed().__getitem__, columns))
    rows = weights_kept()[columns].astype(np.float32) * np.float32(STEP)
    return Word(
        word,
        columns,
        steps,
        code,
        about,
        (D + code & LOW) >> SHIFT,
        word in _NEGATES,
        [float(np.add.reduceat(rows[:, n], [0])[0]) for n in range(len(ANSWERS))],
        rows[0].tolist(),
        FIGURES.pack(code, about, word in _NEGATES, len(columns), *unpacked(steps)),
    )


# Of a word, for `many`: its code and that of its subject, whether it denies, its columns, its steps for each answer.
FIGURES = struct.Struct(f"<{4 + len(ANSWERS)}q")


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def scale(count: int) -> float:
    """Long messages have more features: each counts less."""
    return float(3.0 / max(count, 1) ** 0.5)


@lru_cache(maxsize=1)
def weights_kept() -> npt.NDArray[np.int8]:
    """The weights of the project, in steps."""
    steps: npt.NDArray[np.int8] = np.load(WEIGHTS, allow_pickle=False)
    return steps


# A row of weights as one whole number, 32 bits for each answer: to add two is to add all their answers, exactly.
_EACH = struct.Struct(f"<{len(ANSWERS)}i")
_SIGNS = sum(1 << (32 * n + 31) for n in range(len(ANSWERS)))


@lru_cache(maxsize=1)
def packed() -> list[int]:
    rows = weights_kept().tolist()
    return [sum(step << 32 * n for n, step in enumerate(row)) if any(row) else 0 for row in rows]


def unpacked(total: int) -> tuple[int, ...]:
    return _EACH.unpack((total + _SIGNS ^ _SIGNS).to_bytes(_EACH.size, "little"))


@lru_cache(maxsize=1)
def _bias() -> list[float]:
    return [STEP * step for step in weights_kept()[BIAS].tolist()]


@lru_cache(maxsize=1)
def mark() -> str:
    """The first letters of the hash of the weights: which reader it was, for the journal."""
    return sha256(WEIGHTS.read_bytes()).hexdigest()[:12]


class Guess:
    """What the model makes of one message; with `hear`, it weighs what the rules say as well."""

    __slots__ = ("_scale", "_steps", "_words", "answer", "chance")

    def __init__(self, words: list[Word], steps: Sequence[int], columns: int) -> None:
        """A guess by the sums of the weights for each answer, in steps, of so many columns."""
        self._words, self._steps, self._scale = words, steps, STEP * scale(columns)
        self._settle()

    def hear(self, ruled: Answer | None, expecting: str | None) -> None:
        """Weigh the answer of the rules too."""
        more = unpacked(sum(map(packed().__getitem__, voices(ruled, expecting))))
        self._steps = [steps + heard for steps, heard in zip(self._steps, more, strict=True)]
        self._settle()

    def _settle(self) -> None:
        by = self._scale
        scores = [steps * by + bias for steps, bias in zip(self._steps, _bias(), strict=True)]
        best = max(scores)
        self.answer = ANSWERS[scores.index(best)]
        self.chance = 1.0 / sum([exp(score - best) for score in scores])

    def evidence(self) -> str:
        """The word that speaks most for the answer, with its neighbours."""
        words = self._words
        if len(words) >= 4:
            answer = ANSWERS.index(self.answer)
            shares = [word.shares[answer] for word in words]
            shares[-1] = words[-1].last[answer]
            at = shares.index(max(shares))
            words = words[max(at - 1, 0) : at + 2]
        return " ".join([word.word for word in words])


def guess(said: Folded, expecting: str | None) -> Guess:
    """What the model makes of one message, before it has heard the rules."""
    words = words_of(said)
    between = _pairs(words) + signs(words, said, expecting)
    total, columns = sum(map(packed().__getitem__, between)), len(between)
    for word in words:
        total += word.steps
        columns += len(word.columns)
    return Guess(words, unpacked(total), columns)
