"""The form of a new comparison: everything is said beforehand, and the numbers answer at once."""

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import comparison_counts, comparison_wording, comparisons, wording
from ftcore.insight.comparison_counts import Pace
from ftcore.insight.comparison_terms import Definition, Metric, size_of, tidy
from ftcore.model import Person
from ftcore.outreach import hours as sending_hours
from ftcore.outreach import template_versions, wording_rules
from ftcore.outreach.arms import Arm, Compared, Unit
from ftcore.outreach.templates import Kind
from ftcore.services import Services
from pages.marked import as_sentence, escaped

# Where nothing was sent lately.
USUAL_RATES = {Metric.REPLY: 0.45, Metric.REPLY_DAY: 0.42, Metric.INTEREST: 0.22, Metric.OPT_OUT: 0.03}
USUAL_EFFECT = {Metric.REPLY: 5.0, Metric.REPLY_DAY: 5.0, Metric.INTEREST: 5.0, Metric.OPT_OUT: -1.5}
# How much people of one campaign answer alike, where nobody has measured it: a cautious value for such outcomes.
USUAL_RESEMBLANCE = 0.02


def show(services: Services, person: Person) -> None:
    """From the question to the number of people it takes, and for how long."""
    pace = comparison_counts.pace(services.database, person, utc_now())
    with st.container(border=True):
        st.subheader("Nouvelle comparaison", anchor=False)
        short, long = st.columns([1, 2])
        name = short.text_input("Nom", key="comparison.name", max_chars=80, placeholder="Nommer l'employeur d'abord")
        question = long.text_input(
            "Question",
            key="comparison.question",
            max_chars=300,
            placeholder="Un premier message qui nomme l'employeur fait-il répondre plus ?",
        )
        compared = Compared(
            st.segmented_control(
                "Ce qui change",
                [kind.value for kind in Compared],
                default=Compared.WORDING.value,
                required=True,
                format_func=lambda kind: comparison_wording.COMPARED[Compared(kind)],
                key="comparison.compared",
            )
            or Compared.WORDING
        )
        a, b = both_arms(services, person, compared)
        metric, unit, plan = planned(pace)
        definition = Definition(name, question, compared, a, b, unit, metric, **plan)
        size(definition, pace)
        if name or question:
            faults(services, person, definition)
        st.button("Enregistrer la définition", key="comparison.save", type="primary", on_click=save,
                  args=(services, person, definition))  # fmt: skip
        st.caption("Rien ne commence encore : vous la relirez, puis la démarrerez.")


def planned(pace: Pace) -> tuple[Metric, Unit, dict[str, float]]:
    """The one metric, what is drawn, and the effect to be found."""
    what, whom, now, sought, chance = st.columns([3, 3, 2, 2, 2], vertical_alignment="bottom")
    metric = Metric(
        what.selectbox(
            "Ce qui est compté",
            [one.value for one in Metric],
            format_func=lambda one: comparison_wording.METRICS[Metric(one)],
            key="comparison.metric",
        )
    )
    unit = Unit(
        whom.selectbox(
            "Ce qui est tiré au sort",
            [one.value for one in Unit],
            format_func=lambda one: comparison_wording.UNITS[Unit(one)],
            key="comparison.unit",
            help="Par personne, il en faut le moins. Par campagne ou offre, tout le groupe reçoit la même chose.",
        )
    )
    baseline = now.number_input(
        "Taux attendu, %",
        0.5,
        99.5,
        min(99.5, max(0.5, round(100 * pace.rates.get(metric, USUAL_RATES[metric]), 1))),
        0.5,
        "%.1f",
        key=f"comparison.baseline.{metric.value}",
        help="Proposé d'après vos huit dernières semaines, toutes façons confondues.",
    )
    effect = sought.number_input(
        "Effet, points",
        -60.0,
        60.0,
        USUAL_EFFECT[metric],
        0.5,
        "%.1f",
        key=f"comparison.effect.{metric.value}",
        help="Ce que le second bras ajouterait au moins pour changer votre façon de faire.",
    )
    power: float = chance.selectbox(
        "Puissance",
        (0.8, 0.9),
        format_func=wording.percent,
        key="comparison.power",
        help="La chance de trouver l'effet s'il existe. Le risque d'en voir un à tort est de 5 %.",
    )
    formula = comparison_wording.FORMULAS[metric]
    st.caption(f"Compté : {formula}.")
    plan: dict[str, float] = {
        "baseline": baseline / 100,
        "effect": effect / 100,
        "power": power,
        "reached": min(1.0, max(0.05, pace.reached or 0.95)),
    }
    if unit is not Unit.PERSON:
        many, alike, _ = st.columns([1, 1, 2])
        plan["cluster_size"] = many.number_input(
            "Personnes par groupe",
            1.0,
            10_000.0,
            max(1.0, round(pace.group_sizes[unit], 1)),
            1.0,
            "%.1f",
            key=f"comparison.group.{unit.value}",
        )
        plan["intra_class"] = alike.number_input(
            "Ressemblance (corrélation)",
            0.0,
            1.0,
            USUAL_RESEMBLANCE,
            0.01,
            key="comparison.resemblance",
            help="Corrélation intra-classe : 0 si les personnes d'un groupe ne se ressemblent pas plus que d'autres.",
        )
    return metric, unit, plan


