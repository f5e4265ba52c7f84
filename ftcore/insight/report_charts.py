"""The charts of the report, on paper: drawn by matplotlib with the colours of the screen, as PNG.

No `pyplot`: a figure of its own for each chart, so that two reports may be written at once.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ftcore.insight import palette, published, wording
from ftcore.insight.comparing import Group, Measure, drawn
from ftcore.insight.metrics import FEW, Rate
from ftcore.insight.palette import Colour
from ftcore.insight.sections import STEPS, Section
from ftcore.insight.survival import LOOKED_AT, Curve

if TYPE_CHECKING:
    from ftcore.insight.figures import Figures
    from ftcore.insight.knockouts import Question

INCHES_WIDE = 7.0
DOTS = 170
INK, QUIET, GRID = palette.INK.light, palette.QUIET.light, palette.GRID.light
TICKS = {1: "1 min", 10: "10 min", 60: "1 h", 300: "5 h", 1440: "24 h", 4320: "72 h"}


def _axes(height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(INCHES_WIDE, height), dpi=DOTS, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.tick_params(colors=INK, labelsize=8, length=0)
    axes.set_axisbelow(True)
    return figure, axes


def _png(figure: Any) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor="white")
    return out.getvalue()


def _percents(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(value / 100)))


def funnel(found: Figures) -> bytes:
    """Lying bars, one a step."""
    steps = list(STEPS)[1:]
    counts = [getattr(found.now, step) for step in steps]
    figure, axes = _axes(2.3)
    axes.barh([STEPS[step] for step in steps], counts, color=[palette.STATES[step].light for step in steps], height=0.7)
    for place, count in enumerate(counts):
        words = f" {wording.number(count)} · {wording.percent(count / max(counts[0], 1))}"
        axes.text(count, place, words, va="center", fontsize=8, color=INK)
    axes.set_xlim(0, max(counts[0], 1) * 1.18)
    axes.xaxis.set_visible(False)
    axes.invert_yaxis()
    return _png(figure)


def first_replies(curve: Curve) -> bytes:
    """The share answered by each delay, with its band and the two medians."""
    figure, axes = _axes(2.8)
    minutes = [share.minutes for share in curve.shares]
    colour = palette.REPLIED.light
    low = [100 * share.low for share in curve.shares]
    high = [100 * share.high for share in curve.shares]
    axes.fill_between(minutes, low, high, step="post", color=colour, alpha=0.18, linewidth=0)
    axes.step(minutes, [100 * share.value for share in curve.shares], where="post", color=colour, linewidth=1.8)
    for at in LOOKED_AT.values():
        value = 100 * curve.within(at).value
        axes.plot([at], [value], "o", color=colour, markersize=5)
        axes.annotate(wording.percent(value / 100), (at, value), (5, -10), textcoords="offset points",
                      fontsize=8, color=INK)  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks(list(TICKS), list(TICKS.values()))
    axes.minorticks_off()
    axes.set_xlim(1, 4500)
    highest = max((100 * share.high for share in curve.shares), default=100.0)
    axes.set_ylim(0, min(100, highest * 1.3))
    _percents(axes.yaxis)
    axes.grid(axis="y", color=GRID)
    lines = [(float(published.MINUTES), 1.0, f"publiée (MatchFT) : {published.MINUTES} min", palette.REFERENCE)]
    if curve.median_minutes is not None and curve.answered >= FEW:
        ours = max(curve.median_minutes, 1.0)
        lines.append((ours, 0.92, f"médiane ici : {wording.minutes(ours)}", palette.INK))
    for median, top, words, ink in lines:
        axes.axvline(median, ymax=top, color=ink.light, linewidth=1, linestyle="--")
        axes.annotate(words, (median, top), (4, -7), xycoords=("data", "axes fraction"), fontsize=7,
                      textcoords="offset points", color=ink.light)  # fmt: skip
    return _png(figure)


def over_time(found: Figures) -> bytes:
    """SMS delivered, with a reply, and of people interested, by the day on which they left."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = _axes(2.4)
    days = found.days
    for name, label in (("delivered", "Remis"), ("replied", "Avec réponse"), ("interested", "Intéressés")):
        axes.bar(range(len(days)), days[name], color=palette.STATES[name].light, label=label, width=0.8)
    every = max(1, len(days) // 12)
    places = list(range(0, len(days), every))
    axes.set_xticks(places, [f"{days['day'][place]:%d/%m}" for place in places])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="y", color=GRID)
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=8)
    return _png(figure)


