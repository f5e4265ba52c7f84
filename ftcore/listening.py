"""The socket that this process listens on: where it listens, and the option that Streamlit does not set."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def listening_at() -> tuple[str, int] | None:
    """The address and port this process listens on, or None as long as it does not. Sets TCP_NODELAY on it.

    Without the option each small HTTP answer waits for the other side's delayed acknowledgement
    (44 ms against 5 ms); accepted connections inherit it.
    """
    open_files = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else map(str, range(256))
    for number in open_files:
        with suppress(OSError), socket.socket(fileno=os.dup(int(number))) as found:
            if found.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                address, port = found.getsockname()[:2]
                return str(address), int(port)
    return None
