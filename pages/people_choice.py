"""Choosing people for an offer: what counts, the ranked list or its map, one person in detail, near misses."""

from dataclasses import asdict, dataclass, replace
from html import escape
from uuid import UUID, uuid4

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching import choices, criteria, ranking
from ftcore.matching.choices import Choice
from ftcore.matching.criteria import CONDITION_LABELS, WEIGHT_LABELS, Conditions, Weights
from ftcore.model import Offer, Ranked, Reason
from ftcore.services import current
from pages.marked import as_sentence, escaped

SHOWN = 100
FIRST = 15


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is selected, how many people were looked at, and how they were found."""

    ids: list[UUID]
    considered: int
    choice: Choice | None


def people_step(offer: Offer) -> Selection:
    """Step 2 of the page: the ranked people; gives who is selected."""
    services = current()
    database, person, today = services.database, services.person, utc_now().date()
    left, right = st.columns([2, 7], gap="medium")
    with left:
        weights, conditions = what_counts()
    found = ranking.rank(database, person, offer, weights, conditions, today, limit=SHOWN)
    with left:
        for label, count in found.excluded.items():
            st.caption(f"{label} : {people(count)} écartée{'s' if count > 1 else ''}")
    removed: dict[str, str] = st.session_state.setdefault("preselection.removed", {})
    listed = [ranked for ranked in found.people if str(ranked.candidate.candidate_id) not in removed]
    choice = Choice(
        criteria.written(weights, conditions),
        tuple(ranked.candidate.candidate_id for ranked in listed),
        {UUID(key): reason for key, reason in removed.items()},
        since_utc=st.session_state.setdefault(f"preselection.since.{offer.offer_id}", utc_now()),
        scored=choices.scores(found.people),
        excluded=found.excluded,
    )
    with right:
        added = added_by_hand()
        if not listed and not added:
            st.warning(
                "Personne ne remplit ces conditions. Décochez une condition à gauche, puis « Appliquer ».",
                icon=":material/person_off:",
            )
            if found.nearly:
                near_misses(offer, weights, conditions, masked=False)
            return Selection([], found.considered, choice)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{people(len(listed))}** sur {wording.number(found.considered)}, les plus proches de l'offre d'abord"
            )
            st.space("stretch")
            masked = st.toggle("Masquer l'identité", key="preselection.masked")
        views = ["Liste", "Carte"] + ([f"Presque ({found.nearly})"] if found.nearly else [])
        view = st.segmented_control("Affichage", views, default="Liste", required=True, key="preselection.view",
                                    label_visibility="collapsed")  # fmt: skip
        if view == "Carte":
            map_of(offer, listed, masked)
        elif view != "Liste":
            near_misses(offer, weights, conditions, masked=masked)
        ids = table_of(listed, masked) if listed else []
        chosen = [ranked for ranked in listed if ranked.candidate.candidate_id in ids]
        take_along(chosen, masked)
        add_by_hand()
    selected = [*ids, *(key for key in added if key not in ids)]
    return Selection(selected, found.considered, replace(choice, selected=tuple(selected)))


def people(count: int) -> str:
    return f"{wording.number(count)} personne{'s' if count > 1 else ''}"


def what_counts() -> tuple[Weights, Conditions]:
    """Weights and hard conditions, in a form so that a slider does not search at each move."""
    services = current()
    profiles = criteria.profiles(services.database, services.person)
    if profiles:
        st.selectbox("Profil", list(profiles), index=None, placeholder="Réglages de base", key="preselection.profile",
                     on_change=lambda: take_profile(profiles))  # fmt: skip
    with st.form("preselection.criteria", border=True):
        st.markdown("**Ce qui compte**")
        base = asdict(Weights())
        weights = Weights(
            **{
                name: st.slider(
                    label, criteria.LEAST_POINTS, criteria.MOST_POINTS, step=criteria.STEP,
                    key=default(f"preselection.w.{name}", round(100 * base[name])),
                ) / 100
                for name, label in WEIGHT_LABELS.items()
            }
        )  # fmt: skip
        st.markdown("**Conditions**")
        usual = asdict(Conditions())
        conditions = Conditions(
            **{
                name: st.checkbox(label, key=default(f"preselection.c.{name}", usual[name]))
                for name, label in CONDITION_LABELS.items()
            }
        )
        st.form_submit_button("Appliquer", width="stretch")
        st.caption(
            "Une information inconnue n'écarte personne : elle compte comme la moyenne des autres, "
            "et elle est à demander."
        )
    with st.popover("Enregistrer", width="stretch"):
        name = st.text_input("Nom du profil", max_chars=criteria.LONGEST_NAME, key="preselection.profile_name")
        if st.button("Enregistrer", key="preselection.profile_save"):
            try:
                criteria.save_profile(services.database, services.person, name, weights, conditions, utc_now())
                saved = f"Profil « {name.strip()} » enregistré pour l'agence."
                st.success(as_sentence(saved), icon=":material/check_circle:")
            except FtError as error:
                st.error(as_sentence(error))
    return weights, conditions


def default(key: str, value: object) -> str:
    """The key of a widget whose first value is this; a profile may set another."""
    st.session_state.setdefault(key, value)
    return key


def take_profile(profiles: dict[str, tuple[Weights, Conditions]]) -> None:
    weights, conditions = profiles.get(st.session_state["preselection.profile"] or "", (Weights(), Conditions()))
    for name, weight in asdict(weights).items():
        st.session_state[f"preselection.w.{name}"] = round(100 * weight)
    for name, is_on in asdict(conditions).items():
        st.session_state[f"preselection.c.{name}"] = is_on


def short(reason: Reason) -> str:
    """A reason for a line of the table: the skills are counted there, and named in the detail."""
    return reason.sentence.split(" : ")[0] if reason.criterion == "skills" else reason.sentence


def named(place: int, ranked: Ranked, masked: bool) -> str:
    return f"Personne {place}" if masked else f"{ranked.candidate.first_name} {ranked.candidate.last_name}"


def table_of(listed: list[Ranked], masked: bool) -> list[UUID]:
    frame = pd.DataFrame(
        {
            "Personne": [named(place, ranked, masked) for place, ranked in enumerate(listed, 1)],
            "Score": [round(100 * ranked.score) for ranked in listed],
            "Connu": [round(100 * ranked.confidence) for ranked in listed],
            "Pourquoi": [
                " ; ".join(short(reason) for reason in ranked.reasons if reason.sentence in ranked.why)
                for ranked in listed
            ],
            "À demander": [", ".join(ranked.to_ask) for ranked in listed],
        }
    )
    # The key changes with the list, so that a selection by row can never point at somebody else.
    key = f"preselection.table.{hash(tuple(ranked.candidate.candidate_id for ranked in listed))}"
    first = min(FIRST, len(listed))
    event = st.dataframe(
        frame,
        hide_index=True,
        height=620,
        row_height=96,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(range(first))}},
        column_config={
            "Personne": st.column_config.TextColumn(width=100),
            "Score": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d", width=85),
            "Connu": st.column_config.NumberColumn(
                format="%d %%", width=58, help="La part de ce qui compte que la fiche renseigne"
            ),
            "Pourquoi": st.column_config.TextColumn(width=275),
            "À demander": st.column_config.TextColumn(width=130),
        },
    )
    rows = [row for row in event.selection.rows if row < len(listed)]
    if rows:
        row = rows[-1] if len(rows) != first else rows[0]
        detail(row + 1, listed[row], masked)
    return [listed[row].candidate.candidate_id for row in rows]


def detail(place: int, ranked: Ranked, masked: bool) -> None:
    """Why this person, what is missing, what to ask: for the one that was ticked last."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(named(place, ranked, masked))
            if ranked.proposed:
                st.badge(
                    f"{ranked.proposed} sollicitation{'s' if ranked.proposed > 1 else ''} en 30 jours", color="gray"
                )
            st.space("stretch")
            with st.popover("Retirer de la liste"):
                why_not = st.radio("Motif", choices.REMOVALS, key="preselection.removal")
                st.button("Retirer", key="preselection.remove", on_click=remove,
                          args=(str(ranked.candidate.candidate_id), why_not))  # fmt: skip
        why, lacks, ask = st.columns(3)
        why.caption("Pourquoi cette personne")
        for reason in ranked.reasons:
            why.text(f"{wording.percent(reason.part)} · {reason.sentence}")
        lacks.caption("Ce qui manque")
        lacks.text("\n".join(ranked.missing) or "Rien de ce que l'offre demande")
        ask.caption("Ce qu'il faut demander")
        ask.text("\n".join(ranked.to_ask) or "Rien : tout est connu")


