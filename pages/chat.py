"""Rédaction: an offer from notes, from a form or from a file."""

import hashlib
import time
from dataclasses import replace
from uuid import UUID, uuid4

import streamlit as st

from ftcore.database import Database, utc_now
from ftcore.drafting import form, formats, offers, records
from ftcore.drafting.assistant import LONGEST_NOTES, draft_offer
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching.occupations import OccupationIndex, build_index, skills_of
from ftcore.model import FieldNote, Offer, PayUnit
from ftcore.services import current

NOTES, FORM, FILE = "À partir de notes", "Formulaire", "Fichier"
EXAMPLES = {
    "Service en salle": (
        "Cherche serveur H/F pour un restaurant à Rennes, CDI 35 h par semaine, 12,50 € brut de l'heure, "
        "débutant accepté, dès que possible. Accueillir les clients, servir en salle, encaisser. "
        "Repos le dimanche et le lundi."
    ),
    "Entretien de locaux": (
        "Recrute 2 agents d'entretien à Annonay, CDD de 6 mois, temps partiel 20 h, 12,10 €/h, permis B, "
        "débutant accepté, à partir du 4 janvier. Nettoyer des bureaux le matin, entretenir le matériel."
    ),
    "Aide à domicile": (
        "Poste d'aide à domicile à Lyon, CDI, 28 h par semaine, de 1 500 à 1 650 € brut par mois, 1 an d'expérience, "
        "permis B souhaité. Aider aux repas et aux courses, tenir compagnie, un week-end sur trois."
    ),
}
SHOWN_OFFERS = 12
UNITS = list(PayUnit)
SECONDS_BETWEEN_DRAWINGS = 0.05

services = current()
database, person = services.database, services.person


@st.cache_resource(max_entries=2, ttl=600, show_spinner="Lecture du référentiel des métiers…")
def occupation_index(_database: Database, size: tuple[int, int]) -> OccupationIndex:
    """The search over job titles; a new referential has another size, and makes a new index."""
    return build_index(_database)


def open_preselection(offer_id: UUID) -> None:
    st.session_state["preselection.offer"] = str(offer_id)
    st.switch_page("preselection.py")


def save_and_open(offer: Offer) -> None:
    offers.save(database, person, offer, utc_now())
    forget_draft()
    open_preselection(offer.offer_id)


def use_example(notes: str) -> None:
    st.session_state["chat.way"] = NOTES
    st.session_state["chat.notes"] = notes


def forget_draft() -> None:
    for key in ("chat.document", "chat.notes", "chat.offer_id"):
        st.session_state.pop(key, None)


def show_examples() -> None:
    st.subheader("Commencer par un exemple")
    for label, notes in EXAMPLES.items():
        st.button(label, key=f"chat.example.{label}", on_click=use_example, args=(notes,), width="stretch")


def show_saved() -> None:
    st.subheader("Offres enregistrées")
    saved = offers.offers(database, person)
    if not saved:
        st.caption("Aucune pour l'instant : la première que vous validerez apparaîtra ici.")
    for offer in saved[:SHOWN_OFFERS]:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.text(offer.title)
                day = wording.paris(offer.created_utc)
                st.caption(f"{day:%d/%m/%Y, %H:%M}")
            if st.button(
                "Présélection", key=f"chat.open.{offer.offer_id}", type="tertiary", icon=":material/group_search:"
            ):
                open_preselection(offer.offer_id)
    if len(saved) > SHOWN_OFFERS:
        st.caption(f"Les plus anciennes ({len(saved) - SHOWN_OFFERS}) se choisissent dans Présélection.")


def write_from_notes() -> None:
    # What a run that was cut had already received is picked up by the next one.
    if pending := st.session_state.pop("chat.pending", ""):
        st.session_state["chat.document"] = pending
    written = bool(st.session_state.get("chat.document"))
    with st.form("chat.notes_form", border=False):
        notes = st.text_area(
            "Vos notes",
            key="chat.notes",
            height=140,
            max_chars=LONGEST_NOTES,
            placeholder="Poste, lieu, contrat, horaires, salaire, expérience, permis, début, missions…",
            persist_state="session",
        )
        asked = st.form_submit_button(
            "Rédiger de nouveau" if written else "Rédiger l'offre",
            key="chat.write",
            type="secondary" if written else "primary",
            icon=":material/edit_note:",
        )
    if asked:
        stream_draft(notes)
    if failure := st.session_state.pop("chat.failure", None):
        st.error(failure, icon=":material/error:")
    if written:
        show_document()


