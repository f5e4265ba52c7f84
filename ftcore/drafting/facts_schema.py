"""What a language model is asked for when it reads an offer: facts, each with the words that say it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Fact(BaseModel):
    model_config = ConfigDict(extra="ignore")

    quote: str = Field(max_length=2_000, description="Les mots du texte, recopiés à l'identique.")


class SaidText(_Fact):
    value: str = Field(max_length=500)


class SaidNumber(_Fact):
    value: float


class SaidPay(_Fact):
    low: float
    high: float | None = None
    unit: Literal["hour", "month", "year"]


class SaidDemand(_Fact):
    value: str = Field(max_length=200)
    demand: Literal["blocking", "flexible", "information"]


class SaidFacts(BaseModel):
    """The facts of an offer; None, or an empty list, means that the text does not say."""

    model_config = ConfigDict(extra="ignore")

    title: SaidText | None = None
    occupation: SaidText | None = None
    employer: SaidText | None = None
    place: SaidText | None = None
    contract: SaidText | None = None
    contract_end: SaidText | None = None
    start: SaidText | None = None
    weekly_hours: SaidNumber | None = None
    schedule: SaidText | None = None
    pay: SaidPay | None = None
    experience_years: SaidNumber | None = None
    openings: SaidNumber | None = None
    tasks: list[SaidText] = Field(default_factory=list, max_length=60)
    skills: list[SaidDemand] = Field(default_factory=list, max_length=60)
    licences: list[SaidText] = Field(default_factory=list, max_length=20)
    languages: list[SaidText] = Field(default_factory=list, max_length=20)
    diplomas: list[SaidText] = Field(default_factory=list, max_length=20)
    prerequisites: list[SaidDemand] = Field(default_factory=list, max_length=40)
