"""What Mesures says, part by part: the finding, one sentence, and the table behind the chart.

The page and the report both draw these; here is no drawing. Titles state a finding only where the intervals allow
it; every sentence is made from the figures shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from ftcore.insight import comparing, knockouts, published, survival, wording
from ftcore.insight.comparing import MEASURES, Group, Measure
from ftcore.insight.metrics import FEW, WINDOW_HOURS, Rate, differ, rate
from ftcore.insight.survival import Curve
from ftcore.outreach.worklist import WorkList

if TYPE_CHECKING:
    from ftcore.insight.figures import Figures, Summary


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page: `key` names it and its files; floats in `table` are shares (0..1).

    `printed` is the table as it stands in the report, where the whole would fill pages.
    """

    key: str
    title: str
    sentence: str
    table: pd.DataFrame
    note: str | None = None
    printed: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rate of the first row: with its base, the other base, and how it was in the period compared with."""

    label: str
    now: Rate
    before: Rate
    base: str
    other: Rate
    other_base: str
    formula: str
    less_is_better: bool = False


def boxes(found: Figures) -> list[Box]:
    """The four rates of the first row, each over both its bases."""
    now, before = found.now, found.before
    return [
        Box("Taux de remise", now.delivery, before.delivery, "avec SMS parti",
            rate(now.delivered, now.contacted), "contactées",
            "Personnes jointes ÷ personnes à qui un SMS est parti ; aussi rapporté à toutes les personnes contactées, "
            "y compris celles dont l'envoi attend."),
        Box("Taux de réponse", now.reply, before.reply, "jointes", now.reply_of_sent, "avec SMS parti",
            f"Personnes ayant répondu autre chose que STOP dans les {WINDOW_HOURS} h ÷ personnes jointes ; aussi "
            "rapporté aux personnes à qui un SMS est parti."),
        Box("Intérêt", now.interest, before.interest, "répondants", rate(now.interested, now.delivered), "jointes",
            "Personnes dont la dernière réponse claire est oui ÷ personnes ayant répondu ; aussi rapporté aux "
            "personnes jointes."),
        Box("STOP", now.opt_out, before.opt_out, "jointes", rate(now.opted_out, now.sent), "avec SMS parti",
            "Personnes ayant répondu STOP ÷ personnes jointes ; aussi rapporté aux personnes à qui un SMS est parti.",
            less_is_better=True),
    ]  # fmt: skip


STEPS = {
    "considered": "Fiches étudiées",
    "contacted": "Contactées",
    "delivered": "Jointes",
    "replied": "Ont répondu",
    "interested": "Intéressées",
    "introduced": "Mises en relation",
}


def funnel(now: Summary) -> Section:
    """From the files looked at (one for each offer) to the people introduced."""
    counts = [getattr(now, step) for step in STEPS]
    shares = [None] + [after / before if before else None for before, after in pairwise(counts)]
    table = pd.DataFrame(
        {
            "Étape": list(STEPS.values()),
            "Nombre": counts,
            "Part de l'étape précédente": pd.Series(shares, dtype="float64"),
        }
    )
    sentence = (
        f"Sur {wording.counted(now.considered, 'fiche étudiée', 'fiches étudiées')}, "
        f"{wording.counted(now.contacted, 'personne contactée', 'personnes contactées')} : "
        f"{wording.counted(now.replied, 'a répondu', 'ont répondu')}, "
        f"{wording.counted(now.interested, 'est intéressée', 'sont intéressées')}, "
        f"{wording.counted(now.introduced, 'a été mise', 'ont été mises')} en relation."
    )
    title = (
        f"De {wording.counted(now.contacted, 'personne contactée', 'personnes contactées')} à "
        f"{wording.counted(now.introduced, 'mise en relation', 'mises en relation')}"
    )
    note = "Une fiche est comptée à chaque offre pour laquelle elle a été étudiée ; ensuite, des personnes distinctes."
    return Section("entonnoir", title, sentence, table, note)


def first_replies(found: Figures) -> tuple[Section, Curve]:
    """How fast people answer: the shares at 1 h, 5 h and 24 h with their intervals, and the curve itself."""
    curve = survival.first_replies(found.waits)
    marks = [curve.within(minutes) for minutes in survival.LOOKED_AT.values()]
    table = pd.DataFrame(
        {
            "Délai après la remise": [wording.minutes(share.minutes) for share in curve.shares],
            "Ont répondu": pd.Series([share.value for share in curve.shares], dtype="float64"),
            "IC bas": pd.Series([share.low for share in curve.shares], dtype="float64"),
            "IC haut": pd.Series([share.high for share in curve.shares], dtype="float64"),
        }
    )
    note = (
        f"Part des SMS remis ayant reçu une réponse autre que STOP (estimation de Kaplan-Meier : un SMS récent sans "
        f"réponse n'est pas compté comme un refus ; la bande est l'intervalle à 95{wording.NARROW}%)."
    )
    if curve.too_few:
        sentence = f"Il faut au moins {FEW} SMS remis (n = {wording.number(curve.base)})."
        return Section("delais", "Délai de réponse : trop peu de SMS remis", sentence, table, note), curve
    said = ", ".join(
        f"{wording.percent(mark.value)} en moins de {name} (IC {100 * mark.low:.0f}–{wording.percent(mark.high)})"
        for name, mark in zip(survival.LOOKED_AT, marks, strict=True)
    )
    sentence = f"Sur {wording.counted(curve.base, 'SMS remis', 'SMS remis')}, ont reçu une réponse : {said}."
    if curve.median_minutes is not None and curve.answered >= FEW:
        sentence += (
            f" Parmi les {wording.number(curve.answered)} qui ont reçu une réponse, la moitié l'ont eue en "
            f"{wording.minutes(curve.median_minutes)} ou moins."
        )
    printed = pd.DataFrame(
        {
            "En moins de": list(survival.LOOKED_AT),
            "Ont répondu": [mark.value for mark in marks],
            "IC bas": [mark.low for mark in marks],
            "IC haut": [mark.high for mark in marks],
        }
    )
    return Section("delais", _pace(curve), sentence, table, note, printed), curve


def _pace(curve: Curve) -> str:
    """Whether answers come fast: where half of those that come in the window have come."""
    hour, five, day = (curve.within(minutes).value for minutes in survival.LOOKED_AT.values())
    whole = curve.within(60 * WINDOW_HOURS).value
    if not whole:
        return "Aucune réponse pour l'instant"
    if hour >= whole / 2:
        return f"Les réponses arrivent vite : {wording.percent(hour)} dans l'heure"
    if five >= whole / 2:
        return f"La plupart des réponses arrivent en moins de 5 h : {wording.percent(five)}"
    return f"Les réponses prennent du temps : {wording.percent(day)} en 24 h"


def over_time(found: Figures) -> Section:
    """Replies by the day of the opening SMS, and whether the rate moved between the halves of the period."""
    days = found.days
    names = {"day": "Jour", "sent": "Partis", "delivered": "Remis", "replied": "Avec réponse",
             "interested": "Intéressés", "opted_out": "STOP"}  # fmt: skip
    title, sentence = _movement(days)
    weeks = days.assign(day=[day - timedelta(days=day.weekday()) for day in days["day"]]).groupby("day").sum()
    return Section(
        "jours",
        title,
        sentence,
        days.rename(columns=names),
        f"En SMS d'ouverture, selon le jour de l'envoi ; une réponse compte dans les {WINDOW_HOURS} h, les derniers "
        "jours peuvent encore en recevoir.",
        weeks.reset_index().rename(columns=names | {"day": "Semaine du"}),
    )


def _movement(days: pd.DataFrame) -> tuple[str, str]:
    """The title and the sentence of the days: a change is only told where the two intervals are apart."""
    total = int(days["replied"].sum())
    if not total:
        return "Aucune réponse aux SMS de cette période", "Rien à lire pour l'instant."
    best = days.iloc[int(days["replied"].argmax())]
    most = (
        f"Le plus de réponses va aux SMS du {wording.day(best['day'])} : {wording.number(int(best['replied']))} sur "
        f"{wording.counted(int(best['delivered']), 'remis', 'remis')}."
    )
    # Recent days are not over: they would make every rate fall at the end.
    over = days.iloc[: max(len(days) - WINDOW_HOURS // 24 - 1, 0)]
    halves = [over.iloc[: len(over) // 2], over.iloc[len(over) // 2 :]]
    first, second = (rate(int(half["replied"].sum()), int(half["delivered"].sum())) for half in halves)
    if first.too_few or second.too_few:
        return f"{wording.counted(total, 'SMS a reçu', 'SMS ont reçu')} une réponse", most
    then = f"Première moitié de la période : {wording.rate(first)} ; seconde : {wording.rate(second)}"
    if not differ(first, second):
        return "Le taux de réponse ne bouge pas nettement", f"{most} {then}. Les intervalles se recouvrent."
    rises = (second.value or 0) > (first.value or 0)
    title = (
        f"Le taux de réponse {'monte' if rises else 'baisse'} : {wording.percent(first.value or 0)}, puis "
        f"{wording.percent(second.value or 0)}"
    )
    return title, f"{most} {then}."


DIMENSIONS = {
    "agences": ("Agence", "agences"),
    "metiers": ("Métier", "métiers"),
    "offres": ("Offre", "offres"),
    "modeles": ("Texte du SMS", "textes"),
}
_TABLES = {"agences": "agencies", "metiers": "occupations", "offres": "offers", "modeles": "templates"}


def comparison(found: Figures, by: str, measure: Measure = MEASURES["reponse"]) -> tuple[Section, list[Group]]:
    """A rate by agency, occupation, offer or wording (the keys of `DIMENSIONS`), and the groups."""
    one, many = DIMENSIONS[by]
    groups = comparing.groups(getattr(found, _TABLES[by]), measure)
    section = Section(
        f"par-{by}",
        comparing.title(groups, measure, many),
        comparing.sentence(groups, measure),
        comparing.table_of(groups, measure, one),
        f"{measure.formula[0].upper()}{measure.formula[1:]} ; personnes distinctes, intervalle à 95{wording.NARROW}%.",
    )
    return section, groups


_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NOON = 13


def hours(found: Figures) -> Section:
    """The reply rate by weekday and hour of the opening SMS; said of half-days, as an hour holds few."""
    table = found.hours.sort_values(["weekday", "hour"])
    rates = comparing.rates(table["replied"].tolist(), table["delivered"].tolist())
    shown = pd.DataFrame(
        {
            "Jour de la semaine": [_WEEKDAYS[day] for day in table["weekday"]],
            "Heure": [f"{hour} h" for hour in table["hour"]],
            "SMS remis": table["delivered"].to_numpy(),
            "Avec réponse": table["replied"].to_numpy(),
            "Taux": pd.Series([None if one.too_few else one.value for one in rates], dtype="float64"),
        }
    )
    halves = table.assign(after=table["hour"] >= NOON).groupby(["weekday", "after"])[["delivered", "replied"]].sum()
    groups = [
        Group("", f"{_WEEKDAYS[day]} {'après-midi' if after else 'matin'}", one)
        for (day, after), one in zip(
            halves.index, comparing.rates(halves["replied"].tolist(), halves["delivered"].tolist()), strict=True
        )
    ]
    printed = pd.DataFrame(
        {
            "Demi-journée": [group.label for group in groups],
            "SMS remis": pd.Series([group.rate.base for group in groups], dtype="int64"),
            "Avec réponse": pd.Series([group.rate.count for group in groups], dtype="int64"),
            "Taux": pd.Series([None if group.rate.too_few else group.rate.value for group in groups], dtype="float64"),
        }
    )
    note = (
        f"En SMS remis, à l'heure de Paris ; les cases de moins de {FEW} SMS sont vides. Ce que l'on envoie à "
        "une heure n'est pas tiré au sort : offres et personnes diffèrent aussi."
    )
    ends = comparing.extremes(groups)
    if ends is None:
        enough = len(comparing.drawn(groups)) > 1
        title = "Aucun moment ne se détache nettement" if enough else "Moments d'envoi : trop peu de SMS"
        sentence = (
            "Entre demi-journées, les écarts peuvent être dus au hasard."
            if enough
            else f"Il faut au moins deux demi-journées de {FEW} SMS remis pour comparer."
        )
        return Section("heures", title, sentence, shown, note, printed)
    lowest, highest = ends
    title = f"Le {highest.label}, on répond plus que le {lowest.label}"
    sentence = f"{wording.rate(highest.rate)} contre {wording.rate(lowest.rate)}."
    return Section("heures", title, sentence, shown, note, printed)


def questions(found: Figures) -> tuple[Section, list[knockouts.Question]]:
    """The knock-out rate of each prerequisite, and the questions."""
    asked = knockouts.questions(found.checks)
    section = Section(
        "questions",
        knockouts.title(asked),
        knockouts.sentence(asked),
        knockouts.table_of(asked),
        "Personnes qui répondent ne pas remplir le critère ÷ personnes à qui la question a été posée. Personne n'est "
        "refusé automatiquement : un conseiller décide.",
    )
    return section, asked


def landmarks(found: Figures) -> Section:
    """The four published figures of MatchFT beside ours."""
    return Section(
        "reperes", published.title(found), published.sentence(found), published.table_of(found), published.NOTE
    )


def per_interested(total: Decimal | int | None, now: Summary) -> float | None:
    """So much a person interested; None where nothing is known or fewer than ten are interested."""
    return None if total is None or now.interested < FEW else float(total) / now.interested


def cost(found: Figures) -> Section:
    """What an interested person costs: SMS, parts and euros, now and in the period compared with."""
    now, before = found.now, found.before
    spent = {
        "SMS de l'automate": (now.automatic_messages, before.automatic_messages),
        "SMS de conseillers": (now.human_messages, before.human_messages),
        "Parties de SMS facturées": (now.parts, before.parts),
        "Coût en euros": (now.cost, before.cost),
    }
    rows = []
    for label, totals in spent.items():
        told = [per_interested(total, of) for total, of in zip(totals, (now, before), strict=True)]
        rows.append((label, *("—" if value is None else f"{value:.2f}".replace(".", ",") for value in told)))
    table = pd.DataFrame(rows, columns=["Par personne intéressée", "Période", "Période comparée"])
    messages = now.automatic_messages + now.human_messages
    note = "Tous les SMS de la période ÷ personnes intéressées, y compris ceux aux personnes qui ne répondent pas."
    each = per_interested(messages, now)
    if each is None:
        sentence = (
            f"Trop peu de personnes intéressées (n = {wording.number(now.interested)}) pour un coût par personne."
        )
        return Section("cout", "Coût par personne intéressée : trop peu", sentence, table, note)
    euros = per_interested(now.cost, now)
    title = f"Une personne intéressée demande {wording.number(round(each, 1))} SMS"
    if euros is not None:
        title += f" et {wording.euros(euros)}"
    sentence = (
        f"{wording.counted(messages, 'SMS', 'SMS')}, dont {wording.number(now.human_messages)} écrits par des "
        f"conseillers, pour {wording.counted(now.interested, 'personne intéressée', 'personnes intéressées')}."
    )
    sentence += (
        " Le coût n'est pas connu : la passerelle n'a donné aucun prix."
        if now.cost is None
        else f" Coût : {wording.euros(now.cost)}"
        + ("." if now.priced >= messages else f", connu pour {wording.number(now.priced)} SMS seulement.")
    )
    return Section("cout", title, sentence, table, note)


# The lists of Échanges that wait for somebody of the agency, in the order of urgency.
WAITING = {
    WorkList.CALL: "À rappeler",
    WorkList.HUMAN: "Besoin de vous",
    WorkList.READ: "À lire",
    WorkList.UNREAD: "Non lus",
    WorkList.LATE: "En attente depuis 24 h",
}


def work(found: Figures) -> Section:
    """The conversations that wait for a counselor now, whatever the period."""
    counts = {one: found.work.get(one.value, 0) for one in WAITING}
    table = pd.DataFrame({"Liste": list(WAITING.values()), "Échanges": list(counts.values())})
    waiting = counts[WorkList.CALL] + counts[WorkList.HUMAN] + counts[WorkList.READ]
    late = counts[WorkList.LATE]
    title = (
        "Aucun échange n'attend"
        if not waiting
        else f"{wording.counted(waiting, 'échange attend', 'échanges attendent')} un conseiller"
    )
    if late:
        title += f", dont {wording.number(late)} depuis plus de 24 h"
    others = counts[WorkList.HUMAN] + counts[WorkList.READ]
    sentence = (
        f"{wording.counted(counts[WorkList.CALL], 'personne est', 'personnes sont')} à rappeler, "
        f"{wording.counted(others, 'échange est', 'échanges sont')} à lire ou à reprendre. "
        "En ce moment, quelle que soit la période choisie."
    )
    return Section("travail", title, sentence, table)


def period(since: date, until: date) -> str:
    """A period in words: "du 1 octobre au 31 octobre 2026"."""
    return f"du {since:%d/%m/%Y} au {until:%d/%m/%Y}"


def says_the_same(one: Figures, other: Figures) -> bool:
    """Whether nothing that is shown has happened between two looks; that silence grows older is nothing new."""
    return (one.now, one.before, one.work) == (other.now, other.before, other.work) and one.checks.equals(other.checks)
