"""People who use the pages, as a process of its own: `python -m bench.sessions PORT PEOPLE SECONDS`.

Each has a WebSocket as a browser has, opens a page, waits for its end, thinks for a while, opens the next.
Prints one JSON object at the end.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.report import percentile

PAGES = ("", "preselection", "echanges", "mesures")


async def person(port: int, number: int, end: float, took: list[float]) -> int:
    """One person's runs; gives how many ended otherwise than well."""
    chance = random.Random(number)
    bad = 0
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None) as line:
        while time.perf_counter() < end:
            message = BackMsg()
            message.rerun_script.query_string = ""
            message.rerun_script.page_name = chance.choice(PAGES)
            began = time.perf_counter()
            await line.send(message.SerializeToString())
            while True:
                came = ForwardMsg()
                came.ParseFromString(await asyncio.wait_for(line.recv(decode=False), 60))
                if came.WhichOneof("type") == "script_finished":
                    bad += came.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY
                    break
            took.append(time.perf_counter() - began)
            await asyncio.sleep(chance.uniform(2.0, 6.0))
    return bad


async def main(port: int, people: int, seconds: float) -> dict[str, float]:
    took: list[float] = []
    end = time.perf_counter() + seconds
    bad = sum(await asyncio.gather(*(person(port, number, end, took) for number in range(people))))
    took.sort()
    return {"runs": len(took), "ended badly": bad, "page p50 ms": 1000 * percentile(took, 50),
            "page p95 ms": 1000 * percentile(took, 95)}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))
