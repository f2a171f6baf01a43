"""What a remote model is told of the tools costs no more tokens than it did."""

from __future__ import annotations

import json

import pytest

from copilot.retrieval.tokens import count
from copilot.tools import TOOLS
from copilot.tools.schema import Schemas, description

MOST_OF_ALL = 3_720
MOST_OF_ONE = 815


@pytest.fixture(scope="module")
def sizes() -> dict[str, int]:
    """Tokens of the description and the arguments of each tool, offered together."""
    schemas = Schemas()
    return {
        tool.name: count(json.dumps(schemas.of(tool.arguments), separators=(",", ":")))
        + count(description(tool.arguments))
        for tool in TOOLS
    }


def test_all_tools_together_keep_within_their_tokens(sizes: dict[str, int]) -> None:
    assert sum(sizes.values()) <= MOST_OF_ALL


def test_no_tool_alone_takes_more_than_its_part(sizes: dict[str, int]) -> None:
    assert {name: size for name, size in sizes.items() if size > MOST_OF_ONE} == {}


def test_conditions_within_a_condition_are_not_told_twice() -> None:
    filters = Schemas().of(next(t for t in TOOLS if t.name == "find_projects").arguments)["properties"]["filters"]
    assert filters["items"]["properties"]["where"]["items"] == {"type": "object"}
    assert set(filters["items"]["properties"]) == {"column", "op", "value", "than", "where", "or_else"}
