"""docs/access.md says what the code does: its tables are those of the program, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ftcore.model import Role
from ftcore.trust.access import PERMISSIONS
from pages import doors

DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"


def table(first: str, lines: Iterable[tuple[str, Iterable[Role]]]) -> str:
    """A table in Markdown, one column a role."""
    head = f"| {first} | " + " | ".join(role.value.replace("_", " ").capitalize() for role in Role) + " |"
    rule = "| --- |" + " :-: |" * len(Role)
    rows = (
        f"| {name} | " + " | ".join("yes" if role in set(roles) else "–" for role in Role) + " |"
        for name, roles in lines
    )
    return "\n".join([head, rule, *rows])


def opening(permissions: Iterable[str]) -> set[Role]:
    return {role for permission in permissions for role in PERMISSIONS[permission]}


def tables() -> list[str]:
    return [
        table("Permission", PERMISSIONS.items()),
        table("Page", ((f"`{page}`", opening(asked)) for page, asked in doors.PAGES.items())),
        table("Section of Administration", ((name, PERMISSIONS[asked]) for name, asked in doors.SECTIONS.items())),
    ]


def test_the_document_shows_the_permissions_the_pages_and_the_sections_as_they_are() -> None:
    said = DOCUMENT.read_text(encoding="utf-8")
    for expected in tables():
        assert expected in said, "write it anew: python -m tests.trust.test_access_document"


def rewrite() -> None:
    """Put the tables of the program into the document."""
    said = DOCUMENT.read_text(encoding="utf-8")
    for new in tables():
        head = new.partition("\n")[0]
        old = said[said.index(head) :].partition("\n\n")[0]
        said = said.replace(old, new)
    DOCUMENT.write_text(said, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
