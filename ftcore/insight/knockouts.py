"""What each question costs: how many people it sets aside, how many stop answering at it, and whether it serves.

A question serves when what is answered to it changes what counselors decide. One that few fail sorts nobody; one
whose failures are retained as often as the others sorts in vain. Both are only said with enough people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from ftcore.insight import wording
from ftcore.insight.comparing import rates
from ftcore.insight.metrics import FEW, Rate, differ

# A question loses many from here: of those asked, this share never answers again.
LOSES_MANY = 0.15
SETS_ASIDE_MANY = 0.30
# A question that surely fails fewer than this sorts nobody.
SORTS_NOBODY = 0.10
# Retained "as often": intervals that overlap, and no more than so many points apart.
AS_OFTEN = 0.10

DEMANDS = {"blocking": "Indispensable", "flexible": "Souhaité", "information": "Pour information"}


class Hint(StrEnum):
    """What could be done about a question."""

    LOSES_FOR_NOTHING = "loses for nothing"
    SORTS_IN_VAIN = "sorts in vain"
    LOSES_MANY = "loses many"


@dataclass(frozen=True, slots=True)
class Question:
    """One prerequisite, over all conversations that asked it in these words.

    `aside`: answered that they do not meet it ÷ asked. `lost`: silent since that question ÷ asked.
    `failed`: not met ÷ settled either way. `kept_met` and `kept_not_met`: retained ÷ decided, by what they answered.
    """

    text: str
    demand: str
    asked: int
    aside: Rate
    lost: Rate
    failed: Rate
    kept_met: Rate
    kept_not_met: Rate
    hint: Hint | None


def questions(checks: pd.DataFrame) -> list[Question]:
    """The questions of `Figures.checks`, those that set most people aside first; with too few people, last."""
    columns = {
        "aside": rates(checks["not_met"].tolist(), checks["asked"].tolist()),
        "lost": rates(checks["left"].tolist(), checks["asked"].tolist()),
        "failed": rates(checks["not_met"].tolist(), (checks["met"] + checks["not_met"]).tolist()),
        "kept_met": rates(checks["retained_met"].tolist(), checks["verdicts_met"].tolist()),
        "kept_not_met": rates(checks["retained_not_met"].tolist(), checks["verdicts_not_met"].tolist()),
    }
    found = []
    for place, (text, demand, asked) in enumerate(zip(checks["text"], checks["demand"], checks["asked"], strict=True)):
        of = {name: column[place] for name, column in columns.items()}
        found.append(Question(str(text), str(demand), int(asked), **of, hint=hint(**of)))
    return sorted(found, key=lambda one: (one.aside.too_few, -(one.aside.value or 0), one.text))


def hint(aside: Rate, lost: Rate, failed: Rate, kept_met: Rate, kept_not_met: Rate) -> Hint | None:
    """Whether the question should be looked at again, and why; None where it serves or too few were asked."""
    if aside.too_few:
        return None
    loses = (lost.value or 0) >= LOSES_MANY
    in_vain = retained_as_often(kept_met, kept_not_met)
    sorts_nobody = not failed.too_few and failed.high < SORTS_NOBODY
    if loses and (in_vain or sorts_nobody):
        return Hint.LOSES_FOR_NOTHING
    if (aside.value or 0) >= SETS_ASIDE_MANY and in_vain:
        return Hint.SORTS_IN_VAIN
    return Hint.LOSES_MANY if loses else None


def retained_as_often(met: Rate, not_met: Rate) -> bool:
    """Whether counselors retained those who do not meet it about as often as the others."""
    if met.too_few or not_met.too_few:
        return False
    apart = (met.value or 0) - (not_met.value or 0)
    return apart <= AS_OFTEN and not (differ(met, not_met) and apart > 0)


def said(question: Question) -> str:
    """The sentence of one question: "« Permis B » écarte 40 % des personnes (n = 62, IC 29–52 %)"."""
    if question.aside.too_few:
        return f"« {question.text} » : trop peu de personnes (n = {wording.number(question.asked)})."
    return f"« {question.text} » écarte {wording.percent(question.aside.value or 0)} des personnes " \
           f"(n = {wording.number(question.asked)}, IC {wording.interval(question.aside)})."  # fmt: skip


def advice(question: Question) -> str | None:
    """What the hint means, in one sentence."""
    if question.hint is None:
        return None
    lost = f"{wording.percent(question.lost.value or 0)} des personnes n'ont plus répondu après cette question"
    kept, also_kept = (wording.percent(one.value or 0) for one in (question.kept_met, question.kept_not_met))
    as_often = f"ceux qui ne la remplissent pas sont retenus aussi souvent ({also_kept} contre {kept})"
    in_vain = retained_as_often(question.kept_met, question.kept_not_met)
    sentences = {
        Hint.LOSES_FOR_NOTHING: f"{lost}, et "
        + (as_often if in_vain else "presque personne n'est écarté par elle")
        + " : mieux vaut sans doute la poser au téléphone.",
        Hint.SORTS_IN_VAIN: f"Parmi les personnes décidées, {as_often} : est-elle vraiment nécessaire ?",
        Hint.LOSES_MANY: f"{lost} : sa formulation ou sa place est à revoir.",
    }
    return f"« {question.text} » : {sentences[question.hint]}"


def title(found: list[Question]) -> str:
    """The finding: what the question that sets most people aside does."""
    told = [one for one in found if not one.aside.too_few]
    if not told:
        return "Questions posées : trop peu de réponses pour juger"
    if not told[0].aside.count:
        return "Aucune question n'écarte personne"
    return f"« {told[0].text} » écarte {wording.percent(told[0].aside.value or 0)} des personnes"


def sentence(found: list[Question]) -> str:
    """One sentence on all questions, and whether the first two differ."""
    told = [one for one in found if not one.aside.too_few]
    few = len(found) - len(told)
    left_out = f" {wording.counted(few, 'question')} à moins de {FEW} personnes : trop peu." if few else ""
    if not told:
        return f"Il faut au moins {FEW} personnes interrogées par question.{left_out}"
    first = said(told[0])
    if len(told) > 1:
        second = f"« {told[1].text} », {wording.percent(told[1].aside.value or 0)}"
        apart = differ(told[0].aside, told[1].aside)
        first += f" Ensuite : {second}" + (
            "." if apart else " ; les intervalles se recouvrent, l'ordre peut être dû au hasard."
        )
    return first + left_out


def table_of(found: list[Question]) -> pd.DataFrame:
    """The questions as a table; rates (0..1) are empty where the base is too small."""

    def told(one: Rate) -> float | None:
        return None if one.too_few else one.value

    return pd.DataFrame(
        {
            "Question": [one.text for one in found],
            "Exigence": [DEMANDS.get(one.demand, one.demand) for one in found],
            "Posée à": pd.Series([one.asked for one in found], dtype="int64"),
            "Non remplie": pd.Series([one.aside.count for one in found], dtype="int64"),
            "Écarte": pd.Series([told(one.aside) for one in found], dtype="float64"),
            "IC bas": pd.Series([None if one.aside.too_few else one.aside.low for one in found], dtype="float64"),
            "IC haut": pd.Series([None if one.aside.too_few else one.aside.high for one in found], dtype="float64"),
            "Silence ensuite": pd.Series([told(one.lost) for one in found], dtype="float64"),
            "Retenus si remplie": pd.Series([told(one.kept_met) for one in found], dtype="float64"),
            "Retenus si non remplie": pd.Series([told(one.kept_not_met) for one in found], dtype="float64"),
        }
    )
