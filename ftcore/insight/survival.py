"""How fast people answer: the share that has answered after so many minutes, by Kaplan and Meier (1958).

Silence is censored: whoever was written to an hour ago has not refused to answer within a day. What is counted
are delivered opening SMS, from the delivery to the first reply that is not a STOP. The band is the 95 % interval
of Greenwood on the log-log scale, which stays between 0 and 1. The estimate is that of `lifelines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ftcore.insight.metrics import FEW, WINDOW_HOURS

if TYPE_CHECKING:
    import pandas as pd

HOUR = 60
LOOKED_AT = {"1 h": HOUR, "5 h": 5 * HOUR, "24 h": 24 * HOUR}


@dataclass(frozen=True, slots=True)
class Share:
    """The estimated share (0..1) that has answered in less than `minutes`, with its 95 % interval."""

    minutes: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The shares at every minute at which somebody answered, over `base` SMS; `answered` of them were."""

    base: int
    answered: int
    shares: tuple[Share, ...]
    median_minutes: float | None  # among those that were answered

    @property
    def too_few(self) -> bool:
        return self.base < FEW

    def within(self, minutes: int) -> Share:
        """The share that has answered in less than so many minutes."""
        found = Share(minutes, 0.0, 0.0, 0.0)
        for share in self.shares:
            if share.minutes > minutes:
                break
            found = Share(minutes, share.value, share.low, share.high)
        return found


def first_replies(waits: pd.DataFrame) -> Curve:
    """The curve of `Figures.waits`: `minutes` (whole, from the delivery), `answered` and `silent` (censored)."""
    shown = waits.sort_values("minutes")
    return _curve(
        tuple(shown["minutes"].astype(int).tolist()),
        tuple(shown["answered"].astype(int).tolist()),
        tuple(shown["silent"].astype(int).tolist()),
    )


# The page looks again every few seconds, mostly at what has not changed; counts only, nobody's.
@lru_cache(maxsize=64)
def _curve(minutes: Sequence[int], answered: Sequence[int], silent: Sequence[int]) -> Curve:
    total, replies = sum(answered) + sum(silent), sum(answered)
    if not replies:
        return Curve(total, 0, (), None)
    import numpy as np
    from lifelines import KaplanMeierFitter

    weights = np.array([*answered, *silent])
    durations = np.array([*minutes, *minutes])
    events = np.repeat([1, 0], len(minutes))
    held = weights > 0
    fitted = KaplanMeierFitter(alpha=0.05).fit(durations[held], events[held], weights=weights[held])
    silence = fitted.survival_function_.iloc[:, 0]
    bounds = fitted.confidence_interval_survival_function_
    known = dict(zip(minutes, answered, strict=True))
    shares = tuple(
        # Minutes are whole and rounded down: answered in minute 59 is answered in less than an hour.
        Share(int(minute) + 1, 1 - float(still), 1 - float(high), 1 - float(low))
        for minute, still, low, high in zip(silence.index, silence, bounds.iloc[:, 0], bounds.iloc[:, 1], strict=True)
        if known.get(int(minute)) and minute < WINDOW_HOURS * HOUR
    )
    return Curve(total, replies, shares, _median(minutes, answered))


def _median(minutes: Sequence[int], answered: Sequence[int]) -> float:
    """The median of whole minutes, each so many times."""
    import numpy as np

    ends = np.cumsum(answered)
    total = int(ends[-1])
    middle = [minutes[int(np.searchsorted(ends, place, side="right"))] for place in ((total - 1) // 2, total // 2)]
    return sum(middle) / 2
