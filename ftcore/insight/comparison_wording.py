"""What a comparison says in French: what is planned, where it stands, what came out and how sure that is."""

from __future__ import annotations

import pandas as pd

from ftcore.insight.comparison_counts import Pace
from ftcore.insight.comparison_results import MISMATCH, Outcome
from ftcore.insight.comparison_terms import Comparison, Definition, Metric, State
from ftcore.insight.power import Size
from ftcore.insight.wording import bare_points, counted, day, instant, number, paris, percent, points, rate
from ftcore.outreach.arms import Arm, Compared, Unit

COMPARED = {
    Compared.WORDING: "Premier message",
    Compared.HOURS: "Heure d'envoi",
    Compared.REMINDER: "Relance",
}
UNITS = {Unit.PERSON: "Chaque personne", Unit.CAMPAIGN: "Chaque campagne", Unit.OFFER: "Chaque offre"}
METRICS = {
    Metric.REPLY: "Taux de réponse",
    Metric.REPLY_DAY: "Réponse en moins de 24 h",
    Metric.INTEREST: "Taux d'intérêt",
    Metric.OPT_OUT: "Taux de STOP",
}
FORMULAS = {
    Metric.REPLY: "personnes ayant répondu autre chose que STOP en 72 h ÷ personnes jointes",
    Metric.REPLY_DAY: "personnes ayant répondu autre chose que STOP en 24 h ÷ personnes jointes",
    Metric.INTEREST: "personnes dont la dernière réponse claire en 72 h est oui ÷ personnes jointes",
    Metric.OPT_OUT: "personnes ayant répondu STOP en 72 h ÷ personnes jointes",
}
_MORE = {
    Metric.REPLY: "fait répondre plus",
    Metric.REPLY_DAY: "fait répondre plus dans la journée",
    Metric.INTEREST: "intéresse plus",
    Metric.OPT_OUT: "fait dire STOP plus souvent",
}
_DID = {
    Metric.REPLY: "ont répondu",
    Metric.REPLY_DAY: "ont répondu dans la journée",
    Metric.INTEREST: "sont intéressées",
    Metric.OPT_OUT: "ont répondu STOP",
}
STATES = {
    State.DRAFT: "à démarrer",
    State.RUNNING: "en cours",
    State.AWAITED: "résultat attendu",
    State.DONE: "terminée",
    State.STOPPED: "arrêtée",
}
UNTESTED = "non concluant : arrêtée avant l'effectif prévu"


def p_value(value: float) -> str:
    """A p-value, kept on one line: "p = 0,031"."""
    said = "< 0,001" if value < 0.001 else f"= {value:.3f}".replace(".", ",")
    return f"p\u00a0{said}".replace(" ", "\u00a0")


def arm(one: Arm, compared: Compared) -> str:
    """What an arm does, in full."""
    if compared is Compared.HOURS and one.hours is not None:
        return f"Le SMS part entre {one.hours[0]} h et {one.hours[1]} h, à l'heure de la personne."
    return one.body or "Aucune relance."


def drawn(units: int, unit: Unit) -> str:
    """How many were drawn: "812 personnes", "24 campagnes"."""
    return counted(units, {Unit.PERSON: "personne", Unit.CAMPAIGN: "campagne", Unit.OFFER: "offre"}[unit])


def plan(definition: Definition, planned: Size, pace: Pace | None = None) -> str:
    """What the planned numbers are, why, and how long it takes at the recent pace."""
    sought = f"{percent(definition.baseline)} à {percent(definition.baseline + definition.effect)}"
    text = (
        f"Pour trouver un passage de {sought} ({points(definition.effect)}) dans {percent(definition.power)} des cas, "
        f"en se trompant au plus {percent(definition.alpha)} du temps : {counted(planned.people, 'personne')}"
    )
    if definition.unit is not Unit.PERSON:
        effect = f"{planned.design_effect:.2f}".replace(".", ",")
        text += f" dans {drawn(planned.units, definition.unit)} (effet de grappe {effect})"
    text += ", moitié par moitié."
    if pace is None:
        return text
    weeks = pace.weeks(planned, definition.unit)
    if weeks is None:
        return f"{text} L'agence n'a rien envoyé ces huit semaines : la durée ne peut pas être estimée."
    pace_words = f"Au rythme des huit dernières semaines : environ {duration(weeks)}"
    return f"{text} {pace_words}, puis quatre jours pour les réponses."


def duration(weeks: float) -> str:
    """How long, roughly: "3 semaines", "14 mois"."""
    if weeks < 1:
        return "moins d'une semaine"
    if weeks < 14:
        return counted(round(weeks), "semaine")
    return f"{round(weeks / 4.345)} mois"


def standing(comparison: Comparison) -> str:
    """Where a comparison stands, without a word on what its arms do to people."""
    planned, unit = comparison.planned, comparison.definition.unit
    people = f"{number(comparison.people)} personnes tirées au sort sur {number(planned.people)} prévues"
    if unit is not Unit.PERSON:
        people += f", {drawn(comparison.units, unit)} sur {number(planned.units)}"
    match comparison.state:
        case State.DRAFT:
            return f"Définie le {day(paris(comparison.defined_utc).date())}, pas encore commencée."
        case State.RUNNING:
            return people
        case State.AWAITED:
            assert comparison.result_utc is not None
            return f"{people}. Le résultat paraît le {instant(comparison.result_utc)}."
        case State.STOPPED:
            assert comparison.stopped_utc is not None
            return f"Arrêtée le {instant(comparison.stopped_utc)} : {people}."
    assert comparison.started_utc is not None
    assert comparison.result_utc is not None
    began, ended = (paris(each).date() for each in (comparison.started_utc, comparison.result_utc))
    return f"Du {day(began)} au {day(ended)} : {people}."


