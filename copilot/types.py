"""The nouns. Everything that crosses a border of the program is one of these, defined once."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.errors import PermissionDenied

Cell = str | int | float | bool | None
"""A value in a table. Dates are ISO strings."""

EvidenceKind = Literal["passage", "record", "metric", "computation"]
Status = Literal["answered", "insufficient_evidence", "needs_clarification", "not_permitted"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


ViewerRole = Literal["leader", "pm", "evaluator", "admin"]
Permission = Literal["evaluate", "see_heldback", "edit_memo", "sign_memo", "upload", "administer"]

PERMISSIONS: dict[Permission, frozenset[ViewerRole]] = {
    "evaluate": frozenset({"evaluator", "admin"}),
    "see_heldback": frozenset({"evaluator", "admin"}),
    "edit_memo": frozenset({"leader", "pm", "admin"}),
    "sign_memo": frozenset({"leader", "admin"}),
    "upload": frozenset({"pm", "admin"}),
    "administer": frozenset({"admin"}),
}
"""What is not for everyone who may ask: start evaluations and read their drafts, see the samples that are held back,
edit and sign memos, change the documents, and read the audit trail. What a viewer may see is a matter of labels, not
of it."""


class Viewer(Frozen):
    """Who asks. Unlabelled documents and rows are for everyone; a labelled one only for holders of its label."""

    name: str = "everyone"
    labels: frozenset[str] = frozenset()
    role: ViewerRole | None = None

    def may_see(self, label: str | None) -> bool:
        return not label or label in self.labels

    def may(self, permission: Permission) -> bool:
        return self.role in PERMISSIONS[permission]

    def require(self, permission: Permission) -> None:
        """Raises PermissionDenied for whose role does not allow it."""
        if not self.may(permission):
            roles, act = " or ".join(sorted(PERMISSIONS[permission])), permission.replace("_", " ")
            raise PermissionDenied(f"To {act} takes the role {roles}, which {self.name} does not have.")


Basis = Literal["recorded", "measured", "estimated", "assumed", "computed"]
"""What a figure rests on: a cell of the records, a measurement, an estimate, an assumption, or a computation."""


class Quantity(Frozen):
    """A number with what it counts and how exactly it is known."""

    value: float
    unit: str = ""
    """An ISO currency, a noun in the singular ("project", "day"), `share` (0 to 1, shown as per cent), `points`
    (percentage points), `of 100`, or empty for a bare number."""
    precision: int = 0
    """Digits after the point that are shown; of a share, of its per cent."""
    basis: Basis = "computed"


Value = Quantity | date | bool | str | tuple[Quantity | date | str, ...] | None
"""What a finding holds under a name; a text may be a name, a label or the words of a record."""


class Table(Frozen):
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Calculation(Frozen):
    """How figures came about, for a person who checks them."""

    method: str
    """In a few words: "weighted sum of six criteria", "count of rows"."""
    formula: str = ""
    """Such as `score = Σ weight × value`."""
    query: str = ""
    """The filter, or the SQL, by which rows were chosen."""
    inputs: tuple[Table, ...] = ()
    """What went in: weights and values, counts by group, the rows."""


class Evidence(Frozen):
    """Something read in this turn that a sentence may cite."""

    id: str
    """What a draft writes to cite it, as `[#id]`: `p-…` passage, `r-…` record, `m-…` metric, `x-…` computation."""
    kind: EvidenceKind
    source: str
    """File inside the workspace, such as `playbook/mlops.md`."""
    locator: str
    """Where in the source: `lines 12-30`, `row 41`, or the query of a metric or computation."""
    title: str
    text: str
    """All that was read. A number in a sentence that cites a passage or a record must be found here."""
    as_of: date | None = None
    relevance: float | None = None
    """Of a passage: similarity of its embedding to the query, -1 to 1."""
    score: float | None = None
    """Of a passage: the search's own score, comparable within one query only."""
    bm25: float | None = None
    """Of a passage: its score by words alone."""
    position: int | None = None
    """Of a passage: its place among those of its document, from 0."""
    document: str = ""
    """Of a passage: the title of its document."""
    replaced_on: date | None = None
    """Of a passage of a document that no longer holds: the day from which another one does."""
    replaced_by: str = ""
    """The id of that other document."""
    is_named: bool = False
    """Of a passage: it is a part that the query names, such as "Article 14"."""
    values: tuple[Quantity | date | bool | str, ...] | None = None
    """Of a computation: its results. A number in a sentence that cites it must be one of them."""
    calculation: Calculation | None = None
    part_of: str = ""
    """Of one result of a call: the computation that it is a part of. Parts of one computation share a citation."""


Role = Literal["headline", "support", "caveat", "method", "option"]
"""`headline` replies to the call, `support` carries it, `caveat` limits it, `method` says how it was computed,
`option` is something else that could be done."""


