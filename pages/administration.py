"""Administration: import people, and see the state of the service."""

from datetime import timedelta
from uuid import uuid4

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import budget, chats, prompts
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.insight.service_state import service_state
from ftcore.matching import people_file, pool
from ftcore.model import ImportReport
from ftcore.services import current

services = current()
database, person = services.database, services.person
state = st.session_state
SECTIONS = ("Importer des personnes", "Assistant", "État du service")


def import_people() -> None:
    uploaded = st.file_uploader(
        "Fichier de demandeurs d'emploi (CSV ou Parquet)",
        type=["csv", "txt", "parquet"],
        key="administration.file",
    )
    if uploaded is None:
        state.pop("administration.report", None)
        required = ", ".join(one.label for one in people_file.FIELDS.values() if one.required)
        st.info(
            f"Une ligne par personne. Colonnes indispensables : {required}. Les autres colonnes sont facultatives. "
            "Importer deux fois le même fichier ne change rien.",
            icon=":material/upload_file:",
        )
        return
    try:
        frame = people_file.read_table(uploaded.name, uploaded.getvalue())
    except FtError as error:
        st.error(str(error), icon=":material/error:")
        return
    guessed = people_file.guess_mapping(list(frame.columns))
    st.markdown(f"**{wording.number(len(frame))} lignes lues.** Vérifiez la correspondance des colonnes.")
    mapping: dict[str, str] = {}
    with st.form("administration.mapping"):
        columns = st.columns(4)
        names = list(frame.columns)
        for place, (field, known) in enumerate(people_file.FIELDS.items()):
            chosen = columns[place % 4].selectbox(
                known.label + (" *" if known.required else ""),
                names,
                index=names.index(guessed[field]) if field in guessed else None,
                placeholder="Absente du fichier",
                key=f"administration.map.{field}",
            )
            if chosen is not None:
                mapping[field] = chosen
        go = st.form_submit_button(f"Importer {wording.number(len(frame))} lignes", type="primary")
    if go:
        try:
            # One call, one transaction: a click elsewhere cannot leave half an import behind.
            with st.spinner("Vérification ligne par ligne…"):
                state["administration.report"] = pool.import_candidates(database, person, frame, mapping, utc_now())
        except FtError as error:
            st.error(str(error), icon=":material/error:")
            return
    if report := state.get("administration.report"):
        show_report(report)


def show_report(report: ImportReport) -> None:
    lines = len({bad.line for bad in report.rejected})
    st.success(
        f"{wording.number(report.added)} ajoutées, {wording.number(report.updated)} mises à jour, "
        f"{wording.number(report.unchanged)} inchangées, {wording.number(lines)} lignes rejetées.",
        icon=":material/task_alt:",
    )
    if not report.rejected:
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Ligne": [bad.line for bad in report.rejected],
                "Colonne": [bad.column for bad in report.rejected],
                "Valeur": [bad.value for bad in report.rejected],
                "Motif": [bad.reason for bad in report.rejected],
            }
        ),
        hide_index=True,
    )
    st.download_button(
        "Télécharger les lignes rejetées (CSV)",
        pool.rejected_csv(report),
        # The address of a large download is a partial hash of content and name: the name must differ.
        file_name=f"lignes-rejetees-{uuid4()}.csv",
        mime="text/csv",
        icon=":material/download:",
    )


def show_state() -> None:
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
    hours = services.settings.sending_hours
    st.dataframe(
        pd.DataFrame(
            {
                "Élément": ["Base de données", "Passerelle SMS", "Horaires d'envoi", "Modèle de langue"],
                "État": [
                    database.name,
                    "Banc d'essai intégré" if services.sandbox else "Africa's Talking",
                    f"{hours[0]} h – {hours[1]} h, du lundi au vendredi, sauf jours fériés" if hours
                    else "À toute heure (banc d'essai)",
                    services.model.name,
                ],
            }
        ),
        hide_index=True,
    )  # fmt: skip


def show_assistant() -> None:
    """What the assistant is used for and takes, for the whole agency: nothing tells one counselor from another."""
    since = utc_now() - timedelta(days=30)
    titles = {prompt.name: prompt.title for prompt in prompts.catalogue(database, person)}
    st.subheader("Ce qui sert, depuis 30 jours")
    useful = chats.usefulness(database, person, since)
    if not useful:
        st.caption("Aucun texte gardé ni noté pour l'instant.")
    else:
        rows = [
            {
                "Tâche": titles.get(each.task, each.task),
                "Textes gardés": each.accepted,
                "Tels quels": each.untouched,
                "Part modifiée (médiane)": "–" if each.median_edited is None else wording.percent(each.median_edited),
                "Pouces levés": each.up,
                "Pouces baissés": each.down,
            }
            for each in useful
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.subheader("Ce que cela prend, depuis 30 jours")
    taken = budget.by_task(database, person, since)
    if not taken:
        st.caption("Aucune demande pour l'instant.")
        return
    rows = [
        {
            "Tâche": titles.get(row["task"], row["task"]),
            "Demandes": row["requests"],
            "Jetons lus": int(row["tokens_in"]),
            "Jetons écrits": int(row["tokens_out"]),
            "Durée médiane (ms)": round(row["latency_ms"]),
            "Énergie (Wh, ordre de grandeur)": round(float(row["energy_wh"]), 2),
            "Échecs": wording.percent(float(row["failed"])),
        }
        for row in taken
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    used = budget.today(database, person.agency_id, utc_now())
    st.caption(f"Aujourd'hui : {wording.number(used)} jetons sur {wording.number(services.daily_tokens)}.")


st.title("Administration")
st.caption("Importer des données et surveiller le service.")
section = st.segmented_control("Rubrique", SECTIONS, default=SECTIONS[0], required=True, key="administration.section",
                               label_visibility="collapsed")  # fmt: skip
if section == SECTIONS[0]:
    import_people()
elif section == SECTIONS[1]:
    show_assistant()
else:
    show_state()
