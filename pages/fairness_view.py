"""Équité: does what the tool does come to all groups alike? A section of Évaluation, in aggregates only."""

import math
from datetime import date, timedelta
from uuid import UUID

import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import fairness, fairness_wording, palette, wording
from ftcore.insight.fairness import FEW, FOUR_FIFTHS, STEPS, Comparison, Fairness
from ftcore.insight.traits import TRAITS
from ftcore.services import Services
from pages import charts

PERIODS = {"4 semaines": 28, "8 semaines": 56, "6 mois": 182, "1 an": 365}
DEFAULT_PERIOD = "8 semaines"
ALL = "Toutes les agences"


def show(services: Services) -> None:
    """Draw the section: what stands out first, then one step and one trait in full."""
    since, until, agency = asked(services)
    found = fairness.view(services.database, services.person, since, until, (agency,) if agency else None)
    if found.has_demo:
        st.caption(":material/science: Ces chiffres comprennent des données de démonstration, inventées.")
    if not any(group.rate is not None for each in found.comparisons.values() for group in each.groups[:-1]):
        st.info(
            f"Aucun groupe n'atteint {FEW} personnes dans cette période. Élargissez la période ; et vérifiez que le "
            "fichier des personnes contient le sexe, l'année de naissance, le quartier prioritaire ou la date depuis "
            "laquelle elles sont sans emploi (Administration, « Importer des personnes »).",
            icon=":material/balance:",
        )
        return
    stands_out(found)
    in_full(found)
    how_to_read(found)


def asked(services: Services) -> tuple[date, date, UUID | None]:
    """The period, and the agency for whoever may look at several."""
    names = fairness.agencies(services.database, services.person)
    last = wording.paris(utc_now()).date()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.selectbox(
            "Période",
            [*PERIODS],
            index=list(PERIODS).index(DEFAULT_PERIOD),
            key="equite-periode",
            bind="query-params",
            width=200,
        )
        key = None
        if len(names) > 1:
            key = st.selectbox(
                "Agence",
                [str(agency) for agency in names],
                index=None,
                placeholder=ALL,
                format_func=lambda one: names[UUID(one)],
                key="equite-agence",
                width=320,
                bind="query-params",
            )
    return last - timedelta(days=PERIODS[period]), last, UUID(key) if key else None


def stands_out(found: Fairness) -> None:
    """The findings, one sentence each, and every step and trait in one table."""
    findings = found.findings
    with st.container(border=True):
        count = len(findings)
        st.subheader(
            f"{wording.counted(count, 'écart observé', 'écarts observés')} sur {len(found.comparisons)} comparaisons"
            if count
            else "Aucun écart que le hasard n'explique pas",
            anchor=False,
        )
        for each in findings:
            st.text(f"{fairness_wording.title(each)}. {fairness_wording.sentence(each, found.tests)}")
        st.dataframe(
            fairness_wording.overview(found),
            hide_index=True,
            height="content",
            column_config={"Étape": st.column_config.TextColumn(width=150)},
        )
        st.caption(
            "Le rapport le plus bas de chaque étape : le taux du groupe, divisé par celui du groupe le mieux servi. "
            "▼ écart observé · ◇ à surveiller. Sans marque, pas d'écart net ; cela ne prouve pas l'égalité : avec peu "
            "de personnes, un écart réel peut rester invisible."
        )
        charts.downloads("equite.tout", fairness_wording.data(found))


