"""Who may do what: the table is complete and the agency counts."""

from __future__ import annotations

import itertools
from uuid import uuid4

import pytest

from ftcore.errors import NotAllowed
from ftcore.model import Person, Role
from ftcore.trust.access import PERMISSIONS, require


@pytest.mark.parametrize(("role", "permission"), list(itertools.product(Role, PERMISSIONS)))
def test_a_role_may_do_what_its_line_says_in_its_own_agency_only(role: Role, permission: str) -> None:
    person = Person("p", "Paul", role, uuid4())
    if role in PERMISSIONS[permission]:
        require(person, permission)
        require(person, permission, person.agency_id)
        with pytest.raises(NotAllowed, match="autre agence"):
            require(person, permission, uuid4())
    else:
        for agency_id in (None, person.agency_id):
            with pytest.raises(NotAllowed, match="rôle"):
                require(person, permission, agency_id)


def test_an_evaluator_never_meets_a_name_and_an_administrator_never_writes() -> None:
    of = {role: {name for name, roles in PERMISSIONS.items() if role in roles} for role in Role}
    assert of[Role.EVALUATOR] == {
        "see figures",
        "see evaluation",
        "see all agencies",
        "change baselines",
        "export for research",
    }
    assert of[Role.ADMINISTRATOR].isdisjoint(
        {"see candidates", "send messages", "read conversations", "reveal numbers", "write with the assistant"}
    )


def test_an_unknown_permission_is_a_fault_of_ours_not_a_yes() -> None:
    with pytest.raises(KeyError):
        require(Person("p", "Paul", Role.COUNSELOR, uuid4()), "fly")
