"""How the statistical model is made from the labelled set, and how it is judged on what it has not seen."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ftcore.model import Answer
from ftcore.outreach.replies import model, rules
from ftcore.outreach.replies.folding import fold_lines, plain
from ftcore.outreach.replies.reader import read_many, settled

FILES = ("ordinary.csv", "varied.csv", "composed.csv", "opt_outs.csv", "stop_words.csv")
# Messages of many people that were never trained or tuned on: only ever measured.
FROZEN = "unseen.csv"
# Any day will do: what is judged is the answer.
_NOW = datetime(2026, 11, 27, 9, 0)
_RIDGE = 4e-5
_ROUNDS = 90
# A family of friends' messages or of composed ones is large, and says less of how people answer.
_WEIGHT = {"s": 0.3, "n2": 0.3, "hard": 0.3, "g": 0.5}


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message. Its family is a pattern of speech; a whole family is trained on, or none of it."""

    text: str
    answer: Answer
    has_question: bool
    expecting: str | None
    family: str
    unseen: bool
    available_from: date | None = None


def examples(folder: Path = model.FOLDER) -> list[Example]:
    """The labelled set, without its frozen part."""
    return [example for name in FILES for example in _read(folder / name)]


def frozen(folder: Path = model.FOLDER) -> list[Example]:
    """The part that is never trained or tuned on."""
    return list(_read(folder / FROZEN))


def _read(file: Path) -> Iterator[Example]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Example(
                row["text"],
                Answer(row["answer"]),
                row["has_question"] == "yes",
                row["expecting"] or None,
                row["family"],
                row.get("split") != "train",
                date.fromisoformat(row["available_from"]) if row.get("available_from") else None,
            )


def train(labelled: Iterable[Example]) -> npt.NDArray[np.int8]:
    """The weights, the same for the same examples: a multinomial logistic regression with a ridge.

    Opt-outs are no business of the model and are left out.
    """
    columns: list[npt.NDArray[np.int64]] = []
    counts: list[int] = []
    taught: list[Example] = []
    for example in labelled:
        if example.unseen or example.answer is Answer.STOP:
            continue
        for text in _variants(example):
            own, heard = _columns(text, example.expecting)
            # Once without the rules and once with them: the model is asked either way.
            for one in (own, [*own, *heard]):
                columns.append(np.array(one, dtype=np.int64))
                counts.append(len(own))
                taught.append(example)
    wanted = np.array([model.ANSWERS.index(example.answer) for example in taught])
    weight = np.array([_WEIGHT.get(example.family.split("-")[0], 1.0) for example in taught])
    values = np.concatenate([np.full(len(one), model.scale(n)) for one, n in zip(columns, counts, strict=True)])
    return _fitted(columns, values, wanted, weight / weight.sum())


def _fitted(
    columns: list[npt.NDArray[np.int64]],
    values: npt.NDArray[np.float64],
    wanted: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
) -> npt.NDArray[np.int8]:
    from scipy.optimize import minimize
    from scipy.sparse import csr_array

    ends = np.cumsum([0, *map(len, columns)])
    used, places = np.unique(np.concatenate(columns), return_inverse=True)
    matrix = csr_array((values, places, ends), shape=(len(columns), len(used)))
    matrix.sum_duplicates()
    back = matrix.T.tocsr()
    kinds = len(model.ANSWERS)
    right = np.eye(kinds)[wanted]

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat.reshape(-1, kinds)
        chances = model.softmax(matrix @ weights[:-1] + weights[-1])
        miss = (chances - right) * weight[:, None]
        slope = np.vstack([back @ miss + _RIDGE * weights[:-1], miss.sum(axis=0)])
        missed = -np.log(chances[np.arange(len(wanted)), wanted] + 1e-12) @ weight
        return float(missed + _RIDGE / 2 * (weights[:-1] ** 2).sum()), slope.ravel()

    start = np.zeros((len(used) + 1) * kinds)
    done = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    found = done.x.reshape(-1, kinds)
    full = np.zeros((model.BIAS + 1, kinds))
    full[used], full[model.BIAS] = found[:-1], found[-1]
    small: npt.NDArray[np.int8] = np.clip(np.rint(full / model.STEP), -127, 127).astype(np.int8)
    return small


