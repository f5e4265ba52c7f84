"""The register: what this running program does with data about people, for a data-protection officer.

GDPR (regulation (EU) 2016/679) art. 30 names what a register holds, art. 35 what an impact assessment needs;
AI Act (regulation (EU) 2024/1689) art. 26 and 27 what who deploys a high-risk system must know. Everything here comes
from the running configuration and the same tables that the program obeys, so that it cannot tell of another program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from ftcore.database import Database, Transaction
from ftcore.drafting import prompts
from ftcore.drafting.exports.word import content, page
from ftcore.insight import wording
from ftcore.insight.reading_quality import weights_mark
from ftcore.insight.traits import TRAITS
from ftcore.matching.criteria import CONDITION_LABELS, WEIGHT_LABELS, Weights
from ftcore.matching.ranking import EXCLUSIONS
from ftcore.model import Person, Role
from ftcore.settings import Settings
from ftcore.trust import access, retention


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the register: a title, sentences, and a table whose first row names its columns (may be empty)."""

    title: str
    sentences: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """The whole of it, as it was at this instant (naive UTC)."""

    made_utc: datetime
    parts: tuple[Part, ...]


def register(database: Database, person: Person, settings: Settings, now: datetime) -> Register:
    """What the program does here, now. Raises NotAllowed."""
    access.require(person, "see register")
    with database.snapshot() as reader:
        return Register(
            now,
            (
                _who(),
                _purposes(),
                _data(),
                _ranking(),
                _models(reader, database, person, settings),
                _recipients(settings),
                _retention(reader),
                _measures(settings, database),
                _ai_act(),
                _rights(),
                _limits(settings),
            ),
        )


def to_word(found: Register) -> bytes:
    """The register as a .docx, to be completed and signed by the institution."""
    document = page("Registre et éléments pour l'analyse d'impact : Entremise")
    document.add_paragraph(f"Établi par le programme lui-même le {wording.instant(found.made_utc)}.")
    for part in found.parts:
        document.add_heading(part.title, 2)
        for sentence in part.sentences:
            document.add_paragraph(sentence)
        if part.table:
            table = document.add_table(rows=0, cols=len(part.table[0]), style="Table Grid")
            for place, row in enumerate(part.table):
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
                    if place == 0:
                        cell.paragraphs[0].runs[0].bold = True
    return content(document)


def _who() -> Part:
    return Part(
        "Responsable et contacts",
        (
            "Le responsable du traitement est l'institution qui exploite ce programme. Elle complète : sa raison "
            "sociale, son représentant, son délégué à la protection des données et le service qui répond aux demandes.",
        ),
    )


def _purposes() -> Part:
    return Part(
        "Finalités et bases légales",
        ("L'institution confirme la base légale de chaque finalité ; celles-ci sont une proposition.",),
        (
            ("Finalité", "Ce que fait le programme", "Base légale proposée"),
            ("Rédiger des offres et des messages", "Aide à l'écriture, relecture de la loi, sans décision",
             "Mission d'intérêt public (RGPD, art. 6(1)(e))"),
            ("Proposer des personnes pour une offre", "Classement expliqué, soumis au choix d'un conseiller",
             "Mission d'intérêt public (art. 6(1)(e) ; code du travail, L5312-1)"),
            ("Contacter les personnes choisies par SMS", "Un message d'approche, des questions sur le poste, STOP",
             "Mission d'intérêt public ; droit d'opposition (art. 21)"),
            ("Mesurer les réponses et l'équité", "Compteurs sans nom ; écarts entre groupes de 30 personnes et plus",
             "Mission d'intérêt public ; détection des biais (AI Act, art. 10)"),
            ("Rendre compte", "Journal des actes sous pseudonyme", "Obligation légale (RGPD, art. 5(2) ; AI Act, "
             "art. 26(6))"),
        ),
    )  # fmt: skip


def _data() -> Part:
    traits = ", ".join(trait.label.lower() for trait in TRAITS.values())
    return Part(
        "Personnes et données",
        (
            "Demandeurs d'emploi suivis par l'agence : identité, numéro de mobile, métier, compétences, expérience, "
            "commune, mobilité, permis, disponibilité, souhaits de contrat et d'horaires ; leurs réponses par SMS.",
            f"Facultatif, pour l'équité seulement, jamais lu par le classement : {traits}.",
            "Agents : nom donné par le fournisseur d'identité, rôle, agence, actes. Aucune mesure par agent n'est "
            "affichée.",
            "Jamais demandés, et masqués quand ils sont reçus : santé, famille, grossesse, religion, compte en "
            "banque, numéro de sécurité sociale.",
        ),
    )


