"""Rédaction: the tasks of the assistant, the conversations, and the ways in that need no assistant."""

import time
from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import chats, documents, offers, prompts, writing
from ftcore.drafting.assistant import ChatModel
from ftcore.drafting.chats import Chat, Entry, Outcome, Rating, TurnRole
from ftcore.drafting.generation import Generation
from ftcore.drafting.offline import OfflineWriter
from ftcore.drafting.prompts import Input, Prompt
from ftcore.errors import FtError, NotFound
from ftcore.insight import wording
from ftcore.model import Role
from ftcore.services import current
from pages import doors
from pages.marked import as_sentence, escaped
from pages.offer_document import show_answer
from pages.offer_ways import SHOWN_OFFERS, fill_form, import_file, open_preselection
from pages.prompt_desk import show_prompt_desk

FORM, FILE, DESK = "formulaire", "fichier", "consignes"
DOCUMENTS = ["pdf", "docx", "txt"]
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
# A redraw costs the browser a little: later pieces are shown a few times a second, the first at once.
SECONDS_BETWEEN_DRAWINGS = 0.04

services = current()
database = services.database
doors.keep("chat.py", services.person)


# Where one is: in the address, so that a reload or a bookmark comes back to it.


def go_to_task(name: str) -> None:
    st.query_params.from_dict({"tache": name})


def go_to_chat(chat_id: UUID) -> None:
    st.query_params.from_dict({"echange": str(chat_id)})


# The left third: what can be begun, and what was.


def show_tasks(chosen: str | None) -> None:
    st.subheader("Écrire")
    with st.container(gap=None):
        for prompt in prompts.catalogue(database, services.person):
            task_button(prompt.name, prompt.title, f":material/{prompt.icon}:", prompt.purpose, chosen)
        task_button(FORM, "Offre par formulaire", ":material/list_alt:", "Champ par champ, sans assistant", chosen)
        task_button(FILE, "Offres d'un fichier", ":material/upload_file:", "Un export de France Travail", chosen)
        if services.person.role is Role.TEAM_LEAD:
            task_button(DESK, "Consignes de l'agence", ":material/tune:", "Publier, exporter, retirer", chosen)


def task_button(name: str, label: str, icon: str, purpose: str, chosen: str | None) -> None:
    st.button(
        escaped(label),
        key=f"chat.task.{name}",
        icon=icon,
        help=escaped(purpose) or None,
        type="secondary" if name == chosen else "tertiary",
        width="stretch",
        on_click=go_to_task,
        args=(name,),
    )


def show_chats(opened: UUID | None) -> None:
    st.subheader("Vos échanges")
    search = st.text_input(
        "Rechercher", key="chat.search", placeholder="Un mot, un nom, un lieu…", label_visibility="collapsed"
    )
    found = chats.chats(database, services.person, search)
    if not found:
        st.caption("Aucun échange avec ces mots." if search else "Aucun pour l'instant : choisissez une tâche.")
    with st.container(height=260 if len(found) > 5 else "content", border=False, gap=None):
        for chat in found:
            st.button(
                escaped(chat.title),
                key=f"chat.resume.{chat.chat_id}",
                help=f"{wording.instant(chat.changed_utc)}",
                type="secondary" if chat.chat_id == opened else "tertiary",
                width="stretch",
                on_click=go_to_chat,
                args=(chat.chat_id,),
            )


def show_offers() -> None:
    st.subheader("Offres enregistrées")
    saved = offers.offers(database, services.person)
    if not saved:
        st.caption("Aucune pour l'instant : la première que vous validerez apparaîtra ici.")
    for offer in saved[:SHOWN_OFFERS]:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.text(offer.title)
                st.caption(f"{wording.paris(offer.created_utc):%d/%m/%Y, %H:%M}")
            if st.button("Présélection", key=f"chat.open.{offer.offer_id}", type="tertiary"):
                open_preselection(offer.offer_id)
    if len(saved) > SHOWN_OFFERS:
        st.caption(f"Les plus anciennes ({len(saved) - SHOWN_OFFERS}) se choisissent dans Présélection.")


# Beginning a task.


