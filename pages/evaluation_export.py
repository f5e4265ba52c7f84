"""Export: pseudonymised data for researchers, k-anonymous; by an evaluator only, and journaled."""

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import research_export, wording
from ftcore.insight.anonymity import Anonymous
from ftcore.insight.research_dictionary import dictionary
from ftcore.insight.scope import Scope
from ftcore.services import Services, current
from ftcore.trust import access
from pages.evaluation_parts import flash


def show(services: Services, scope: Scope) -> None:
    st.subheader("Données pour la recherche", anchor=False)
    st.text(
        "Un fichier zip : les échanges et les personnes, en CSV et en Parquet, avec le dictionnaire des colonnes. Ni "
        "nom, ni numéro, ni texte, ni heure exacte."
    )
    st.caption(
        "Le lieu, le métier et la période sont élargis jusqu'à ce qu'assez de personnes les partagent ; les lignes qui "
        "restent trop rares sont retirées. Les clés viennent d'un sel tiré au hasard et oublié : deux exports ne "
        "peuvent pas être reliés entre eux."
    )
    flash("evaluation.export")
    if not access.may(services.person, "export for research"):
        st.info("Seul un évaluateur peut faire cet export.", icon=":material/lock:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Personnes au moins par combinaison (k)", research_export.SMALLEST_K, research_export.LARGEST_K,
                        research_export.SMALLEST_K, key="evaluation.k", width=320)  # fmt: skip
        st.button("Préparer l'export", type="primary", icon=":material/science:", key="evaluation.export",
                  on_click=prepare, args=(scope,))  # fmt: skip
    made = st.session_state.get("evaluation.made")
    if made is not None:
        show_made(made)
    with st.expander("Le dictionnaire des colonnes"):
        for table, columns in dictionary().items():
            st.markdown(f"**{table}**")
            st.dataframe(
                [{"Colonne": name, "Ce qu'elle contient": words} for name, words in columns.items()],
                hide_index=True,
                column_config={"Ce qu'elle contient": st.column_config.TextColumn(width="large")},
            )


def prepare(scope: Scope) -> None:
    services, state = current(), st.session_state
    state.pop("evaluation.made", None)
    try:
        made = research_export.export(services.database, services.person, scope, state["evaluation.k"], utc_now())
    except FtError as error:
        state["evaluation.export.wrong"] = str(error)
        return
    # Plain values: a class of ours would be another one after the next change of the program.
    state["evaluation.made"] = {
        "content": made.content,
        "name": made.name,
        "k": made.k,
        "lines": [told("Échanges", made.conversations), told("Personnes", made.people)],
    }


def told(name: str, table: Anonymous) -> str:
    kept, finest = len(table.rows), table.by_stage[0] if table.by_stage else 0
    return (
        f"{name} : {wording.counted(kept, 'ligne publiée', 'lignes publiées')}, dont {wording.number(kept - finest)} "
        f"élargies ; {wording.counted(table.suppressed, 'ligne retirée', 'lignes retirées')}, trop rare"
        f"{'s' if table.suppressed > 1 else ''}."
    )


def show_made(made: dict[str, object]) -> None:
    with st.container(border=True):
        for line in made["lines"]:  # type: ignore[attr-defined]
            st.text(line)
        st.download_button(
            "Télécharger le zip",
            made["content"],  # type: ignore[arg-type]
            file_name=str(made["name"]),
            mime="application/zip",
            icon=":material/download:",
            key="evaluation.zip",
            on_click="ignore",
        )
        st.caption(f"k = {made['k']}. Cet export est inscrit au journal.")