def _ranking() -> Part:
    weights = Weights()
    total = sum(getattr(weights, name) for name in WEIGHT_LABELS)
    return Part(
        "Comment le classement se fait",
        (
            "Le classement est un calcul, le même à chaque fois pour les mêmes données ; aucun modèle de langue n'y "
            "prend part. Le conseiller peut changer les poids et les conditions ; ce qu'il a choisi est gardé avec la "
            "campagne. Ce qui n'est pas connu ne compte pas contre la personne.",
            "Personne n'est écarté automatiquement : une condition qui n'est pas remplie met la personne de côté pour "
            "cette offre, avec son motif et son nombre à l'écran, et le conseiller peut la lever. Motifs possibles : "
            f"{' ; '.join(EXCLUSIONS.values())}.",
            f"Conditions réglables : {' ; '.join(CONDITION_LABELS.values())}.",
        ),
        (
            ("Critère", "Poids par défaut"),
            *((label, wording.percent(getattr(weights, name) / total)) for name, label in WEIGHT_LABELS.items()),
        ),
    )


def _models(reader: Transaction, database: Database, person: Person, settings: Settings) -> Part:
    run = reader.one("SELECT * FROM labelled_run ORDER BY ended_utc DESC LIMIT 1")
    measured = (
        f"Dernière mesure ici, le {wording.instant(run['ended_utc'])} : {wording.number(run['messages'])} messages "
        f"étiquetés lus, {wording.number(run['acted_wrong'])} lectures fausses suivies d'effet."
        if run
        else "Pas encore mesurée sur ce poste : Évaluation, Qualité des lectures, bouton de relecture."
    )
    rows = [
        (prompt.title, "consigne", f"version {prompt.version}", "publiée par l'agence" if prompt.published_by else
         "fournie avec le programme")
        for prompt in prompts.catalogue(database, replace(person, role=Role.TEAM_LEAD))
    ]  # fmt: skip
    language = (
        ("Aucun modèle de langue", "rédaction", "gabarits", "sans IA : rien ne quitte ce serveur")
        if settings.mistral is None
        else (settings.mistral.model, "rédaction, lecture des réponses douteuses", "à la date du jour",
              _host(settings.mistral.url) or "Mistral AI, serveurs européens")
    )  # fmt: skip
    return Part(
        "Modèles et consignes",
        (
            "Un modèle de langue rédige et relit ; il ne classe, ne choisit ni n'écarte personne. Les noms, numéros "
            "et adresses sont remplacés par des jetons avant de partir.",
            f"Lecture des réponses : des règles, puis un petit modèle statistique du programme. {measured}",
        ),
        (
            ("Nom", "Usage", "Version", "Origine"),
            language,
            ("Lecture des réponses", "sens d'un SMS reçu", weights_mark(), "poids livrés et mesurés"),
            *rows,
        ),
    )


def _host(url: str | None) -> str | None:
    return urlsplit(url).hostname if url else None


def _recipients(settings: Settings) -> Part:
    gateway = (
        "banc d'essai intégré : aucun SMS ne sort"
        if settings.sms is None
        else f"passerelle SMS ({_host(settings.sms.url)})"
    )
    model = "aucun" if settings.mistral is None else _host(settings.mistral.url) or "Mistral AI (Union européenne)"
    return Part(
        "Destinataires et transferts",
        (
            "Aucun autre serveur n'est contacté par le programme. Un transfert hors de l'Union européenne dépend du "
            "contrat de l'institution avec la passerelle : à compléter.",
        ),
        (
            ("Destinataire", "Ce qu'il reçoit", "Ici"),
            ("Passerelle SMS", "numéro et texte de chaque SMS", gateway),
            ("Modèle de langue", "textes sans nom ni numéro", model),
            ("Employeur", "la fiche des personnes retenues, remise par un conseiller", "à la main, journalisé"),
            ("Chercheurs", "données pseudonymes, groupes de 5 et plus", "à la main, journalisé"),
        ),
    )


def _retention(reader: Transaction) -> Part:
    now = retention.amounts(reader)
    return Part(
        "Durées de conservation",
        ("Appliquées chaque nuit ; le journal et les compteurs sans nom survivent à l'effacement d'une personne.",),
        (
            ("Données", "Durée", "Depuis", "Ensuite", "Pourquoi"),
            *(
                (rule.label, f"{now[rule.kind]} {rule.span.value}", rule.since, rule.fate.value, rule.reason)
                for rule in retention.RULES
            ),
        ),
    )


