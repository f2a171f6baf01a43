"""Arithmetic over figures that were found in this turn, so that what a remote model computes can be cited."""

from __future__ import annotations

import ast
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ToolCallRequest
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from copilot.errors import ToolError
from copilot.language.formatting import format_quantity
from copilot.language.numbers import Number, find_numbers, is_supported
from copilot.language.support import is_supported_by
from copilot.tools.schema import told_only
from copilot.tools.telling import tell
from copilot.types import Calculation, Evidence, Finding, Quantity, Table, ToolResult

NAME = "calculate"
LABEL = "Calculating"
CALCULATION = "Calculation"
"""Title of the evidence that it makes."""
_LONGEST = 200


class Operand(BaseModel):
    """A figure of the expression, and where it was found."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40, description="As the expression has it.")
    figure: str = Field(max_length=60, description="As printed, with its unit: 6,000,000 EUR.")
    evidence: str = Field(description="Id of the evidence that holds it.")

    @field_validator("evidence")
    @classmethod
    def _is_bare(cls, id: str) -> str:
        return id.strip("[#] ")


class Arguments(BaseModel):
    """Compute a sum, difference, share or average of figures that tools gave for this question; cite its result.

    For what no other tool computes.
    """

    model_config = ConfigDict(extra="forbid")

    expression: str = Field(max_length=_LONGEST, description="Names with + - * / ( ), such as spend / budget.")
    figures: list[Operand] = Field(min_length=1, max_length=20, description="A figure for each name.")
    is_share: bool = Field(default=False, description="Give a ratio as per cent.")


class Calculating(AgentMiddleware[Any, Any, Any]):
    """Offers the tool, and runs it on the evidence that the turn has gathered."""

    def __init__(self) -> None:
        super().__init__()
        self.tools = [told_only(NAME, Arguments)]

    def wrap_tool_call(self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Any]) -> Any:
        if request.tool_call["name"] != NAME:
            return handler(request)
        try:
            arguments = Arguments.model_validate(request.tool_call["args"])
        except ValidationError as error:
            first = error.errors()[0]
            raise ToolError(f"{NAME}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
        result = calculate(arguments, _evidence(request.state["messages"]))
        id = str(request.tool_call["id"])
        return ToolMessage(tell(result), artifact=result, name=NAME, tool_call_id=id)


def _evidence(messages: Sequence[BaseMessage]) -> dict[str, Evidence]:
    """What was read since the last question."""
    asked = max(n for n, m in enumerate(messages) if isinstance(m, HumanMessage))
    artifacts = [m.artifact for m in messages[asked:] if isinstance(m, ToolMessage)]
    return {e.id: e for found in artifacts if isinstance(found, ToolResult) for e in found.evidence}


def calculate(arguments: Arguments, evidence: Mapping[str, Evidence]) -> ToolResult:
    """The value of the expression; a ToolError where a figure is not in its evidence, or units do not go together."""
    values = {operand.name: _quantity(operand, evidence) for operand in arguments.figures}
    found = _value(_parsed(arguments.expression), values)
    if not math.isfinite(found.value):
        raise ToolError("The result is too large.")
    if arguments.is_share:
        if found.unit not in ("", "share"):
            raise ToolError(f"{arguments.expression} is an amount in {found.unit}, no share.")
        found = found.model_copy(update={"unit": "share"})
    found = found.model_copy(update={"precision": _precision(found)})
    formula = f"{arguments.expression} = {format_quantity(found)}"
    figures = Table(
        title="Figures",
        columns=("Name", "Figure", "Source"),
        rows=tuple((o.name, o.figure, evidence[o.evidence].title) for o in arguments.figures),
    )
    first = evidence[arguments.figures[0].evidence]
    item = Evidence(
        id=f"x-{hashlib.sha256(repr((arguments.expression, figures.rows)).encode()).hexdigest()[:8]}",
        kind="computation",
        source=first.source,
        locator=arguments.expression,
        title=CALCULATION,
        text="; ".join([formula, *(f"{o.name} {o.figure}" for o in arguments.figures)]),
        as_of=first.as_of,
        values=(found, *values.values()),
        calculation=Calculation(method="arithmetic over cited figures", formula=formula, inputs=(figures,)),
    )
    finding = Finding(
        kind="calculated",
        role="headline",
        values={"result": found, **values},
        evidence=(item.id, *dict.fromkeys(o.evidence for o in arguments.figures)),
        text=f"{formula}, with {', '.join(f'{o.name} {o.figure}' for o in arguments.figures)}.",
    )
    return ToolResult(findings=(finding,), evidence=(item,))


def _quantity(operand: Operand, evidence: Mapping[str, Evidence]) -> Quantity:
    item = evidence.get(operand.evidence)
    if item is None:
        raise ToolError(f"There is no evidence {operand.evidence!r} in this turn; give an id as the tools gave it.")
    printed = find_numbers(operand.figure)
    if len(printed) != 1 or printed[0].unit == "date":
        raise ToolError(f"{operand.name}: {operand.figure!r} is not one figure; copy it as it is printed.")
    if not _holds(item, printed[0]):
        raise ToolError(f"{operand.name}: {operand.figure!r} does not stand in {operand.evidence}: {item.text[:200]}")
    number = printed[0]
    is_percent = number.unit == "percent"
    value = abs(number.value) / 100 if is_percent else abs(number.value)
    return Quantity(
        value=math.copysign(value, number.value), unit="share" if is_percent else number.unit, precision=number.decimals
    )


def _holds(item: Evidence, number: Number) -> bool:
    if item.values is not None:
        return is_supported_by(number, item.values)
    return is_supported(number, find_numbers(item.text))


def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ToolError(f"{expression!r} is no arithmetic; write names with + - * / and parentheses.") from None


def _value(node: ast.expr, values: Mapping[str, Quantity]) -> Quantity:
    match node:
        case ast.Name(id=name):
            if name not in values:
                raise ToolError(f"No figure is named {name!r}; named are {', '.join(values)}.")
            return values[name]
        case ast.Constant(value=int() | float() as constant) if not isinstance(constant, bool):
            return Quantity(value=float(constant))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _value(operand, values)
            return inner.model_copy(update={"value": -inner.value})
        case ast.BinOp(left=left, op=op, right=right):
            _check_constants(node)
            return _combined(_value(left, values), op, _value(right, values))
        case _:
            raise ToolError("Only names, + - * / and parentheses can be used.")


def _check_constants(node: ast.BinOp) -> None:
    """Nothing is added that was not found: a number of one's own is a factor, or the one of a complement."""
    for side in (node.left, node.right):
        if isinstance(node.op, ast.Add | ast.Sub) and isinstance(side, ast.Constant) and side.value != 1:
            raise ToolError(f"{side.value!r} was not found by a tool; name it as a figure with its evidence.")


