"""The statistical model asked about many messages at once: the arithmetic of `model`, each step for all of them.

Weights are whole numbers, and their sums the same in any order: what comes out is what `model.guess` makes of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ftcore.outreach.replies import model
from ftcore.outreach.replies.folding import Folded

_A, _B, _C, _D, _E = (np.uint64(factor) for factor in (model.A, model.B, model.C, model.D, model.E))
_EDGE, _LOW, _SHIFT = np.uint64(model.EDGE), np.uint64(model.LOW), np.uint64(model.SHIFT)
_CODE, _SUBJECT, _DENIES, _COLUMNS, _STEPS = 0, 1, 2, 3, 4
_Codes = npt.NDArray[np.uint64]


def guesses(saids: Sequence[Folded], expecting: Sequence[str | None]) -> list[model.Guess]:
    """What the model makes of each of these messages, which have one word at least."""
    words = [model.words_of(said) for said in saids]
    if not words:
        return []
    count = np.array([len(some) for some in words])
    starts = np.cumsum(count) - count
    owner = np.repeat(np.arange(len(words)), count)
    place = np.arange(len(owner)) - starts[owner]
    figures = np.frombuffer(b"".join([word.figures for some in words for word in some]), np.int64)
    figures = figures.reshape(len(owner), -1)
    codes = figures[:, _CODE].astype(np.uint64)
    # The last of the columns of each word is how many columns of the model it has.
    sums = figures[:, _COLUMNS:].copy()

    def add(which: npt.NDArray[np.intp] | slice, mixed: _Codes) -> None:
        sums[which] += _rows().take((mixed & _LOW) >> _SHIFT, axis=0)

    every = slice(None)
    before = np.where(place, np.roll(codes, 1), _EDGE)
    add(every, before * _A + codes)
    later = np.flatnonzero(place)
    add(later, before[later - 1] * _B + codes[later])
    denies = figures[:, _DENIES] > 0
    denied = np.zeros(len(owner), bool)
    for back in (1, 2, 3):
        denied[back:] |= denies[:-back] & (place[back:] >= back)
    add(np.flatnonzero(denied), codes[denied] + _D)
    # Of subjects that follow each other the same one counts once.
    subjects = figures[:, _SUBJECT].astype(np.uint64)
    named = np.flatnonzero(subjects)
    former = np.roll(named, 1)
    anew = (subjects[named] != subjects[former]) | (owner[named] != owner[former])
    anew[:1] = True
    named = named[anew]
    former = np.roll(named, 1)
    begins = owner[named] != owner[former]
    begins[:1] = True
    abouts = np.where(begins, _EDGE, subjects[former])
    add(named, abouts * _C + subjects[named])
    add(named[~begins], (np.roll(abouts, 1) * _D + abouts * _C + subjects[named])[~begins])
    about = np.full(len(words), _EDGE)
    about[owner[named]] = subjects[named]
    last = starts + count - 1
    add(last, codes[last] * _A)
    add(last, about * _C)
    first = codes[starts] * _E
    add(starts, first)
    add(starts, first + np.where(count > 1, codes[np.minimum(starts + 1, last)], np.uint64(0)) + _A)
    signs = [model.signs(*one) for one in zip(words, saids, expecting, strict=True)]
    np.add.at(sums, np.repeat(starts, [len(some) for some in signs]), _rows()[np.concatenate(signs)])
    of_message = np.add.reduceat(sums, starts, axis=0).tolist()
    return [model.Guess(some, steps, columns) for some, (columns, *steps) in zip(words, of_message, strict=True)]


@lru_cache(maxsize=1)
def _rows() -> npt.NDArray[np.int8]:
    """The weights in steps, behind a column of ones: to sum rows is to count them as well."""
    return np.hstack([np.ones((model.BIAS + 1, 1), np.int8), model.weights_kept()])
