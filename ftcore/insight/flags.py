"""What is true or not of a conversation, each as one bit of the number `flags`."""

from __future__ import annotations

# And of a person, when it is of one of their conversations. The first is the lowest bit.
FLAGS = ("sent", "delivered", "failed", "unknown", "waiting", "replied", "interested", "opted_out", "started",
         "finished", "finished_in_5h", "qualified", "introduced", "introduced_in_24h")  # fmt: skip
# The number, from the columns of these names.
PACKED = " + ".join(f"CASE WHEN {flag} THEN {1 << place} ELSE 0 END" for place, flag in enumerate(FLAGS))
# What is true of every conversation, as one bit more.
CONTACTED = 1 << len(FLAGS)
ALL_BITS = tuple(1 << place for place in range(len(FLAGS) + 1))
