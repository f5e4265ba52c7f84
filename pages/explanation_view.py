"""The answer to "why was I (not) contacted?": shown, and taken along as text, PDF or Word."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import explanation, explanation_paper
from ftcore.insight.explanation import Explanation
from ftcore.services import current
from ftcore.trust import access
from pages.marked import as_sentence


def show_explanation(candidate_id: UUID) -> None:
    """Draw the explanation for one person of the acting person's agency, with its downloads."""
    services = current()
    if not access.may(services.person, "explain contacts"):
        st.info("Votre rôle ne permet pas d'établir cette explication.", icon=":material/lock:")
        return
    try:
        with st.spinner("Explication en cours…"):
            told = explanation.explain(services.database, services.person, candidate_id, utc_now())
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    st.subheader(told.title, anchor=False)
    st.caption(told.lead)
    st.text(told.summary)
    downloads(told)
    for part in told.parts:
        # As text: the titles of offers and the reasons of decisions are somebody's typing.
        with st.container(border=True):
            st.text(part.title)
            st.text(part.result)
            for label, value in part.facts:
                left, right = st.columns([1, 3])
                left.caption(label)
                right.text(value)
            for line in part.lines:
                st.text(f"· {line}")


def downloads(told: Explanation) -> None:
    forms: tuple[tuple[str, str, str, Callable[[Explanation], bytes]], ...] = (
        ("PDF", "pdf", "application/pdf", explanation_paper.pdf),
        ("Word", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         explanation_paper.docx),
        ("Texte", "txt", "text/plain", lambda one: one.text.encode()),
    )  # fmt: skip
    with st.container(horizontal=True):
        for label, ending, mime, made in forms:
            st.download_button(
                label,
                partial(take_along, told, ending, made),
                # The address of a large download is a partial hash of content and name: the name must differ.
                file_name=f"explication-{uuid4()}.{ending}",
                mime=mime,
                key=f"explanation.{ending}",
                icon=":material/download:",
                on_click="ignore",
            )


def take_along(told: Explanation, form: str, made: Callable[[Explanation], bytes]) -> bytes:
    """The file, journaled before it is handed out."""
    services = current()
    explanation.taken_along(services.database, services.person, told.candidate_id, form, utc_now())
    return made(told)
