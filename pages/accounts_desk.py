"""Comptes et rôles: who may take which role here, and how to take it away at once."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.model import Role
from ftcore.services import current
from ftcore.trust import accounts
from ftcore.trust.accounts import Account
from pages.marked import as_sentence, escaped

ROLES = {
    Role.COUNSELOR: "Conseil",
    Role.TEAM_LEAD: "Encadrement",
    Role.EVALUATOR: "Évaluation",
    Role.ADMINISTRATOR: "Administration",
}


def show_accounts_desk() -> None:
    """Everybody who signed in for this agency; a role that is taken away is gone within seconds."""
    services, state = current(), st.session_state
    known = accounts.listed(services.database, services.person)
    if services.settings.sign_in is None:
        st.info(
            "Démonstration : personne ne se connecte, et le rôle se choisit dans la barre de gauche. Avec un "
            "fournisseur d'identité, chaque personne connectée apparaît ici avec ses rôles.",
            icon=":material/science:",
        )
        if not known:
            return
    st.caption(
        "Les rôles et l'agence viennent du fournisseur d'identité, à chaque connexion. Ici, un rôle se retire tout "
        "de suite, même à une personne connectée, et le reste jusqu'à ce qu'il soit rendu ici."
    )
    if done := state.pop("accounts.done", None):
        st.success(as_sentence(done), icon=":material/check_circle:")
    if wrong := state.pop("accounts.wrong", None):
        st.error(as_sentence(wrong), icon=":material/error:")
    if not known:
        st.info("Personne ne s'est encore connecté pour cette agence.", icon=":material/person:")
    for account in known:
        show_account(account, own=str(account.account_id) == services.person.person_id)


def show_account(account: Account, *, own: bool) -> None:
    key = f"accounts.{account.account_id}"
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        with st.container(width=320, gap=None):
            st.markdown(f"**{escaped(account.name)}**" + ("  (vous)" if own else ""))
            st.caption(f"Dernière connexion : {wording.instant(account.signed_in_utc)}")
        if not account.roles:
            st.caption("Aucun rôle donné par le fournisseur d'identité.")
            return
        st.pills(
            "Rôles permis",
            account.roles,
            selection_mode="multi",
            default=[role for role in account.roles if role not in account.withheld],
            format_func=ROLES.__getitem__,
            key=key,
            disabled=own,
            on_change=save,
            args=(key, account),
        )


def save(key: str, account: Account) -> None:
    services, state = current(), st.session_state
    withheld = [role for role in account.roles if role not in state[key]]
    try:
        accounts.withhold(services.database, services.person, UUID(str(account.account_id)), withheld, utc_now())
    except FtError as error:
        state["accounts.wrong"] = str(error)
        return
    kept = ", ".join(ROLES[role] for role in account.roles if role not in withheld)
    state["accounts.done"] = (
        f"{account.name} : {kept}." if kept else f"{account.name} n'a plus aucun rôle : sa session s'est fermée."
    )
