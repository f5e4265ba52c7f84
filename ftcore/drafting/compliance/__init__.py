"""What the law says of an offer: deterministic rules, each finding with its article and, if possible, a mending.

The articles are those of the French Labour Code unless said otherwise. A rule that is not sure stays silent or
warns: three quarters of real faults are contradictions, and a wrong alarm teaches people to ignore the right ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ftcore.drafting.compliance.contradictions import contradictions, minimum, pay_range, reason
from ftcore.drafting.compliance.findings import Finding, Level
from ftcore.drafting.compliance.language import gender, language
from ftcore.drafting.compliance.offer_fields import fields
from ftcore.drafting.compliance.word_rules import worded
from ftcore.model import Offer
from ftcore.text import fold

__all__ = ["Finding", "Level", "blocking", "check", "mend", "minimum", "text_of"]


def check(text_or_offer: str | Offer) -> list[Finding]:
    """The findings on a text, or on an offer with its fields, in the order of the text.

    Offsets are those of the text, for an offer those of `text_of(offer)`. A finding on a field alone
    has an empty excerpt at 0 and names the field. The same input always gives the same findings.
    """
    text = text_or_offer if isinstance(text_or_offer, str) else text_of(text_or_offer)
    found = [finding for search in _SEARCHES for finding in search(text)]
    if isinstance(text_or_offer, Offer):
        found += fields(text_or_offer)
    return sorted(_apart(found), key=lambda each: (each.start, each.end, each.rule))


def text_of(offer: Offer) -> str:
    """The text of an offer that is checked: its title, then its description unless that begins with it."""
    if fold(offer.title) in fold(offer.description[:200]):
        return offer.description
    return f"{offer.title}\n\n{offer.description}"


def blocking(findings: list[Finding]) -> list[Finding]:
    """Those that keep an offer from being sent."""
    return [finding for finding in findings if finding.level is Level.BLOCK]


def mend(text: str, finding: Finding) -> str:
    """The text with the finding's suggestion in its place; a line that says nothing more goes with it."""
    if finding.suggestion is None or not finding.excerpt:
        return text
    before, after = text[: finding.start], text[finding.end :]
    mended = before + finding.suggestion + after
    if finding.suggestion:
        return mended
    line_start, line_end = before.rfind("\n") + 1, len(before) + (after + "\n").find("\n")
    line = mended[line_start:line_end]
    tidy = re.sub(r"\s+([,.;])", r"\1", re.sub(r"[ \t]{2,}", " ", line))
    tidy = re.sub(r"([,;])\s*(?=[,.;]|$)", "", tidy)
    tidy = re.sub(r"^([-–•*]?\s*)[,.;]\s*", r"\1", tidy).rstrip()
    if not re.search(r"\w", tidy):
        return mended[:line_start] + mended[line_end + 1 :]
    return mended[:line_start] + tidy + mended[line_end:]


_SEARCHES: tuple[Callable[[str], Iterator[Finding]], ...] = (
    worded, language, gender, contradictions, pay_range, reason,
)  # fmt: skip


def _apart(found: list[Finding]) -> Iterator[Finding]:
    """One finding a rule and place: two patterns may see the same words."""
    seen: set[tuple[str, int, str]] = set()
    for finding in sorted(found, key=lambda each: (each.start, -each.end)):
        key = (finding.rule, finding.start, finding.field)
        if key not in seen:
            seen.add(key)
            yield finding
