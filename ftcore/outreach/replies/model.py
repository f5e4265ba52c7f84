"""The small statistical model: logistic regression over hashed words, pairs of words and letters, and the rules' cues.

Its weights are one file of the project, made by `python -m ftcore replies train` from the labelled set.
Without any dependency but numpy, the same text gives the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ftcore.model import Answer

FOLDER = Path(__file__).parents[3] / "data" / "replies"
WEIGHTS = FOLDER / "weights.npy"
ANSWERS = tuple(Answer)
# Hashed features; the last column is the bias. A weight is stored in steps of 1/20, from -6.35 to 6.35.
BITS = 15
STEP = 0.05
BIAS = 1 << BITS


def features(text: str, cues: Iterable[str], expecting: str | None) -> list[int]:
    """The columns of one message: a column may come up twice, and then counts twice."""
    words = text.split()[:60]
    columns = [column for word in words for column in _of_word(word)]
    names = sorted(cues)
    grams = [f"p {one} {other}" for one, other in zip(["^", *words], [*words, "$"], strict=True)]
    grams += [f"cue {name}" for name in names]
    grams += [f"cues {one} {other}" for place, one in enumerate(names) for other in names[place + 1 :]]
    grams.append(f"first {words[0] if words else ''}")
    grams.append(f"long {min(len(words) // 4, 5)}")
    if expecting:
        grams += [f"{expecting} {word}" for word in words] + [f"expects {expecting}"]
    return columns + [_column(gram) for gram in grams]


def _column(gram: str) -> int:
    return crc32(gram.encode()) & (BIAS - 1)


@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[int, ...]:
    """The columns of a word: itself, and its letters by four, so that a mistyped one is half known."""
    padded = f" {word} "
    return tuple(_column(gram) for gram in (f"w {word}", *(padded[at : at + 4] for at in range(len(padded) - 3))))


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


def guess(text: str, cues: Iterable[str], expecting: str | None = None) -> tuple[Answer, float]:
    """The likeliest answer with its probability."""
    weights = _weights()
    columns = features(text, cues, expecting)
    scores = weights[columns].sum(axis=0, dtype=np.float64) * scale(len(columns)) + weights[BIAS]
    chances = softmax(scores)
    best = int(chances.argmax())
    return ANSWERS[best], float(chances[best])
