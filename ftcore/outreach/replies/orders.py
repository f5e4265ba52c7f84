"""Messages that speak to the machine: nothing in a message can do anything but be read."""

from __future__ import annotations

import re

from ftcore.outreach.replies.folding import has

_ORDER = re.compile(
    r"\b(?:system|systeme|assistant|user|admin|root|developer)\s*(?::|>|\]|\})|<\/?[a-z|_]+>|[{}\[\]]\s*\"|\"\s*:\s*\""
    r"|\b(?:ignore|ignorez|oublie|oubliez|disregard|forget)\b.{0,40}\b(?:instructions?|consignes?|regles?"
    r"|rules?|previous|precedent\w*|prompt)\b"
    r"|\b(?:mark|set|classify|label|treat|update|change|return|answer|respond|output|print"
    r"|say)\b.{0,30}\b(?:as|to|with|=)\b"
    r"|\b(?:tu es|you are|vous etes) (?:une? |maintenant |now |desormais )*(?:ia|ai|assistant|robot|modele"
    r"|model|chatbot|classif\w*)\b"
    r"|\b(?:classe|classer|classez|classifie\w*|considere\w*|marque[rz]?|enregistre[rz]?|note[rz]?"
    r"|interprete\w*|lis|lisez|traite[rz]?|mets|mettez|passe[rz]?|change[rz]?|valide[rz]?)\b"
    r".{0,40}\b(?:comme|statut|reponse|message|etat|status|oui|yes|embauch\w*|recrut\w*|retenu\w*"
    r"|qualifi\w*|candidat)\b(?=.{0,40}(?:comme|a\b|en|:|=|oui|yes|embauch|recrut|retenu|qualifi))"
    r"|(?<!je )\b(?:reponds?|repondre|repondez|affiche\w*|renvoie|renvoyez|retourne"
    r"|ecris)\b.{0,20}\b(?:toujours|seulement|uniquement|par oui|\"|yes|oui)\b"
    r"|\b(?:drop|delete|insert|update|select) (?:table|from|into|\*)|\bset [a-z_]+ ?=|;\s*--|\b(?:prompt"
    r"|jailbreak|injection|override|sudo)\b"
    r"|\b(?:answer|reading|status|statut|confidence|label|intent|role|content)\s*(?:=|:)\s*\"?'?\w|#{2,}"
    r"|```|\$\{|<script|\bas hired\b|\bhired\b"
)


_ORDER_ROOTS = (
    "syst", "assistant", "user", "admin", "root", "develop", "<", "{", "[", '"', "ignor", "oubli", "disregard",
    "forget", "mark", "set ", "class", "label", "treat", "update", "change", "return", "answer", "respond",
    "output", "print", "tu es", "you are", "vous etes", "consider", "marque", "enregistr", "note", "interpret",
    "lis", "traite", "met", "passe", "valid", "repond", "affich", "renvo", "retourn", "ecris", "drop", "delete",
    "insert", "select", ";", "prompt", "jailbreak", "injection", "override", "sudo", "reading", "status", "statut",
    "confidence", "intent", "role", "content", "##", "```", "$", "hired",
)  # fmt: skip


def is_order(low: str) -> bool:
    """Whether a text (in small letters, no accents) speaks to the machine instead of answering."""
    return has(low, _ORDER_ROOTS) and bool(_ORDER.search(low))
