"""The attacks happen in the small town of the SMS tests."""

from tests.outreach.conftest import town

__all__ = ["town"]
