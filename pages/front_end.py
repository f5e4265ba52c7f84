"""The framework's own words in French: what its front end says by itself, and has no setting for.

Streamlit 1.67 speaks English only ("Upload", "No results", "Press Enter to submit form", what a screen reader says of
its buttons). The scripts that hold those words are served from here with them replaced; nothing installed is changed.
A word that a later Streamlit writes otherwise stays English, and `tests/pages/test_front_end.py` says which.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

# By the script's name: each piece of it as it stands there, and ours. In backquotes, so that only texts are met.
WORDS: dict[str, dict[str, str]] = {
    "index": {
        '"aria-label":`Main menu`': '"aria-label":`Menu principal`',
        '"aria-label":`App pages`': '"aria-label":`Pages`',
        '"aria-label":`Sidebar`': '"aria-label":`Barre latérale`',
        '"aria-label":`Expand sidebar`': '"aria-label":`Ouvrir la barre latérale`',
        '"aria-label":`Collapse sidebar`': '"aria-label":`Fermer la barre latérale`',
        '"aria-label":`Running...`': '"aria-label":`Chargement…`',
        '"aria-label":`Close`': '"aria-label":`Fermer`',
        '"aria-label":`Notifications`': '"aria-label":`Avis`',
        '"aria-label":`Theme`': '"aria-label":`Apparence`',
        "`Chat message from ${a}`": "`Message de ${a===`user`?`la personne`:a===`assistant`?`l'agence`:a}`",
        "children:`Skip to main content`": "children:`Aller au contenu`",
        "title:e?`Stopping...`:`Stop`": "title:e?`Arrêt…`:`Arrêter`",
        "key:`theme-${e.label}`,label:e.label": (
            "key:`theme-${e.label}`,label:{System:`Auto`,Light:`Clair`,Dark:`Sombre`}[e.label]"
        ),
        "`Made with Streamlit v`": "`Fait avec Streamlit v`",
        "copyLabel:`Copy version to clipboard`,copiedLabel:`Copied`": (
            "copyLabel:`Copier le numéro de version`,copiedLabel:`Copié`"
        ),
        "label:`Rerun`": "label:`Actualiser`",
        "label:`Print`": "label:`Imprimer`",
        "`Record screen`": "`Filmer l'écran`",
        "children:r?`view less`:`view more`": "children:r?`moins`:`plus`",
        "i?`View less`:`View ${x-m} more": "i?`Moins`:`${x-m} de plus",
        "_O=`Connecting`,vO=`Connecting to Streamlit server`": "_O=`Connexion…`,vO=`Connexion au serveur`",
        "bO=`Error`,xO=`Unable to connect to Streamlit server`": "bO=`Erreur`,xO=`Le serveur ne répond pas`",
        "showError(`Connection error`": "showError(`Connexion perdue`",
        "`Streamlit server is not responding. Are you connected to the internet?`": (
            "`Le serveur ne répond pas. Vérifiez votre réseau ; la page reprend d'elle-même dès qu'il répond.`"
        ),
        "`Connection timed out.`": "`Le serveur met trop longtemps à répondre.`",
        "showError(`Page not found`": "showError(`Page introuvable`",
        "`The page that you have requested does not seem to exist`": "`Cette page n'existe pas`",
        "`${t}. Running the app's main page.`": "`Cette page n'existe pas : voici la première.`",
        "errorMsg:`Connection lost. Please wait for the app to reconnect, then try again.`": (
            "errorMsg:`Connexion perdue : attendez qu'elle revienne, puis recommencez.`"
        ),
    },
    "FileUploader": {
        "`${T(t,D.Byte,0)} per file`": "`${T(t,D.Byte,0).replace(/([kKMG]?)B$/,`\u00a0$1o`)} par fichier`",
        "`Upload directories`": "`Choisir des dossiers`",
        "`Upload`": "`Choisir un fichier`",
        "`Drag and drop files here`": "`Déposez les fichiers ici`",
        "`Drag and drop a file here`": "`Déposez le fichier ici`",
        "message:`${e.type} files are not allowed.`": "message:`Ce type de fichier n'est pas accepté.`",
        '"aria-label":`Add files`': '"aria-label":`Ajouter des fichiers`',
    },
    "utils": {
        "`File must be ${$(n,`b`)} or smaller.`": "`Fichier trop grand : ${$(n,`b`).replace(/B$/,`o`)} au plus.`",
        "`${t.type} files are not allowed.`": "`Ce type de fichier n'est pas accepté.`",
        '"aria-label":`file upload`': '"aria-label":`Fichier à envoyer`',
        "`Choose options`:`Choose an option`": "`Choisissez`:`Choisissez`",
        "`File size is too small.`": "`Fichier trop petit.`",
    },
    "InputInstructions": {
        "let e=a?`submit form`:`apply`": "let e=a?`envoyer`:`valider`",
        "`Press ${r()?`⌘`:`Ctrl`}+Enter to ${e}`": "`${r()?`⌘`:`Ctrl`}+Entrée pour ${e}`",
        "`Press Enter to ${e}`": "`Entrée pour ${e}`",
    },
    "Selectbox": {
        "children:`No results`": "children:`Aucun résultat`",
        '"aria-label":`Clear value`': '"aria-label":`Effacer le choix`',
        '"aria-label":`Open`': '"aria-label":`Ouvrir la liste`',
        "`Selectbox options`": "`Choix possibles`",
        "`Add: ${M}`": "`Ajouter : ${M}`",
    },
    "Multiselect": {
        "return`No results`": "return`Aucun résultat`",
        "`Select ${p.length} matches`": "`Choisir les ${p.length} résultats`",
        "`Select all`": "`Tout choisir`",
        "`Add: ${n}`": "`Ajouter : ${n}`",
        '"aria-label":`Clear all`': '"aria-label":`Tout effacer`',
        '"aria-label":`Open`': '"aria-label":`Ouvrir la liste`',
        "`Multiselect options`": "`Choix possibles`",
        "`Remove ${e}`": "`Retirer ${e}`",
        "`You can only select up to ${t.maxSelections} ${e}. Remove an option first.`": (
            "`${t.maxSelections} choix au plus : retirez-en un d'abord.`"
        ),
    },
    "ChatInput": {
        '"aria-label":`Send message`': '"aria-label":`Envoyer le message`',
        '"aria-label":`Stop script`': '"aria-label":`Arrêter`',
        "case f.None:return`a file`;case f.Single:return`a file`;case f.Multiple:return`files`": (
            "case f.None:return`un fichier`;case f.Single:return`un fichier`;case f.Multiple:return`des fichiers`"
        ),
        '"aria-label":`Upload ${D(o)}`': '"aria-label":`Joindre ${D(o)}`',
        "`Upload or drag and drop ${D(o)}`": "`Joindre ou déposer ${D(o)}`",
        "`Drag and drop ${D(a)} here`": "`Déposez ici ${D(a)}`",
        "`File type not allowed.`": "`Ce type de fichier n'est pas accepté.`",
        "`File is too large. Maximum size is ${n} bytes.`": "`Fichier trop grand : ${n} octets au plus.`",
        "`Only one file is allowed.`": "`Un seul fichier à la fois.`",
    },
    "Toolbar": {
        "label:`Fullscreen`": "label:`Plein écran`",
        "label:`Close fullscreen`": "label:`Quitter le plein écran`",
    },
    "NumberInput": {
        '"aria-label":`Clear value`': '"aria-label":`Effacer`',
        '"aria-label":`Decrement`': '"aria-label":`Diminuer`',
        '"aria-label":`Increment`': '"aria-label":`Augmenter`',
        "`Number is outside the allowed range. Please enter a value between ${n} and ${r}.`": (
            "`Donnez un nombre entre ${n} et ${r}.`"
        ),
        "`Number is below the allowed range. Please enter a value greater than or equal to ${n}.`": (
            "`Donnez au moins ${n}.`"
        ),
        "`Number is below the allowed range.`": "`Ce nombre est trop petit.`",
        "`Number is above the allowed range. Please enter a value less than or equal to ${r}.`": (
            "`Donnez au plus ${r}.`"
        ),
        "`Number is above the allowed range.`": "`Ce nombre est trop grand.`",
    },
    "DateInput": {
        '"aria-label":`Clear dates`': '"aria-label":`Effacer les dates`',
        '"aria-label":`Clear date`': '"aria-label":`Effacer la date`',
        "`Choose date range`": "`Choisir les dates`",
        "`Choose date`": "`Choisir la date`",
        "`Use arrow keys to navigate dates. Enter to select. Escape to close.`": (
            "`Flèches pour parcourir les jours, Entrée pour choisir, Échap pour fermer.`"
        ),
    },
    "DateField": {"en:{year:`yyyy`,month:`mm`,day:`dd`}": "en:{year:`aaaa`,month:`mm`,day:`jj`}"},
    "ReorderedSegments": {
        '"aria-label":`Previous month`': '"aria-label":`Mois précédent`',
        '"aria-label":`Next month`': '"aria-label":`Mois suivant`',
    },
    "StreamlitMarkdown": {
        "`Help`:`Help for ${": "`Aide`:`Aide sur ${",
        '"aria-label":`Link to heading`': '"aria-label":`Lien vers ce titre`',
    },
    "DataFrame": {
        "label:`Show/hide columns`": "label:`Choisir les colonnes`",
        "label:`Download as CSV`": "label:`Télécharger (CSV)`",
        "label:`Search`": "label:`Rechercher`",
        "label:`Select all`": "label:`Toutes`",
        "label:`Clear selection`": "label:`Ne rien choisir`",
        "`Sort ascending`": "`Trier du plus petit au plus grand`",
        "`Sort descending`": "`Trier du plus grand au plus petit`",
        "`Autosize`": "`Ajuster la largeur`",
        "`Pin column`": "`Figer la colonne`",
        "`Unpin column`": "`Libérer la colonne`",
        "`Hide column`": "`Masquer la colonne`",
        "iconValue:`:material/format_list_numbered:`}),`Format`": (
            "iconValue:`:material/format_list_numbered:`}),`Présentation`"
        ),
        "`Copy column name`": "`Copier le nom de la colonne`",
        '"aria-label":`Dataframe column menu`': '"aria-label":`Menu de la colonne`',
        "`Type to search`": "`Tapez pour chercher`",
        '"aria-label":`Close Search`': '"aria-label":`Fermer la recherche`',
        '"aria-label":`Next Result`': '"aria-label":`Résultat suivant`',
        '"aria-label":`Previous Result`': '"aria-label":`Résultat précédent`',
        "label:`Automatic`": "label:`Automatique`",
        "label:`Localized`": "label:`À la française`",
        "label:`Plain`": "label:`Tel quel`",
        "label:`Compact`": "label:`Abrégé`",
        "label:`Dollar`": "label:`Dollars`",
        "label:`Euro`": "label:`Euros`",
        "label:`Percent`": "label:`Pourcentage`",
        "label:`Scientific`": "label:`Scientifique`",
        "label:`Accounting`": "label:`Comptable`",
        "label:`Distance`": "label:`Il y a…`",
        "label:`Calendar`": "label:`Calendrier`",
        "label:`Values`": "label:`Valeurs`",
        "label:`Empty`": "label:`Vides`",
        "label:`Distinct`": "label:`Différentes`",
        "label:`Average`": "label:`Moyenne`",
        "label:`Median`": "label:`Médiane`",
        "label:`Standard deviation`": "label:`Écart-type`",
        "label:`Sum`": "label:`Somme`",
        "label:`Range`": "label:`Étendue`",
        "label:`Minimum length`": "label:`Longueur minimale`",
        "label:`Maximum length`": "label:`Longueur maximale`",
        "label:`Average length`": "label:`Longueur moyenne`",
        "children:`No data`": "children:`Aucune donnée`",
        "children:`Based on sample`": "children:`D'après un échantillon`",
    },
}
# A screen reader takes the voice of the page's language, which the framework's page says to be English.
_MAIN, _FIRST = "stMainMenuList", 'document.documentElement.lang="fr";'


class FrenchWords:
    """ASGI middleware that answers for the scripts that speak; Streamlit lets no route of ours stand there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._scripts = {f"/static/js/{script.name}": script for script in scripts()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        script = self._scripts.get(scope["path"]) if scope["type"] == "http" else None
        if script is None or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        # The framework lets browsers keep a script for good. Asked again each day, a mended word arrives.
        headers = {"cache-control": "public, max-age=86400"}
        await Response(_served(script), media_type="text/javascript", headers=headers)(scope, receive, send)


def scripts() -> list[Path]:
    """The installed scripts that hold one of the words."""
    # By the name first: the framework has hundreds of scripts, and this is asked at the start.
    named = [script for script in sorted(_folder().glob("*.js")) if _kind(script.name) in WORDS]
    return [script for script in named if _pieces(script.name, script.read_text("utf-8"))]


def in_french(name: str, text: str) -> str:
    """The script with our words in place of its own."""
    first = _FIRST if _MAIN in text else ""
    for piece, ours in _pieces(name, text).items():
        text = text.replace(piece, ours)
    return first + text


@cache
def _served(script: Path) -> bytes:
    return in_french(script.name, script.read_text("utf-8")).encode()


def _pieces(name: str, text: str) -> dict[str, str]:
    return {piece: ours for piece, ours in WORDS.get(_kind(name), {}).items() if piece in text}


def _kind(name: str) -> str:
    return name.partition(".")[0]


def _folder() -> Path:
    found = find_spec("streamlit")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "static" / "static" / "js"