def begin_task(prompt: Prompt) -> None:
    st.subheader(escaped(prompt.title))
    if prompt.purpose:
        st.caption(escaped(prompt.purpose))
    if prompt.name == "offer":
        show_examples()
    if not prompt.inputs:
        said = st.chat_input("Écrivez votre demande", key="chat.first")
        st.caption("L'échange s'ouvre dès votre premier message. Rien n'est envoyé à un candidat depuis cette page.")
        if said:
            start(prompt, [], said)
        return
    with st.form(f"chat.form.{prompt.name}", border=False):
        given = [(field, ask_for(prompt, field)) for field in prompt.inputs]
        asked = st.form_submit_button("Rédiger", key="chat.write", type="primary", icon=":material/edit_note:")
    if asked:
        try:
            materials = [(field.label, text) for field, text in given]
            for field, text in given:
                if not text.strip() and not field.optional:
                    raise FtError(f"Remplissez d'abord « {field.label} ».")
            start(prompt, materials, "")
        except FtError as error:
            st.error(as_sentence(error), icon=":material/error:")


def show_examples() -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Commencer par un exemple :")
        for label, notes in EXAMPLES.items():
            st.button(label, key=f"chat.example.{label}", on_click=use_example, args=(notes,), type="tertiary")


def use_example(notes: str) -> None:
    st.session_state["chat.input.offer.notes"] = notes


def ask_for(prompt: Prompt, field: Input) -> str:
    """The field, and the text of a document put beside it."""
    key, label = f"chat.input.{prompt.name}.{field.name}", escaped(field.label)
    if field.choices:
        return str(
            st.segmented_control(label, field.choices, key=key, default=field.choices[0], format_func=escaped) or ""
        )
    if field.lines == 1:
        return st.text_input(label, key=key, placeholder=field.hint or None)
    text = st.text_area(label, key=key, height=28 * field.lines + 20, placeholder=field.hint or None)
    if not field.document:
        return text
    upload = st.file_uploader(
        "Ou un document (PDF, Word, texte)",
        type=DOCUMENTS,
        key=f"{key}.file",
        label_visibility="collapsed",
        max_upload_size=10,
    )
    return "\n\n".join(part for part in (text, read_upload(upload.name, upload.getvalue()) if upload else "") if part)


def read_upload(name: str, data: bytes) -> str:
    try:
        document = documents.read_document(name, data)
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return ""
    for note in document.notes:
        st.caption(as_sentence(note))
    return document.text


def start(prompt: Prompt, materials: list[tuple[str, str]], said: str) -> None:
    chat_id = chats.start(database, services.person, prompt.name, materials, said, utc_now())
    for field in prompt.inputs:
        st.session_state.pop(f"chat.input.{prompt.name}.{field.name}", None)
    write_answer(chat_id, services.model)
    go_to_chat(chat_id)
    st.rerun()


def write_answer(chat_id: UUID, model: ChatModel) -> None:
    st.session_state.pop("chat.failure", None)
    services.generations[chat_id] = writing.begin(
        database, services.person, model, chat_id, services.daily_tokens, utc_now
    )


# A conversation.


def show_chat(chat: Chat) -> None:
    show_title(chat)
    entries = chats.entries(database, services.person, chat.chat_id)
    last = entries[-1] if entries else None
    for entry in entries[:-1] if last and last.role is TurnRole.ASSISTANT else entries:
        show_entry(entry)
    generation = services.generations.get(chat.chat_id)
    if generation is not None:
        show_generation(chat, generation)
        return
    show_failure(chat)
    if last and last.role is TurnRole.ASSISTANT:
        if last.outcome is not Outcome.COMPLETE:
            st.caption(":material/content_cut: Réponse arrêtée avant sa fin : ce qui est arrivé est gardé.")
        show_answer(chat, entries, last)
        show_answer_actions(chat, entries, last)
    elif st.button("Rédiger la réponse", key="chat.answer", type="primary", icon=":material/edit_note:"):
        answer_again(chat.chat_id, services.model)
    show_hidden(chat, entries)
    follow_up(chat)