def stream_draft(notes: str) -> None:
    """Show the draft as plain text while it comes: Markdown of a model could load images from anywhere."""
    st.session_state.pop("chat.offer_id", None)
    st.button("Arrêter", key="chat.stop", icon=":material/stop_circle:")
    place, draft, shown = st.empty(), "", 0.0
    try:
        for piece in draft_offer(services.model, notes):
            draft += piece
            st.session_state["chat.pending"] = draft
            if time.monotonic() - shown > SECONDS_BETWEEN_DRAWINGS:
                place.text(draft)
                shown = time.monotonic()
    except FtError as error:
        st.session_state["chat.failure"] = str(error)
    st.rerun()


def show_document() -> None:
    text = st.text_area(
        "Document : relisez et corrigez",
        key="chat.document",
        height=420,
        persist_state="session",
    )
    index = occupation_index(database, form.referential_size(database))
    offer, notes = offers.structure(text, index, database, person.agency_id, utc_now())
    # Two clicks on "Valider" save one offer.
    offer = replace(offer, offer_id=st.session_state.setdefault("chat.offer_id", offer.offer_id))
    understood, missing = st.columns(2, gap="large")
    with understood:
        st.subheader("Ce qui est compris")
        show_facts(offer)
    with missing:
        st.subheader("À préciser")
        if not notes:
            st.caption(":material/check_circle: Rien : tous les champs ont été reconnus.")
        for note in notes:
            st.text(f"{note.field.capitalize()} : {note.reason}")
    if st.button("Valider l'offre", key="chat.validate", type="primary", icon=":material/check:"):
        try:
            save_and_open(offer)
        except FtError as error:
            st.error(str(error), icon=":material/error:")


def show_facts(offer: Offer) -> None:
    for name, value in form.in_words(offer):
        st.text(f"{name} : {value}")


def fill_form() -> None:
    """The occupation and the department come first: they decide which skills and communes can be chosen."""
    occupation = st.selectbox(
        "Métier",
        form.occupations(database),
        index=None,
        format_func=lambda choice: f"{choice.label} ({choice.code})",
        placeholder="Choisissez un métier",
        key="chat.form.occupation",
        persist_state="session",
    )
    codes = form.departments(database)
    home = form.home_department(database, person.agency_id)
    department = st.selectbox(
        "Département",
        codes,
        index=next((position for position, (code, _) in enumerate(codes) if code == home), None),
        format_func=lambda choice: f"{choice[0]} {choice[1]}",
        placeholder="Choisissez un département",
        key="chat.form.department",
    )
    with st.form("chat.form", border=False):
        title = st.text_input("Titre", key="chat.form.title", placeholder="Serveur / Serveuse (H/F)")
        description = st.text_area("Missions et conditions", key="chat.form.description", height=120)
        left, right = st.columns(2)
        place = left.selectbox(
            "Commune",
            form.communes(database, department[0]) if department else [],
            index=None,
            format_func=lambda choice: choice.name,
            placeholder="Choisissez une commune",
            key="chat.form.place",
        )
        employer = right.text_input("Employeur", key="chat.form.employer")
        contract = left.selectbox(
            "Contrat", form.CONTRACTS, index=None, placeholder="À préciser", key="chat.form.contract"
        )
        until = right.date_input("Fin du contrat", value=None, format="DD/MM/YYYY", key="chat.form.until")
        weekly_hours = left.number_input(
            "Heures par semaine", 1.0, 48.0, None, step=0.5, format="%.2f", key="chat.form.hours"
        )
        experience_years = right.number_input(
            "Années d'expérience (0 : débutant accepté)", 0.0, 40.0, None, step=0.5, key="chat.form.experience"
        )
        pay_low = left.number_input("Salaire, à partir de", 0.0, None, None, step=0.1, key="chat.form.pay_low")
        pay_high = right.number_input("Salaire, jusqu'à", 0.0, None, None, step=0.1, key="chat.form.pay_high")
        pay_unit = left.selectbox(
            "Unité du salaire", UNITS, format_func=lambda unit: form.PAY_WORDS[unit], key="chat.form.pay_unit"
        )
        openings = right.number_input("Nombre de postes", 1, 999, 1, key="chat.form.openings")
        skills = st.multiselect(
            "Compétences demandées",
            skills_of(database, occupation.code) if occupation else [],
            placeholder="Choisissez des compétences" if occupation else "Choisissez d'abord un métier",
            key="chat.form.skills",
        )
        licences = left.multiselect(
            "Permis", form.LICENCES, accept_new_options=True, placeholder="Aucun", key="chat.form.licences"
        )
        start = right.date_input("Début", value=None, format="DD/MM/YYYY", key="chat.form.start")
        done = st.form_submit_button(
            "Valider l'offre", key="chat.form.validate", type="primary", icon=":material/check:"
        )
    if done:
        try:
            offer = form.offer_from_form(
                person.agency_id,
                uuid4(),
                utc_now(),
                title=title,
                description=description,
                occupation=occupation,
                place=place,
                contract=contract,
                until=until,
                weekly_hours=weekly_hours,
                pay_low=pay_low,
                pay_high=pay_high,
                pay_unit=pay_unit,
                experience_years=experience_years,
                skills_required=skills,
                licences=licences,
                start=start,
                openings=openings,
                employer=employer,
            )
            save_and_open(offer)
        except FtError as error:
            st.error(str(error), icon=":material/error:")


