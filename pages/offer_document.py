"""An answer as a document: corrected by hand, compared with what came, kept; an offer is also checked."""

from dataclasses import replace
from uuid import UUID, uuid5

import streamlit as st

from ftcore.database import Database, utc_now
from ftcore.drafting import budget, chats, compliance, exports, form, offers, prompts, validation
from ftcore.drafting.changes import word_diff
from ftcore.drafting.chats import Chat, Entry, TurnRole
from ftcore.drafting.compliance import Finding, Level
from ftcore.drafting.reading_model import structure_with_model
from ftcore.drafting.structure import traced_to
from ftcore.drafting.support import Span, unsupported
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching.occupations import OccupationIndex, build_index
from ftcore.model import FieldNote, Offer, Role
from ftcore.outreach import sms
from ftcore.services import current
from pages.marked import as_sentence, changed, escaped, marked
from pages.offer_ways import counted, open_preselection

LEVELS = {Level.BLOCK: (":material/block:", "red"), Level.WARN: (":material/info:", "orange")}


@st.cache_resource(max_entries=2, ttl=600, show_spinner="Lecture du référentiel des métiers…")
def occupation_index(_database: Database, size: tuple[int, int]) -> OccupationIndex:
    """The search over job titles; a new referential has another size, and makes a new index."""
    return build_index(_database)


def document_key(turn_id: UUID) -> str:
    return f"chat.document.{turn_id}"


