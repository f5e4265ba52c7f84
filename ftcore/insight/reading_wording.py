"""What the quality of the readings says, in French sentences written from the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftcore.insight.metrics import differ, rate
from ftcore.insight.reading_quality import Reviewed, Run
from ftcore.insight.wording import counted, percent
from ftcore.insight.wording import rate as told
from ftcore.model import Answer
from ftcore.outreach.replies import ANSWER_WORDS

if TYPE_CHECKING:
    import pandas as pd


def confusion_title(found: Reviewed) -> str:
    """The finding: how often a person reads otherwise."""
    if found.corrected.too_few or found.corrected.value is None:
        return "Trop peu de réponses ouvertes pour juger les lectures"
    return f"Un conseiller a lu autrement {percent(found.corrected.value)} des réponses qu'il a ouvertes"


def confusion(found: Reviewed) -> str:
    """The pair that is confused most, and how many were confirmed."""
    wrong = [(count, read, meant) for (read, meant), count in found.confusion.items() if read is not meant]
    if not wrong:
        return "Les lectures revues ont toutes été confirmées."
    count, read, meant = max(wrong, key=lambda each: each[0])
    confirmed = sum(count for (read, meant), count in found.confusion.items() if read is meant)
    return (
        f"Le plus souvent : lu « {ANSWER_WORDS[read]} », c'était « {ANSWER_WORDS[meant]} » "
        f"({counted(count, 'réponse')} sur {counted(sum(n for n, _, _ in wrong), 'corrigée')}). "
        f"{counted(confirmed, 'lecture confirmée', 'lectures confirmées')}."
    )


def drift_title(weeks: pd.DataFrame) -> str:
    """Whether the last weeks are told apart from the first, by their intervals."""
    half = len(weeks) // 2
    if half < 1:
        return "Une seule semaine : pas encore de tendance"
    first, last = (rate(int(part["corrected"].sum()), int(part["opened"].sum()))
                   for part in (weeks.iloc[:half], weeks.iloc[half:]))  # fmt: skip
    if first.too_few or last.too_few:
        return "Trop peu de réponses ouvertes pour voir une tendance"
    if not differ(first, last):
        return "Les corrections ne deviennent ni plus ni moins fréquentes"
    more = (last.value or 0) > (first.value or 0)
    return f"Les corrections deviennent {'plus' if more else 'moins'} fréquentes"


def drift(weeks: pd.DataFrame) -> str:
    """The two halves of the period, side by side."""
    half = len(weeks) // 2
    if half < 1:
        return "Choisissez une période plus longue pour comparer des semaines."
    parts = [weeks.iloc[:half], weeks.iloc[half:]]
    corrected = [told(rate(int(part["corrected"].sum()), int(part["opened"].sum()))) for part in parts]
    unclear = [told(rate(int(part["unclear"].sum()), int(part["answers"].sum()))) for part in parts]
    return (
        f"Corrigées : {corrected[0]} dans la première moitié de la période, {corrected[1]} dans la seconde. "
        f"Laissées à une personne : {unclear[0]}, puis {unclear[1]}."
    )


def run_title(label: str, run: Run) -> str:
    return f"{label} : {percent(run.accuracy.value or 0)} lus juste"


def run(found: Run, before: Run | None) -> str:
    """How right the readings are, what the machine would have done wrongly, and what changed since the run before."""
    told_classes = {each: one for each, one in found.by_class.items() if not one.too_few}
    words = f"{told(found.accuracy)}. La machine aurait agi à tort sur {told(found.acted_wrong)} des messages"
    words += f" et en laisse {told(found.left_to_person)} à une personne."
    if told_classes:
        worst = min(told_classes, key=lambda each: told_classes[each].value or 0)
        words += f" La moins bien lue : « {ANSWER_WORDS[worst]} », {told(told_classes[worst])}."
    missed = sum(n for (wanted, read), n in found.confusion.items() if wanted is Answer.STOP is not read)
    words += f" {counted(missed, 'STOP manqué', 'STOP manqués')}."
    if before is not None:
        same = found.confusion == before.confusion
        words += (
            " Identique à la relecture précédente."
            if same
            else (f" La relecture précédente : {told(before.accuracy)}.")
        )
    return words
