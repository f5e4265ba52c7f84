"""The official referentials from their public addresses: downloaded, verified, and only then kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ftcore.errors import FtError, UnreadableFile
from ftcore.matching.commune_files import read_communes
from ftcore.matching.rome_files import read_rome

# Seconds to connect, and between two pieces; and the most that either file may weigh.
_PATIENCE = (10, 30)
_LARGEST = 200_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A public file: what it is, where it lies, how it is called here, and the least it must hold to be whole."""

    name: str
    address: str
    file: str
    least: int


# Both under Licence Ouverte 2.0, without a key.
ROME = Source("ROME 4.0", "https://api.francetravail.fr/api-nomenclatureemploi/v1/open-data/csv", "rome.zip", 1_000)
COMMUNES = Source(
    "communes",
    "https://geo.api.gouv.fr/communes?fields=nom,code,codesPostaux,centre,population&format=json&geometry=centre",
    "communes.json",
    30_000,
)


def fetch(source: Source, folder: Path, progress: Callable[[int, int], None]) -> Path:
    """Download one file into `folder`, where it only appears when it is whole and could be read.

    `progress` hears the bytes received and expected (0: not said). Raises FtError with what to do
    without a network, and UnreadableFile where something else came than the referential.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.file
    part = target.with_name(f"part-{source.file}")
    retry = Retrying(
        stop=stop_after_attempt(3),
        wait=wait_exponential_jitter(multiplier=0.5, max=5),
        retry=retry_if_exception_type(requests.ConnectionError),
        reraise=True,
    )
    try:
        for attempt in retry:
            with attempt:
                _download(source, part, progress)
        _verify(source, part)
        os.replace(part, target)
    except requests.RequestException as error:
        raise FtError(
            f"Le référentiel « {source.name} » n'a pas pu être téléchargé ({_why(error)}). Vérifiez la connexion à "
            f"Internet, ou téléchargez-le ailleurs depuis {source.address} et donnez le fichier à "
            "« python -m ftcore reference import »."
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return target


def _download(source: Source, part: Path, progress: Callable[[int, int], None]) -> None:
    with requests.get(source.address, stream=True, timeout=_PATIENCE) as answer, part.open("wb") as file:
        answer.raise_for_status()
        expected = int(answer.headers.get("Content-Length", 0))
        received = 0
        for piece in answer.iter_content(1 << 16):
            received += len(piece)
            if received > _LARGEST:
                raise UnreadableFile(f"Le fichier reçu pour « {source.name} » est trop grand : rien n'a été gardé.")
            file.write(piece)
            progress(received, expected)
    # A compressed answer is counted before it is unpacked: only a plain one can be compared.
    if expected and "Content-Encoding" not in answer.headers and received != expected:
        raise requests.ConnectionError("cut short")


def _verify(source: Source, part: Path) -> None:
    held = len(read_rome(part).occupations) if source is ROME else len(read_communes(part).rows)
    if held < source.least:
        raise UnreadableFile(
            f"Le fichier reçu pour « {source.name} » n'est pas entier ({held} lignes, au moins {source.least} "
            "attendues) : rien n'a été gardé."
        )


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"le serveur a répondu {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "le serveur ne répond pas"
    return "pas de connexion"
