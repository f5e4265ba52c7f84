"""The composition root: one process serves the pages, receives the callbacks and sends the queue."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from ftcore import logs, safe_start, services
from ftcore.ending import TimelyEnd
from ftcore.errors import FtError
from ftcore.headers import KnownHosts, SafetyHeaders
from ftcore.listening import listening_at
from ftcore.private_files import keep_files_private
from ftcore.settings import Settings
from ftcore.way_back import WayBack
from pages.frame import show_error
from pages.front_end import FrenchWords

keep_files_private()

try:
    settings = Settings.from_env(os.environ)
    logs.set_up(settings.log, settings.secrets)
    safe_start.refuse_open_door(settings, st.get_option("server.address"))
    ours = services.build(settings)
    safe_start.refuse_unsafe(settings, ours.database)
except FtError as error:
    sys.exit(str(error))
hosts = ["localhost", "127.0.0.1", "::1"]
middleware = [Middleware(SafetyHeaders), Middleware(KnownHosts, hosts=hosts), Middleware(FrenchWords)]
if settings.sign_in is not None:
    hosts.append(settings.sign_in.host)
    config.set_option("server.allowedHosts", hosts)
    middleware.append(Middleware(WayBack, public_url=settings.sign_in.public_url))
services.use(ours)
logs.hide(ours.secrets())


async def _start_when_listening() -> None:
    # `streamlit run` listens before the lifespan begins, uvicorn only after.
    while (listening := listening_at()) is None:
        await asyncio.sleep(0.05)
    address, port = listening
    try:
        safe_start.refuse_open_door(settings, address)
        await asyncio.to_thread(ours.start, port)
    except FtError as error:
        logging.error("%s", error)
        signal.raise_signal(signal.SIGTERM)
    except Exception:
        # Pages that queue SMS which nobody sends would be worse than none.
        logging.exception("sending could not start; the program ends")
        signal.raise_signal(signal.SIGTERM)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    starting = asyncio.create_task(_start_when_listening())
    end = TimelyEnd(ours.rest, ours.stop)
    end.watch()
    yield
    end.ended()
    starting.cancel()
    await asyncio.to_thread(ours.stop)


app = st.App(
    "pages/main.py",
    secrets=settings.sign_in.secrets if settings.sign_in else None,
    routes=ours.routes,
    lifespan=lifespan,
    middleware=middleware,
    on_script_error=show_error,
)
