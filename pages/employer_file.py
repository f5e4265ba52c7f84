"""Échanges, Dossier employeur: the shortlist of an offer, its sheet for the employer, and the end of the offer."""

from functools import partial
from uuid import UUID, uuid4

import pandas as pd
import streamlit as st

from ftcore import phones
from ftcore.database import Database, utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.model import Met, Offer, Person
from ftcore.outreach import closing, employer_sheet, shortlist, takeover
from ftcore.outreach.sms import measure
from ftcore.services import current
from pages.frame import CONVERSATIONS, VERDICTS
from pages.thread_side import INTEREST, MET


def employer_file(offer: Offer | None) -> None:
    """The shortlist of one offer, or what to do to see one."""
    if offer is None:
        st.info(
            "Choisissez une offre ci-dessus : vous verrez qui est intéressé, disponible, et ce que chacun a répondu.",
            icon=":material/arrow_upward:",
        )
        return
    services = current()
    found = shortlist.shortlist(services.database, services.person, offer.offer_id)
    if not found.people:
        st.info(
            "Personne n'a encore dit oui pour cette offre. Les réponses arrivent ici d'elles-mêmes.",
            icon=":material/hourglass_top:",
        )
    else:
        count = wording.counted(len(found.people), "personne au dossier", "personnes au dossier")
        put = wording.counted(len(found.put_forward), "retenue")
        st.markdown(f"**{count}**, {put} par un conseiller. Un point inconnu n'est pas un refus : demandez.")
        table(found)
        sheets(found)
    end_of_offer(offer.offer_id)


def table(found: shortlist.Shortlist) -> None:
    names = list(dict.fromkeys(each.text for person in found.people for each in person.prerequisites))
    rows = []
    for person in found.people:
        known = {each.text: each for each in person.prerequisites}
        row = {
            "Personne": person.name,
            "Décision": VERDICTS[person.verdict] if person.verdict else "à prendre",
            "Intérêt": worded(INTEREST.get(person.interest, ""), person.interest_quote),
            "Disponible": employer_sheet.available(person),
        }
        for name in names:
            each = known.get(name)
            row[name] = worded(MET[each.met][1], each.quote) if each else MET[Met.UNKNOWN][1]
        row["Motif"] = person.verdict_reason or ""
        row["Où en est-on"] = CONVERSATIONS[person.state]
        rows.append(row)
    picked = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="conversations.shortlist",
        height=min(560, 40 + 36 * len(rows)),
        column_config={
            "Personne": st.column_config.TextColumn(pinned=True),
            "Décision": st.column_config.TextColumn(width=110),
            "Intérêt": st.column_config.TextColumn(width=230),
            "Disponible": st.column_config.TextColumn(width=150),
        }
        | {name: st.column_config.TextColumn(name[:1].upper() + name[1:], width=190) for name in names},
    )
    chosen = picked["selection"]["rows"]
    if chosen and st.button("Ouvrir l'échange", icon=":material/forum:", key="conversations.open_listed"):
        st.session_state["conversations.open"] = str(found.people[chosen[0]].conversation_id)
        st.session_state.pop("conversations.view", None)
        st.rerun()


def worded(word: str, quote: str | None) -> str:
    return f"{word} : « {phones.covered_in(quote)} »" if quote else word


def sheets(found: shortlist.Shortlist) -> None:
    """The hand-over sheet, for those a counselor retained."""
    services = current()
    mine = services.person, services.agency_name
    if not found.put_forward:
        st.caption("La fiche pour l'employeur se prépare dès qu'une personne est retenue dans son échange.")
        return
    with st.container(horizontal=True):
        for form, (ending, mime, write) in employer_sheet.FORMS.items():
            st.download_button(
                f"Fiche employeur ({form})",
                # Made and journaled when it is asked for: one made before would lack who was retained since. That is
                # beside the page's run, where nobody acts: who asks is told from here.
                data=partial(sheet, services.database, *mine, found.offer.offer_id, form, write),
                # Files of equal name and length can collide between people: the name holds an id of its own.
                file_name=f"candidatures-{uuid4().hex[:12]}.{ending}",
                mime=mime,
                icon=":material/download:",
                key=f"conversations.sheet.{ending}",
            )


def sheet(
    database: Database, person: Person, agency_name: str, offer_id: UUID, form: str, write: employer_sheet.Write
) -> bytes:
    """The sheet as it is now, with the numbers."""
    return write(shortlist.hand_over(database, person, offer_id, form, utc_now()), agency_name)


def end_of_offer(offer_id: UUID) -> None:
    """Closing the offer: how many are told, in which words, and one confirmation."""
    services = current()
    plan = closing.preview(services.database, services.person, offer_id)
    if plan.closed_utc is not None:
        st.caption(f":material/event_busy: Offre close {wording.instant(plan.closed_utc)}.")
        return
    with st.expander("Le poste est pourvu ou retiré ? Clore l'offre", icon=":material/event_busy:"):
        st.markdown(
            f"**{wording.counted(plan.people, 'personne')}** encore en échange recevr"
            f"{'a' if plan.people < 2 else 'ont'} ce message ; rien d'autre ne partira."
        )
        if plan.unsent:
            st.caption(f"{wording.counted(plan.unsent, 'premier message')} pas encore parti ne partira pas.")
        body = st.text_area(
            "Message de clôture",
            value=plan.body,
            max_chars=takeover.LONGEST_SMS,
            key=f"conversations.closing.{offer_id}",
        )
        parts = measure(body).parts * plan.people
        sure = st.checkbox("J'ai relu ce message", key=f"conversations.closing_read.{offer_id}")
        st.button(
            f"Clore l'offre et prévenir {wording.counted(plan.people, 'personne')}"
            f" ({wording.counted(parts, 'partie')} de SMS)",
            type="primary",
            disabled=not sure,
            key="conversations.close_offer",
            on_click=close,
            args=(offer_id,),
        )


def close(offer_id: UUID) -> None:
    services, state = current(), st.session_state
    try:
        told = closing.close_offer(
            services.database,
            services.person,
            offer_id,
            state.get(f"conversations.closing.{offer_id}", ""),
            services.settings.sending_hours,
            utc_now(),
        )
    except FtError as error:
        state["conversations.refused"] = str(error)
        return
    state["conversations.done"] = f"Offre close : {wording.counted(told, 'personne prévenue', 'personnes prévenues')}."
    services.wake()
