"""What a callbacks' door has answered, counted. Light: the door that is a process of its own has nothing else."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Sequence

# The upper limits, in seconds, of the classes in which answers are counted by how long they took.
CLASSES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_REMEMBERED = 10_000


class Tally:
    """Answers by status and by how long they took, and how many callbacks had been here before.

    Known again are those among the last ten thousand: the whole past is the database's.
    """

    def __init__(self) -> None:
        self.answers: Counter[int] = Counter()
        self.classes = [0] * (len(CLASSES) + 1)
        self.seconds = 0.0
        self.duplicates = 0
        self._seen: OrderedDict[str, None] = OrderedDict()

    def answered(self, status: int, seconds: float) -> None:
        self.answers[status] += 1
        self.classes[bisect_left(CLASSES, seconds)] += 1
        self.seconds += seconds

    def saw(self, callback_id: str) -> None:
        """A callback that is stored; its id is the same whenever it is posted again."""
        if callback_id in self._seen:
            self.duplicates += 1
            return
        self._seen[callback_id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def add(self, other: Tally) -> None:
        self.answers.update(other.answers)
        self.classes = [a + b for a, b in zip(self.classes, other.classes, strict=True)]
        self.seconds += other.seconds
        self.duplicates += other.duplicates

    def written(self) -> list[object]:
        """All of it, as JSON takes it."""
        return [dict(self.answers), self.classes, self.seconds, self.duplicates]


def read(written: Sequence[object]) -> Tally:
    """What `written` gave, after JSON."""
    answers, classes, seconds, duplicates = written
    assert isinstance(answers, dict)
    assert isinstance(classes, list)
    tally = Tally()
    tally.answers = Counter({int(status): int(count) for status, count in answers.items()})
    tally.classes = [int(count) for count in classes]
    tally.seconds = float(str(seconds))
    tally.duplicates = int(str(duplicates))
    return tally


def total(tallies: Sequence[Tally]) -> Tally:
    summed = Tally()
    for one in tallies:
        summed.add(one)
    return summed
