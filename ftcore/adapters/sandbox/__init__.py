"""A gateway to try things with: an Africa's-Talking-compatible server, and the phones and people behind it."""

from ftcore.adapters.sandbox.characters import Ask, Character
from ftcore.adapters.sandbox.conduct import FORECAST, Conduct, Weather
from ftcore.adapters.sandbox.network import SHORT_CODE
from ftcore.adapters.sandbox.personas import asked
from ftcore.adapters.sandbox.phones import Phone
from ftcore.adapters.sandbox.server import PATH, USERNAME, Sandbox

__all__ = [
    "FORECAST",
    "PATH",
    "SHORT_CODE",
    "USERNAME",
    "Ask",
    "Character",
    "Conduct",
    "Phone",
    "Sandbox",
    "Weather",
    "asked",
]