def show_title(chat: Chat) -> None:
    name, manage = st.columns([5, 1], vertical_alignment="center")
    name.subheader(escaped(chat.title))
    with manage, st.popover("", icon=":material/more_horiz:", help="Renommer ou supprimer cet échange"):
        title = st.text_input("Titre", chat.title, key=f"chat.title.{chat.chat_id}", max_chars=80)
        if st.button("Renommer", key="chat.rename"):
            chats.rename(database, services.person, chat.chat_id, title)
            st.rerun()
        st.caption("La suppression efface tous les textes de cet échange, sans retour.")
        if st.button("Supprimer cet échange", key="chat.delete", icon=":material/delete:"):
            chats.delete(database, services.person, chat.chat_id)
            go_to_task("offer")
            st.rerun()


def show_entry(entry: Entry) -> None:
    if entry.role is TurnRole.MATERIAL:
        with st.expander(escaped(entry.label or "Éléments"), icon=":material/attach_file:"):
            st.text(entry.text)
        return
    ours = entry.role is TurnRole.USER
    with st.chat_message(
        "user" if ours else "assistant", avatar=":material/person:" if ours else ":material/edit_note:"
    ):
        st.text(entry.text)


def show_generation(chat: Chat, generation: Generation) -> None:
    """Plain text while it comes: Markdown of a model could load images from anywhere."""
    st.button("Arrêter", key="chat.stop", icon=":material/stop_circle:", on_click=generation.stop)
    place, text = st.empty(), ""
    place.caption("L'assistant écrit…")
    while not generation.ended:
        longer = generation.wait(len(text), timeout=0.1)
        if longer:
            # Drawn again also when nothing came: that is where Streamlit lets a click through.
            place.text(longer)
        else:
            place.caption("L'assistant écrit…")
        if len(text):
            time.sleep(SECONDS_BETWEEN_DRAWINGS)
        text = longer
    services.generations.pop(chat.chat_id, None)
    if generation.failure:
        st.session_state["chat.failure"] = (str(chat.chat_id), generation.failure)
    st.rerun()


def show_failure(chat: Chat) -> None:
    chat_id, told = st.session_state.get("chat.failure", (None, ""))
    if chat_id != str(chat.chat_id):
        return
    st.error(as_sentence(told), icon=":material/error:")
    with st.container(horizontal=True):
        if st.button("Réessayer", key="chat.retry", icon=":material/refresh:"):
            answer_again(chat.chat_id, services.model)
        offered = services.model.is_ai and chat.task != "free"
        if offered and st.button("Rédiger sans IA", key="chat.offline", icon=":material/edit:"):
            answer_again(chat.chat_id, OfflineWriter())


def answer_again(chat_id: UUID, model: ChatModel) -> None:
    entries = chats.entries(database, services.person, chat_id)
    if entries and entries[-1].role is TurnRole.ASSISTANT:
        chats.take_back_answer(database, services.person, chat_id, utc_now())
    try:
        write_answer(chat_id, model)
    except FtError as error:
        st.session_state["chat.failure"] = (str(chat_id), str(error))
    st.rerun()


def show_answer_actions(chat: Chat, entries: list[Entry], answer: Entry) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Régénérer", key="chat.again", icon=":material/refresh:"):
            answer_again(chat.chat_id, services.model)
        messages = [entry for entry in entries if entry.role is TurnRole.USER]
        if messages:
            with st.popover("Modifier mon message", icon=":material/edit:"):
                change_message(chat, messages[-1])
        elif chat.task != "free":
            with st.popover("Modifier mes éléments", icon=":material/edit:"):
                change_materials(chat, [entry for entry in entries if entry.role is TurnRole.MATERIAL])
        rate(chat, answer)


def change_message(chat: Chat, message: Entry) -> None:
    text = st.text_area("Votre message", message.text, key=f"chat.edit.{message.turn_id}")
    if st.button("Renvoyer", key="chat.edit.send", type="primary"):
        try:
            chats.take_back_message(database, services.person, chat.chat_id, utc_now())
            chats.say(database, services.person, chat.chat_id, text, utc_now())
        except FtError as error:
            st.error(as_sentence(error), icon=":material/error:")
            return
        answer_again(chat.chat_id, services.model)