def save(weights: npt.NDArray[np.int8], path: Path = model.WEIGHTS) -> None:
    np.save(path, weights, allow_pickle=False)


def _columns(text: str, expecting: str | None) -> tuple[list[int], list[int]]:
    low = fold_lines(text)
    said = plain(low)
    ruling = rules.judge(text, low, said) or rules.wording(text, said, expecting)
    return model.features(said, expecting), model.voices(ruling.answer, expecting)


def _variants(example: Example) -> list[str]:
    """The message; as a thumb may have typed it (a letter lost or doubled, a greeting, a thank-you); and by ear."""
    chance = random.Random(example.text)
    text = _mistyped(example.text, chance)
    if chance.random() < 0.3:
        text = chance.choice(("Bonjour ", "bjr, ", "Bonsoir ", "Bonjour madame, ")) + text
    if chance.random() < 0.3:
        text += chance.choice((" merci", " svp", ", cordialement", " bonne journée", " !", " 🙂"))
    return list(dict.fromkeys((example.text, text, _by_ear(example.text, chance))))


# How French is written by who writes what they hear.
_HEARD = tuple(
    (re.compile(written), heard)
    for written, heard in (
        (r"qu(?=[aeio])", "k"),
        (r"eau|(?<!e)au", "o"),
        (r"(?<=\w)(?:er|ez|ée?s?)\b", "é"),
        (r"(?<=\w\w)ent\b", "e"),
        (r"(?<=\w\w)[sxt]\b", ""),
        (r"ai[st]?\b", "é"),
        (r"ph", "f"),
        (r"ç", "s"),
        (r"\bh", ""),
        (r"([bcdflmnprst])\1", r"\1"),
        (r"\bc'est\b", "c"),
        (r"\bj'ai\b", "g"),
        (r"(?<=\w)'", ""),
        (r"oi", "oua"),
    )
)


def _by_ear(text: str, chance: random.Random) -> str:
    for written, heard in _HEARD:
        if chance.random() < 0.5:
            text = written.sub(heard, text)
    return text


def _mistyped(text: str, chance: random.Random) -> str:
    places = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place - 1].isalpha()]
    if len(places) < 6:
        return text
    place = chance.choice(places)
    return text[:place] + chance.choice(("", text[place] * 2, text[place + 1] + text[place])) + text[place + 1 :]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of reading examples: the confusion by (wanted, read), and the messages read wrong."""

    confusion: Counter[tuple[Answer, Answer]]
    wrong: tuple[tuple[Example, Answer], ...]
    questions_missed: int
    days_missed: int
    left: int
    wrong_and_acted_upon: int

    @property
    def left_to_a_person(self) -> float:
        return self.left / max(self.count, 1)

    @property
    def acted_wrong(self) -> float:
        """The share of all messages on which the machine would act, and err."""
        return self.wrong_and_acted_upon / max(self.count, 1)

    @property
    def count(self) -> int:
        return sum(self.confusion.values())

    @property
    def accuracy(self) -> float:
        return sum(n for (wanted, got), n in self.confusion.items() if wanted is got) / max(self.count, 1)

    @property
    def missed_opt_outs(self) -> int:
        return sum(n for (wanted, got), n in self.confusion.items() if wanted is Answer.STOP is not got)

    @property
    def false_opt_outs(self) -> int:
        return sum(n for (wanted, got), n in self.confusion.items() if wanted is not Answer.STOP is got)


def judge(labelled: Iterable[Example]) -> Judged:
    """Read these examples and compare."""
    confusion: Counter[tuple[Answer, Answer]] = Counter()
    wrong = []
    questions = days = left = acted = 0
    some = list(labelled)
    readings = read_many([(example.text, _NOW, example.expecting) for example in some])
    for example, found in zip(some, readings, strict=True):
        confusion[example.answer, found.answer] += 1
        if found.answer is not example.answer:
            wrong.append((example, found.answer))
        questions += found.answer in _ASKED and found.has_question is not example.has_question
        days += example.available_from is not None and found.available_from != example.available_from
        decided = settled(found)
        left += decided is Answer.UNCLEAR
        acted += decided is not Answer.UNCLEAR and decided is not example.answer
    return Judged(confusion, tuple(wrong), questions, days, left, acted)


# Of the others nobody waits for an answer by the machine.
_ASKED = (Answer.YES, Answer.NO, Answer.QUESTION)
