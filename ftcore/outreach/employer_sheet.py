"""The sheet that an employer gets: whom the counselor puts forward, and what these people wrote themselves.

It holds what a first call needs and no more: no score, no reading, no note, nobody who was not retained.
"""

from __future__ import annotations

from collections.abc import Callable

from ftcore.drafting.exports.word import add_facts, content, page
from ftcore.drafting.form import in_words
from ftcore.model import Met
from ftcore.outreach.shortlist import Listed, Shortlist
from ftcore.phones import display
from ftcore.spreadsheet import table_bytes

MET_WORDS = {Met.MET: "oui", Met.NOT_MET: "non", Met.UNKNOWN: "à demander"}
NOBODY = "Aucune personne retenue pour l'instant."
FOOT = (
    "Réponses données par SMS et reprises telles quelles. Fiche remise par un conseiller de France Travail pour ce "
    "seul recrutement : ne la conservez pas au-delà et ne la transmettez à personne d'autre."
)
_OFFER_LINES = ("Lieu", "Contrat", "Durée", "Horaires", "Salaire", "Début")


def to_word(shortlist: Shortlist, agency_name: str) -> bytes:
    """The sheet as a .docx: the offer in a few lines, then one short section a person."""
    document = page(f"Candidatures : {shortlist.offer.title}")
    document.add_paragraph(f"France Travail, {agency_name}")
    add_facts(document, [(label, value) for label, value in in_words(shortlist.offer) if label in _OFFER_LINES])
    if not shortlist.put_forward:
        document.add_paragraph(NOBODY)
    for person in shortlist.put_forward:
        document.add_heading(person.name, 2)
        for line in _lines(person):
            document.add_paragraph(line, style="List Bullet")
    document.add_paragraph()
    document.add_paragraph(FOOT).runs[0].italic = True
    return content(document)


def _lines(person: Listed) -> list[str]:
    lines = [f"Téléphone : {display(person.phone)}", f"Disponibilité : {available(person)}"]
    for each in person.prerequisites:
        said = f" (« {each.quote} »)" if each.quote else ""
        lines.append(f"{each.text} : {MET_WORDS[each.met]}{said}")
    return lines


def available(person: Listed) -> str:
    """From when, in words: the day that was read, else the SMS itself, else that it is to be asked."""
    if person.available_from is not None:
        return f"à partir du {person.available_from:%d/%m/%Y}"
    return f"« {person.available_quote} »" if person.available_quote else "à demander"


def to_csv(shortlist: Shortlist, agency_name: str) -> bytes:
    """The same people as a table for a spreadsheet, one column a prerequisite."""
    names = list(dict.fromkeys(each.text for person in shortlist.put_forward for each in person.prerequisites))
    rows = []
    for person in shortlist.put_forward:
        met = {each.text: MET_WORDS[each.met] for each in person.prerequisites}
        rows.append([person.name, display(person.phone), available(person), *(met.get(name, "") for name in names)])
    return table_bytes(["Personne", "Téléphone", "Disponibilité", *names], rows)


Write = Callable[[Shortlist, str], bytes]
FORMS: dict[str, tuple[str, str, Write]] = {
    "Word": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", to_word),
    "CSV": ("csv", "text/csv", to_csv),
}
