"""Offers written to files, and read back; what a format cannot carry is said, not dropped."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ftcore.drafting.exports import france_travail, job_posting
from ftcore.drafting.exports.sheet import LABELS, from_text, offer_of, sheet_of, to_text
from ftcore.drafting.exports.word import from_word, to_word
from ftcore.errors import UnreadableFile
from ftcore.model import FieldNote, Offer

CANNOT = "ce format ne peut pas le porter : gardez aussi l'offre dans un autre format"
# Ours alone: no file carries them, and a file that is read back gets new ones.
INTERNAL = ("agency_id", "offer_id", "source", "created_utc", "traces")


class Format(StrEnum):
    """What an offer can be written as."""

    WORD = "word"
    TEXT = "text"
    JOB_POSTING = "job_posting"
    FRANCE_TRAVAIL = "france_travail"


# Of each format: what it is called, its file's ending, and its media type.
NAMES: dict[Format, tuple[str, str, str]] = {
    Format.WORD: (
        "Word",
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    Format.TEXT: ("Texte", "txt", "text/plain"),
    Format.JOB_POSTING: ("JSON-LD (schema.org)", "jsonld", "application/ld+json"),
    Format.FRANCE_TRAVAIL: ("JSON France Travail", "json", "application/json"),
}
_NOT_CARRIED = {
    Format.WORD: (),
    Format.TEXT: (),
    Format.JOB_POSTING: job_posting.NOT_CARRIED,
    Format.FRANCE_TRAVAIL: france_travail.NOT_CARRIED,
}


def write(offer: Offer, form: Format) -> tuple[bytes, list[FieldNote]]:
    """The bytes of the file, and one note for each value that the format cannot carry."""
    notes = [
        FieldNote(offer.title, LABELS[name], "", CANNOT)
        for name in _NOT_CARRIED[form]
        if getattr(offer, name) and not (name == "pay_text" and offer.pay)
    ]
    match form:
        case Format.WORD:
            return to_word(sheet_of(offer)), notes
        case Format.TEXT:
            return to_text(sheet_of(offer)).encode(), notes
        case Format.JOB_POSTING:
            return _json(job_posting.to_job_posting(offer)), notes
        case Format.FRANCE_TRAVAIL:
            return _json({"resultats": [france_travail.to_france_travail(offer)]}), notes


def read(data: bytes, form: Format, agency_id: UUID, now: datetime) -> Offer:
    """The offer of a file that `write` made as text, Word or JSON-LD. Raises UnreadableFile.

    Files of France Travail are read by `formats.read_france_travail`, which needs the referential.
    """
    match form:
        case Format.WORD:
            return offer_of(from_word(data), agency_id, now)
        case Format.JOB_POSTING:
            return job_posting.from_job_posting(data, agency_id, now)
        case Format.TEXT:
            try:
                return offer_of(from_text(data.decode("utf-8-sig")), agency_id, now)
            except UnicodeDecodeError as error:
                raise UnreadableFile("Ce fichier n'est pas un texte en UTF-8.") from error
    raise UnreadableFile("Les fichiers de France Travail se lisent par « Offres d'un fichier ».")


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