def groups(found: Sequence[Group], measure: Measure) -> bytes | None:
    """The rate of each group that has enough people, with its interval; None without any."""
    shown = drawn(found)
    return _rates([group.label for group in shown], [group.rate for group in shown], measure.colour)


def questions(found: Sequence[Question]) -> bytes | None:
    """Of those asked, the share that each question sets aside; None where too few were asked."""
    shown = [one for one in found if not one.aside.too_few][:10]
    return _rates([one.text for one in shown], [one.aside for one in shown], palette.NOT_MET)


def landmarks(found: Figures) -> bytes:
    """Our shares with their intervals, and the published ones as marks on the same lines."""
    lines = published.landmarks(found)
    marks = [100 * line.published for line in lines]
    drawing = _rates([line.label for line in lines], [line.ours for line in lines], palette.INTRODUCED, marks)
    assert drawing is not None
    return drawing


def _rates(
    labels: Sequence[str], rates: Sequence[Rate], colour: Colour, marks: Sequence[float] | None = None
) -> bytes | None:
    if not rates:
        return None
    figure, axes = _axes(0.5 + 0.3 * len(rates) + (0.3 if marks else 0))
    places = range(len(rates))
    told = [one for one in zip(places, rates, strict=True) if not one[1].too_few]
    values = [100 * (one.value or 0) for _, one in told]
    # At 0 and 100 % the last digit of a bound may fall on the wrong side.
    lows = [max(value - 100 * one.low, 0) for value, (_, one) in zip(values, told, strict=True)]
    highs = [max(100 * one.high - value, 0) for value, (_, one) in zip(values, told, strict=True)]
    axes.barh([place for place, _ in told], values, height=0.6, color=(colour.light, 0.5), edgecolor=colour.light,
              label="Ici")  # fmt: skip
    axes.errorbar(values, [place for place, _ in told], xerr=[lows, highs], fmt="none", ecolor=INK, capsize=3,
                  elinewidth=1.2)  # fmt: skip
    if marks:
        axes.plot(marks, list(places), "D", color=palette.REFERENCE.light, markersize=7, label="MatchFT, publié")
        figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    axes.set_yticks(list(places), [_short(label) for label in labels])
    axes.set_ylim(len(rates) - 0.4, -0.6)
    highest = max((100 * one.high for _, one in told), default=100.0)
    axes.set_xlim(0, 101 if marks else min(100.5, highest + 5))
    _percents(axes.xaxis)
    axes.grid(axis="x", color=GRID)
    return _png(figure)


def _short(label: str) -> str:
    # A dollar sign would begin a formula.
    return (label if len(label) <= 54 else label[:53].rstrip() + "…").replace("$", r"\$")


def hours(section: Section) -> bytes | None:
    """The reply rate by weekday and hour; cells of too few SMS stay empty. None without a cell."""
    table = section.table.dropna(subset=["Taux"])
    if table.empty:
        return None
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    names = list(dict.fromkeys(section.table["Jour de la semaine"]))
    whole = [int(hour.removesuffix(" h")) for hour in section.table["Heure"]]
    first, last = min(whole), max(whole)
    cells = np.full((len(names), last - first + 1), np.nan)
    for day, hour, rate in zip(table["Jour de la semaine"], table["Heure"], table["Taux"], strict=True):
        cells[names.index(day), int(hour.removesuffix(" h")) - first] = 100 * rate
    figure, axes = _axes(0.6 + 0.3 * len(names))
    colours = LinearSegmentedColormap.from_list("reply", palette.SEQUENCE["light"])
    axes.pcolormesh(cells, cmap=colours, edgecolors="white", linewidth=1.5)
    middle = np.nanmin(cells) + 0.55 * (np.nanmax(cells) - np.nanmin(cells))
    for (row, column), value in np.ndenumerate(cells):
        if value == value:
            axes.text(column + 0.5, row + 0.5, wording.percent(value / 100), ha="center", va="center", fontsize=7,
                      color="white" if value > middle else INK)  # fmt: skip
    axes.set_xticks([place + 0.5 for place in range(cells.shape[1])], [f"{first + n} h" for n in range(cells.shape[1])])
    axes.set_yticks([place + 0.5 for place in range(len(names))], names)
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    return _png(figure)
