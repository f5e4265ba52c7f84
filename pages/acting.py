"""Who acts in a run of a page: whoever signed in, asked anew each time, or in the demo the role that was chosen."""

from __future__ import annotations

import time
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

from ftcore import demo
from ftcore.database import utc_now
from ftcore.errors import NotSignedIn
from ftcore.model import Role
from ftcore.services import Services, current
from ftcore.trust import claims, sessions
from ftcore.trust.claims import Identity
from ftcore.trust.sessions import Refusal, Session

# A page asks many times in one run. What was withdrawn must count within a minute; two seconds are soon enough.
_REMEMBERED = 2.0
_ROLE = "acting.role"
_KNOWN = "acting.session"
_WORKED = "acting.worked"
# A session that ended by itself or elsewhere: its person comes back. Who may not come in has nothing to go on with.
_COMES_BACK = (Refusal.ENDED, Refusal.IDLE, Refusal.TOO_LONG)


def who_acts(ours: Services) -> Session:
    """Who looks at the page of this run. Raises NotSignedIn where nobody does."""
    if get_script_run_ctx(suppress_warning=True) is None and ours.settings.sign_in is None:
        return ours.local  # a command, or a thread that works for one
    if ours.settings.sign_in is None:
        return _in_the_demo(ours)
    found = session(ours)
    if isinstance(found, Session):
        return found
    raise NotSignedIn(WHY[found])


def session(ours: Services) -> Session | Refusal | None:
    """The session of who signed in, why there is none, or None for who shows no cookie at all."""
    identity = _identity(ours)
    if identity is None:
        return None
    active = _somebody_acts()
    known = st.session_state.get(_KNOWN)
    if known and known[0] == identity.session_key and known[2] >= active and time.monotonic() - known[1] < _REMEMBERED:
        remembered: Session | Refusal = known[3]
        return remembered
    found = sessions.resume(ours.database, identity, utc_now(), active=active)
    st.session_state[_KNOWN] = identity.session_key, time.monotonic(), active, found
    if isinstance(found, Session):
        st.session_state[_WORKED] = identity.session_key
    return found


def subject(ours: Services) -> str | None:
    """Who the provider says that this is, or None for nobody. Says nothing about whether their session goes on."""
    identity = _identity(ours)
    return identity.subject if identity is not None else None


def who_left(ours: Services, refusal: Refusal | None) -> str | None:
    """The subject of who worked in this tab until their session ended; not of who only shows its cookie."""
    identity = _identity(ours)
    if identity is None or refusal not in _COMES_BACK or st.session_state.get(_WORKED) != identity.session_key:
        return None
    return identity.subject


def choose_role(role: Role) -> None:
    """Go on in another role."""
    ours = current()
    if ours.settings.sign_in is None:
        st.session_state[_ROLE] = role
        # The next tab begins as this one goes on.
        ours.person = _in_the_demo(ours).person
        return
    identity = _identity(ours)
    if identity is not None:
        sessions.take_role(ours.database, identity, role, utc_now())
        st.session_state.pop(_KNOWN, None)


def sign_out() -> None:
    """End the session on both sides: our row first, so that no copy of the cookie opens anything."""
    ours = current()
    identity = _identity(ours)
    if identity is not None:
        sessions.sign_out(ours.database, identity, utc_now())
    st.session_state.pop(_KNOWN, None)
    st.logout()


WHY: dict[Refusal | None, str] = {
    None: "Connectez-vous pour continuer.",
    Refusal.ENDED: "Votre session est terminée. Connectez-vous de nouveau pour continuer.",
    Refusal.IDLE: "Votre session s'est fermée après 30 minutes sans activité. Connectez-vous de nouveau pour "
    "continuer.",
    Refusal.TOO_LONG: "Votre session a duré 12 heures : elle s'est fermée. Connectez-vous de nouveau pour continuer.",
    Refusal.STALE: "Cette connexion est trop ancienne. Connectez-vous de nouveau pour continuer.",
    Refusal.NO_ROLE: "Vous êtes reconnu·e, mais aucun rôle ne vous est attribué dans Entremise. Demandez à votre "
    "administrateur de vous en donner un, puis connectez-vous de nouveau.",
    Refusal.NO_AGENCY: "Vous êtes reconnu·e, mais votre compte n'est rattaché à aucune agence connue d'Entremise. "
    "Demandez à votre administrateur de corriger votre agence, puis connectez-vous de nouveau.",
}


def _in_the_demo(ours: Services) -> Session:
    role = st.session_state.get(_ROLE, ours.local.person.role)
    local = ours.local.person
    if role == local.role:
        return ours.local
    named = demo.member(role, local.agency_id) if local.person_id.startswith("demo-") else replace(local, role=role)
    return replace(ours.local, person=named)


def _identity(ours: Services) -> Identity | None:
    if ours.settings.sign_in is None or not st.user.is_logged_in:
        return None
    return claims.read(st.user.to_dict(), ours.settings.sign_in)


def _somebody_acts() -> bool:
    """Whether a person caused this run: a page's fragment also refreshes itself."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is None or not context.fragment_ids_this_run or ThreadState.get().in_fragment_callback
