"""Rédaction, the two ways in that need no assistant: a form, and a file of offers."""

import hashlib
from dataclasses import replace
from uuid import UUID, uuid4, uuid5

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import exports, form, formats, offers, records, validation
from ftcore.errors import FtError
from ftcore.matching.occupations import skills_of
from ftcore.model import FieldNote, Offer, PayUnit
from ftcore.services import current
from pages.marked import as_sentence

SHOWN_OFFERS = 12
UNITS = list(PayUnit)


def open_preselection(offer_id: UUID) -> None:
    st.session_state["preselection.offer"] = str(offer_id)
    st.switch_page("preselection.py")


def save_and_open(offer: Offer) -> None:
    services = current()
    validation.validate(services.database, services.person, offer, utc_now())
    open_preselection(offer.offer_id)


def counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number < 2 else several}"


def fill_form() -> None:
    """The occupation and the department come first: they decide which skills and communes can be chosen."""
    services = current()
    database, person = services.database, services.person
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
            st.error(as_sentence(error), icon=":material/error:")


def read_offers(name: str, data: bytes) -> tuple[list[Offer], list[FieldNote]]:
    """By the file's ending: many offers of France Travail, or one that was exported from here."""
    services = current()
    ending = name.rpartition(".")[2].lower()
    exported = {exports.NAMES[each][1]: each for each in exports.Format if each is not exports.Format.FRANCE_TRAVAIL}
    if ending in exported:
        offer = exports.read(data, exported[ending], services.person.agency_id, utc_now())
        # The same file read twice is one offer.
        return [replace(offer, offer_id=uuid5(services.person.agency_id, hashlib.sha256(data).hexdigest()))], []
    return formats.read_france_travail(data, services.database, services.person.agency_id, utc_now())


def import_file() -> None:
    """A file is read, shown with what could not be carried, and imported once."""
    services = current()
    database, person = services.database, services.person
    upload = st.file_uploader(
        "Offres de France Travail (JSON), ou une offre exportée (JSON-LD, Word, texte)",
        type=["json", "jsonld", "docx", "txt"],
        key="chat.file",
        max_upload_size=50,
    )
    if upload is None:
        st.caption(formats.ACCEPTED)
        return
    data = upload.getvalue()
    content = hashlib.sha256(data).hexdigest()
    try:
        found, notes = read_offers(upload.name, data)
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
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
        f"champs-{current().person.agency_id}-{content}.csv",
        "text/csv",
        key="chat.file.csv",
        icon=":material/download:",
    )
