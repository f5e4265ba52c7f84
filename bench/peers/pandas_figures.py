"""The figures of Mesures computed another way: the stored tables in memory, and pandas.

Written from the formulas of the domain and not from the SQL, so that each checks the other; and as a peer of the
engines in the benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import duckdb
import numpy as np
import pandas as pd

from ftcore.database import Database
from ftcore.insight.metrics import Filters

TABLES = {
    "conversation": "agency_id, conversation_id, campaign_id, offer_id, candidate_id, opened_utc, verdict, verdict_utc,"
    " started_utc, finished_utc, position",
    "message": "agency_id, conversation_id, opening, automatic, state, gateway_id, template, claimed_utc, settled_utc,"
    " parts, cost",
    "reply": "agency_id, conversation_id, received_utc, reading, corrected, expecting, position",
    "prerequisite_check": "agency_id, conversation_id, position, text, demand, met",
    "campaign": "agency_id, campaign_id, considered, demo",
    "offer": "agency_id, offer_id, title, occupation_code, occupation_label",
}
Tables = Mapping[str, pd.DataFrame]
WINDOW = pd.Timedelta(hours=72)
_WITH_THE_GATEWAY = {"accepted", "sent", "submitted", "buffered", "delivered"}
_IDS = ("agency_id", "conversation_id", "campaign_id", "offer_id", "candidate_id")
_NUMBER = "CAST(hash({}) >> 1 AS BIGINT)"
_INSTANTS = ("opened_utc", "verdict_utc", "started_utc", "finished_utc", "claimed_utc", "settled_utc", "received_utc")


def read(database: Database) -> dict[str, pd.DataFrame]:
    """The tables as they are stored."""
    found = {}
    for name, columns in TABLES.items():
        rows = database.rows(f"SELECT {columns} FROM {name}")
        found[name] = pd.DataFrame(rows, columns=[each.strip() for each in columns.split(",")])
    return found


def read_numbered(file: Path) -> dict[str, pd.DataFrame]:
    """The tables of a DuckDB file, for millions of rows: each id is a number of 63 bits instead of a UUID.

    An object of Python for each id of each row took minutes where this takes seconds.
    """
    with duckdb.connect(str(file), read_only=True) as engine:
        return {
            name: engine.execute(f"SELECT {', '.join(map(_numbered, columns.split(', ')))} FROM {name}").df()
            for name, columns in TABLES.items()
        }


def _numbered(column: str) -> str:
    return f"{_NUMBER.format(column)} AS {column}" if column in _IDS else column


def numbers(ids: Sequence[UUID]) -> list[int]:
    """The numbers that `read_numbered` gives to these ids."""
    with duckdb.connect() as engine:
        return [engine.execute(f"SELECT {_NUMBER.format('$1::UUID')}", [each]).fetchall()[0][0] for each in ids]


@dataclass(frozen=True, slots=True)
class Counted:
    """One row a conversation, and one a prerequisite that was asked."""

    conversations: pd.DataFrame
    checks: pd.DataFrame


def count(tables: Tables) -> Counted:
    """What became of each conversation."""
    tables = {name: _dated(table) for name, table in tables.items()}
    opening = tables["message"][tables["message"]["opening"].astype(bool)].set_index("conversation_id")
    one = tables["conversation"].join(
        opening[["state", "gateway_id", "template", "claimed_utc", "settled_utc"]], on="conversation_id", how="inner"
    )
    one = one.merge(tables["campaign"], on=["agency_id", "campaign_id"]).merge(
        tables["offer"], on=["agency_id", "offer_id"]
    )
    one = one.set_index("conversation_id", drop=False).rename_axis(None)
    one["person"] = one["candidate_id"]
    one["occupation"] = one["occupation_code"].where(one["occupation_code"].notna(), one["occupation_label"])
    one["template"] = one["template"].fillna("opening 0")
    one["left_utc"] = one["claimed_utc"].fillna(one["opened_utc"])
    one["day"] = [instant.date() for instant in _paris(one["opened_utc"])]
    one["weekday"], one["hour"] = _paris(one["left_utc"]).dt.day_of_week, _paris(one["left_utc"]).dt.hour
    one["sent"] = _sent(one)
    for name, states in (("delivered", ["delivered"]), ("failed", ["failed"]), ("unknown", ["unknown"]),
                         ("waiting", ["queued", "claimed"])):  # fmt: skip
        one[name] = one["state"].isin(states)
    one["delivered_utc"] = one["settled_utc"].where(one["delivered"])
    _answers(one, tables["reply"])
    _written(one, tables["message"])
    blocking = tables["prerequisite_check"].query("demand == 'blocking' and met == 'not_met'")["conversation_id"]
    one["started"] = one["delivered"] & one["started_utc"].notna()
    one["finished"] = one["delivered"] & one["finished_utc"].notna()
    one["finished_in_5h"] = one["finished"] & (_minutes(one["delivered_utc"], one["finished_utc"]) < 300)
    one["qualified"] = one["finished"] & one["interested"] & ~one["conversation_id"].isin(set(blocking))
    one["introduced"] = one["verdict"] == "introduced"
    one["introduced_in_24h"] = one["introduced"] & (_minutes(one["left_utc"], one["verdict_utc"]) < 1440)
    return Counted(one, _asked(one, tables))


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: pd.to_datetime(table[name]) for name in _INSTANTS if name in table})


def _paris(instants: pd.Series) -> pd.Series:
    return pd.Series(instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Paris"))


def _sent(messages: pd.DataFrame) -> pd.Series:
    known = (messages["state"] == "failed") & messages["gateway_id"].notna()
    return pd.Series(messages["state"].isin(_WITH_THE_GATEWAY) | known)


def _minutes(since: pd.Series, until: pd.Series) -> pd.Series:
    minutes = (until - since).dt.total_seconds() // 60
    return minutes.where(until >= since)


def _answers(one: pd.DataFrame, replies: pd.DataFrame) -> None:
    """What the replies say, as columns: a person's correction before the reading."""
    said = replies.join(one[["delivered_utc"]], on="conversation_id", how="inner")
    meaning = said["corrected"].where(said["corrected"].notna(), said["reading"])
    is_stop = meaning == "stop"
    in_time = ~is_stop & (said["received_utc"] < said["delivered_utc"] + WINDOW)
    about_offer = said["expecting"] != "prerequisite"

    def of(rows: pd.Series, how: str) -> pd.Series:
        return said[rows].groupby("conversation_id")["received_utc"].agg(how).reindex(one.index)

    first, yes = of(in_time, "min"), of(about_offer & meaning.isin(["yes", "callback"]), "max")
    no = of(about_offer & (meaning == "no"), "max")
    stopped = one["conversation_id"].isin(set(said.loc[is_stop, "conversation_id"]))
    one["replied"] = one["delivered"] & first.notna()
    one["interested"] = one["replied"] & ~stopped & yes.notna() & (no.isna() | (yes >= no))
    one["opted_out"] = one["delivered"] & stopped
    one["reply_minutes"] = _minutes(one["delivered_utc"], pd.to_datetime(first))
    one["replies"] = _count(one, said[~is_stop])
    asked_interest = said["expecting"].isna() | (said["expecting"] == "interest")
    doubt = said["reading"].isin(["unclear", "wrong_person"]) | ((said["reading"] == "unsure") & asked_interest)
    one["doubts"] = _count(one, said[~is_stop & doubt])


