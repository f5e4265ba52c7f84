"""Administration, Droits d'une personne: find somebody, export what is kept, correct it, erase them.

The page never shows a message: an administrator has no conversations, and the export is for the person.
"""

from uuid import UUID, uuid4

import pandas as pd
import streamlit as st

from ftcore.database import Row, utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.rights import erasure, people, person_report
from ftcore.rights.erasure import Reason
from ftcore.rights.people import FIELDS, Found
from ftcore.services import current
from ftcore.trust import access
from pages.marked import as_sentence

WAYS = ("Exporter", "Corriger", "Effacer")
EXPORT = (
    "Tout ce qui est gardé de cette personne, pour elle : sa fiche, chaque message avec ses dates et sa lecture, les "
    "décisions, les propositions, son opposition, le journal. Cette page n'en montre rien."
)
ERASURE = (
    "L'effacement ne se défait pas. Les chiffres ne changent pas ; une opposition aux SMS reste, sans le numéro. Les "
    "fiches d'autres agences, s'il y en a, ne changent pas."
)


def show_person_desk() -> None:
    """The section: a search, then one person and what they ask for."""
    services, state = current(), st.session_state
    if not access.may(services.person, "answer rights"):
        st.info(
            "Un responsable d'équipe ou un administrateur répond aux demandes des personnes.", icon=":material/lock:"
        )
        return
    if done := state.pop("person.done", None):
        st.success(done, icon=":material/check_circle:")
    if wrong := state.pop("person.wrong", None):
        st.error(wrong, icon=":material/error:")
    with st.form("person.search", border=False):
        field, button = st.columns([4, 1], vertical_alignment="bottom")
        text = field.text_input("Numéro, nom ou identifiant", key="person.text", autocomplete="off",
                                placeholder="06 39 98 00 01, Essai Awa, DE-0001")  # fmt: skip
        if button.form_submit_button("Chercher", type="primary", icon=":material/search:", width="stretch"):
            search(text)
    found: list[Found] | None = state.get("person.found")
    if found is None:
        st.caption("Chaque recherche est notée au journal, sans ce qui est cherché. Seules les fiches de votre agence "
                   "sont trouvées.")  # fmt: skip
        return
    if not found:
        st.info(
            "Personne de votre agence ne correspond. Essayez le numéro, ou le début du nom.",
            icon=":material/search_off:",
        )
        return
    names = {one.candidate_id: f"{one.name} · {one.external_id} · {masked(one.phone)}"
             + (" · sortie de la liste" if one.has_left else "") for one in found}  # fmt: skip
    # Nobody is chosen for the one who looks, where there are several: what follows may not be undone.
    chosen = st.selectbox("Fiches trouvées", list(names), format_func=names.__getitem__, key="person.chosen",
                          index=0 if len(names) == 1 else None,
                          placeholder=f"{len(names)} fiches : choisissez")  # fmt: skip
    if chosen is None:
        return
    one = next(each for each in found if each.candidate_id == chosen)
    way = st.segmented_control("Demande", WAYS, default=WAYS[0], required=True, key="person.way")
    if way == WAYS[0]:
        show_export(one)
    elif way == WAYS[1]:
        show_correct(one)
    else:
        show_erase(one)


def search(text: str) -> None:
    services, state = current(), st.session_state
    for key in ("person.found", "person.chosen", "person.typed", "person.also"):
        state.pop(key, None)
    try:
        state["person.found"] = people.find(services.database, services.person, text, utc_now())
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")


def masked(phone: str) -> str:
    """A number of which only the end is told, enough to tell two files apart."""
    return f"•• •• •• •• {phone[-2:]}"


def show_export(one: Found) -> None:
    st.text(EXPORT)
    services = current()
    database, person = services.database, services.person
    pdf, data = st.columns(2)
    pdf.download_button(
        "Document à lire (PDF)",
        lambda: person_report.pdf(people.export(database, person, one.candidate_id, utc_now())),
        file_name=f"donnees-{uuid4()}.pdf",
        mime="application/pdf",
        key="person.pdf",
        icon=":material/picture_as_pdf:",
        type="primary",
        width="stretch",
    )
    data.download_button(
        "Fichier complet (JSON)",
        lambda: people.as_json(people.export(database, person, one.candidate_id, utc_now())),
        file_name=f"donnees-{uuid4()}.json",
        mime="application/json",
        key="person.json",
        icon=":material/data_object:",
        width="stretch",
    )
    st.caption(
        "Chaque export est noté au journal. Remettez les fichiers à la personne, puis supprimez-les de ce poste."
    )