def _combined(left: Quantity, op: ast.operator, right: Quantity) -> Quantity:
    match op:
        case ast.Add() | ast.Sub():
            sign = 1 if isinstance(op, ast.Add) else -1
            return Quantity(value=left.value + sign * right.value, unit=_same_unit(left, right))
        case ast.Mult():
            if left.unit not in _FACTORS and right.unit not in _FACTORS:
                raise ToolError(f"{left.unit} times {right.unit} is no amount.")
            return Quantity(value=left.value * right.value, unit=right.unit if left.unit in _FACTORS else left.unit)
        case ast.Div():
            if right.value == 0:
                raise ToolError("This divides by nought.")
            return Quantity(value=left.value / right.value, unit=_ratio_unit(left, right))
        case _:
            raise ToolError("Only + - * / can be used.")


_FACTORS = ("", "share")


def _same_unit(left: Quantity, right: Quantity) -> str:
    units = {left.unit, right.unit}
    if len(units) == 1:
        return left.unit
    # 1 - 72%
    if units == {"", "share"}:
        return "share"
    raise ToolError(f"{left.unit or 'a plain number'} and {right.unit or 'a plain number'} cannot be added.")


def _ratio_unit(left: Quantity, right: Quantity) -> str:
    if left.unit == right.unit:
        return ""
    return left.unit if right.unit in _FACTORS else f"{left.unit or 'number'} per {right.unit.removesuffix('s')}"


def _precision(found: Quantity) -> int:
    """One decimal of a per cent, none of what is large or whole, else two."""
    if found.unit == "share":
        return 1
    return 0 if abs(found.value) >= 1000 or found.value.is_integer() else 2
