"""What the fields of an offer contradict, or leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.drafting.compliance.contradictions import FULL_TIME, minimum
from ftcore.drafting.compliance.findings import L1242, L5331_3, PAY_DIRECTIVE, Finding, Level
from ftcore.drafting.profile import read_experience
from ftcore.model import Offer


def fields(offer: Offer) -> Iterator[Finding]:
    def on(field: str, rule: str, level: Level, article: str, why: str) -> Finding:
        return Finding(rule, level, article, 0, 0, "", why, None, field)

    contract = offer.contract or ""
    if offer.contract_end and contract.startswith("CDI"):
        yield on("contract_end", "inconsistency", Level.BLOCK, L5331_3, "Un CDI n'a pas de date de fin.")
    if offer.contract_end and offer.start and offer.contract_end < offer.start:
        yield on("contract_end", "inconsistency", Level.BLOCK, L5331_3, "Le contrat finit avant de commencer.")
    if contract.startswith("CDD") and not offer.contract_end and not re.search(r"\d", contract):
        yield on("contract", "fixed_term", Level.WARN, L1242, "Un CDD a une fin ou une durée minimale.")
    asked = read_experience(offer.description)
    if offer.experience_years == 0 and asked is not None and asked.value >= 1:
        why = "Le champ accepte les débutants et le texte demande des années d'expérience."
        yield on("experience_years", "inconsistency", Level.BLOCK, L5331_3, why)
    if offer.pay and "alternance" not in contract.lower():
        part_time = offer.weekly_hours is not None and offer.weekly_hours < FULL_TIME
        least = minimum(offer.pay.unit, part_time)
        if least and offer.pay.low < least:
            yield on("pay", "inconsistency", Level.BLOCK, L5331_3, "Ce salaire est inférieur au minimum légal (SMIC).")
    if offer.pay is None:
        why = "Une fourchette de salaire doit être connue avant l'entretien."
        yield on("pay", "pay_range", Level.WARN, PAY_DIRECTIVE, why)
    if not offer.employer:
        article = "Code du travail, art. L5332-2"
        yield on("employer", "identity", Level.BLOCK, article, "L'agence doit connaître le nom de l'employeur.")