def show_answer(chat: Chat, entries: list[Entry], answer: Entry) -> None:
    """The last answer, in an editor. What is done with it depends on the task."""
    services = current()
    key = document_key(answer.turn_id)
    # A one-click rewrite is set before the editor is drawn: afterwards Streamlit forbids it.
    st.session_state.setdefault(key, answer.text)
    height = min(max(140, 20 * (answer.text.count("\n") + len(answer.text) // 90 + 3)), 460)
    text = st.text_area("Document : relisez et corrigez", key=key, height=height)
    if text != answer.text and st.toggle("Voir ce que j'ai changé", key="chat.changes"):
        st.markdown(changed(word_diff(answer.text, text)))
    result = prompts.find(services.database, services.person, chat.task).result
    if result == "offer":
        show_offer(chat, entries, answer, text)
        return
    if result == "sms":
        show_size(text, key)
    if st.button("Garder ce texte", key="chat.accept", type="primary", icon=":material/check:"):
        keep(chat, answer, text)
    kept = st.session_state.get("chat.kept")
    if kept and kept[0] == str(answer.turn_id):
        st.success(kept[1], icon=":material/check_circle:")
        with st.expander("Copier le texte", icon=":material/content_copy:", expanded=True):
            st.code(text, language=None, wrap_lines=True)


def keep(chat: Chat, answer: Entry, text: str) -> None:
    services = current()
    try:
        share = chats.accept(services.database, services.person, chat.chat_id, answer.turn_id, text, utc_now())
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    said = "tel quel" if share == 0 else f"modifié à {wording.percent(share)}"
    st.session_state["chat.kept"] = (str(answer.turn_id), f"Texte gardé, {said}.")


def show_size(text: str, key: str) -> None:
    """What the SMS costs, and the same in cheap characters where that saves."""
    size = sms.measure(text)
    st.caption(f":material/sms: {counted(len(text), 'caractère', 'caractères')}, {counted(size.parts, 'SMS', 'SMS')}.")
    cheap = sms.gsm_safe(text)
    if cheap != text and sms.measure(cheap).parts < size.parts:
        st.warning(
            f"Un caractère spécial fait passer ce message à {size.parts} SMS au lieu de {sms.measure(cheap).parts}.",
            icon=":material/price_change:",
        )
        st.button("Remplacer par des caractères simples", key="chat.cheap", on_click=put, args=(key, cheap))


def put(key: str, text: str) -> None:
    st.session_state[key] = text


def show_offer(chat: Chat, entries: list[Entry], answer: Entry, text: str) -> None:
    services = current()
    database, person = services.database, services.person
    index = occupation_index(database, form.referential_size(database))
    now = utc_now()
    offer, notes = read_by_model(text) or offers.structure(text, index, database, person.agency_id, now)
    # Two clicks on "Valider" save one offer: its id comes from the conversation.
    offer = replace(offer, offer_id=uuid5(chat.chat_id, "offer"))
    findings = compliance.check(text)
    told = "\n".join(entry.text for entry in entries if entry.role is not TurnRole.ASSISTANT)
    from_notes, _ = offers.structure(told, index, database, person.agency_id, now)
    offer = traced_to(offer, from_notes)
    doubts = unsupported(text, told, now.date())
    show_strip(findings, doubts)
    if findings or doubts:
        show_marked(text, findings, doubts)
        show_findings(answer, text, findings)
        show_doubts(doubts)
    offer_model_reading(text, index)
    understood, missing = st.columns(2, gap="large")
    with understood:
        show_facts(offer)
    with missing:
        show_missing(notes)
    if not any(each.level is Level.BLOCK for each in findings) and offer.title:
        offer_downloads(offer)
    validate(chat, answer, text, offer, [each for each in findings if each.level is Level.BLOCK])


def read_by_model(text: str) -> tuple[Offer, list[FieldNote]] | None:
    """What a model read in just this text; another word in it, and the rules read again."""
    kept: tuple[str, tuple[Offer, list[FieldNote]]] | None = st.session_state.get("chat.read")
    return kept[1] if kept and kept[0] == text else None


def offer_model_reading(text: str, index: OccupationIndex) -> None:
    services = current()
    if not services.model.is_ai or read_by_model(text):
        return
    if st.button("Relire les champs avec l'IA", key="chat.read.ask", icon=":material/manage_search:"):
        database, person = services.database, services.person
        model = budget.metered(services.model, database, person.agency_id, services.daily_tokens, utc_now)
        try:
            with st.spinner("L'assistant relit le texte…"):
                read = structure_with_model(model, text, index, database, person, utc_now())
        except FtError as error:
            st.error(f"{error} Les champs lus par règles restent affichés.", icon=":material/error:")
            return
        st.session_state["chat.read"] = (text, read)
        st.rerun()


def show_strip(findings: list[Finding], doubts: list[Span]) -> None:
    blocks = sum(each.level is Level.BLOCK for each in findings)
    warnings = len(findings) - blocks
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if blocks:
            st.badge(counted(blocks, "point bloquant", "points bloquants"), icon=":material/block:", color="red")
        if warnings:
            st.badge(counted(warnings, "conseil", "conseils"), icon=":material/info:", color="orange")
        if doubts:
            st.badge(f"{len(doubts)} à vérifier", icon=":material/help:", color="blue")
        if not findings:
            st.badge("Aucun point de droit relevé", icon=":material/check_circle:", color="green")


def show_marked(text: str, findings: list[Finding], doubts: list[Span]) -> None:
    """Red blocks, orange advises, blue is stated by the draft and not by the notes."""
    spans = [(each.start, each.end, LEVELS[each.level][1]) for each in sorted(findings, key=lambda each: each.level)]
    spans += [(each.start, each.end, "blue") for each in doubts]
    with st.container(border=True, height=320 if len(text) > 900 else "content"):
        st.markdown(marked(text, spans))


def show_findings(answer: Entry, text: str, findings: list[Finding]) -> None:
    for number, finding in enumerate(findings):
        icon, colour = LEVELS[finding.level]
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.markdown(f":{colour}[{icon}] {escaped(finding.why)}")
                st.caption(
                    escaped(f"« {finding.excerpt} » · {finding.article}" if finding.excerpt else finding.article)
                )
            if finding.suggestion is not None and finding.excerpt:
                st.button(
                    "Retirer" if not finding.suggestion else "Corriger",
                    key=f"chat.mend.{number}",
                    icon=":material/auto_fix_high:",
                    help=escaped(f"Écrire « {finding.suggestion} »") if finding.suggestion else None,
                    on_click=put,
                    args=(document_key(answer.turn_id), compliance.mend(text, finding)),
                )


def show_doubts(doubts: list[Span]) -> None:
    if doubts:
        with st.expander(f"À vérifier : {counted(len(doubts), 'passage', 'passages')} que vos notes ne disent pas"):
            for doubt in doubts:
                st.text(f"« {doubt.words} » : {doubt.why}")


def show_facts(offer: Offer) -> None:
    st.subheader("Ce qui est compris")
    for name, value in form.in_words(offer):
        st.text(f"{name} : {value}")
    if offer.traces:
        with st.expander("D'où vient chaque champ dans vos notes", icon=":material/format_quote:"):
            for trace in offer.traces:
                st.text(f"{form.FIELD_NAMES[trace.field]} : « {trace.words} »")


def show_missing(notes: list[FieldNote]) -> None:
    st.subheader("À préciser")
    if not notes:
        st.caption(":material/check_circle: Rien : tous les champs ont été reconnus.")
    for note in notes:
        st.text(f"{note.field.capitalize()} : {note.reason}")


def offer_downloads(offer: Offer) -> None:
    """The offer as a file; what a format cannot carry is said before one takes it."""
    with st.popover("Télécharger", icon=":material/download:"):
        form_of = st.radio(
            "Format", list(exports.Format), format_func=lambda each: exports.NAMES[each][0], key="chat.export.format"
        )
        wanted = form_of or exports.Format.WORD
        _, ending, media = exports.NAMES[wanted]
        data, notes = exports.write(offer, wanted)
        if notes:
            st.caption(f"Ce format ne porte pas : {', '.join(note.field.lower() for note in notes)}.")
        # The offer's own id keeps two downloads apart, whatever Streamlit makes of their names.
        st.download_button(
            "Télécharger l'offre", data, f"offre-{offer.offer_id}.{ending}", media, key="chat.export", type="primary"
        )


def validate(chat: Chat, answer: Entry, text: str, offer: Offer, blocking: list[Finding]) -> None:
    services = current()
    reason = ""
    if blocking and services.person.role is Role.TEAM_LEAD:
        reason = st.text_input("Motif pour passer outre les points bloquants (gardé au journal)", key="chat.override")
    elif blocking:
        st.caption(
            ":material/block: Corrigez les points bloquants pour valider ; un responsable d'équipe peut passer outre."
        )
    if st.button(
        "Valider l'offre", key="chat.validate", type="primary", icon=":material/check:",
        disabled=bool(blocking) and not reason.strip(),
    ):  # fmt: skip
        try:
            validation.validate(services.database, services.person, offer, utc_now(), reason)
            chats.accept(services.database, services.person, chat.chat_id, answer.turn_id, text, utc_now())
        except FtError as error:
            st.error(as_sentence(error), icon=":material/error:")
            return
        open_preselection(offer.offer_id)
