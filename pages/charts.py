"""How every chart looks and is framed: theme, title that states the finding, sentence, table, downloads.

    figure = charts.bars(...)            # or any Plotly figure, coloured with `charts.ink(palette.REPLIED)`
    charts.chart("mesures.jours", title, sentence, figure, table)

Wording and rules are the caller's, from `ftcore/insight`. Colours: `ftcore/insight/palette.py`.
"""

from collections.abc import Sequence
from html import escape
from typing import Any
from uuid import uuid4

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.insight import palette, wording
from ftcore.insight.metrics import Rate, spreadsheet
from ftcore.insight.palette import Colour, Theme
from pages import marked

VIEWS = ("Graphique", "Tableau")
PERCENT = f"{wording.NARROW}%"
HEIGHT = 320


def theme() -> Theme:
    """The theme in which the browser shows the page; light until it has said so."""
    return "dark" if st.context.theme.type == "dark" else "light"


def ink(colour: Colour) -> str:
    """A colour of the palette as it is drawn in the theme of this run."""
    return palette.shade(colour, theme())


def band(colour: Colour, opacity: float = 0.18) -> str:
    """The same, for an area behind a line."""
    return palette.see_through(ink(colour), opacity)


def chart(
    key: str,
    title: str,
    sentence: str,
    figure: go.Figure,
    table: pd.DataFrame,
    *,
    note: str | None = None,
    columns: dict[str, Any] | None = None,
    selectable: bool = False,
) -> list[Any]:
    """One framed chart: what it shows, in one sentence too, the table behind it, and its data as CSV and Parquet.

    `key` is unique on the page and names the files. Shares in `table` (floats) are from 0 to 1; other floats need a
    format in `columns` (Streamlit's column_config). `note` is a caption under the sentence. Of a `selectable` chart,
    the `customdata` of the bars or points that were just chosen is returned.
    """
    chosen: Any = None
    with st.container(border=True, key=f"{key.replace('.', '-')}-frame"):
        st.subheader(marked.escaped(title), anchor=False)
        st.text(sentence)
        if note:
            st.caption(note)
        view = st.segmented_control(
            "Affichage", VIEWS, default=VIEWS[0], required=True, key=f"{key}.view", label_visibility="collapsed"
        )
        if view == VIEWS[1]:
            show_table(table, columns)
        else:
            chosen = st.plotly_chart(
                dressed(figure),
                key=f"{key}.chart",
                config={"displayModeBar": False},
                alt=f"{title}. {sentence}",
                on_select="rerun" if selectable else "ignore",
                selection_mode="points",
            )
        downloads(key, table)
    return [point.get("customdata") for point in chosen["selection"]["points"]] if selectable and chosen else []


def downloads(key: str, table: pd.DataFrame) -> None:
    """The table as CSV and as Parquet, written only when somebody asks for it."""
    with st.container(horizontal=True, gap="small"):
        for kind, write, mime in (
            ("CSV", spreadsheet, "text/csv"),
            ("Parquet", parquet, "application/vnd.apache.parquet"),
        ):
            st.download_button(
                kind,
                # Bound now: the loop has moved on when the button is pressed.
                lambda write=write: write(table),  # type: ignore[misc]
                # Large downloads get an address made of a partial hash: the name must be nobody else's.
                file_name=f"{key.replace('.', '-')}-{uuid4()}.{kind.lower()}",
                mime=mime,
                icon=":material/download:",
                type="tertiary",
                key=f"{key}.{kind.lower()}",
                on_click="ignore",
            )


def parquet(table: pd.DataFrame) -> bytes:
    """The table as a Parquet file."""
    written = table.to_parquet(None, index=False)
    assert isinstance(written, bytes)
    return written


