"""The charts of Mesures, drawn with Plotly from the figures and the sections that say them."""

from collections.abc import Sequence
from math import log10
from typing import Any

import plotly.graph_objects as go

from ftcore.insight import palette, published, wording
from ftcore.insight.comparing import Group, Measure, drawn
from ftcore.insight.figures import Figures
from ftcore.insight.knockouts import Question
from ftcore.insight.metrics import FEW
from ftcore.insight.palette import Colour
from ftcore.insight.sections import STEPS, Section
from ftcore.insight.survival import LOOKED_AT, Curve
from pages import charts

MOST_QUESTIONS = 10
TICKS = {1: "1 min", 10: "10 min", 60: "1 h", 300: "5 h", 1440: "24 h", 4320: "72 h"}


def funnel(found: Figures) -> go.Figure:
    """Lying bars, one a step; the files looked at are said, not drawn: they would dwarf the rest."""
    steps = list(STEPS)[1:]
    counts = [getattr(found.now, step) for step in steps]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=counts,
            y=[STEPS[step] for step in steps],
            width=0.7,
            marker={"color": [charts.ink(palette.STATES[step]) for step in steps]},
            text=[f"{wording.number(count)} · {wording.percent(count / max(counts[0], 1))}" for count in counts],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y} : %{x}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(range=[0, max(counts[0], 1) * 1.45], showticklabels=False, showgrid=False)
    figure.update_layout(showlegend=False)
    return figure


def first_replies(curve: Curve) -> go.Figure:
    """The share answered by each delay, with its band; the delays on a logarithmic axis, as most are short."""
    shares = curve.shares
    figure = go.Figure()
    charts.banded(
        figure,
        [share.minutes for share in shares],
        [100 * share.low for share in shares],
        [100 * share.value for share in shares],
        [100 * share.high for share in shares],
        "SMS avec réponse",
        palette.REPLIED,
        shape="hv",
    )
    figure.data[-1].update(
        customdata=[wording.minutes(share.minutes) for share in shares],
        hovertemplate="en moins de %{customdata} : %{y:.0f}" + charts.PERCENT + "<extra></extra>",
    )
    for name, minutes in LOOKED_AT.items():
        mark = curve.within(minutes)
        figure.add_scatter(
            x=[minutes],
            y=[100 * mark.value],
            mode="markers+text",
            marker={"color": charts.ink(palette.REPLIED), "size": 10},
            text=[wording.percent(mark.value)],
            textposition="bottom right",
            hovertext=[f"{name} : {wording.percent(mark.value)}"],
            hoverinfo="text",
            showlegend=False,
        )
    highest = max((100 * share.high for share in shares), default=100)
    figure.update_xaxes(type="log", range=[0, 3.64], tickvals=list(TICKS), ticktext=list(TICKS.values()))
    figure.update_yaxes(range=[0, min(100, highest * 1.3)], ticksuffix=charts.PERCENT)
    figure.update_layout(showlegend=False)
    words = f"médiane publiée (MatchFT) : {published.MINUTES} min"
    _median_line(figure, published.MINUTES, words, 1.0, palette.REFERENCE)
    if curve.median_minutes is not None and curve.answered >= FEW:
        ours = max(curve.median_minutes, 1)
        _median_line(figure, ours, f"médiane ici : {wording.minutes(ours)}", 0.92, palette.INK)
    return figure


def _median_line(figure: go.Figure, minutes: float, words: str, height: float, colour: Colour) -> None:
    """A line at a median of those who answered, with its words to the right at this height (0..1)."""
    color = charts.ink(colour)
    figure.add_shape(type="line", x0=minutes, x1=minutes, y0=0, y1=height, yref="paper",
                     line={"color": color, "width": 1.5, "dash": "dash"})  # fmt: skip
    # On a logarithmic axis an annotation is placed by the power of ten, a line by its value.
    figure.add_annotation(x=log10(minutes), y=height, yref="paper", yanchor="top", text=words, showarrow=False,
                          font={"color": color, "size": 12}, xanchor="left")  # fmt: skip


