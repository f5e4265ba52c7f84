"""How postal addresses are written in France (AFNOR NF Z 10-011), and how people type them."""

from __future__ import annotations

import re

_UP = "A-ZÀ-ÖØ-ÞŒ"
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿŒœ"
_SMALL = r"de|du|des|la|le|les|aux?|en|sur|sous|et|à|lès"
_LINK = rf"(?:(?i:de la|{_SMALL})\s|(?i:de l'|[dl]')\s?)"
# A word with a capital, an abbreviation ("Gal. Leclerc") or a number within a name ("8 mai", "1er Mai").
_CAPITAL = (
    rf"(?:(?!(?i:t[ée]l|mail|e-mail|courriel|portable)\b)[{_UP}]"
    rf"(?:[{_LETTER}]{{0,3}}\.(?=[ -]?[{_UP}][a-zà-ÿ]{{3}})|[{_LETTER}'-]*)|\d{{1,2}}(?:er)?(?=\s[{_LETTER}]))"
)
_WORD = rf"(?!(?i:{_SMALL}|d'|l')(?![{_LETTER}]))[{_LETTER}][{_LETTER}'-]*"
_GAP = r"(?: ?[,;–-] ?\n?| ?\n ?|\s)"

# "Bât. B, 2e étage, appt 12, résidence Les Pins", before or after the street.
_DOOR = (
    r"(?i:b[âa]t(?:iment)?|app?t|appart(?:ement)?|esc(?:alier)?|porte|hall|entr[ée]e|tour|bo[îi]te(?: aux lettres)?"
    r"|logement|log)\b\.?"
)
_MORE = (
    rf"(?:{_DOOR}\s?(?:n°\s?)?(?:[A-Z]?\d{{1,4}}[A-Z]?\b|[A-Z]\b|[{_UP}][{_LETTER}-]+)"
    r"|(?i:\d{1,2}\s?(?:e|è|er|ème|eme|nd)\s[ée]tage|rdc|rez-de-chauss[ée]e)"
    rf"|(?i:r[ée]s(?:idence)?)\b\.?\s(?:{_LINK}){{0,3}}{_CAPITAL}(?:\s(?:{_LINK}){{0,3}}{_CAPITAL}){{0,3}}"
    rf"|[Cc]/[Oo]\s{_CAPITAL}(?:\s{_CAPITAL}){{0,2}})"
)
_TOWN = rf"(?:{_CAPITAL}|{_WORD})(?:[ -](?:{_LINK}){{0,2}}{_CAPITAL}){{0,4}}(?:\s(?i:cedex)(?:\s\d{{1,2}})?)?"
_POSTCODE = rf"(?:(?:FR?-)?(?:\d{{2}}\s?\d{{3}}|2[AB]\d{{3}})\s(?:{_LINK}){{0,2}}{_TOWN}|\d{{5}}\b(?!\s?€))"
_TAIL = (
    rf"(?:{_GAP}(?:BP|B\.P\.|CS|TSA)\s?\d{{1,5}})?(?:{_GAP}{_MORE}){{0,4}}"
    rf"(?:{_GAP}\(?{_POSTCODE}\)?)?(?:{_GAP}{_MORE}){{0,2}}"
)
_PREFIX = rf"(?:{_MORE}{_GAP}){{0,3}}"
_NUMBER = (
    r"(?<![\w/,.])(?:(?:n°|numéro)\s?)?\d{1,4}(?:\s?[-/]\s?\d{1,4})?(?:\s?(?i:bis|ter|quater)\b|\s?[A-Da-d]\b)?\s?,?\s+"
)
# Words that are a street wherever a number stands before them.
_STREET = (
    r"(?i:rue|avenue|ave?\.?|boulevard|boul\.|bld\.?|bvd\.?|bd\.?|all[ée]es?|chemin|che\.|impasse|imp\.|ruelle|quai"
    r"|square|sq\.|sente|sentier|venelle|faubourg|fbg\.?|fg\.?|lotissement|lot\.|esplanade|rond-point|hameau|clos"
    r"|travers[ée]e?|chauss[ée]e|corniche|rampe|r\.)"
)
# Words that are also something else ("2 places de parking", "3 cours par semaine"): a proper name must follow.
_MAYBE = (
    r"(?i:place|pl\.|cours?|route|rte\.?|passage|voie|cit[ée]|villa|mail|promenade|mont[ée]e|c[ôo]te|parvis|galerie"
    r"|porte|domaine|r[ée]sidence|r[ée]s\.|mas|parc|quartier|zone|ZA|ZI|ZAC|vieux chemin|(?:ancienne|vieille) route)"
)
_PROPER = rf"(?:{_LINK}){{0,4}}{_CAPITAL}(?:[ -](?:{_LINK}){{0,3}}{_CAPITAL}){{0,5}}"
_DAY = rf"(?:{_LINK}){{0,2}}\d{{1,2}}(?:er)?\s{_WORD}\s\d{{4}}"
_NAME = rf"(?:{_DAY}|{_PROPER}|(?:{_LINK}){{0,4}}{_WORD}(?:[ -](?:{_LINK}){{0,3}}{_CAPITAL}){{0,5}})"
_LIVES = (
    r"(?i:\b(?:habit\w*|demeur\w*|domicili\w*|r[ée]sid(?:e|ant|ait)|log(?:e|eait|ée?)|vi[st]|adresse)\b)[^\n.\d]{0,25}?\s"
    r"(?:au\s|à la\s|dans la\s|dans l'|:\s)?"
)
_LABEL = r"(?i:\badresse(?: postale| personnelle| du domicile| du candidat| actuelle)?|\bdomicile)\s?[:|]\s{0,3}"

