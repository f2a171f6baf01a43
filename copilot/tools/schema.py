"""What a chat model is told of the arguments of tools: as short as can be, and nothing twice."""

from __future__ import annotations

import inspect
import json
from typing import Any

from langchain_core.tools import StructuredTool
from pydantic import BaseModel

Json = dict[str, Any]

# Said by the description, or by the error that a wrong value gets.
_UNSAID = frozenset({
    "title", "default", "format", "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minLength", "maxLength", "minItems", "maxItems",
})  # fmt: skip


class Schemas:
    """JSON schemas of the arguments of tools that are offered together.

    What an argument means is told with the first tool that has it; the prompt says so.
    """

    def __init__(self) -> None:
        self._told: set[str] = set()

    def of(self, arguments: type[BaseModel]) -> Json:
        schema = arguments.model_json_schema()
        defined = schema.get("$defs", {})
        properties = {
            name: self._once(name, _compact(value, defined)) for name, value in schema.get("properties", {}).items()
        }
        return {"type": "object", "properties": properties} | _only(schema, "required")

    def _once(self, name: str, schema: Json) -> Json:
        if self._was_told(name, schema):
            return _bare(schema)
        items = schema.get("items", {})
        if "properties" in items:
            items = {**items, "properties": _unnested(items["properties"])}
            schema = {**schema, "items": items}
        if "properties" in items and self._was_told("items", items):
            return {**schema, "items": _bare(items)}
        return schema

    def _was_told(self, name: str, schema: Json) -> bool:
        key = f"{name} {json.dumps(schema, sort_keys=True)}"
        was_told = key in self._told
        self._told.add(key)
        return was_told


def _unnested(properties: Json) -> Json:
    """Arguments of which a list holds more of the same: what is in that was told beside it."""
    return {
        name: {**value, "items": {"type": "object"}}
        if (inner := value.get("items", {}).get("properties"))
        and all(properties.get(key) == schema for key, schema in inner.items())
        else value
        for name, value in properties.items()
    }


def description(arguments: type[BaseModel]) -> str:
    return inspect.cleandoc(arguments.__doc__ or "").replace("\n\n", "\n")


def told_only(name: str, arguments: type[BaseModel]) -> StructuredTool:
    """A tool as a chat model is told of it; who offers it answers its calls."""
    return StructuredTool.from_function(
        func=lambda **_: None,
        name=name,
        description=description(arguments),
        args_schema=Schemas().of(arguments),
        infer_schema=False,
    )


def _compact(schema: Json, defined: Json) -> Json:
    if (name := str(schema.get("$ref", "")).rpartition("/")[2]) in defined:
        return _compact({**defined[name], **{k: v for k, v in schema.items() if k != "$ref"}}, defined)
    kept = {key: value for key, value in schema.items() if key not in _UNSAID}
    if "anyOf" in kept:
        options = [o for o in kept.pop("anyOf") if o.get("type") != "null"]
        # Of a value that may be nearly anything the description says what it may be.
        kept = (_compact(options[0], defined) if len(options) == 1 else _one_of(options)) | kept
    if "items" in kept:
        kept["items"] = _compact(kept["items"], defined)
    if "properties" in kept:
        kept["properties"] = {name: _compact(value, defined) for name, value in kept["properties"].items()}
        kept.pop("description", None)
    if kept.get("type") == "object" and isinstance(values := schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = _compact(values, defined)
    return kept


def _one_of(options: list[Json]) -> Json:
    """The choices of several enumerations in one; nothing where a value may be of several types."""
    if all("enum" in option for option in options):
        return {"type": "string", "enum": [choice for option in options for choice in option["enum"]]}
    return {}


def _bare(schema: Json) -> Json:
    """Its type alone."""
    return _only(schema, "type") | ({"items": _bare(schema["items"])} if "items" in schema else {})


def _only(schema: Json, key: str) -> Json:
    return {key: schema[key]} if key in schema else {}
