"""Rules that find personal data by its form: telephone, e-mail, social security, bank, birth, identity and post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ftcore.drafting import personal_patterns as patterns
from ftcore.drafting.addresses import ADDRESSES
from ftcore.text import fold


class Kind(StrEnum):
    """What is hidden; the value is the word of its placeholder. A MARK is what somebody typed like a placeholder."""

    PERSON = "PERSONNE"
    FIRST_NAME = "PRENOM"
    PHONE = "TELEPHONE"
    EMAIL = "COURRIEL"
    ADDRESS = "ADRESSE"
    SOCIAL_SECURITY = "NUMERO_SECU"
    BIRTH = "DATE_NAISSANCE"
    IBAN = "IBAN"
    IDENTIFIER = "IDENTIFIANT"
    MARK = "REPERE"


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data in a reading; the writings of one value have one `key`."""

    kind: Kind
    start: int
    end: int
    key: str


def personal_data(text: str) -> Iterator[Found]:
    """What the text of a Reading holds, the surer kinds first; pieces may overlap."""
    for find in (_emails, _ibans, _social_security, _phones, _births, _identifiers, _addresses):
        yield from find(text)


def phone_key(written: str) -> str:
    """One key for all the writings of a number: of a French one, the nine figures after the 0 or the +33."""
    digits = re.sub(r"\D", "", written.replace("(0)", "").replace("%2B", "+"))
    for country in ("0033", "33"):
        if digits.startswith(country) and len(digits.removeprefix(country).lstrip("0")) == 9:
            return digits.removeprefix(country).lstrip("0")
    return digits[1:] if len(digits) == 10 and digits[0] == "0" else digits.removeprefix("00")


def _emails(text: str) -> Iterator[Found]:
    for match in patterns.EMAIL.finditer(text):
        usual = re.sub(patterns.DOT, ".", re.sub(patterns.AT, "@", match.group(), flags=re.I), flags=re.I)
        yield Found(Kind.EMAIL, match.start(), match.end(), "".join(fold(usual).split()))
    for match in patterns.PROFILE.finditer(text):
        yield Found(Kind.IDENTIFIER, match.start(), match.end(), fold(match.group()).strip("/"))


def _ibans(text: str) -> Iterator[Found]:
    for match in patterns.IBAN.finditer(text):
        key = _characters(match.group())
        french = len(key) == 27 and key.startswith(("fr", "mc"))
        if french or key[0].isdigit() or _is_iban(key):
            yield Found(Kind.IBAN, match.start(), match.end(), key)


def _is_iban(key: str) -> bool:
    """The check of ISO 13616: the figures of the number, its head moved to the end, are 1 modulo 97."""
    return int("".join(str(int(c, 36)) for c in key[4:] + key[:4])) % 97 == 1


def _social_security(text: str) -> Iterator[Found]:
    for match in patterns.SOCIAL_SECURITY.finditer(text):
        yield Found(Kind.SOCIAL_SECURITY, match.start(), match.end(), _characters(match.group())[:13])
    for match in patterns.LABELLED_SOCIAL_SECURITY.finditer(text):
        yield Found(Kind.SOCIAL_SECURITY, match.start(1), match.end(1), _characters(match.group(1))[:13])


def _phones(text: str) -> Iterator[Found]:
    for match in patterns.PHONE.finditer(text):
        if not patterns.NO_PHONE_BEFORE.search(text[max(0, match.start() - 30) : match.start()]):
            yield Found(Kind.PHONE, match.start(), match.end(), phone_key(match.group()))
    for match in patterns.LABELLED_PHONE.finditer(text):
        yield Found(Kind.PHONE, match.start(1), match.end(1), phone_key(match.group(1)))
    for match in patterns.SPELLED_PHONE.finditer(text):
        yield Found(Kind.PHONE, match.start(), match.end(), _characters(match.group()))


def _births(text: str) -> Iterator[Found]:
    for pattern in (patterns.BIRTH, patterns.BEFORE_BIRTH):
        for match in pattern.finditer(text):
            if not patterns.LEAVE.search(text[max(0, match.start() - 12) : match.start(1)]):
                yield Found(Kind.BIRTH, match.start(1), match.end(1), _date_key(match.group(1)))
                if (also := patterns.ALSO_BORN.match(text, match.end(1))) and match.group().lower().startswith("nés"):
                    yield Found(Kind.BIRTH, also.start(1), also.end(1), _date_key(also.group(1)))


def _date_key(written: str) -> str:
    """Day, month and year in figures: "12 mai 1987", "12/05/87" and "1987-05-12" are one date."""
    figures = fold(written)
    for number, month in enumerate(patterns.MONTHS, 1):
        figures = re.sub(rf"\s{month[:3] if number == 2 else month}[a-z.]*\s", f"/{number}/", figures)
    parts = re.findall(r"\d+", figures)
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    if len(parts) == 3 and len(parts[0]) == 4:
        parts.reverse()
    return f"{int(parts[0])}/{int(parts[1])}/{int(parts[2]) % 100}" if len(parts) == 3 else figures


def _identifiers(text: str) -> Iterator[Found]:
    for match in patterns.IDENTIFIER.finditer(text):
        yield Found(Kind.IDENTIFIER, match.start(1), match.end(1), _characters(match.group(1)))


def _addresses(text: str) -> Iterator[Found]:
    for pattern in ADDRESSES:
        for match in pattern.finditer(text):
            # What stands before an address to tell that it is one is not part of it.
            yield Found(Kind.ADDRESS, *match.span("address"), _characters(match.group("address")))


def _characters(written: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(written))
