"""Reading a reply: what an answer by SMS means, when the person is available, and how sure that is."""

from ftcore.model import Reading
from ftcore.outreach.replies.model import mark
from ftcore.outreach.replies.reader import ACTED_ON, ANSWER_WORDS, kept, read, read_many, settled

__all__ = ["ACTED_ON", "ANSWER_WORDS", "Reading", "kept", "mark", "read", "read_many", "settled"]
