"""The filters of Mesures, in one row and in the address: a view can be shared, and survives a reload."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import figures, wording
from ftcore.insight.figures import Choices, Filters
from ftcore.insight.scope import agencies_for
from ftcore.services import Services
from ftcore.trust import access

PERIODS = {"7 jours": 7, "4 semaines": 28, "8 semaines": 56, "12 mois": 365}
DEFAULT_PERIOD = "8 semaines"
CHOSEN_DATES = "Dates choisies"
JUST_BEFORE = "Juste avant"
YEAR_BEFORE = "Un an avant"
COMPARED = (JUST_BEFORE, YEAR_BEFORE, CHOSEN_DATES)
YEAR = timedelta(days=364)  # whole weeks: a Monday is compared with a Monday
OLDEST = timedelta(days=5 * 365)


def today() -> date:
    return wording.paris(utc_now()).date()


def chosen(services: Services) -> tuple[Filters, Choices]:
    """What is looked at, and what could be."""
    every = access.may(services.person, "see all agencies")
    looked_at = st.session_state.get("agence") if every else None
    known = figures.choices(services.database, services.person, _uuid(looked_at))
    places = st.columns(6, gap="small")
    with places[0]:
        period = st.selectbox("Période", [*PERIODS, CHOSEN_DATES], list(PERIODS).index(DEFAULT_PERIOD), key="periode",
                              bind="query-params")  # fmt: skip
    with places[1]:
        agency = _one("Agence", "agence", known.agencies, "Toutes" if every else "La vôtre")
    if agency != looked_at and every:
        # It came with the address: only now is it known whose offers there are to choose from.
        known = figures.choices(services.database, services.person, _uuid(agency))
    with places[2]:
        occupation = _one("Métier", "metier", known.occupations, "Tous")
    with places[3]:
        offer = _one("Offre", "offre", known.offers, "Toutes")
    with places[4]:
        template = _one("Texte du SMS", "modele", known.templates, "Tous")
    with places[5]:
        against = st.selectbox("Comparée à", COMPARED, key="comparee", bind="query-params")
    with st.container(horizontal=True, gap="small"):
        since, until = _days(period)
        compared = _compared(against, since, until)
    agency_id, offer_id = _uuid(agency), _uuid(offer)
    agencies = agencies_for(services.person, None if agency_id is None else (agency_id,))
    return Filters(since, until, agencies, occupation, offer_id, template, compared), known


def _one(label: str, key: str, choices: dict[str, str], everything: str) -> str | None:
    """One of the choices, by its key; None is all of them."""
    # An offer of an agency that is no longer looked at cannot stay chosen.
    if st.session_state.get(key) not in (None, *choices):
        st.session_state[key] = None
    return st.selectbox(
        label,
        list(choices),
        index=None,
        key=key,
        placeholder=everything,
        format_func=_labels(choices).__getitem__,
        bind="query-params",
    )


def _labels(choices: dict[str, str]) -> dict[str, str]:
    """The labels, which stand in the address: two of one name get something of their key."""
    times = Counter(choices.values())
    return {key: label if times[label] == 1 else f"{label} · {key[:4]}" for key, label in choices.items()}


def _days(period: str) -> tuple[date, date]:
    """The first and the last day of a preset, or of the two dates shown for it."""
    last = today()
    if period in PERIODS:
        # Whole days of the past, and today on top: it is not over.
        return last - timedelta(days=PERIODS[period]), last
    return _between("du", "au", last - timedelta(days=PERIODS[DEFAULT_PERIOD]), last, "Du", "Au")


def _compared(against: str, since: date, until: date) -> tuple[date, date] | None:
    if against == YEAR_BEFORE:
        return since - YEAR, until - YEAR
    if against == CHOSEN_DATES:
        length = until - since
        end = since - timedelta(days=1)
        return _between("avant_du", "avant_au", end - length, end, "Comparée du", "au")
    return None


def _between(first: str, second: str, begin: date, end: date, from_label: str, to_label: str) -> tuple[date, date]:
    oldest, last = today() - OLDEST, today()
    begin, end = (min(max(one, oldest), last) for one in (begin, end))
    since = st.date_input(
        from_label, begin, oldest, last, key=first, format="DD/MM/YYYY", width=130, bind="query-params"
    )
    until = st.date_input(to_label, end, oldest, last, key=second, format="DD/MM/YYYY", width=130, bind="query-params")
    return min(since, until), max(since, until)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
