"""Registre: what the program does with data about people, from the running configuration, and its document."""

from uuid import uuid4

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import wording
from ftcore.rights import register
from ftcore.services import current


def show_register_desk() -> None:
    """The register as it is now, and the same as a document to complete and sign."""
    services = current()
    found = register.register(services.database, services.person, services.settings, utc_now())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Ce que ce programme fait des données, d'après ses réglages d'aujourd'hui : pour le registre des "
            "traitements et l'analyse d'impact. Ce qui dépend de l'institution est à compléter."
        )
        st.download_button(
            "Télécharger le registre (Word)",
            lambda: register.to_word(found),
            file_name=f"registre-{wording.paris(found.made_utc):%Y-%m-%d}-{uuid4()}.docx",
            mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            key="register.word",
            icon=":material/download:",
            type="primary",
        )
    for part in found.parts:
        st.subheader(part.title)
        for sentence in part.sentences:
            st.text(sentence)
        if part.table:
            names, *rows = part.table
            st.table(pd.DataFrame(rows, columns=list(names)).set_index(names[0]))