def show_table(table: pd.DataFrame, columns: dict[str, Any] | None = None) -> None:
    """The table behind a chart: shares as whole percentages, counts with spaces, days as in French."""
    configured: dict[str, Any] = {}
    shown = table.copy()
    for name in table.columns:
        if name in (columns or {}):
            continue
        if table[name].dtype == "float64":
            shown[name] = 100 * table[name]
            configured[str(name)] = st.column_config.NumberColumn(format=f"%.0f{wording.NARROW}%%")
        elif pd.api.types.is_numeric_dtype(table[name]):
            configured[str(name)] = st.column_config.NumberColumn(format="localized")
        elif str(name).startswith("Jour"):
            configured[str(name)] = st.column_config.DateColumn(format="DD/MM/YYYY")
    st.dataframe(shown, hide_index=True, placeholder="—", column_config=configured | (columns or {}))


def dressed(figure: go.Figure) -> go.Figure:
    """The look of every chart: no junk, no background of its own, ink that can be read, French separators."""
    text = ink(palette.INK)
    figure.update_layout(
        height=figure.layout.height or HEIGHT,
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        font={"size": 13, "color": text},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"color": text, "size": 13}},
        hoverlabel={"bgcolor": ink(palette.PAPER), "bordercolor": ink(palette.QUIET), "font": {"color": text}},
        separators=f",{wording.NARROW}",
        bargap=figure.layout.bargap or 0.3,
    )
    axis = {
        "gridcolor": ink(palette.GRID),
        "linecolor": ink(palette.GRID),
        "zeroline": False,
        "tickfont": {"color": text, "size": 13},
        "title": {"font": {"color": ink(palette.QUIET), "size": 13}},
        "fixedrange": True,
        "automargin": True,
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def rate_bars(labels: Sequence[str], rates: Sequence[Rate], colour: Colour) -> go.Figure:
    """Lying bars of rates with their 95 % intervals, the first on top; rates of too few people get no bar.

    The bars are placed by number: two groups of one name are two bars. `customdata` of a bar is its place in the list.
    """
    told = [
        (place, label, one) for place, (label, one) in enumerate(zip(labels, rates, strict=True)) if not one.too_few
    ]
    places = [-place for place, _, _ in told]
    values = [100 * (one.value or 0) for _, _, one in told]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=values,
            y=places,
            width=0.62,
            # Pale enough for the lower half of its interval to be seen.
            marker={"color": band(colour, 0.5), "line": {"color": ink(colour), "width": 1.5}},
            error_x=interval([one for _, _, one in told]),
            customdata=[place for place, _, _ in told],
            hovertext=[f"{escape(label, quote=False)} : {wording.rate(one)}" for _, label, one in told],
            hoverinfo="text",
            textposition="none",
        )
    )
    highest = max((100 * one.high for _, _, one in told), default=100.0)
    figure.update_xaxes(range=[0, min(100.5, highest + 5)], ticksuffix=PERCENT)
    figure.update_yaxes(
        tickmode="array", tickvals=places, ticktext=[short(label) for _, label, _ in told], showgrid=False
    )
    figure.update_layout(height=max(150, 56 + 34 * len(told)), showlegend=False)
    return figure


def interval(rates: Sequence[Rate]) -> dict[str, Any]:
    """Error bars (Plotly's error_x or error_y) for the intervals of rates, in percent."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(100 * (one.high - (one.value or 0)), 0) for one in rates],
        "arrayminus": [max(100 * ((one.value or 0) - one.low), 0) for one in rates],
        "color": ink(palette.INK),
        "thickness": 1.6,
        "width": 5,
    }


def banded(figure: go.Figure, x: Any, low: Any, middle: Any, high: Any, name: str, colour: Colour, **line: Any) -> None:
    """Add a line with its interval as a band behind it."""
    hidden = {"mode": "lines", "line": {"width": 0} | line, "hoverinfo": "skip", "showlegend": False}
    figure.add_scatter(x=x, y=low, **hidden)
    figure.add_scatter(x=x, y=high, fill="tonexty", fillcolor=band(colour), **hidden)
    figure.add_scatter(x=x, y=middle, mode="lines", name=name, line={"color": ink(colour), "width": 2.5} | line)


def short(label: str, limit: int = 44) -> str:
    """A label for an axis: not too long, and never read as mark-up."""
    return escape(label if len(label) <= limit else label[: limit - 1].rstrip() + "…", quote=False)