def hidden(compared: Compared) -> str:
    """What nobody sees before the result."""
    if compared is Compared.HOURS:
        return (
            "Résultat masqué jusque-là. Les Mesures montrent les réponses par heure d'envoi, comme toujours : tous "
            "envois confondus, elles ne sont pas cette comparaison."
        )
    return "Résultat masqué : ni cette page, ni les Mesures, ni les exports ne distinguent les deux façons d'ici là."


def title(told: Outcome) -> str:
    """The finding, in a few words."""
    metric = told.comparison.definition.metric
    if told.comparison.state is State.STOPPED:
        return UNTESTED[0].upper() + UNTESTED[1:]
    if not told.checks.sound:
        return "Résultat à ne pas utiliser : le tirage au sort n'est pas en ordre"
    if told.difference is None:
        return "Non concluant : pas assez de données pour comparer"
    if not told.conclusive:
        return f"Non concluant : pas de différence établie entre « {told.a.label} » et « {told.b.label} »"
    more, less = (told.b, told.a) if told.difference.value > 0 else (told.a, told.b)
    return f"« {more.label} » {_MORE[metric]} que « {less.label} »"


def sentence(told: Outcome) -> str:
    """What was observed, with its interval, and what may be concluded of it."""
    did = _DID[told.comparison.definition.metric]
    observed = " ; ".join(
        f"« {each.label} » : {rate(each.rate)}" for each in (told.a, told.b)
    )  # "trop peu" where that is so
    observed = f"Parmi les personnes jointes, {did} — {observed}."
    difference = told.difference
    if told.comparison.state is State.STOPPED:
        return (
            f"{observed} {UNTESTED[0].upper()}{UNTESTED[1:]}. Aucun test n'est fait : un arrêt choisi fausserait tout."
        )
    if difference is None:
        return f"{observed} Non concluant : il n'y a pas de quoi calculer une différence."
    found = (
        f"Différence observée : {points(difference.value)} (IC à 95 % : {bare_points(difference.low)} à "
        f"{points(difference.high)} ; {p_value(difference.p_value)})"
    )
    if told.conclusive:
        return f"{observed} {found}. Le hasard seul l'explique mal."
    if not told.checks.sound:
        return f"{observed} {found} ; non concluant, car le tirage n'est pas en ordre."
    most = max(abs(difference.low), abs(difference.high))
    return (
        f"{observed} {found} ; non concluant : le hasard suffit à l'expliquer. Ce n'est pas la preuve que les deux se "
        f"valent, mais une différence de plus de {points(most).lstrip('+')} est peu vraisemblable."
    )


def checks(told: Outcome) -> list[tuple[bool, str]]:
    """Whether the draw is in order, one sentence a check; False where it is not."""
    found = told.checks
    unit = told.comparison.definition.unit
    split = f"{drawn(told.a.units, unit)} et {drawn(told.b.units, unit)}"
    lines = [
        (
            found.split >= MISMATCH,
            f"Répartition : {split} ({p_value(found.split)}, test du khi-deux contre une moitié chacun).",
        ),
        (
            found.reached >= MISMATCH,
            f"Joignabilité : {rate(told.a.reached)} et {rate(told.b.reached)} ({p_value(found.reached)}, test de "
            "Fisher).",
        ),
        (
            found.as_started,
            "Définition : telle qu'au départ, son empreinte est dans le journal."
            if found.as_started
            else "Définition : elle a été modifiée depuis le départ.",
        ),
    ]
    if found.redrawn is not None:
        lines.append(
            (
                found.redrawn,
                "Tirage : refait avec sa graine, il donne les mêmes bras."
                if found.redrawn
                else "Tirage : refait avec sa graine, il donne d'autres bras que ceux qui sont inscrits.",
            )
        )
    return lines


def method(told: Outcome) -> str:
    """How the numbers were computed, for whoever would do it again."""
    definition = told.comparison.definition
    formula = f"{METRICS[definition.metric]} : {FORMULAS[definition.metric]}."
    if definition.unit is Unit.PERSON:
        return f"{formula} Intervalle de Newcombe (1998) et test du score de deux proportions (statsmodels)."
    return (
        f"{formula} Équations d'estimation généralisées, corrélation échangeable dans chaque groupe, variance corrigée "
        "de Mancl et DeRouen (2001), loi de Student (statsmodels)."
    )


def table(told: Outcome) -> pd.DataFrame:
    """The two arms: `Bras`, `Tirages`, `Personnes`, `Jointes`, `Comptées`, `Taux`, `IC bas`, `IC haut` (0..1)."""
    arms = (told.a, told.b)
    rates = [None if each.rate.too_few else each.rate for each in arms]
    return pd.DataFrame(
        {
            "Bras": [each.label for each in arms],
            "Tirages": [each.units for each in arms],
            "Personnes": [each.people for each in arms],
            "Jointes": [each.rate.base for each in arms],
            "Comptées": [each.rate.count for each in arms],
            "Taux": pd.Series([one and one.value for one in rates], dtype="float64"),
            "IC bas": pd.Series([one and one.low for one in rates], dtype="float64"),
            "IC haut": pd.Series([one and one.high for one in rates], dtype="float64"),
        }
    )
