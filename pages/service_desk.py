"""Administration: is the service well, and what is it made of? Counts and dates only, no names."""

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import wording
from ftcore.insight.service_state import service_state
from ftcore.operations.facts import facts_of
from ftcore.outreach import sending_rules
from ftcore.services import current


def show_state() -> None:
    """What waits, what is uncertain, whether all parts run, the last backup, the versions."""
    services = current()
    database, person = services.database, services.person
    now = service_state(database, person, utc_now())
    figures = st.columns(4)
    figures[0].metric("Personnes dans le fichier", wording.number(now.people), border=True)
    figures[1].metric("Offres", wording.number(now.offers), border=True)
    figures[2].metric("SMS en attente d'envoi", wording.number(now.queued), border=True)
    figures[3].metric("Numéros en STOP", wording.number(now.opted_out), border=True)
    figures = st.columns(4)
    figures[0].metric("Envois incertains", wording.number(now.unknown), border=True,
                      help="La passerelle n'a pas répondu. Ces SMS ne sont jamais renvoyés d'eux-mêmes.")  # fmt: skip
    figures[1].metric("Retours à lire", wording.number(now.callbacks_waiting), border=True)
    figures[2].metric("Retours perdus", wording.number(now.callbacks_unmatched), border=True,
                      help="Accusés ou réponses qui ne correspondent à aucun échange.")  # fmt: skip
    figures[3].metric("Campagnes en pause", wording.number(now.paused), border=True)
    if services.health.what_is_wrong() is not None:
        st.warning(
            "L'envoi, la lecture des retours ou leur adresse ne tourne pas. Le journal technique dit quoi.",
            icon=":material/warning:",
        )
    facts = facts_of(services.settings, database, person)
    hours = sending_rules.open_hours(database, person, services.settings.sending_hours)
    st.dataframe(
        pd.DataFrame(
            {
                "Élément": ["Base de données", "Passerelle SMS", "Horaires d'envoi", "Modèle de langue",
                            *facts],
                "État": [
                    database.name,
                    "Banc d'essai intégré" if services.sandbox else "Africa's Talking",
                    f"{hours[0]} h – {hours[1]} h, du lundi au vendredi, sauf jours fériés" if hours
                    else "À toute heure (banc d'essai)",
                    services.model.name,
                    *facts.values(),
                ],
            }
        ),
        hide_index=True,
    )  # fmt: skip
