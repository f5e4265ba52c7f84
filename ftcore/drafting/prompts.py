"""Prompts: versioned files with a header, those of the program and those that an agency published.

A file is a TOML header between two lines of `+++`, then the text that the model is given:
`name`, `version`, `title`, `purpose`, one `[[inputs]]` table a field of the form, and `[model]`.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ftcore.database import Database, Transaction
from ftcore.errors import FtError, NotFound, UnreadableFile
from ftcore.model import Person
from ftcore.trust import access, journal

# In the order in which the page lists them. Other files in the folder are no task of the page.
TASKS = ("offer", "sms", "email_candidate", "email_employer", "summary", "rewrite", "compare", "free")
LONGEST_FILE = 20_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Input(_Strict):
    """A field of the task's form. With `choices` it is a choice; `document` accepts a file."""

    name: str = Field(pattern=r"^[a-z_]{1,30}$")
    label: str = Field(min_length=1, max_length=80)
    hint: str = Field(default="", max_length=300)
    lines: int = Field(default=1, ge=1, le=20)
    optional: bool = False
    document: bool = False
    choices: tuple[str, ...] = ()


class ModelLimits(_Strict):
    """How the model writes: `longest_answer` is in tokens."""

    temperature: float = Field(default=0.3, ge=0.0, le=1.0)
    longest_answer: int = Field(default=2_000, ge=100, le=8_000)


class _Header(_Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    version: int = Field(ge=1, le=9_999)
    title: str = Field(min_length=1, max_length=60)
    purpose: str = Field(default="", max_length=160)
    icon: str = Field(default="edit_note", pattern=r"^[a-z_0-9]{1,40}$")
    result: Literal["offer", "sms", "text"] = "text"
    inputs: tuple[Input, ...] = ()
    model: ModelLimits = ModelLimits()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A task: what it asks of the counselor, what it tells the model, and the file it came from."""

    name: str
    version: int
    title: str
    purpose: str
    icon: str
    result: Literal["offer", "sms", "text"]
    inputs: tuple[Input, ...]
    temperature: float
    longest_answer: int
    body: str
    source: str
    published_by: str | None = None

    @property
    def label(self) -> str:
        """Name and version, as records keep it: "offer/1"."""
        return f"{self.name}/{self.version}"


def read(text: str, published_by: str | None = None) -> Prompt:
    """A prompt from the text of its file. Raises UnreadableFile with a sentence."""
    if len(text) > LONGEST_FILE:
        raise UnreadableFile("Ce fichier est trop long pour une consigne : 20 000 caractères au plus.")
    found = re.fullmatch(r"\ufeff?\+\+\+\s*\n(.*?)\n\+\+\+\s*\n(.*)", text.replace("\r\n", "\n"), re.DOTALL)
    if found is None:
        raise UnreadableFile("Ce fichier n'est pas une consigne : il doit commencer par un en-tête entre deux « +++ ».")
    try:
        header = _Header.model_validate(tomllib.loads(found.group(1)))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableFile("L'en-tête de cette consigne n'est pas un TOML lisible.") from error
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "en-tête"
        raise UnreadableFile(
            f"L'en-tête de cette consigne est incomplet ou faux : vérifiez le champ « {field} »."
        ) from None
    body = found.group(2).strip()
    if not body:
        raise UnreadableFile("Cette consigne est vide : écrivez ce que l'assistant doit faire.")
    return Prompt(
        name=header.name,
        version=header.version,
        title=header.title,
        purpose=header.purpose,
        icon=header.icon,
        result=header.result,
        inputs=header.inputs,
        temperature=header.model.temperature,
        longest_answer=header.model.longest_answer,
        body=body,
        source=text,
        published_by=published_by,
    )


@cache
def prompt(name: str) -> Prompt:
    """A prompt of the program, by its name. Raises NotFound."""
    file = resources.files("ftcore.drafting") / "prompts" / f"{name}.md"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not file.is_file():
        raise NotFound("Cette tâche n'existe pas, ou plus.")
    return read(file.read_text(encoding="utf-8"))


def catalogue(database: Database, person: Person) -> list[Prompt]:
    """The tasks that the person can choose: the program's, then the agency's latest versions by title."""
    access.require(person, "write with the assistant")
    return [*(prompt(name) for name in TASKS), *_published(database, person)]


def find(database: Database, person: Person, name: str) -> Prompt:
    """A task by its name, also one that the agency withdrew: an old conversation can be gone on with."""
    access.require(person, "write with the assistant")
    if name in TASKS:
        return prompt(name)
    row = database.one(
        "SELECT content, published_by FROM prompt WHERE agency_id = $1 AND name = $2 ORDER BY version DESC LIMIT 1",
        person.agency_id,
        name,
    )
    if row is None:
        raise NotFound("Cette tâche n'existe pas, ou plus, dans votre agence.")
    return read(row["content"], row["published_by"])


def _published(database: Database, person: Person) -> list[Prompt]:
    rows = database.rows(
        "SELECT content, published_by FROM prompt p WHERE agency_id = $1 AND NOT withdrawn AND version = "
        "(SELECT max(version) FROM prompt q WHERE q.agency_id = p.agency_id AND q.name = p.name) ORDER BY name",
        person.agency_id,
    )
    found = [read(row["content"], row["published_by"]) for row in rows]
    return sorted(found, key=lambda each: (each.title, each.name))


def compose(name: str, title: str, purpose: str, body: str) -> str:
    """The text of a file for a task with one field, as a team lead writes it on the page."""
    header: dict[str, Any] = {"name": name, "version": 1, "title": title, "purpose": purpose}
    # A JSON string is a TOML string.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in header.items()]
    field = '[[inputs]]\nname = "text"\nlabel = "Votre texte"\nlines = 8\ndocument = true'
    return "\n".join(["+++", *lines, "", field, "+++", body.strip(), ""])


def publish(database: Database, person: Person, text: str, now: datetime) -> Prompt:
    """Publish a prompt for the agency; its version is the next one of that name, whatever the file says.

    Raises UnreadableFile, NotAllowed (team leads only), and FtError when the name is the program's own.
    """
    access.require(person, "publish prompts", person.agency_id)
    given = read(text)
    if given.name in TASKS or (resources.files("ftcore.drafting") / "prompts" / f"{given.name}.md").is_file():
        raise FtError(f"« {given.name} » est une tâche du programme : donnez un autre nom à la vôtre.")

    def write(tx: Transaction) -> Prompt:
        last = tx.value(
            "SELECT max(version) FROM prompt WHERE agency_id = $1 AND name = $2", person.agency_id, given.name
        )
        version = int(last or 0) + 1
        content = re.sub(r"(?m)^version\s*=\s*\d+\s*$", f"version = {version}", text, count=1)
        row = {
            "agency_id": person.agency_id,
            "name": given.name,
            "version": version,
            "content": content,
            "published_by": person.person_id,
            "published_utc": now,
            "withdrawn": False,
        }
        tx.insert("prompt", [row])
        journal.record(tx, person.agency_id, person.person_id, "prompt published", f"{given.name}/{version}", now)
        return read(content, person.person_id)

    return database.transact(write)


def withdraw(database: Database, person: Person, name: str, now: datetime) -> None:
    """Take a published prompt off the list; conversations begun with it stay readable."""
    access.require(person, "publish prompts", person.agency_id)

    def write(tx: Transaction) -> None:
        tx.execute("UPDATE prompt SET withdrawn = TRUE WHERE agency_id = $1 AND name = $2", person.agency_id, name)
        journal.record(tx, person.agency_id, person.person_id, "prompt withdrawn", name, now)

    database.transact(write)
