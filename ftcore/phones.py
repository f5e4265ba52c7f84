"""Phone numbers: the one place that decides what a valid number is, and how one is masked."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import phonenumbers

if TYPE_CHECKING:
    import pyarrow as pa

# French numbers first, by their exact length, so that two in a row are two; then whatever looks like one.
# Also as browsers, vendors and spreadsheets write them: %2B33…, 33…, +33 (0)6…, hard spaces.
_MASKABLE = re.compile(
    r"(?<![\w.\-])(?:(?:(?:\+|00|%2B)33[ .\-\u00a0\u202f]?(?:\(0\)[ .\-\u00a0\u202f]?)?|33|0)[1-9]"
    r"(?:[ .\-\u00a0\u202f]?\d){8}|(?:(?:\+|00|%2B)[1-9]|0[1-9])(?:[ .\-\u00a0\u202f]?\d){7,14})(?!\w)",
    re.IGNORECASE,
)


# A number without country code is of mainland France if it can be, else of an overseas department (0692…).
_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")
# How most numbers of a file are written. The library takes a tenth of a millisecond for each, a pool has a million.
_USUAL = re.compile(r"\s*(?:\+33|0033|0)[ .\-]?([67](?:[ .\-]?\d){8})\s*", re.ASCII)
# How the numbers begin that are reserved for works of fiction (Arcep): +33 6 39 98 00 00 to 99 99.
FICTIONAL = "+3363998"
# In a text: any number that could be one, as the numbers of works of fiction are not valid ones.
_LENIENT = phonenumbers.Leniency.POSSIBLE
_FEWEST_DIGITS = 8
# What the library doesn't take for a number: pairs with a sign of their own, 06/39/98/00/01. A date has no five pairs,
# but for one with an hour behind it.
_PAIRS = re.compile(r"(?<!\d)0[1-9]([/,_:;|*])(?:\d\d\1){3}\d\d(?!\d)", re.ASCII)
_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[ ./\-](?:0?[1-9]|1[0-2])[ ./\-](?:19|20)\d\d(?!\d)", re.ASCII)
_ANY_SPACE = re.compile(r"\s")
_SEPARATORS = str.maketrans("", "", " .-")
# A landline of mainland France: as such a number comes by the thousand too, the library is not asked.
_LANDLINE = re.compile(r"\s*(?:\+33|0033|0)[ .\-]?[1-5](?:[ .\-]?\d){8}\s*", re.ASCII)


def normalise(text: str) -> str | None:
    """The number in E.164 ("+33639980001"), or None if it is no valid mobile number.

    Landlines are refused: they receive no SMS. The range reserved for works of fiction is accepted.
    """
    if not text.isascii():
        return None  # the vendor's own check lets Arabic digits and the like through
    usual = _USUAL.fullmatch(text)
    if usual:
        national = usual.group(1).translate(_SEPARATORS)
        if _french_mobile().fullmatch(national) or is_fictional(f"+33{national}"):
            return f"+33{national}"
    if _LANDLINE.fullmatch(text):
        return None
    return next(filter(None, (_of_region(text, region) for region in _REGIONS)), None)


def usual(texts: pa.Array) -> pa.Array:
    """What `normalise` says of the texts that are written as most are; null for the others, which it must judge."""
    # Here, as the callbacks' door judges single numbers only and starts in a third of the time without.
    import pyarrow as pa
    from pyarrow import compute as pc

    written = pc.match_substring_regex(texts, r"^(?:\+33|0033|0)[ .\-]?[67](?:[ .\-]?[0-9]){8}$")
    national = pc.utf8_slice_codeunits(pc.replace_substring_regex(texts, "[ .\\-]", ""), -9, None)
    known = pc.match_substring_regex(national, f"^(?:{_french_mobile().pattern}|63998[0-9]{{4}})$")
    numbers = pc.binary_join_element_wise("+33", national, "")
    return pc.if_else(pc.and_(written, known), numbers, pa.scalar(None, pa.string()))


@cache
def _french_mobile() -> re.Pattern[str]:
    """The library's own pattern of the mobile numbers of mainland France, without country code."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region("FR", None)
    assert metadata is not None
    assert metadata.mobile is not None
    return re.compile(metadata.mobile.national_number_pattern or "", re.ASCII)


def _of_region(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text.strip(), region)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if is_fictional(written):
        return written  # the library, rightly, calls these unassigned
    if not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) not in (
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    ):
        return None
    return written


def is_fictional(phone: str) -> bool:
    """True for +33 6 39 98 00 00 to 99 99, the range reserved for works of fiction (Arcep)."""
    return re.fullmatch(rf"{re.escape(FICTIONAL)}\d{{4}}", phone) is not None


def display(phone: str) -> str:
    """A number as people read it in France: "06 39 98 00 01" (international elsewhere)."""
    try:
        number = phonenumbers.parse(phone, "FR")
    except phonenumbers.NumberParseException:
        return phone
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 33
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)


def covered(phone: str) -> str:
    """A number as it stands on screens until somebody asks for it: "06 •• •• •• 01", enough to know it again."""
    return _dotted(display(phone))


def covered_in(text: str) -> str:
    """What a person wrote, with each phone number in it covered as it is written: "au 06.••.••.••.01 après 18 h"."""
    if sum(map(str.isdigit, text)) < _FEWEST_DIGITS:
        return text  # most SMS: the library takes a millisecond
    plain = _ANY_SPACE.sub(" ", text)
    found = [(each.start, each.end) for each in phonenumbers.PhoneNumberMatcher(plain, "FR", _LENIENT)]
    found += [each.span() for each in _PAIRS.finditer(plain)]
    signs = list(text)
    for start, end in found:
        if not _DATE.match(plain, start):
            signs[start:end] = _dotted(text[start:end])
    return "".join(signs)


def covered_quote(quote: str | None) -> str | None:
    """The same of a quote; None where there is none."""
    return None if quote is None else covered_in(quote)


def _dotted(written: str) -> str:
    places = [place for place, sign in enumerate(written) if sign.isdigit()]
    kept = {*places[:2], *places[-2:]} if len(places) >= 8 else set()
    return "".join("•" if sign.isdigit() and place not in kept else sign for place, sign in enumerate(written))


def mask(text: str) -> str:
    """The text with everything that looks like a phone number replaced by "[numéro]"."""
    return _MASKABLE.sub("[numéro]", text)