def over_time(found: Figures) -> go.Figure:
    """SMS delivered, with a reply, and of people interested, by the day on which they left."""
    days = found.days
    figure = go.Figure()
    for name, label in (("delivered", "Remis"), ("replied", "Avec réponse"), ("interested", "Intéressés")):
        figure.add_bar(x=days["day"], y=days[name], name=label, marker_color=charts.ink(palette.STATES[name]))
    figure.update_layout(barmode="overlay", bargap=0.2)
    figure.update_traces(hovertemplate="%{x|%d/%m/%Y} : %{y}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(tickformat="%d/%m", showgrid=False)
    if len(days) <= 14:
        figure.update_xaxes(tickmode="array", tickvals=days["day"])
    return figure


def groups(found: Sequence[Group], measure: Measure) -> go.Figure:
    """The rate of each group that has enough people, with its interval."""
    shown = drawn(found)
    return charts.rate_bars([group.label for group in shown], [group.rate for group in shown], measure.colour)


def hours(section: Section) -> go.Figure:
    """The reply rate by weekday and hour; cells of too few SMS stay empty."""
    table = section.table
    names = list(dict.fromkeys(table["Jour de la semaine"]))
    # From the first hour to the last, without gaps.
    whole = [int(hour.removesuffix(" h")) for hour in table["Heure"]]
    span = range(min(whole, default=9), max(whole, default=18) + 1)
    rates = {
        (day, hour): rate for day, hour, rate in zip(table["Jour de la semaine"], whole, table["Taux"], strict=True)
    }
    bases = {
        (day, hour): n for day, hour, n in zip(table["Jour de la semaine"], whole, table["SMS remis"], strict=True)
    }
    values = [[rates.get((day, hour)) for hour in span] for day in names]
    percents = [[None if rate is None or rate != rate else 100 * rate for rate in row] for row in values]
    colours = palette.SEQUENCE[charts.theme()]
    figure = go.Figure(
        go.Heatmap(
            z=percents,
            x=[f"{hour} h" for hour in span],
            y=names,
            xgap=2,
            ygap=2,
            colorscale=[[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)],
            text=[["" if cell is None else wording.percent(cell / 100) for cell in row] for row in percents],
            texttemplate="%{text}",
            customdata=[[bases.get((day, hour), 0) for hour in span] for day in names],
            hovertemplate="%{y}, %{x} : %{text} (n = %{customdata})<extra></extra>",
            colorbar={"ticksuffix": charts.PERCENT, "thickness": 12, "outlinewidth": 0},
            hoverongaps=False,
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(showgrid=False)
    figure.update_layout(height=90 + 34 * max(len(names), 1))
    return figure


def questions(found: Sequence[Question]) -> go.Figure:
    """Of those asked, the share that each question sets aside, with its interval."""
    shown = found[:MOST_QUESTIONS]
    return charts.rate_bars([one.text for one in shown], [one.aside for one in shown], palette.NOT_MET)


def landmarks(found: Figures) -> go.Figure:
    """Our shares with their intervals, and the published ones as marks on the same lines."""
    lines = published.landmarks(found)
    figure = charts.rate_bars([line.label for line in lines], [line.ours for line in lines], palette.INTRODUCED)
    places = [-place for place in range(len(lines))]
    figure.add_scatter(
        x=[100 * line.published for line in lines],
        y=places,
        mode="markers",
        name="MatchFT, publié",
        marker={"symbol": "diamond", "size": 13, "color": charts.ink(palette.REFERENCE),
                "line": {"width": 1.5, "color": charts.ink(palette.PAPER)}},
        hovertext=[f"MatchFT : {line.published_words}" for line in lines],
        hoverinfo="text",
    )  # fmt: skip
    figure.data[0].name = "Ici"
    figure.update_xaxes(range=[0, 101])
    figure.update_yaxes(tickvals=places, ticktext=[charts.short(line.label, 60) for line in lines], range=[-2.6, 0.6])
    figure.update_layout(height=230, showlegend=True)
    return figure


def bar(found: Sequence[Group], place: Any) -> Group:
    """The group of a bar that was chosen, by its `customdata`."""
    return drawn(found)[int(place[0] if isinstance(place, list) else place)]
