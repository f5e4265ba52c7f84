"""The small statistical model: logistic regression over hashed words, pairs of words and letters, and the rules' cues.

Its weights are one file of the project, made by `python -m ftcore replies train` from the labelled set.
Without any dependency but numpy, the same text gives the same answer everywhere.
"""

from __future__ import annotations

from functools import lru_cache
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
# Hashed features; the last column is the bias. A weight is stored in steps of 1/20, from -6.35 to 6.35.
BITS = 16
STEP = 0.05
BIAS = 1 << BITS


def features(said: Folded, ruled: Answer | None, expecting: str | None) -> list[int]:
    """The columns of one message: a column may come up twice, and then counts twice."""
    words = said.text.split()[:40]
    columns: list[int] = []
    subjects = ["^"]
    for word in words:
        own, subject = _of_word(word)
        columns += own
        if subject and subject != subjects[-1]:
            subjects.append(subject)
    subjects.append("$")
    around = ["^", *words, "$"]
    grams = [*map(" ".join, zip(around, around[1:], strict=False))]
    grams += ["_".join(pair) for pair in zip(around, around[2:], strict=False)]
    grams += ["/".join(pair) for pair in zip(subjects, subjects[1:], strict=False)]
    grams += ["/".join(three) for three in zip(subjects, subjects[1:], subjects[2:], strict=False)]
    grams += [f"not {after}" for at, word in enumerate(words) if word in _NEGATES for after in words[at + 1 : at + 4]]
    grams += [f"first {' '.join(words[:2])}", f"last {words[-1] if words else ''}", f"long {min(len(words), 9)}"]
    grams += [sign for sign, there in zip(_SIGNS, (said.asks, said.up, said.down, said.shrugs, said.phones), strict=True) if there]
    grams += [f"ruled {ruled}"] * _TRUST
    if expecting:
        grams += [f"{expecting} {word}" for word in words]
        grams += [f"{expecting} {subject}" for subject in subjects]
        grams += [f"{expecting} ruled {ruled}", f"expects {expecting}"]
    return columns + [crc32(gram.encode()) & (BIAS - 1) for gram in grams]


_NEGATES = frozenset({"pas", "plus", "jamais", "rien", "ne", "n", "sans", "aucun", "aucune"})
_SIGNS = ("?", "up", "down", "shrug", "phone")
# How often the answer of the rules counts among the words.
_TRUST = 3


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[list[int], str]:
    """The columns of a word and what it is about: itself, its subject, and its letters by four, so that a mistyped
    one is half known."""
    padded = f" {word} "
    subject = concept(word)
    grams = [f"w {word}", f"w {word}", *(padded[at : at + 4] for at in range(len(padded) - 3))]
    if subject:
        grams += [f"about {subject}"] * 2
    return [crc32(gram.encode()) & (BIAS - 1) for gram in grams], subject


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


def guess(said: Folded, ruled: Answer | None, expecting: str | None = None) -> tuple[Answer, float]:
    """The likeliest answer with its probability; `ruled` is what the rules say, or None."""
    weights = _weights()
    columns = features(said, ruled, expecting)
    scores = weights[columns].sum(axis=0, dtype=np.float64) * scale(len(columns)) + weights[BIAS]
    chances = softmax(scores)
    best = int(chances.argmax())
    return ANSWERS[best], float(chances[best])