def both_arms(services: Services, person: Person, compared: Compared) -> tuple[Arm, Arm]:
    first, second = st.columns(2)
    if compared is Compared.HOURS:
        open_hours = services.settings.sending_hours or sending_hours.USUAL
        with first:
            a = window("a", "Matin", (open_hours[0], 12))
        with second:
            b = window("b", "Après-midi", (14, min(17, open_hours[1])))
        return a, b
    used = template_versions.in_use(services.database, person)
    if compared is Compared.WORDING:
        with first:
            a = text("a", "Rédaction actuelle", Kind.OPENING, used[Kind.OPENING].body, services)
        with second:
            b = text("b", "Autre rédaction", Kind.OPENING, used[Kind.OPENING].body, services)
        return a, b
    with first:
        a = text("ra", "Relance actuelle", Kind.REMINDER, used[Kind.REMINDER].body, services)
    with second:
        none = st.toggle("Sans relance", True, key="comparison.none")
        b = (
            Arm("Sans relance")
            if none
            else text("rb", "Autre relance", Kind.REMINDER, used[Kind.REMINDER].body, services)
        )
    return a, b


def text(key: str, label: str, kind: Kind, usual: str, services: Services) -> Arm:
    """One wording, with what it comes to; the faults are said below the form."""
    label = st.text_input("Bras", label, key=f"comparison.label.{key}", max_chars=40)
    body = st.text_area("Texte", usual, key=f"comparison.body.{key}", height=170)
    length = wording_rules.preview(kind, body, services.agency_name).length
    parts = wording.counted(length.parts, "partie facturée", "parties facturées")
    st.caption(f"{wording.counted(length.units, 'caractère')}, {parts}")
    return Arm(label, tidy(body))


def window(key: str, label: str, usual: tuple[int, int]) -> Arm:
    label = st.text_input("Bras", label, key=f"comparison.label.h{key}", max_chars=40)
    hours = st.slider("Départ entre", sending_hours.EARLIEST, sending_hours.LATEST, usual, format="%d h",
                      key=f"comparison.hours.{key}")  # fmt: skip
    return Arm(label, hours=(hours[0], hours[1]))


def size(definition: Definition, pace: Pace) -> None:
    """How many people, and how long: as the numbers above are typed."""
    try:
        needed = size_of(definition)
    except FtError as error:
        st.warning(as_sentence(error), icon=":material/calculate:")
        return
    people, weeks, words = st.columns([1, 1, 2], vertical_alignment="center")
    people.metric("Personnes à tirer au sort", wording.number(needed.people), border=True)
    length = pace.weeks(needed, definition.unit)
    weeks.metric("Durée à votre rythme", "—" if length is None else comparison_wording.duration(length), border=True)
    words.caption(comparison_wording.plan(definition, needed, pace))


def faults(services: Services, person: Person, definition: Definition) -> None:
    wrong = comparisons.faults_of(services.database, person, definition, services.settings.sending_hours)
    if wrong:
        listed = "\n".join(f"- {escaped(fault)}" for fault in wrong)
        st.error(f"Cette comparaison ne peut pas encore être enregistrée :\n\n{listed}", icon=":material/block:")


def save(services: Services, person: Person, definition: Definition) -> None:
    try:
        comparisons.define(services.database, person, definition, services.settings.sending_hours, utc_now())
    except FtError as error:
        st.session_state["comparison.wrong"] = str(error)
        return
    st.session_state["comparison.done"] = "La comparaison est définie. Relisez-la, puis démarrez-la."
    st.session_state["comparison.define"] = False
