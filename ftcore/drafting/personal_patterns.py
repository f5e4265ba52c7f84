"""How telephone, e-mail, social security, bank, birth and identity are written in French texts."""

from __future__ import annotations

import re

_S = r"[ .\-_/·]{0,2}"
_P = r"[ .\-_/·]{1,3}"

# E-mail, also as people write it where "@" is not welcome: "nom [at] domaine point fr".
_DOT = r"(?:\.|\b(?:point|dot)\b|[\[({]\s?(?:point|dot|\.)\s?[\])}])"
AT = r"[\[({<]\s?(?:at|arr?obase?|a|chez|@)\s?[\])}>]|\b(?:at|arr?obase?)\b"
DOT = r"[\[({]\s?(?:point|dot|\.)\s?[\])}]|\b(?:point|dot)\b"
EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+%'-]{1,64}\s?@\s?[\w-]{1,63}(?:(?:\.|\s\.\s?)[\w-]{1,63}){1,5}"
    r"|(?<![\w.+-])[\w+%-]{1,64}"
    r"(?:(?:\.|[ ](?:point|dot|tiret)[ ]|\s?[\[({](?:point|dot|\.)[\])}]\s?)[\w+%-]{1,64}){0,4}"
    rf"\s{{0,3}}(?:@|{AT})\s{{0,3}}[\w-]{{1,63}}(?:\s?{_DOT}\s?[\w-]{{1,63}}){{0,3}}\s?{_DOT}\s?[a-z]{{2,12}}\b"
    r"|(?<![\w.+-])[\w+%.-]{1,64} chez [\w-]{1,63} (?:point|dot) [a-z]{2,12}\b",
    re.IGNORECASE,
)
PROFILE = re.compile(
    r"(?:https?://)?(?:[\w-]{1,20}\.)?(?:linkedin\.com/in|facebook\.com|instagram\.com)/[\w.%-]{2,80}/?", re.IGNORECASE
)

# Ten figures from 0 in the groups in which people write them: dates, amounts and company numbers have others.
_GROUPS = (
    *((2, 2, 2, 2, 2), (4, 3, 3), (4, 2, 2, 2), (2, 4, 4), (2, 2, 2, 4), (2, 4, 2, 2), (4, 2, 4), (4, 4, 2), (4, 6)),
    *((1, 3, 3, 3), (1, 3, 2, 2, 2), (1, 1, 2, 2, 2, 2), (1, 9), (2, 8), (2, 2, 6), (2, 2, 3, 3), (2, 3, 3, 2)),
    *((3, 3, 4), (3, 3, 2, 2), (1,) * 10),
)
_FRENCH = "|".join(_P.join(rf"\d{{{size}}}" for size in sizes) for sizes in _GROUPS)
_ABROAD = r"(?:\(\s?)?(?:\+|00[ .]?|%2B)\s?"
PHONE = re.compile(
    r"(?<![\w.+-])(?:"
    rf"{_ABROAD}33\s?\)?{_S}(?:\(\s?0\s?\){_S})?0?{_S}[1-9](?:{_S}\d){{8}}(?!\d)"
    r"|0[67](?:,\d{2}){4}(?!\d)|33[ ]?[1-9](?:[ ]?\d){8}(?!\d)"
    rf"|{_ABROAD}[1-9]\d{{0,2}}\)?(?:[ .\-()/]{{0,2}}\d){{6,13}}(?!\d)"
    rf"|(?=0[ .\-_/·]{{0,3}}[1-9])(?:\d{{10}}|{_FRENCH})(?!\d|[.,]\d)"
    rf"|\(0[1-9]\){_S}\d{{2}}(?:{_S}\d{{2}}){{3}}(?!\d)"
    r")"
)
NO_PHONE_BEFORE = re.compile(r"(?:SIRE[NT]|TVA|d[ée]partements?|d[ée]pts?\.?)\W{0,4}$", re.IGNORECASE)
LABELLED_PHONE = re.compile(
    r"\b(?:t[ée]l(?:[ée]phone)?s?|portables?|mobile|gsm|fax|whatsapp|ligne fixe|joignable|joindre|appele[rz])\b"
    r"[^\d\n+]{0,24}(\+?\(?\d[\d .\-/()]{5,20}\d)(?![\d€]|\s?(?:€|eur|h\b|km))",
    re.IGNORECASE,
)
_UNIT = "un|deux|trois|quatre|cinq|six|sept|huit|neuf"
_FIGURE = rf"(?:{_UNIT}|z[ée]ro|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|\w{{3,6}}ante|et)s?"
SPELLED_PHONE = re.compile(rf"\bz[ée]ro[ ,-]+(?:{_UNIT})(?:[ ,-]+{_FIGURE}\b){{4,20}}", re.IGNORECASE)

