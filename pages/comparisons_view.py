"""A section of Évaluation that comes with another branch."""

import streamlit as st

from ftcore.services import Services


def show(services: Services) -> None:
    """Say that there is nothing to see yet."""
    st.info("Cette section arrive avec la prochaine version.", icon=":material/construction:")