def remove(candidate_id: str, reason: str) -> None:
    st.session_state["preselection.removed"][candidate_id] = reason


def map_of(offer: Offer, listed: list[Ranked], masked: bool) -> None:
    """Where people live around the work, drawn without any outside map."""
    located = [(place, ranked) for place, ranked in enumerate(listed, 1) if ranked.candidate.lat is not None]
    figure = go.Figure(
        go.Scatter(
            x=[ranked.candidate.lon for _, ranked in located],
            y=[ranked.candidate.lat for _, ranked in located],
            # A chart takes a text for a little HTML, links included.
            text=[
                f"{escape(named(place, ranked, masked), quote=False)} · {round(100 * ranked.score)}"
                for place, ranked in located
            ],
            hoverinfo="text",
            mode="markers",
            name="Personnes",
            marker={"size": 11, "color": [ranked.score for _, ranked in located], "colorscale": "Blues", "cmin": 0,
                    "cmax": 1, "line": {"width": 1, "color": "#1f3a93"}},
        )
    )  # fmt: skip
    if offer.place is not None and offer.place.lat is not None:
        figure.add_scatter(x=[offer.place.lon], y=[offer.place.lat], mode="markers+text",
                           text=[escape(offer.place.name, quote=False)], textposition="top center",
                           name="Lieu de travail",
                           marker={"size": 16, "symbol": "star", "color": "#b34000"})  # fmt: skip
    figure.update_layout(height=420, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend={"orientation": "h"})
    figure.update_xaxes(visible=False)
    # A degree of longitude is shorter than one of latitude: at 46° north by about three tenths.
    figure.update_yaxes(visible=False, scaleanchor="x", scaleratio=1.44)
    st.plotly_chart(figure, key="preselection.map", config={"displayModeBar": False}, alt="Où habitent les personnes")


