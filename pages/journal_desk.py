"""Journal: what was done in the agency, by whom and why; searched, taken along, and proven to be whole."""

from datetime import date
from uuid import UUID, uuid4

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import wording
from ftcore.services import current
from ftcore.trust import access, acts, journal_check, journal_search
from ftcore.trust.journal_proof import Break, Proof
from ftcore.trust.journal_search import Entry, Wanted
from pages.explanation_view import show_explanation

ANY = "Tous"
KEYS = ("act", "actor", "about", "period")


def show_journal() -> None:
    services = current()
    if not access.may(services.person, "see journal"):
        st.info("Un responsable d'équipe ou un administrateur peut consulter le journal.", icon=":material/lock:")
        return
    st.text(
        "Chaque acte important, de qui et pourquoi. Ni nom, ni numéro, ni texte de message : les personnes y figurent "
        "sous un pseudonyme. Rien ne s'y modifie ni ne s'y efface ; il se garde six mois au moins."
    )
    state_of_chain()
    wanted = filters()
    explain(wanted)
    table(wanted)


@st.fragment(run_every=1.0)
def state_of_chain() -> None:
    """Whether the chains hold; the proof runs beside the page."""
    services = current()
    check = journal_check.of(services.person)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Vérifier la chaîne",
            key="journal.verify",
            icon=":material/link:",
            disabled=check is not None and not check.is_over,
            on_click=lambda: journal_check.start(services.database, services.person),
            help="Recalcule l'empreinte de chaque écriture de l'agence et la compare à la suivante.",
        )
        if check is None:
            st.caption("Pas encore vérifié depuis le démarrage du programme.")
        elif not check.is_over:
            st.progress(check.part, text=f"Vérification en cours : {wording.percent(check.part)}")
        elif check.proof is None:
            st.error("La vérification n'a pas pu aller à son terme. Recommencez dans un instant.",
                     icon=":material/error:")  # fmt: skip
        else:
            show_proof(check.proof, wording.instant(check.begun_utc))


def show_proof(proof: Proof, when: str) -> None:
    if proof.holds:
        st.success(
            f"Journal intact, vérifié {when} : {wording.counted(proof.entries, 'écriture', 'écritures')}, de la "
            "première gardée à la dernière.",
            icon=":material/verified:",
        )
        return
    st.error(f"Journal rompu, vérifié {when} : {told(proof.broken[0])}.", icon=":material/link_off:")


def told(wrong: Break) -> str:
    entry = f", écriture {wrong.entry_id}" if wrong.entry_id else ""
    where = f"chaîne « {wrong.chain} », numéro {wrong.sequence}{entry}" if wrong.chain else "avant le chaînage"
    return f"{where} : {wrong.what}"


def filters() -> Wanted:
    services, state = current(), st.session_state
    known_acts, actors = journal_search.known(services.database, services.person)
    columns = st.columns([3, 3, 4, 4])
    act = columns[0].selectbox("Acte", [ANY, *known_acts], format_func=acts.label, key="journal.act",
                               on_change=first_page)  # fmt: skip
    actor = columns[1].selectbox("Par qui", [ANY, *actors], format_func=acts.in_french, key="journal.actor",
                                 on_change=first_page)  # fmt: skip
    about = columns[2].text_input("Sur qui ou sur quoi", key="journal.about", on_change=first_page,
                                  placeholder="Pseudonyme ou identifiant")  # fmt: skip
    period = columns[3].date_input("Période", [], key="journal.period", on_change=first_page, format="DD/MM/YYYY",
                                   max_value=wording.paris(utc_now()).date())  # fmt: skip
    days: tuple[date, ...] = tuple(period) if isinstance(period, tuple) else (period,)
    state.setdefault("journal.page", 1)
    return Wanted(
        act=None if act == ANY else act,
        actor=None if actor == ANY else actor,
        about=about.strip() or None,
        since=days[0] if days else None,
        until=days[1] if len(days) > 1 else None,
    )


def first_page() -> None:
    st.session_state["journal.page"] = 1
    st.session_state.pop("journal.explained", None)


def explain(wanted: Wanted) -> None:
    """Of one person: why they were, or were not, contacted."""
    services, state = current(), st.session_state
    candidate_id = as_id(wanted.about)
    if candidate_id is None or not access.may(services.person, "explain contacts"):
        return
    if st.button("Pourquoi cette personne a-t-elle, ou n'a-t-elle pas, été contactée ?", key="journal.explain",
                 icon=":material/help:"):  # fmt: skip
        state["journal.explained"] = str(candidate_id)
    if state.get("journal.explained") == str(candidate_id):
        with st.container(border=True):
            show_explanation(candidate_id)


def as_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def table(wanted: Wanted) -> None:
    services, state = current(), st.session_state
    found = journal_search.find(services.database, services.person, wanted, state["journal.page"] - 1)
    if not found.total:
        st.info("Aucune écriture ne correspond : élargissez la période ou retirez un filtre.",
                icon=":material/search_off:")  # fmt: skip
        return
    pages = -(-found.total // journal_search.PAGE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(f"**{wording.counted(found.total, 'écriture', 'écritures')}**, les plus récentes d'abord")
        st.space("stretch")
        if pages > 1:
            st.number_input(f"Page (sur {wording.number(pages)})", 1, pages, key="journal.page", width=160)
        export(wanted, found.total)
    st.dataframe(
        pd.DataFrame([row(entry) for entry in found.entries]),
        hide_index=True,
        height=min(38 + 35 * len(found.entries), 740),
        column_config={
            "Date": st.column_config.Column(width=140),
            "Acte": st.column_config.Column(width=220),
            "Par qui": st.column_config.Column(width=170),
            "Sur qui": st.column_config.Column(width=90, help="Pseudonyme de la personne"),
            "Décision": st.column_config.Column(width=110),
            "Motif": st.column_config.Column(width=170),
            "Détail": st.column_config.Column(width=170),
            "Sur quoi": st.column_config.Column(width=90),
            "Empreinte": st.column_config.Column(width=110),
        },
    )


def row(entry: Entry) -> dict[str, str]:
    return {
        "Date": f"{wording.paris(entry.happened_utc):%d/%m/%Y %H:%M}",
        "Acte": entry.label,
        "Par qui": acts.in_french(entry.by),
        "Sur qui": str(entry.candidate_id or ""),
        "Décision": acts.in_french(entry.verdict),
        "Motif": entry.words or acts.in_french(entry.reason),
        "Détail": "" if entry.detail == entry.verdict else acts.in_french(entry.detail),
        "Sur quoi": entry.subject,
        "Empreinte": entry.hash[:12],
    }


def export(wanted: Wanted, total: int) -> None:
    services = current()
    # Known now: the click is answered outside the page's run, where nobody acts.
    person = services.person
    if not access.may(person, "export journal"):
        return
    too_many = total > journal_search.MOST_EXPORTED
    st.download_button(
        "Exporter (CSV)",
        lambda: journal_search.export(services.database, person, wanted, utc_now()),
        # The address of a large download is a partial hash of content and name: the name must differ.
        file_name=f"journal-{uuid4()}.csv",
        mime="text/csv",
        key="journal.export",
        icon=":material/download:",
        on_click="ignore",
        disabled=too_many,
        help=f"Plus de {wording.number(journal_search.MOST_EXPORTED)} écritures : choisissez une période plus courte."
        if too_many
        else "Ce qui est affiché, toutes pages comprises. L'export est inscrit au journal.",
    )
