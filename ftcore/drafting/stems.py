"""Words compared by their stem, so that "encaisser les clients" and "encaissement client" say the same."""

from __future__ import annotations

import re
from functools import lru_cache

from ftcore.text import fold

_LISTED = """
issement issage ement ment ation ition ateur atrice euse eur trice iere ier ance ence able ible age ite aison ison
ante ant ent ee e er ir re ez ons ion iez aient ait era erez irez erons if ive elle el ale al aux oir oire ure ie is
eront eras ite que ique iste isme a ai
"""
_ENDINGS = tuple(sorted(set(_LISTED.split()), key=lambda ending: (-len(ending), ending)))
LEAST = 4
# Words of one meaning that spelling does not bring together; the first of a line stands for all.
_FAMILIES = """
vente vendre vendeur vendeuse vendez vendu
conduite conduire conducteur conductrice chauffeur conduisez
nettoyage nettoyer entretien entretenir menage proprete nettoie nettoyez
client clientele clients
vehicule voiture
salaire remuneration paie paye remunere remuneree
recherche cherche chercher recruter recrute recrutement embauche recherchons cherchons
soin soigner soins
jour journee quotidien quotidiennement journalier
semaine hebdomadaire hebdo
mois mensuel mensuelle
annee annuel annuelle
plein complet
debutant junior
peinture peindre peintre
lecture lire
chauffage chauffer
enfant bebe nourrisson
repas dejeuner diner
boutique magasin
commande commander
serveur servir service serveuse
cuisine cuisiner cuisinier cuisiniere
urgent immediat immediatement rapidement vite possible
demarrage debut commencer debuter
diplome titulaire
souhaite apprecie atout ideal idealement plus
exige obligatoire indispensable imperatif requis necessaire
"""


def _ending_cut(word: str) -> str:
    bare = word[:-1] if len(word) > LEAST and word[-1] in "sx" else word
    for ending in _ENDINGS:
        if bare.endswith(ending) and len(bare) - len(ending) >= LEAST:
            return bare[: -len(ending)]
    return bare


_HEAD = {
    _ending_cut(word): _ending_cut(line.split()[0]) for line in _FAMILIES.strip().splitlines() for word in line.split()
}


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of one folded word: "encaisser" and "encaissement" → "encaiss"."""
    cut = _ending_cut(word)
    return _HEAD.get(cut, cut)


# Words that carry no content by themselves.
_EMPTY_LISTED = """
a au aux avec ce ces cet cette chez d dans de des du elle en est et il ils j je l la le les leur leurs lors ma mes mon
n ne nos notre nous on ou par pas pour qu que qui s sa sans se sera serez ses si soit son sont sous sur t te tes ton
tout toute toutes tous tres un une vos votre vous y afin ainsi aussi comme deux donc etre avoir avez etes etc entre
dont lui meme mais ni plus moins puis quand selon vers via hors h f m x c
"""
_EMPTY = frozenset(_EMPTY_LISTED.split())


@lru_cache(maxsize=200_000)
def _folded(piece: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+", fold(piece)))


def stems_at(text: str) -> list[tuple[str, int, int]]:
    """Every telling word of a text as (stem, start, end), numbers left out."""
    found = []
    for match in re.finditer(r"[^\W\d_]+", text):
        telling = [word for word in _folded(match.group(0)) if word not in _EMPTY and len(word) > 1]
        found += [(stem(word), match.start(), match.end()) for word in telling]
    return found


def stems(text: str) -> set[str]:
    """The stems of the telling words of a text."""
    return {each for each, _, _ in stems_at(text)}


def alike(one: str, other: str) -> bool:
    """Whether two stems are of one family: equal, or the same but for an ending."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    common = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return common >= 5 and common >= 0.75 * len(longer)
