"""`bearing tool`: every tool from the command line, its options made from the model of its arguments."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from copilot.citations import Verifier, with_markers
from copilot.errors import ToolError
from copilot.tools import TOOLS
from copilot.tools.filters import Condition
from copilot.tools.tool import Tool
from copilot.types import Answer, ToolResult

_FILTERS = "filters"


def overview() -> str:
    """One line a tool."""
    width = max(len(tool.name) for tool in TOOLS)
    lines = [f"  {tool.name:{width}}  {_purpose(tool)}" for tool in TOOLS]
    return "\n".join(["Tools; `bearing tool NAME --help` shows the arguments of one:", "", *lines])


def help_of(tool: Tool) -> str:
    """What the tool is for, and an option a line."""
    fields = tool.arguments.model_fields
    rows = [(f"--{_option(name)} {_kind(field)}".strip(), field.description or "") for name, field in fields.items()]
    if _takes_conditions(tool):
        rows.append(
            ("--COLUMN VALUE", "Any column of the table, such as --unit or --stage: a condition that it equals.")
        )
    rows += [
        ("--arguments JSON", "All arguments as one JSON object: as text, `-` for standard input, or `@FILE`."),
        ("--json", "Print the whole result as one JSON object and nothing else."),
        ("--viewer NAME", "Who asks: a name from workspace.yaml."),
        ("--workspace DIR", "Folder to answer from."),
    ]
    lines = [line for option, meaning in rows for line in (f"  {option}", f"      {' '.join(meaning.split())}")]
    return "\n".join([f"bearing tool {tool.name} [OPTIONS]", "", _docstring(tool), "", "Options:", *lines])


def read_arguments(tool: Tool, options: Sequence[str], given: str | None) -> dict[str, Any]:
    """The arguments of a call from a JSON object and from options, which win; a ToolError says what is wrong."""
    arguments = _read_json(given) if given is not None else {}
    conditions: list[dict[str, str]] = []
    seen: set[str] = set()
    for name, value in _pairs(tool, options):
        field = tool.arguments.model_fields.get(name)
        if field is None:
            if not _takes_conditions(tool) or not isinstance(value, str):
                # Left to the model, which knows what there is.
                arguments[name] = value
            else:
                conditions.append({"column": name, "value": value})
        else:
            fresh = name not in seen
            seen.add(name)
            arguments[name] = _added(field, None if fresh else arguments[name], value, name)
    if conditions:
        arguments[_FILTERS] = [*arguments.get(_FILTERS, []), *conditions]
    return arguments


def as_answer(result: ToolResult) -> Answer:
    """The result in the form in which answers are printed, its sentences cited by number."""
    verifier = Verifier("")
    verifier.read(result.evidence)
    lines = [with_markers(s.text, s.evidence[:3]) for s in result.findings]
    text = verifier.feed("\n\n".join(lines)) + verifier.close()
    return Answer(
        id="",
        question="",
        status="answered",
        text=text,
        citations=verifier.citations,
        tables=result.tables,
        follow_ups=result.follow_ups,
        warnings=tuple(verifier.warnings),
    )


def _purpose(tool: Tool) -> str:
    return _docstring(tool).splitlines()[0]


def _docstring(tool: Tool) -> str:
    lines = (tool.arguments.__doc__ or "").strip().splitlines()
    return "\n".join(line.strip() for line in lines)


def _option(name: str) -> str:
    return name.replace("_", "-")


def _kind(field: FieldInfo) -> str:
    """What follows an option, in a word."""
    kind = _bare(field)
    if kind is bool:
        return ""
    if get_origin(kind) is list:
        return f"{_word(get_args(kind)[0])} (again for more)"
    if get_origin(kind) is dict:
        return "NAME=VALUE (again for more)"
    return _word(kind)


def _word(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "JSON"
    choices = get_args(kind)
    if choices and all(isinstance(choice, str) for choice in choices):
        return "|".join(choices)
    return {int: "NUMBER", float: "NUMBER"}.get(kind, "DATE" if getattr(kind, "__name__", "") == "date" else "TEXT")


def _bare(field: FieldInfo) -> Any:
    """The type without the None of an optional field."""
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    optional = type(None) in get_args(field.annotation)
    return kinds[0] if optional and len(kinds) == 1 else field.annotation


def _takes_conditions(tool: Tool) -> bool:
    field = tool.arguments.model_fields.get(_FILTERS)
    return field is not None and get_args(field.annotation) == (Condition,)


def _pairs(tool: Tool, options: Sequence[str]) -> Iterator[tuple[str, str | bool]]:
    """Each option with its value; a yes/no one stands alone, `--no-…` for no."""
    rest = list(options)
    while rest:
        option, _, value = rest.pop(0).partition("=")
        if not option.startswith("--") or len(option) < 3:
            raise ToolError(f"{option!r} is no option of {tool.name}; write --NAME VALUE.")
        name = option[2:].replace("-", "_")
        if _is_flag(tool, name):
            yield name, value or True
        elif _is_flag(tool, name.removeprefix("no_")) and not value:
            yield name.removeprefix("no_"), False
        elif value:
            yield name, value
        elif not rest:
            raise ToolError(f"The option {option} of {tool.name} needs a value.")
        else:
            yield name, rest.pop(0)


def _is_flag(tool: Tool, name: str) -> bool:
    field = tool.arguments.model_fields.get(name)
    return field is not None and _bare(field) is bool


def _added(field: FieldInfo, earlier: Any, value: str | bool, name: str) -> Any:
    """The value of a field after one more option of its name."""
    kind = _bare(field)
    if get_origin(kind) is list:
        item = get_args(kind)[0]
        is_model = isinstance(item, type) and issubclass(item, BaseModel)
        return [*(earlier or []), _parsed(str(value), name) if is_model else value]
    if get_origin(kind) is dict:
        key, equals, text = str(value).partition("=")
        if not equals:
            raise ToolError(f"--{_option(name)} wants NAME=VALUE, not {value!r}.")
        return {**(earlier or {}), key: text}
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return _parsed(str(value), name) if is_model else value


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ToolError(f"--{_option(name)} wants JSON, and {text!r} is none: {error.msg}.") from None


def _read_json(given: str) -> dict[str, Any]:
    if given == "-":
        text = sys.stdin.read()
    elif given.startswith("@"):
        path = Path(given[1:])
        if not path.is_file():
            raise ToolError(f"There is no file {given[1:]!r} to read the arguments from.")
        text = path.read_text(encoding="utf-8")
    else:
        text = given
    arguments = _parsed(text, "arguments")
    if not isinstance(arguments, Mapping):
        raise ToolError("--arguments wants a JSON object, with an argument's name for each key.")
    return dict(arguments)
