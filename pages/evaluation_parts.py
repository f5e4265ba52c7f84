"""What the sections of Évaluation share: who looks, a figure with its base, the words of answers."""

import streamlit as st

from ftcore.insight import wording
from ftcore.insight.metrics import Rate
from ftcore.model import Answer
from ftcore.outreach.replies import ANSWER_WORDS
from pages.marked import as_sentence


def rate_figure(place: object, label: str, value: Rate, formula: str) -> None:
    """A rate with its base and its interval."""
    with place.container(border=True, height="stretch", gap="xsmall"):  # type: ignore[attr-defined]
        shown = "—" if value.value is None else "trop peu" if value.too_few else wording.percent(value.value)
        st.metric(label, shown, help=formula)
        lines = f"n = {wording.number(value.base)}"
        st.caption(lines if value.too_few else f"{lines} · IC {wording.interval(value)}")


def count_figure(place: object, label: str, value: str, note: str, formula: str | None = None) -> None:
    """A count or an amount, with a line under it."""
    with place.container(border=True, height="stretch", gap="xsmall"):  # type: ignore[attr-defined]
        st.metric(label, value, help=formula)
        st.caption(note)


def told(value: Rate) -> float | None:
    """The share for a table, empty where the base is too small."""
    return None if value.too_few else value.value


def answer(value: Answer | str) -> str:
    """An answer in the words of the screens."""
    return ANSWER_WORDS[Answer(value)]


def flash(key: str) -> None:
    """Show once what the last action did."""
    if done := st.session_state.pop(f"{key}.done", None):
        st.success(as_sentence(done), icon=":material/check_circle:")
    if wrong := st.session_state.pop(f"{key}.wrong", None):
        st.error(as_sentence(wrong), icon=":material/error:")
