"""The composition: the only module that names concrete adapters. Pages ask `current()`."""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.adapters.sandbox import Sandbox
from ftcore.database import Database, GroupCommit
from ftcore.drafting.assistant import ChatModel
from ftcore.model import Person
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.settings import Settings


@dataclass
class Services:
    """Everything a page may use. `sandbox` is None when a real gateway is set."""

    settings: Settings
    database: Database
    model: ChatModel
    group_commit: GroupCommit
    dispatcher: Dispatcher
    sandbox: Sandbox | None
    person: Person
    agency_name: str