class Finding(Frozen):
    """One thing that a tool found: what it is about, its values, what it rests on, and one sentence that says it."""

    kind: str = "statement"
    """What is found, in the tool's own vocabulary: `leader`, `flip`, `count`, `unmet_rule`."""
    subject: str = ""
    """What it is about: the id of a record, a unit, a metric; empty for the whole."""
    role: Role = "support"
    values: dict[str, Value] = {}
    """Every name and figure that a sentence about it may use."""
    figures: tuple[str, ...] = ()
    """Names of the values that the answer stands behind."""
    evidence: tuple[str, ...] = ()
    """Ids of what it rests on, what carries it most first."""
    calculation: Calculation | None = None
    """Where it has one of its own, apart from the call's."""
    text: str = ""
    """One Markdown sentence without citation markers; made from the values by the wording of its tool."""


class Figure(Frozen):
    """A number an answer stands behind."""

    text: str
    value: float
    unit: str
    marker: int | None = None
    """The citation that carries it, once the answer is verified."""
    evidence: str | None = Field(default=None, exclude=True)


class Chart(Frozen):
    title: str
    spec: dict[str, Any]
    """Vega-Lite, with inline data only."""


class ToolResult(Frozen):
    """What a tool gives: findings with their evidence, tables, charts and the figures it stands behind."""

    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    figures: tuple[Figure, ...] = ()
    follow_ups: tuple[str, ...] = ()
    """Complete questions that could be asked next."""
    choices: tuple[str, ...] = ()
    """Set when the call was ambiguous: the candidates to ask the person about, nearest first."""
    hidden_rows: int = 0
    """Rows the viewer may not see, so that totals are partial."""

    def render(self) -> str:
        """The text a chat model reads: each sentence with its evidence ids, the tables, then the evidence quoted."""
        lines = [" ".join([s.text, *(f"[#{e}]" for e in s.evidence)]) for s in self.findings]
        if self.choices:
            lines.append("Ambiguous; ask which is meant: " + "; ".join(self.choices))
        for table in self.tables:
            lines += ["", f"Table: {table.title}", " | ".join(table.columns)]
            lines += [" | ".join("" if c is None else str(c) for c in row) for row in table.rows]
        passages = [e for e in self.evidence if e.kind == "passage"]
        for e in passages:
            lines += ["", f"[#{e.id}] {e.title} ({e.source}, {e.locator})", e.text]
        return "\n".join(lines).strip() or "Nothing was found."


class Citation(Frozen):
    """A claim's link to what was read."""

    marker: int
    kind: EvidenceKind
    source: str
    locator: str
    title: str
    quote: str
    as_of: date | None = None
    calculations: tuple[Calculation, ...] = ()
    """Of a computation: how the cited figures came about."""


class ToolCall(Frozen):
    name: str
    arguments: dict[str, Any]
    seconds: float
    ok: bool
    is_lead: bool = False
    """The answer leads with what it found; a follow-up continues this call."""
    certainty: float = 1.0
    """How probable it is that the question means the call that leads, 0 to 1; what continues it is no surer."""


class Usage(Frozen):
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    """In the currency of the prices that were set; None where none are."""

    def __str__(self) -> str:
        """ "11,264 tokens sent, 210 received, at a cost of 0.0303"."""
        cost = "" if self.cost is None else f", at a cost of {self.cost:.4f}"
        return f"{self.input_tokens:,} tokens sent, {self.output_tokens:,} received{cost}"


class Seconds(Frozen):
    total: float = 0.0
    first_token: float = 0.0
    retrieval: float = 0.0
    tools: float = 0.0


class Answer(Frozen):
    """What `ask` returns. Its JSON form is the contract of `bearing ask --json`."""

    id: str
    question: str
    status: Status
    text: str
    """Markdown with `[n]` markers, n being `Citation.marker`."""
    citations: tuple[Citation, ...] = ()
    also_read: tuple[Citation, ...] = ()
    """What else was read: no sentence cites it and nothing of it is quoted. Its markers go on from the citations'."""
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    follow_ups: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    model: str = "grounded"
    usage: Usage = Usage()
    seconds: Seconds = Seconds()


class Step(Frozen):
    """A tool began or ended, for the screen to show while the answer is made."""

    type: Literal["step"] = "step"
    id: str
    tool: str
    label: str
    """What is being done, for a person: "Searching the playbook and policies"."""
    done: bool = False
    seconds: float = 0.0
    ok: bool = True


class TextDelta(Frozen):
    """The next piece of verified answer text, markers already `[n]`."""

    type: Literal["text"] = "text"
    text: str


class Restart(Frozen):
    """The text shown so far is void; what follows replaces it. Sent when a remote model fails in mid-answer."""

    type: Literal["restart"] = "restart"
    reason: str


class Final(Frozen):
    type: Literal["answer"] = "answer"
    answer: Answer


Event = Step | TextDelta | Restart | Final
"""What `Copilot.stream` yields: steps and text, then exactly one Final, whose text is the one to keep."""
