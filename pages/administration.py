"""Administration: import people, and see the state of the service."""

from datetime import timedelta
from uuid import uuid4

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ftcore.database import utc_now
from ftcore.drafting import budget, chats, prompts
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching import people_file, people_import
from ftcore.matching.running_imports import RunningImport
from ftcore.model import ImportReport
from ftcore.services import current
from pages import doors
from pages.accounts_desk import show_accounts_desk
from pages.journal_desk import show_journal
from pages.marked import as_sentence
from pages.person_desk import show_person_desk
from pages.register_desk import show_register_desk
from pages.retention_desk import show_retention_desk
from pages.sending_desk import show_sending_desk
from pages.service_desk import show_state
from pages.wording_desk import show_wording_desk

services = current()
database = services.database
state = st.session_state
# Reasons of rejection that a page shows; the rest is in the file.
SHOWN = 500


def import_people() -> None:
    """Choose a file, say which column is what, follow the import; it goes on when the page is left."""
    running = services.imports.of(services.person)
    if running is None:
        choose_file()
    elif running.is_alive():
        follow_import()
    else:
        show_end(running)


def choose_file() -> None:
    uploaded = st.file_uploader(
        "Fichier de demandeurs d'emploi (CSV ou Parquet)",
        type=["csv", "txt", "parquet"],
        key="administration.file",
        max_upload_size=400,
    )
    if uploaded is None:
        state.pop("administration.table", None)
        required = ", ".join(one.label for one in people_file.FIELDS.values() if one.required)
        st.info(
            f"Une ligne par personne. Colonnes indispensables : {required}. Les autres colonnes sont facultatives. "
            "Importer deux fois le même fichier ne change rien.",
            icon=":material/upload_file:",
        )
        return
    try:
        table = read_once(uploaded)
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    guessed = people_file.guess_mapping(table.columns)
    st.markdown(f"**{wording.number(table.rows)} lignes lues.** Vérifiez la correspondance des colonnes.")
    mapping: dict[str, str] = {}
    with st.form("administration.mapping"):
        columns = st.columns(4)
        for place, (field, known) in enumerate(people_file.FIELDS.items()):
            chosen = columns[place % 4].selectbox(
                known.label + (" *" if known.required else ""),
                table.columns,
                index=table.columns.index(guessed[field]) if field in guessed else None,
                placeholder="Absente du fichier",
                key=f"administration.map.{field}",
            )
            if chosen is not None:
                mapping[field] = chosen
        st.caption(
            r"\* Indispensable. Pour une colonne absente du fichier, ce que l'agence sait déjà reste tel quel. "
            "Sexe, année de naissance, quartier prioritaire et date depuis laquelle la personne est sans emploi ne "
            "servent qu'à mesurer l'équité : le classement ne les lit pas."
        )
        whole = st.checkbox(
            "C'est la liste complète de l'agence",
            key="administration.whole",
            help="Les personnes qui n'y sont plus ne seront plus proposées. Un fichier où manque plus de la moitié "
            "des personnes est refusé.",
        )
        go = st.form_submit_button(
            f"Importer {wording.number(table.rows)} lignes", key="administration.import", type="primary"
        )
    if go:
        start_import(uploaded.name, table, mapping, whole=whole)


def start_import(name: str, table: people_file.PeopleTable, mapping: dict[str, str], *, whole: bool) -> None:
    """Beside the page: a click elsewhere must not cut an import short. All of it goes in, or nothing."""
    person, invented = services.person, services.settings.sign_in is None
    try:
        services.imports.start(
            person,
            name,
            lambda said: people_import.import_candidates(
                database, person, table, mapping, utc_now(), said, whole=whole, invented=invented
            ),
        )
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    state.pop("administration.table", None)
    st.rerun()


def read_once(uploaded: UploadedFile) -> people_file.PeopleTable:
    """The table of an uploaded file, read through at its first sight only."""
    kept: tuple[str, people_file.PeopleTable] | None = state.get("administration.table")
    if kept is None or kept[0] != uploaded.file_id:
        with st.spinner("Lecture du fichier…"):
            kept = (uploaded.file_id, people_file.open_table(uploaded.name, uploaded.getvalue()))
        state["administration.table"] = kept
    return kept[1]


