"""The program as it is, but for the gateway that it sends to: the slow one of `bench.stops`."""

from __future__ import annotations

import os
from dataclasses import replace

from app import app as app
from app import ours
from ftcore.settings import SmsSettings

_start_sending = ours.start_sending


def _to_the_slow_one(sms: SmsSettings) -> None:
    _start_sending(replace(sms, url=os.environ["ENTREMISE_SLOW_GATEWAY"]))


ours.start_sending = _to_the_slow_one  # type: ignore[method-assign,assignment]