def change_materials(chat: Chat, materials: list[Entry]) -> None:
    texts = [
        st.text_area(escaped(entry.label or "Éléments"), entry.text, key=f"chat.edit.{entry.turn_id}", height=160)
        for entry in materials
    ]
    if st.button("Rédiger de nouveau", key="chat.edit.materials", type="primary"):
        try:
            for entry, text in zip(materials, texts, strict=True):
                chats.replace_material(database, services.person, chat.chat_id, entry.turn_id, text, utc_now())
        except FtError as error:
            st.error(as_sentence(error), icon=":material/error:")
            return
        answer_again(chat.chat_id, services.model)


def rate(chat: Chat, answer: Entry) -> None:
    key = f"chat.thumbs.{answer.turn_id}"
    if answer.rating is not None:
        st.session_state.setdefault(key, 1 if answer.rating is Rating.UP else 0)
    thumbs = st.feedback("thumbs", key=key)
    given = None if thumbs is None else Rating.UP if thumbs else Rating.DOWN
    if given is not answer.rating:
        chats.rate(database, services.person, chat.chat_id, answer.turn_id, given)
    if given is not None:
        with st.popover("Dire pourquoi", icon=":material/comment:"):
            reason = st.text_input("Ce qui va ou ne va pas (facultatif)", key=f"chat.reason.{answer.turn_id}")
            if st.button("Enregistrer", key="chat.reason.save"):
                chats.rate(database, services.person, chat.chat_id, answer.turn_id, given, reason)
                st.toast("Merci, c'est noté.")


def show_hidden(chat: Chat, entries: list[Entry]) -> None:
    """What did not leave: the counselor sees which words became placeholders."""
    if not services.model.is_ai:
        st.caption(":material/lock: Sans IA, rien ne quitte cette machine.")
        return
    hidden = writing.prepare(database, services.person, services.model, chat, entries).hidden
    if not hidden:
        st.caption(":material/lock: Aucune donnée personnelle reconnue dans cet échange ; relisez avant d'envoyer.")
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(":material/lock: Masqué à l'IA :")
        for each in hidden:
            st.badge(escaped(each.original), icon=":material/visibility_off:", color="gray")


def follow_up(chat: Chat) -> None:
    said = st.chat_input(
        "Demander un changement, ajouter une précision ou un document",
        key="chat.more",
        accept_file=True,
        file_type=DOCUMENTS,
        max_upload_size=10,
    )
    if not said:
        return
    try:
        materials = [(f"Document : {file.name}", read_upload(file.name, file.getvalue())) for file in said.files]
        chats.say(
            database,
            services.person,
            chat.chat_id,
            said.text,
            utc_now(),
            [each for each in materials if each[1].strip()],
        )
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    answer_again_after_message(chat.chat_id)


def answer_again_after_message(chat_id: UUID) -> None:
    try:
        write_answer(chat_id, services.model)
    except FtError as error:
        st.session_state["chat.failure"] = (str(chat_id), str(error))
    st.rerun()


def chosen_chat() -> Chat | None:
    try:
        return chats.chat(database, services.person, UUID(st.query_params["echange"]))
    except (KeyError, ValueError):
        return None
    except NotFound as error:
        st.info(as_sentence(error), icon=":material/info:")
        return None


st.title("Rédaction")
st.write("Écrire une offre ou un message.")
left, right = st.columns([3, 7], gap="large")
with right:
    opened = chosen_chat()
    task = None if opened else st.query_params.get("tache", "offer")
    if opened:
        show_chat(opened)
    elif task == FORM:
        fill_form()
    elif task == FILE:
        import_file()
    elif task == DESK and services.person.role is Role.TEAM_LEAD:
        show_prompt_desk()
    else:
        try:
            begin_task(prompts.find(database, services.person, task or "offer"))
        except NotFound as error:
            st.info(as_sentence(error), icon=":material/info:")
with left:
    show_tasks(opened.task if opened else task)
    show_chats(opened.chat_id if opened else None)
    show_offers()
