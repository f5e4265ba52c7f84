"""The door: sign in with the institution's provider, learn why one's session opens nothing, or that it is ending."""

from datetime import timedelta

import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import wording
from ftcore.services import current
from ftcore.trust.sessions import Refusal, Session
from pages import acting, drafts
from pages.acting import WHY

_NOT_THE_PERSONS = (Refusal.NO_ROLE, Refusal.NO_AGENCY)
# Long enough to finish a sentence, and to come back from the printer.
WARNED = timedelta(minutes=5)


def show_sign_in(refusal: Refusal | None, *, kept: bool) -> None:
    """One sentence and one button, in the middle of the page. `kept` says that a text waits at this address."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title("Entremise")
        st.caption("Rédiger des offres, trouver et contacter des personnes, mesurer les réponses.")
        if refusal in _NOT_THE_PERSONS:
            st.warning(WHY[refusal], icon=":material/person_off:")
            st.button("Changer de compte", icon=":material/logout:", type="primary", on_click=acting.sign_out)
            return
        if refusal is None:
            st.text(WHY[refusal])
        else:
            st.info(WHY[refusal], icon=":material/timer:")
        st.button("Se connecter", icon=":material/login:", type="primary", on_click=st.login)
        if kept:
            st.caption(
                ":material/edit_note: Ce que vous écriviez sur cette page est gardé une heure : vous le "
                "retrouverez ici après la connexion."
            )
        elif refusal is not None:
            st.caption("Vous reviendrez sur cette page.")


@st.fragment(run_every=20.0)
def watch_session() -> None:
    """Say on any page that the session is about to end, while a click still helps, or that it has ended."""
    services = current()
    found = acting.session(services)
    if not isinstance(found, Session):
        # The page stays as it is: what is typed in a form stands in the browser until its button is clicked.
        st.warning(
            f"{WHY[found]} Si vous étiez en train d'écrire, cliquez d'abord sur le bouton qui suit votre texte "
            "(Rédiger, Envoyer, Ajouter…) : rien ne part, et votre texte est gardé.",
            icon=":material/timer:",
        )
        st.button("Se connecter", icon=":material/login:", type="primary", key="sign_in.again", on_click=sign_in_again)
        return
    if found.ends_utc is None or found.ends_utc - utc_now() > WARNED:
        return
    until = f"{wording.paris(found.ends_utc):%H:%M}"
    if not found.lasts:
        st.warning(f"Votre session se ferme à {until}, après 12 heures. Enregistrez ou envoyez ce que vous écrivez.",
                   icon=":material/timer:")  # fmt: skip
        return
    st.warning(f"Sans clic de votre part, votre session se ferme à {until}.", icon=":material/timer:")
    st.button("Rester connecté·e", key="sign_in.stay", on_click=stay)


def stay() -> None:
    """A click, which makes the session last: asking for it in a callback counts as one."""
    acting.session(current())


def sign_in_again() -> None:
    """Sign in from a page whose session ended, with what stands in its fields kept."""
    services = current()
    subject = acting.who_left(services, refusal_of(acting.session(services)))
    if subject is not None:
        drafts.keep(subject)
    st.login()


def refusal_of(found: Session | Refusal | None) -> Refusal | None:
    return None if isinstance(found, Session) else found