def show_correct(one: Found) -> None:
    services = current()
    try:
        now = people.file_of(services.database, services.person, one.candidate_id)
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    key = f"person.correct.{one.candidate_id}"
    with st.form(key):
        columns = st.columns(4)
        values: dict[str, object] = {
            "first_name": columns[0].text_input(FIELDS["first_name"], now["first_name"], key=f"{key}.first"),
            "last_name": columns[1].text_input(FIELDS["last_name"], now["last_name"], key=f"{key}.last"),
            "commune": columns[3].text_input(FIELDS["commune"], now["commune"] or "", key=f"{key}.commune"),
        }
        phone = columns[2].text_input(
            FIELDS["phone"], "", key=f"{key}.phone", placeholder=f"{masked(one.phone)} (inchangé)"
        )
        columns = st.columns(4)
        for place, name in enumerate(("experience_years", "mobility_km")):
            values[name] = columns[place].number_input(FIELDS[name], 0.0, None, now[name], key=f"{key}.{name}")
        values["available_from"] = columns[2].date_input(FIELDS["available_from"], now["available_from"],
                                                         format="DD/MM/YYYY", key=f"{key}.from")  # fmt: skip
        if st.form_submit_button("Enregistrer la correction", type="primary", icon=":material/save:"):
            correct(one.candidate_id, {**values, **({"phone": phone} if phone.strip() else {})}, now)


def correct(candidate_id: UUID, values: dict[str, object], before: Row) -> None:
    services, state = current(), st.session_state
    changed = {name: value for name, value in values.items() if (value if value != "" else None) != before[name]}
    try:
        people.correct(services.database, services.person, candidate_id, changed, utc_now())
    except FtError as error:
        state["person.wrong"] = str(error)
    else:
        state["person.done"] = "La fiche est corrigée."
        state.pop("person.found", None)
    st.rerun()


def show_erase(one: Found) -> None:
    services = current()
    database, person = services.database, services.person
    try:
        namesakes = erasure.subject_of(database, person, one.candidate_id).namesakes
        also: list[UUID] = []
        if namesakes:
            names = {row["candidate_id"]: f"{row['first_name']} {row['last_name']} · {row['external_id']}"
                     for row in namesakes}  # fmt: skip
            also = st.multiselect("Autres fiches avec ce numéro : cochez celles qui sont la même personne", list(names),
                                  format_func=names.__getitem__, key="person.also")  # fmt: skip
        counts = erasure.weigh(database, person, one.candidate_id, also)
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        rows = [{"Ce qui part": label, "Nombre": count} for label, count in counts.items()]
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    with right:
        st.warning(ERASURE, icon=":material/warning:")
        reason = st.selectbox("Motif, pour le journal", list(Reason), key="person.reason",
                              format_func=lambda each: each.value[0].upper() + each.value[1:])  # fmt: skip
        typed = st.text_input(
            "Pour confirmer, recopiez l'identifiant de la fiche", key="person.typed", autocomplete="off"
        )
        st.button("Effacer cette personne", key="person.erase", type="primary", icon=":material/person_remove:",
                  disabled=typed.strip() != one.external_id, on_click=erase,
                  args=(one.candidate_id, typed, reason, also))  # fmt: skip


def erase(candidate_id: UUID, typed: str, reason: Reason, also: list[UUID]) -> None:
    services, state = current(), st.session_state
    try:
        counts = erasure.erase(services.database, services.person, candidate_id, typed, reason, utc_now(), also)
    except FtError as error:
        state["person.wrong"] = str(error)
        return
    for key in ("person.found", "person.text", "person.typed", "person.chosen", "person.also"):
        state.pop(key, None)
    gone = wording.number(sum(counts.values()))
    state["person.done"] = f"La personne est effacée ({gone} éléments). Vous pouvez le lui confirmer."