# Sex, year, month (or a fictitious one), department or Corsica, commune, order, and the key when it is given.
SOCIAL_SECURITY = re.compile(
    rf"(?<![\d.,])[1-478]{_S}\d{{2}}{_S}(?:0[1-9]|1[0-2]|[2-9]\d){_S}(?:\d{{2}}|2[AB]){_S}\d{{3}}{_S}\d{{3}}"
    r"(?:\s?(?:[/|(-]|cl[ée]f?)?\s?:?\s?\d{2}\)?)?(?!\d)",
    re.IGNORECASE,
)
LABELLED_SOCIAL_SECURITY = re.compile(
    r"(?:s[ée]curit[ée] sociale|\bs[ée]cu\b|\bNIR\b|\bn° ?(?:de )?SS\b|\bINSEE\b)[^\d\n]{0,25}"
    r"(\d(?:[ .\-_/]{0,2}[\dAB]){8,14})(?!\d)",
    re.IGNORECASE,
)
IBAN = re.compile(
    r"(?<![A-Z0-9])(?:(?:FR|MC)[ .-]?\d{2}(?:[ .-]?[A-Z0-9]){23}"
    r"|[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?)(?![A-Z0-9])"
    r"|(?<!\d)\d{5}[ .-]{1,3}\d{5}[ .-]{1,3}[A-Z0-9]{11}[ .-]{1,3}\d{2}(?!\d)",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(
    r"\b(?:(?:identifiants?|id|n°|num[ée]ro|matricule|inscrit(?:e|\(e\))? sous le)(?:\s(?:n°|num[ée]ro))?\s{0,2}"
    r"(?:(?:de|d')\s?)?(?:demandeur(?: d'emploi)?|france travail|p[ôo]le emploi|allocataire|caf|[ée]tranger|agdref"
    r"|candidat|passeport|CNI|usager|b[ée]n[ée]ficiaire)"
    r"|passeport|carte (?:nationale )?d'identit[ée]|CNI|titre de s[ée]jour|carte de s[ée]jour|AGDREF|allocataire"
    r"|permis(?: de conduire)?\s(?:n°|num[ée]ro))[^\d\n]{0,20}?\b([A-Z]{0,4}\d[A-Z0-9]{4,13})\b",
    re.IGNORECASE,
)

MONTHS = ("janv", "fevr", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")
_MONTH = (
    r"(?:janv(?:ier|\.)?|f[ée]v(?:rier|r?\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|ao[uû]t|sept(?:embre|\.)?"
    r"|oct(?:obre|\.)?|nov(?:embre|\.)?|d[ée]c(?:embre|\.)?)"
)
_DATE = (
    r"(?:\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:\d{4}|\d{2})|(?:19|20)\d{2}[/.\-]\d{2}[/.\-]\d{2}"
    r"|\d{1,2} \d{2} (?:19|20)\d{2}|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2}"
    rf"|(?:\d{{1,2}}(?:er)?|premier|[a-z]{{2,8}}(?:-[a-z]{{2,6}}|\s(?:et\s)?un)?)\s{_MONTH}\s(?:19|20)?\d{{2}})(?!\d)"
)
_BORN = (
    r"(?:\bn[ée](?:e|\(e\)|[·.-]e)?s?(?=[ :(])|\b(?:dates?|lieu|jour)(?: et lieu| et date)? de nais(?:sance|s?\.)"
    r"|\bnaissance\b|\bD\.?(?:D\.?)?N\b\.?|\banniversaire\b)"
)
BIRTH = re.compile(
    rf"{_BORN}[^\d\n]{{0,45}}?(?:(?:\(\d{{2,5}}\)|\b\d{{5}}\b)[^\d\n]{{0,20}}?)?\n?[^\d\n]{{0,5}}?"
    rf"\b({_DATE}|(?:(?<=en )|(?<=née )|(?<=né ))(?:19|20)\d{{2}}\b(?!\s?(?:€|h\b)))",
    re.IGNORECASE,
)
BEFORE_BIRTH = re.compile(rf"(?<![\d/.])({_DATE})(?=[^\d\n.]{{0,25}}{_BORN})", re.IGNORECASE)
# "Nés le 12/05/1987 et le 13/06/1988": the dates after the first.
ALSO_BORN = re.compile(rf"(?: et|,)(?: le)? ({_DATE})", re.IGNORECASE)
# "Congé de naissance du 12/01/2026": a child's, and the date of a leave.
LEAVE = re.compile(r"(?:cong[ée]s?|prime|allocation|jours?)\b.{0,12}naissance", re.IGNORECASE)