def import_file() -> None:
    upload = st.file_uploader("Fichier d'offres France Travail (JSON)", type=["json"], key="chat.file")
    if upload is None:
        st.caption(formats.ACCEPTED)
        return
    data = upload.getvalue()
    content = hashlib.sha256(data).hexdigest()
    try:
        found, notes = formats.read_france_travail(data, database, person.agency_id, utc_now())
    except FtError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.subheader(counted(len(found), "offre lue", "offres lues"))
    for offer in found[:SHOWN_OFFERS]:
        st.text(f"{offer.title} · {offer.place.name if offer.place else 'lieu à préciser'}")
    if len(found) > SHOWN_OFFERS:
        st.caption(f"… et {len(found) - SHOWN_OFFERS} de plus.")
    if notes:
        show_field_notes(notes, content)
    imported = st.session_state.get("chat.imported")
    if imported and imported[0] == content:
        st.success(imported[1], icon=":material/check_circle:")
        if st.button("Aller à la présélection", key="chat.file.go", type="primary"):
            open_preselection(found[0].offer_id)
    elif found and st.button(
        f"Importer {counted(len(found), 'offre', 'offres')}", key="chat.file.import", type="primary"
    ):
        report = offers.save_all(database, person, found, utc_now())
        sentence = (
            f"{counted(report.added, 'offre ajoutée', 'offres ajoutées')}, "
            f"{counted(report.updated, 'mise à jour', 'mises à jour')}, {report.unchanged} déjà là."
        )
        st.session_state["chat.imported"] = (content, sentence)
        st.rerun()


def show_field_notes(notes: list[FieldNote], content: str) -> None:
    st.write(f"{counted(len(notes), 'champ non lu ou non repris', 'champs non lus ou non repris')} :")
    st.dataframe(
        {
            "Offre": [note.record for note in notes],
            "Champ": [note.field for note in notes],
            "Valeur": [note.value for note in notes],
            "Raison": [note.reason for note in notes],
        },
        hide_index=True,
        width="stretch",
    )
    # Streamlit names large downloads by a partial hash: the full one keeps two agencies apart.
    st.download_button(
        "Télécharger ces champs (CSV)",
        records.notes_csv(notes),
        f"champs-{person.agency_id}-{content}.csv",
        "text/csv",
        key="chat.file.csv",
        icon=":material/download:",
    )


def counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number < 2 else several}"


st.title("Rédaction")
st.write("Écrire une offre d'emploi à partir de vos notes, d'un formulaire ou d'un fichier.")
if not services.model.is_ai:
    st.caption("Sans IA : rédaction par modèle de texte.")

left, right = st.columns([1, 2], gap="large")
with right:
    # Set before the widget is drawn: an example sets it too, and a default beside that is an error.
    st.session_state.setdefault("chat.way", NOTES)
    way = st.segmented_control(
        "Partir de",
        [NOTES, FORM, FILE],
        required=True,
        key="chat.way",
        label_visibility="collapsed",
        persist_state="session",
    )
    {NOTES: write_from_notes, FORM: fill_form, FILE: import_file}[way or NOTES]()
with left:
    show_examples()
    show_saved()