def _measures(settings: Settings, database: Database) -> Part:
    signed = settings.sign_in is not None
    return Part(
        "Mesures de sécurité",
        ("Le détail, et l'essai qui tient chaque promesse, sont dans SECURITY.md.",),
        (
            ("Mesure", "Ici"),
            ("Connexion par fournisseur d'identité", "oui" if signed else "non : démonstration, ce poste seulement"),
            ("Session", "30 minutes sans activité, 12 heures au plus" if signed else "sans objet"),
            ("Droits par rôle et par agence", "vérifiés par chaque fonction, avant toute lecture"),
            ("Journal", "chaîné par empreintes, écrit avec chaque acte"),
            ("Chiffrement des fichiers", _encryption(settings, database)),
            ("Numéros de téléphone", "masqués à l'écran ; chaque affichage est journalisé"),
            ("Secrets", "de l'environnement ou de fichiers, jamais affichés ni journalisés"),
            ("Envois", "horaires, plafonds, arrêt immédiat, jamais deux fois le même SMS"),
        ),
    )


def _encryption(settings: Settings, database: Database) -> str:
    if database.exclusive:
        return "oui" if settings.database_key else "non : celui du disque, à vérifier"
    return "celui du serveur PostgreSQL : à vérifier"


def _ai_act() -> Part:
    return Part(
        "Règlement européen sur l'IA",
        (
            "Présélectionner des candidatures est un usage à haut risque (annexe III, point 4(a)) ; ses obligations "
            "s'appliquent le 2 décembre 2027. L'obligation de dire qu'une machine écrit (article 50) s'applique déjà.",
        ),
        (
            ("Article", "Obligation", "Ce que fait le programme", "Reste à l'institution"),
            ("9", "Gestion des risques", "Risques et essais dans SECURITY.md", "Sa propre analyse"),
            ("10", "Données et biais", "Équité mesurée à neuf étapes, quatre traits", "Décider d'agir sur un écart"),
            ("12, 19, 26(6)", "Journaux, six mois au moins", "Journal chaîné, vérifiable", "Garder l'empreinte"),
            ("13", "Information de qui s'en sert", "Motifs, limites et formules à l'écran", "Former les agents"),
            ("14", "Contrôle humain", "Chaque choix est d'un conseiller ; alarme si tout est accepté en secondes",
             "Suivre l'alarme"),
            ("15", "Exactitude, robustesse", "Lecture mesurée, essais d'attaque et de panne", "Refaire les mesures"),
            ("26(7), 26(11)", "Informer agents et personnes", "Premier SMS : service, automatique, STOP",
             "Informer le personnel et ses représentants"),
            ("27", "Analyse d'impact sur les droits", "Ce document", "La mener et la notifier"),
            ("50", "Dire qu'une machine écrit", "« message automatique » dans le premier SMS", "–"),
            ("86", "Droit à une explication", "« Pourquoi ai-je été contacté·e ? », depuis le journal", "Répondre"),
        ),
    )  # fmt: skip


def _rights() -> Part:
    return Part(
        "Droits des personnes",
        (
            "Accès et portabilité : Administration, Droits d'une personne, export JSON et PDF. Rectification et "
            "effacement : au même endroit. Opposition : STOP par SMS, ou par un conseiller ; elle vaut pour toutes les "
            "agences et survit à l'effacement sous forme d'empreinte. Explication : générée depuis le journal.",
            "Aucune décision n'est prise automatiquement au sens de l'article 22 du RGPD : un conseiller choisit qui "
            "contacter et qui retenir. Un non, un STOP ou un silence n'est jamais transmis comme un refus d'emploi.",
        ),
    )


def _limits(settings: Settings) -> Part:
    return Part(
        "Limites connues",
        (
            "La lecture d'un SMS se trompe : sous 90 % de confiance, un conseiller décide ; chaque lecture se "
            "corrige en un geste.",
            "Un STOP reçu dans les millisecondes qui séparent le dernier contrôle de l'envoi n'arrête pas ce SMS-là.",
            "Quand la passerelle ne répond pas, un SMS est « incertain » et n'est jamais renvoyé de lui-même.",
            "Une différence entre groupes est observée, pas expliquée ; sous 30 personnes, rien n'est affirmé.",
            "Un rôle retiré chez le fournisseur d'identité compte à la connexion suivante (12 heures au plus) ; retiré "
            "dans Entremise, il compte aussitôt.",
            *(() if settings.sign_in else ("Ce programme tourne en démonstration : toutes les personnes sont "
                                           "inventées.",)),
        ),
    )  # fmt: skip
