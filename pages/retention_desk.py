"""Administration, Conservation: what is kept for how long and why, what would go now, and what went."""

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.rights import compaction, purge
from ftcore.services import current
from ftcore.trust import access, retention
from ftcore.trust.retention import BY_KIND, KEPT, RULES, Rule, Span


def show_retention_desk() -> None:
    """The section; who may see it and not change it is told so."""
    services = current()
    if not access.may(services.person, "see retention"):
        st.info("Les durées de conservation sont montrées aux responsables d'équipe et aux administrateurs.",
                icon=":material/lock:")  # fmt: skip
        return
    if done := st.session_state.pop("retention.done", None):
        st.success(done, icon=":material/check_circle:")
    if wrong := st.session_state.pop("retention.wrong", None):
        st.error(wrong, icon=":material/error:")
    with services.database.read() as reader:
        kept = retention.amounts(reader)
    due = purge.weigh(services.database, services.person, utc_now())
    show_last_purge(sum(due.values()))
    show_rules(kept, due)
    if access.may(services.person, "change retention"):
        change, now = st.columns([3, 2], gap="large")
        with change:
            show_change(kept)
        with now:
            show_purge(sum(due.values()))
    else:
        st.info("Un administrateur peut changer ces durées, ou purger sans attendre la nuit.", icon=":material/lock:")
    with st.expander("Ce qui n'a pas de durée, et pourquoi"):
        rows = [{"Table": table, "Pourquoi": reason} for table, reason in KEPT.items()]
        st.table(pd.DataFrame(rows).set_index("Table"))


def show_last_purge(due: int) -> None:
    services = current()
    ran = purge.runs(services.database, services.person, 1)
    words = "La purge passe chaque nuit entre 2 h et 5 h (Paris)."
    if ran:
        gone = ", ".join(f"{BY_KIND[kind].label.lower()} : {wording.number(count)}"
                         for kind, count in ran[0].counts.items() if count and kind in BY_KIND)  # fmt: skip
        ended = "" if ran[0].ended_utc else " (interrompue : la suite la nuit prochaine)"
        words += f" Dernière purge le {wording.instant(ran[0].begun_utc)}{ended}. Parti : {gone or 'rien'}."
    else:
        words += " Elle n'est pas encore passée."
    st.text(f"{words} À faire partir maintenant : {wording.number(due)}.")
    waiting = compaction.wanted_since(services.database)
    if waiting is not None and services.database.exclusive:
        st.caption(f"Effacé depuis le {wording.instant(waiting)} et encore dans le fichier de la base : il est réécrit "
                   "cette nuit, ou au prochain démarrage.")  # fmt: skip
    since = purge.raw_since(services.database, services.person)
    if since is not None:
        st.caption(f"Les rubriques d'Évaluation qui lisent les échanges un par un commencent le "
                   f"{wording.day(since.date())}. Mesures et Équité remontent plus loin.")  # fmt: skip


def show_rules(kept: dict[str, int], due: dict[str, int]) -> None:
    rows = [
        {
            "Données": rule.label,
            "Ce qui arrive": rule.fate.value,
            "Après": span(rule, kept[rule.kind]),
            "À partir de": rule.since,
            "À faire partir": due[rule.kind],
            "Pourquoi": rule.reason,
        }
        for rule in RULES
    ]
    # A table and not a grid: a reason that cannot be read to its end is none.
    st.table(pd.DataFrame(rows).set_index("Données"))


def span(rule: Rule, amount: int) -> str:
    """A length of time in words."""
    if amount == 0:
        return "aussitôt"
    unit = "jour" if rule.span is Span.DAYS and amount == 1 else rule.span.value
    return f"{amount} {unit}"


def show_change(kept: dict[str, int]) -> None:
    st.subheader("Changer une durée")
    settable = [rule.kind for rule in RULES if rule.is_settable]
    kind = st.selectbox("Données", settable, format_func=lambda one: BY_KIND[one].label, key="retention.kind")
    rule = BY_KIND[kind]
    with st.form("retention.form"):
        amount = st.number_input(f"Durée, en {rule.span.value} (de {rule.least} à {rule.most})", rule.least, rule.most,
                                 kept[kind], key=f"retention.amount.{kind}")  # fmt: skip
        if st.form_submit_button("Enregistrer la durée", icon=":material/save:"):
            save(kind, int(amount))


def save(kind: str, amount: int) -> None:
    services, state = current(), st.session_state
    try:
        retention.set_amount(services.database, services.person, kind, amount, utc_now())
    except FtError as error:
        state["retention.wrong"] = str(error)
    else:
        rule = BY_KIND[kind]
        state["retention.done"] = f"« {rule.label} » : {span(rule, amount)}, à partir de la prochaine purge."
    st.rerun()


def show_purge(due: int) -> None:
    st.subheader("Purger maintenant")
    st.text("Fait tout de suite ce que la nuit ferait. Les compteurs de Mesures ne changent pas.")
    with st.popover("Purger…", icon=":material/delete_sweep:", disabled=due == 0):
        st.text("Ce qui part ne revient pas.")
        st.button("Oui, purger", key="retention.purge", type="primary", on_click=purge_now)


def purge_now() -> None:
    services, state = current(), st.session_state
    try:
        counts = purge.purge_by(services.database, services.person, utc_now(), services.settings.backup_folder)
    except FtError as error:
        state["retention.wrong"] = str(error)
    else:
        state["retention.done"] = f"Purge faite : {wording.number(sum(counts.values()))} éléments."
