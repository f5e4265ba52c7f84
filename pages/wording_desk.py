"""The wordings of the automaton: what each says, how it comes out, its versions; a team lead writes them."""

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.outreach import template_versions, wording_rules
from ftcore.outreach.template_versions import Version
from ftcore.outreach.templates import LABELS, PLACEHOLDERS, Kind
from ftcore.services import current
from ftcore.trust import access
from pages.marked import as_sentence, escaped


def show_wording_desk() -> None:
    """Left: the text and its history. Right: the SMS as a person gets it."""
    services = current()
    st.caption("Ce que l'automate écrit. Chaque texte enregistré est une nouvelle version ; les anciennes restent.")
    if done := st.session_state.pop("wordings.done", None):
        st.success(as_sentence(done), icon=":material/check_circle:")
    kind = Kind(
        st.selectbox(
            "Message",
            [each.value for each in Kind],
            format_func=lambda value: LABELS[Kind(value)],
            key="wordings.kind",
            on_change=forget,
        )
    )
    history = template_versions.versions(services.database, services.person, kind)
    text, sms = st.columns([3, 2], gap="large")
    with text:
        body = write(kind, history[0])
    with sms:
        show_preview(kind, body)
    show_history(kind, history)


def forget() -> None:
    """What was typed for another message is not kept for this one."""
    for key in ("text", "wrong"):
        st.session_state.pop(f"wordings.{key}", None)


def write(kind: Kind, used: Version) -> str:
    """The text area and its button; gives the text as it stands."""
    allowed = access.may(current().person, "change wordings")
    st.session_state.setdefault("wordings.text", used.template.body)
    body = st.text_area("Texte", key="wordings.text", height=190, disabled=not allowed)
    st.caption("Repères possibles : " + ", ".join(f"(({name}))" for name in sorted(PLACEHOLDERS[kind])))
    faults = [] if body == used.template.body else wording_rules.faults(kind, body, current().agency_name)
    if faults:
        listed = "\n".join(f"- {escaped(fault)}" for fault in faults)
        st.error(f"Ce texte ne peut pas être enregistré :\n\n{listed}", icon=":material/block:")
    if not allowed:
        st.info("Un responsable d'équipe ou un administrateur peut changer ce texte.", icon=":material/lock:")
        return body
    with st.container(horizontal=True):
        st.button("Vérifier", key="wordings.check", help="Relit le texte et met l'aperçu à jour.")
        st.button("Enregistrer", key="wordings.save", type="primary", on_click=save, args=(kind,),
                  disabled=bool(faults) or body == used.template.body)  # fmt: skip
    return body


def save(kind: Kind, body: str | None = None) -> None:
    services = current()
    text = st.session_state["wordings.text"] if body is None else body
    try:
        saved = template_versions.save(services.database, services.person, kind, text, utc_now())
    except FtError:
        return  # the faults are under the text
    st.session_state["wordings.text"] = saved.body
    st.session_state["wordings.done"] = (
        f"« {LABELS[kind]} » est enregistré, version {saved.version}. Les prochains messages l'utilisent ; ceux qui "
        "attendent déjà partent comme ils ont été confirmés."
    )


def show_preview(kind: Kind, body: str) -> None:
    seen = wording_rules.preview(kind, body, current().agency_name)
    st.markdown("**Ce que reçoit une personne**")
    with st.container(border=True):
        st.text(seen.body or "(vide)")
    parts = wording.counted(seen.length.parts, "partie facturée", "parties facturées")
    st.caption(f"{wording.counted(seen.length.units, 'caractère')} · {parts} · alphabet {seen.length.encoding}")
    if seen.rewritten and not seen.dear:
        pairs = ", ".join(f"« {escaped(typed)} » écrit « {escaped(sent)} »" for typed, sent in seen.rewritten)
        cost = (
            f" : tel quel, ce SMS compterait {wording.counted(seen.length.parts + seen.saved_parts, 'partie')}"
            if seen.saved_parts
            else " : tel quel, le SMS passerait de 160 à 70 caractères par partie"
        )
        st.info(pairs + cost + ".", icon=":material/translate:")
    if seen.dear:
        st.warning(
            f"Sans équivalent : {escaped(' '.join(seen.dear))}. Chaque partie ne compte plus que 70 caractères.",
            icon=":material/euro:",
        )


def show_history(kind: Kind, history: list[Version]) -> None:
    st.subheader("Versions")
    allowed = access.may(current().person, "change wordings")
    for place, one in enumerate(history):
        number = one.template.version
        with st.container(border=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**Version {number}**" if number else "**Version du programme**")
                if one.written_utc is not None:
                    st.caption(f"{wording.instant(one.written_utc)}, par {escaped(one.written_by or '')}")
                st.space("stretch")
                if place == 0:
                    st.badge("utilisée", icon=":material/check:", color="green")
                elif allowed:
                    st.button("Revenir à cette version", key=f"wordings.back.{number}", type="tertiary",
                              icon=":material/history:", on_click=save, args=(kind, one.template.body))  # fmt: skip
            st.text(one.template.body)