@st.fragment(run_every=0.5)
def follow_import() -> None:
    running = services.imports.of(services.person)
    if running is None or not running.is_alive():
        # The end is shown by the page: a fragment would write the report anew twice a second.
        st.rerun()
    st.text(f"{running.file_name}, importé par {running.by}")
    st.progress(running.part, text=f"Import en cours : {wording.percent(running.part)}")
    st.caption("Vous pouvez quitter cette page : l'import continue. Rien ne change avant qu'il soit complet.")
    st.button(
        "Arrêt demandé…" if running.stopping else "Arrêter l'import",
        key="administration.stop",
        icon=":material/stop_circle:",
        disabled=running.stopping,
        on_click=running.stop,
    )


def show_end(running: RunningImport) -> None:
    st.text(f"{running.file_name}, importé par {running.by}")
    if running.wrong is not None:
        st.error(as_sentence(running.wrong), icon=":material/error:")
    elif running.report is not None:
        show_report(running.report)
    if st.button("Importer un autre fichier", key="administration.again", icon=":material/upload_file:"):
        services.imports.forget(services.person)
        st.rerun()


def show_report(report: ImportReport) -> None:
    counts = {
        "Personnes ajoutées": report.added,
        "Mises à jour": report.updated,
        "Inchangées": report.unchanged,
        "Sorties de la liste": report.left,
        "Lignes rejetées": report.rejected_lines,
    }
    for column, (label, count) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(label, wording.number(count), border=True)
    if not report.rejected:
        st.success("Tout le fichier est importé.", icon=":material/task_alt:")
        return
    st.warning(
        "Les lignes rejetées n'ont rien changé. Corrigez-les dans le fichier, puis importez-le de nouveau.",
        icon=":material/rule:",
    )
    shown = report.rejected[:SHOWN]
    st.dataframe(
        pd.DataFrame(
            {
                "Ligne": [bad.line for bad in shown],
                "Colonne": [bad.column for bad in shown],
                "Valeur": [bad.value for bad in shown],
                "Motif": [bad.reason for bad in shown],
            }
        ),
        hide_index=True,
        column_config={
            "Ligne": st.column_config.NumberColumn(width=80, format="%d"),
            "Colonne": st.column_config.Column(width=110),
            "Valeur": st.column_config.Column(width=120),
            "Motif": st.column_config.Column(width=590),
        },
    )
    if len(report.rejected) > SHOWN:
        st.caption(
            f"Les {SHOWN} premiers motifs. Le fichier à télécharger en a {wording.number(len(report.rejected))}."
        )
    if report.unlisted:
        st.caption(f"{wording.number(report.unlisted)} autres lignes sont rejetées sans être détaillées.")
    st.download_button(
        "Télécharger les lignes rejetées (CSV)",
        lambda: people_import.rejected_csv(report),
        # The address of a large download is a partial hash of content and name: the name must differ.
        file_name=f"lignes-rejetees-{uuid4()}.csv",
        mime="text/csv",
        key="administration.rejected",
        icon=":material/download:",
    )


def show_assistant() -> None:
    """What the assistant is used for and takes, for the whole agency: nothing tells one counselor from another."""
    since = utc_now() - timedelta(days=30)
    titles = {prompt.name: prompt.title for prompt in prompts.catalogue(database, services.person)}
    st.subheader("Ce qui sert, depuis 30 jours")
    useful = chats.usefulness(database, services.person, since)
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
    taken = budget.by_task(database, services.person, since)
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
    used = budget.today(database, services.person, utc_now())
    st.caption(f"Aujourd'hui : {wording.number(used)} jetons sur {wording.number(services.daily_tokens)}.")


DESKS = {
    "Importer des personnes": import_people,
    "Modèles de SMS": show_wording_desk,
    "Plafonds et horaires": show_sending_desk,
    "Assistant": show_assistant,
    "Comptes et rôles": show_accounts_desk,
    "Droits d'une personne": show_person_desk,
    "Conservation": show_retention_desk,
    "Journal": show_journal,
    "Registre": show_register_desk,
    "État du service": show_state,
}
doors.keep("administration.py", services.person)
st.title("Administration")
st.caption("Importer des données, régler les envois et surveiller le service.")
shown = doors.sections(services.person, list(DESKS))
if state.get("administration.section") not in shown:
    state.pop("administration.section", None)  # of another role, that this person had before
section = st.segmented_control("Rubrique", shown, default=shown[0], required=True, key="administration.section",
                               label_visibility="collapsed")  # fmt: skip
DESKS[section]()