@st.fragment
def in_full(found: Fairness) -> None:
    """One step and one trait, as chosen; another choice counts nothing anew."""
    # What stands out first, where anything does.
    first = next(iter(found.findings), found.comparisons["replied", "sex"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        step = st.selectbox(
            "Étape",
            list(STEPS),
            index=list(STEPS).index(first.step),
            width=260,
            format_func=lambda key: STEPS[key].label,
            key="equite-etape",
            bind="query-params",
        )
        trait = st.segmented_control(
            "Critère",
            list(TRAITS),
            default=first.trait,
            required=True,
            format_func=lambda key: TRAITS[key].label,
            key="equite-critere",
            bind="query-params",
        )
    each = found.comparisons[step, trait]
    decimals = {
        name: st.column_config.NumberColumn(format="localized")
        for name in ("Rapport", "Rapport, bas", "Rapport, haut", "p", "p corrigé")
    }
    charts.chart(
        "equite.groupes",
        fairness_wording.title(each),
        fairness_wording.sentence(each, found.tests),
        ratios(each),
        fairness_wording.table(each),
        note=unit(each),
        columns=decimals,
    )


def unit(each: Comparison) -> str:
    """What is counted at this step."""
    step = STEPS[each.step]
    of = f"{step.count} ÷ {step.base[0].lower()}{step.base[1:]}. "
    if step.files:
        return of + "Comptées à chaque campagne : une personne proposée pour deux offres compte deux fois."
    if each.step == "reached":
        return of + (
            "Le fichier tel qu'il est aujourd'hui ; ne sont pas contactées les personnes à qui personne n'a écrit "
            "dans la période."
        )
    return of + "Personnes distinctes, même approchées pour plusieurs offres."


def ratios(each: Comparison) -> go.Figure:
    """Each group's ratio to the best-off one as a point with its interval; the reference stands at 1."""
    groups = [group for group in each.groups if group.ratio is not None]
    places = [-place for place, _ in enumerate(groups)]
    colours = [
        palette.REFERENCE if group.is_best else palette.OPTED_OUT if group.differs else palette.DELIVERED
        for group in groups
    ]
    values = [group.ratio or 0.0 for group in groups]
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=places,
            mode="markers+text",
            text=[
                f"{fairness_wording.rate(g)} · {'référence' if g.is_best else fairness_wording.times(g.ratio)}"
                for g in groups
            ],
            # Beside its line, not across it.
            textposition=["top left" if g.is_best else "top center" for g in groups],
            cliponaxis=False,
            marker={
                "size": 13,
                "color": [charts.ink(colour) for colour in colours],
                "symbol": ["diamond" if g.is_best else "square" if g.differs else "circle" for g in groups],
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [(g.ratio_high or v) - v for g, v in zip(groups, values, strict=True)],
                "arrayminus": [v - (g.ratio_low or v) for g, v in zip(groups, values, strict=True)],
                "color": charts.ink(palette.INK),
                "thickness": 1.6,
                "width": 5,
            },
            hovertext=[f"{g.label} : {fairness_wording.rate(g)}, {fairness_wording.reading(g)}" for g in groups],
            hoverinfo="text",
        )
    )
    lowest = min([FOUR_FIFTHS, *(g.ratio_low for g in groups if g.ratio_low is not None)])
    highest = max([1.0, *(g.ratio_high for g in groups if g.ratio_high is not None)])
    # Rounded outwards, so that the axis has few and round marks.
    low, high = max(0.0, math.floor(10 * lowest - 0.5) / 10), math.ceil(10 * highest + 0.5) / 10
    figure.update_xaxes(
        range=[low, high],
        dtick=0.1 if high - low <= 1.2 else 0.5,
        tickformat=".1f",
        title="Rapport au groupe le mieux servi",
    )
    figure.update_yaxes(
        tickmode="array", tickvals=places, ticktext=[charts.short(g.label) for g in groups], showgrid=False,
        range=[min(places, default=0) - 0.6, 1.4],
    )  # fmt: skip
    for ratio, dash in ((1.0, "solid"), (FOUR_FIFTHS, "dash")):
        figure.add_vline(x=ratio, line={"color": charts.ink(palette.REFERENCE), "width": 1.5, "dash": dash})
    figure.add_annotation(
        x=FOUR_FIFTHS,
        y=1.4,
        text=" quatre cinquièmes (repère américain)",
        showarrow=False,
        xanchor="left",
        yanchor="top",
        font={"color": charts.ink(palette.REFERENCE), "size": 12},
    )
    figure.update_layout(height=max(200, 130 + 62 * len(groups)), showlegend=False)
    return figure


def how_to_read(found: Fairness) -> None:
    """The rules, said on the screen."""
    with st.expander("Comment lire ces chiffres", icon=":material/help:"):
        st.markdown(
            f"""
- **Rapport** : le taux du groupe divisé par celui du groupe le mieux servi de la même période, avec son intervalle à
  95 %. La référence étant choisie après coup, les rapports paraissent un peu plus bas qu'ils ne sont.
- **Écart observé** : test exact de Fisher, corrigé (Holm) pour les {found.tests} comparaisons de la période ; sans
  correction, une sur vingt paraîtrait nette par hasard. Une différence n'est pas une cause.
- **Quatre cinquièmes** : un repère de l'administration américaine (1978), pas une règle du droit français.
- **Trop peu** : un groupe de moins de {FEW} personnes n'a ni taux ni effectif. Si ce qui est caché d'un critère fait
  moins de {FEW} personnes en tout, les effectifs du plus petit groupe montré sont cachés aussi, pour qu'aucune
  soustraction ne les révèle. Les critères ne sont jamais croisés.
- **Origine des critères** : déclarés dans le fichier de l'agence, jamais devinés d'un prénom ou d'une adresse ;
  l'origine ethnique n'en fait pas partie. Le classement ne les lit pas. Le groupe d'une personne est celui du jour
  où on lui a écrit.
"""
        )