ADDRESSES: tuple[re.Pattern[str], ...] = (
    # 12 bis rue des Lilas, 35000 Rennes
    re.compile(rf"(?P<address>{_PREFIX}{_NUMBER}(?:de la |du |de l')?{_STREET}\s{_NAME}{_TAIL})"),
    re.compile(rf"(?P<address>{_PREFIX}{_NUMBER}(?i:grand(?:e|')?[ -]?rue)(?:\s{_PROPER})?{_TAIL})"),
    # 3 place de la République
    re.compile(rf"(?P<address>{_PREFIX}{_NUMBER}{_MAYBE}\s{_PROPER}{_TAIL})"),
    # rue des Lilas, 35000 Rennes: without a number, but with a postcode
    re.compile(rf"(?P<address>\b{_STREET}\s{_NAME}{_GAP}(?:{_MORE}{_GAP}){{0,3}}{_POSTCODE})"),
    re.compile(rf"(?P<address>\b{_MAYBE}\s{_PROPER}{_GAP}(?:{_MORE}{_GAP}){{0,3}}{_POSTCODE})"),
    # j'habite rue des Lilas
    re.compile(rf"{_LIVES}(?P<address>(?:{_STREET}|{_MAYBE})\s{_PROPER}{_TAIL})"),
    # Adresse : 4 Les Hauts de Bel Air 07100 Annonay
    re.compile(rf"{_LABEL}(?P<address>[^\n:;]{{3,80}}?{_GAP}{_POSTCODE})"),
    # BP 12, 07100 Annonay Cedex
    re.compile(rf"(?P<address>\b(?:(?:BP|B\.P\.|Boîte postale|TSA)\s?\d{{1,5}}|CS\s?\d{{5}})\b(?:{_GAP}{_POSTCODE})?)"),
    # lieu-dit Le Moulin
    re.compile(rf"(?P<address>\b(?i:lieu-?\s?dit)\s[«\"']?\s?{_PROPER}(?:\s?[»\"'])?{_TAIL})"),
    # résidence Les Lilas, bât. B — without a door it is the name of a home that recruits
    re.compile(
        rf"(?P<address>\b(?i:r[ée]s(?:idence)?\.?|immeuble|cit[ée]|tour|HLM)\s{_PROPER}"
        rf"(?:{_GAP}{_MORE}){{1,4}}(?:{_GAP}{_POSTCODE})?)"
    ),
    re.compile(
        rf"(?P<address>\b(?i:b[âa]t(?:iment)?\.?)\s[A-Z0-9]{{1,3}}(?:{_GAP}{_MORE}){{1,3}}(?:{_GAP}{_POSTCODE})?)"
    ),
    re.compile(r"(?P<address>\b(?i:appt|appartement)\.?\s?(?:n°\s?)?\d{1,4}\b)"),
)
