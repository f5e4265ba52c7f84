"""Évaluation: does it serve, at what price, and everybody? Aggregates only: never a name, a number or a text."""

from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import wording
from ftcore.insight.scope import Scope, agencies_of
from ftcore.services import current
from ftcore.trust import access
from pages import (
    comparisons_view,
    doors,
    evaluation_export,
    evaluation_gains,
    evaluation_negatives,
    evaluation_oversight,
    evaluation_pilot,
    evaluation_quality,
    evaluation_satisfaction,
    fairness_view,
)

services = current()

SECTIONS = {
    "gains": "Gains",
    "comparaisons": "Comparaisons",
    "equite": "Équité",
    "qualite": "Qualité des lectures",
    "negatifs": "Ce qui n'a pas marché",
    "export": "Export",
}
# Sections with more than one subject have a second row of choices.
SUBJECTS = {
    "gains": {"temps": "Temps et coûts", "satisfaction": "Satisfaction"},
    "comparaisons": {"essais": "Essais tirés au sort", "pilotes": "Agences pilotes et témoins"},
    "qualite": {"lectures": "Lectures des réponses", "decisions": "Décisions humaines"},
}
PERIODS = {"4 semaines": 28, "8 semaines": 56, "12 mois": 365, "Tout": 5 * 365}
DEFAULT_PERIOD = "8 semaines"


def chosen(label: str, options: dict[str, str], key: str) -> str:
    """One of a row of choices, kept in the address."""
    names = list(options)
    picked = st.segmented_control(
        label,
        names,
        default=names[0],
        required=True,
        format_func=lambda name: options[name],
        key=key,
        label_visibility="collapsed",
        bind="query-params",
    )
    return picked or names[0]


def chosen_scope() -> Scope:
    """The period and the agency, kept in the address."""
    every = access.may(services.person, "see all agencies")
    agencies = {str(agency_id): name for agency_id, name in agencies_of(services.database, services.person).items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.selectbox("Période", list(PERIODS), index=list(PERIODS).index(DEFAULT_PERIOD), key="periode",
                              bind="query-params", width=220)  # fmt: skip
        agency = st.selectbox("Agence", list(agencies), index=None, key="agence",
                              placeholder="Toutes les agences" if every else "La vôtre",
                              format_func=lambda key: agencies[key], bind="query-params", width=360)  # fmt: skip
    last: date = wording.paris(utc_now()).date()
    return Scope(last - timedelta(days=PERIODS[period]), last, UUID(agency) if agency else None)


doors.keep("evaluation.py", services.person)
st.title("Évaluation")
st.caption("Est-ce que cela sert, à quel prix, et à tous ? Jamais un nom, un numéro ni un texte de message.")
section = chosen("Section", SECTIONS, "section")
if not access.may(services.person, "see all agencies"):
    # Pilots and controls are other agencies.
    SUBJECTS.pop("comparaisons")
subject = chosen("Sujet", SUBJECTS[section], f"sujet_{section}") if section in SUBJECTS else ""
match section, subject:
    case "gains", "temps":
        evaluation_gains.show(services, chosen_scope())
    case "gains", _:
        evaluation_satisfaction.show(services, chosen_scope())
    case "comparaisons", "pilotes":
        evaluation_pilot.show(services)
    case "comparaisons", _:
        comparisons_view.show(services)
    case "equite", _:
        fairness_view.show(services)
    case "qualite", "lectures":
        evaluation_quality.show(services, chosen_scope())
    case "qualite", _:
        evaluation_oversight.show(services, chosen_scope())
    case "negatifs", _:
        evaluation_negatives.show(services, chosen_scope())
    case _:
        evaluation_export.show(services, chosen_scope())
