"""The prompts of the agency: a team lead writes, imports, exports and withdraws them."""

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import prompts
from ftcore.errors import FtError
from ftcore.services import current
from pages.marked import as_sentence, escaped


def show_prompt_desk() -> None:
    st.subheader("Consignes de l'agence")
    st.caption("Une consigne publiée devient une tâche pour tous les conseillers de l'agence.")
    if done := st.session_state.pop("chat.desk.done", None):
        st.success(as_sentence(done), icon=":material/check_circle:")
    show_listed()
    write_one()
    import_one()


def show_listed() -> None:
    services = current()
    for prompt in prompts.catalogue(services.database, services.person):
        with st.container(horizontal=True, vertical_alignment="center"):
            origin = "de l'agence" if prompt.published_by else "du programme"
            with st.container(gap=None):
                st.text(prompt.title)
                st.caption(f"{origin} · version {prompt.version}")
            st.download_button(
                "Exporter",
                prompt.source.encode(),
                f"{prompt.name}-{prompt.version}.md",
                "text/markdown",
                key=f"chat.desk.export.{prompt.name}",
                icon=":material/download:",
                type="tertiary",
            )
            if prompt.published_by and st.button(
                "Retirer", key=f"chat.desk.withdraw.{prompt.name}", icon=":material/delete:", type="tertiary"
            ):
                prompts.withdraw(services.database, services.person, prompt.name, utc_now())
                st.session_state["chat.desk.done"] = (
                    "La consigne est retirée ; les échanges commencés restent lisibles."
                )
                st.rerun()


def write_one() -> None:
    with st.form("chat.desk.form", clear_on_submit=False):
        st.text("Écrire une consigne")
        title = st.text_input("Titre", key="chat.desk.title", max_chars=60)
        name = st.text_input("Nom court (lettres sans accent)", key="chat.desk.name", placeholder="relance_employeur")
        purpose = st.text_input("À quoi elle sert", key="chat.desk.purpose", max_chars=160)
        body = st.text_area("Ce que l'assistant doit faire", key="chat.desk.body", height=160)
        if st.form_submit_button("Publier", key="chat.desk.publish", type="primary"):
            publish(prompts.compose(name.strip(), title.strip(), purpose.strip(), body))


def import_one() -> None:
    upload = st.file_uploader(
        "Importer une consigne (fichier .md)", type=["md"], key="chat.desk.file", max_upload_size=1
    )
    if upload is not None:
        text = upload.getvalue().decode("utf-8", "replace")
        try:
            prompt = prompts.read(text)
        except FtError as error:
            st.error(as_sentence(error), icon=":material/error:")
            return
        st.text(f"{prompt.title} : {prompt.purpose}")
        if st.button(f"Publier « {escaped(prompt.title)} »", key="chat.desk.import"):
            publish(text)


def publish(text: str) -> None:
    services = current()
    try:
        prompt = prompts.publish(services.database, services.person, text, utc_now())
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    st.session_state["chat.desk.done"] = f"« {prompt.title} » est publiée, version {prompt.version}."
    st.rerun()