def _written(one: pd.DataFrame, messages: pd.DataFrame) -> None:
    """What was sent, as columns."""
    left = messages[_sent(messages)]
    automatic = left["automatic"].astype(bool)
    one["automatic_messages"], one["human_messages"] = _count(one, left[automatic]), _count(one, left[~automatic])
    one["parts"] = left.groupby("conversation_id")["parts"].sum().reindex(one.index).fillna(0).astype(int)
    price = left["cost"].astype("string").str.extract(r"^EUR (\d{1,4}(?:\.\d+)?)$")[0].astype("float64")
    one["priced"] = _count(one, left[price.notna()])
    one["cost"] = (10_000 * price).round().groupby(left["conversation_id"]).sum().reindex(one.index).fillna(0)
    questions = left["template"].astype("string").str.startswith("question ").fillna(False)
    one["needs_human"] = np.minimum(one["replies"], one["doubts"] + _count(one, left[questions]))


def _count(one: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    return rows["conversation_id"].value_counts().reindex(one.index).fillna(0).astype(int)


def _asked(one: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    checks = tables["prerequisite_check"].merge(
        one.reset_index(drop=True)[
            ["conversation_id", "offer_id", "occupation", "template", "day", "verdict", "position"]
        ],
        on="conversation_id",
        suffixes=("", "_waits"),
    )
    heard = tables["reply"].query("expecting == 'prerequisite'")
    answered = set(zip(heard["conversation_id"], heard["position"], strict=True))
    keys = list(zip(checks["conversation_id"], checks["position"], strict=True))
    checks["unanswered"] = [key not in answered for key in keys]
    checks["decided"] = checks["verdict"].notna() & (checks["verdict"] != "to_see")
    checks["retained"] = checks["verdict"].isin(["retained", "introduced"])
    return checks[~checks["unanswered"] | (checks["position"] == checks["position_waits"])]


def within(rows: pd.DataFrame, filters: Filters, since: date | None = None, until: date | None = None) -> pd.DataFrame:
    """The rows of the filters' period, or of another one."""
    day = rows["day"]
    kept = (day >= (since or filters.since)) & (day <= (until or filters.until))
    if filters.agency_ids is not None:
        kept &= rows["agency_id"].isin(filters.agency_ids)
    for column in ("occupation", "offer_id", "template"):
        if (wanted := getattr(filters, column)) is not None:
            kept &= rows[column] == wanted
    return rows[kept]


def people(rows: pd.DataFrame, flag: str) -> int:
    """Distinct people for whom it is true."""
    return int(rows.loc[rows[flag], "person"].nunique())


def groups(rows: pd.DataFrame, key: str, flags: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """By group, the distinct people of each flag."""
    if rows.empty:
        return {}
    tables = [rows[rows[flag]].groupby(key, dropna=False)["person"].nunique() for flag in flags]
    keys = rows[key].drop_duplicates()
    found = {}
    for value in keys:
        name = "" if pd.isna(value) else str(value)
        found[name] = tuple(int(table.get(value, 0)) for table in tables)
    return found


def waits(rows: pd.DataFrame, instant: datetime) -> dict[int, tuple[int, int]]:
    """Whole minutes until the first reply, or of silence until `instant` and 72 h at most: answered, silent."""
    answered = rows.loc[rows["replied"] & rows["reply_minutes"].notna(), "reply_minutes"].astype(int).value_counts()
    quiet = rows[rows["delivered"] & ~rows["replied"]]
    silence = np.minimum((pd.Timestamp(instant) - quiet["delivered_utc"]).dt.total_seconds() // 60, 72 * 60)
    silent = silence.clip(lower=0).astype(int).value_counts()
    return {
        int(minute): (int(answered.get(minute, 0)), int(silent.get(minute, 0)))
        for minute in sorted({*answered.index, *silent.index})
    }