def near_misses(offer: Offer, weights: Weights, conditions: Conditions, *, masked: bool) -> None:
    """Those whom only a few kilometres exclude: their limit is worth a question."""
    services = current()
    missed = ranking.near_misses(services.database, services.person, offer, weights, conditions, utc_now().date())
    st.markdown("**Presque : il ne leur manque que quelques kilomètres**")
    st.dataframe(
        pd.DataFrame(
            {
                "Personne": [named(place, ranked, masked) for place, ranked in enumerate(missed, 1)],
                "Score": [round(100 * ranked.score) for ranked in missed],
                "Écart": [ranked.missing[0] if ranked.missing else "" for ranked in missed],
            }
        ),
        hide_index=True,
        column_config={
            "Score": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d", width=90),
        },
    )
    st.caption("Pour en contacter une, ajoutez-la à la main après avoir vérifié sa mobilité avec elle.")


def take_along(chosen: list[Ranked], masked: bool) -> None:
    """The shortlist as a file."""
    if not chosen:
        return
    table = choices.shortlist(chosen, masked=masked)
    with st.container(horizontal=True):
        # Large downloads get an address made of a partial hash: the name must be nobody else's.
        st.download_button("CSV", choices.shortlist_csv(table), file_name=f"selection-{uuid4()}.csv", mime="text/csv",
                           icon=":material/download:", key="preselection.csv", on_click="ignore")  # fmt: skip
        st.download_button("Parquet", choices.shortlist_parquet(table), file_name=f"selection-{uuid4()}.parquet",
                           icon=":material/download:", key="preselection.parquet", on_click="ignore")  # fmt: skip


def added_by_hand() -> list[UUID]:
    added: dict[str, str] = st.session_state.setdefault("preselection.added", {})
    if added:
        st.caption("Ajoutées à la main : " + ", ".join(escaped(name) for name in added.values()))
    return [UUID(key) for key in added]


def add_by_hand() -> None:
    services = current()
    with st.expander("Ajouter une personne à la main", icon=":material/person_add:"):
        text = st.text_input("Nom, prénom ou identifiant", key="preselection.search")
        if not text:
            return
        try:
            found = choices.search(services.database, services.person, text)
        except FtError as error:
            st.info(as_sentence(error))
            return
        if not found:
            st.info("Personne de ce nom dans le fichier de votre agence.")
        for candidate in found:
            name = f"{candidate.first_name} {candidate.last_name}"
            st.button(escaped(f"Ajouter {name} ({candidate.commune or 'commune inconnue'})"),
                      key=f"preselection.add.{candidate.candidate_id}", on_click=add,
                      args=(str(candidate.candidate_id), name))  # fmt: skip


def add(candidate_id: str, name: str) -> None:
    st.session_state["preselection.added"][candidate_id] = name
