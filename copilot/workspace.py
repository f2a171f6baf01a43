"""The workspace: a company's folder, and what its `workspace.yaml` says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from copilot.errors import KnowledgeError, PermissionDenied, SettingsError
from copilot.stages import Stages
from copilot.types import Viewer, ViewerRole

# The loader in C reads a long file of rules ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

METHOD_FOLDER = "method"
"""Where a workspace keeps what it replaces of the tools' consulting content."""


GATES_FILE = "gates.yaml"
NO_GATE = "none"
"""What a project holds that has passed no gate."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(_Strict):
    """One prioritization criterion, held in a column of the projects table."""

    name: str
    label: str = ""
    column: str = ""
    """Defaults to `name`. `<column>_low` and `<column>_high`, where present, bound the estimate."""
    weight: float = Field(default=1.0, ge=0)
    scale: tuple[float, float] = (1.0, 10.0)
    """The two ends of the column's values, low first."""
    direction: Literal["up", "down"] = "up"
    """`down` when a lower value is better, as for risk."""
    synonyms: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            name = data["name"]
            return {"column": name, "label": name.replace("_", " ").capitalize(), **data}
        return data


# The six criteria of the playbook, used when workspace.yaml names none.
DEFAULT_CRITERIA = (
    Criterion(name="business_value", synonyms=("value", "impact", "benefit")),
    Criterion(name="feasibility", synonyms=("ease", "technical difficulty", "doability")),
    Criterion(name="time_to_value", scale=(1, 36), direction="down", synonyms=("speed", "time", "quick wins")),
    Criterion(name="strategic_importance", synonyms=("strategy", "strategic fit", "strategic value")),
    Criterion(name="risk", direction="down", synonyms=("risk level", "riskiness")),
    Criterion(name="data_readiness", synonyms=("data", "data quality", "data availability")),
)

DEFAULT_STAGES = Stages.of(("idea", "proof_of_concept", "pilot", "scaling", "production", "stopped", "retired"))


class ViewerEntry(_Strict):
    labels: frozenset[str] = frozenset()
    role: ViewerRole | None = None


class SignInRule(_Strict):
    """What the people get whose token says so."""

    claim: str = ""
    """A claim of the token, such as `groups`, or `realm_access.roles` for one inside another; empty for everyone."""
    value: str = ""
    """What the claim is, or holds among others."""
    viewer: str = ""
    """One of `viewers`, whose labels and role they get."""
    labels: frozenset[str] = frozenset()
    role: ViewerRole | None = None

    def fits(self, claims: Mapping[str, object]) -> bool:
        if not self.claim:
            return True
        found = _claim(claims, self.claim)
        held = found if isinstance(found, list | tuple) else [found]
        return any(str(item) == self.value for item in held if item is not None)


class SignIn(_Strict):
    """Who may come in with a token of the organisation's OpenID Connect provider, and as what."""

    name: str = "email"
    """The claim that names a person; conversations, memos and the audit trail are kept under it."""
    rules: tuple[SignInRule, ...] = ()
    """All that fit add up their labels; the first of them with a role gives it. Whom none fits is not let in."""


def _claim(claims: Mapping[str, object], path: str) -> object:
    """A claim by its name, or by the names of those it stands in, with dots between."""
    if path in claims:
        return claims[path]
    first, _, rest = path.partition(".")
    inner = claims.get(first)
    return _claim(inner, rest) if rest and isinstance(inner, Mapping) else None


class Thresholds(_Strict):
    """Limits that answers compare against. Shares are between 0 and 1."""

    data_readiness_minimum: float = 6.0
    """Below this the data of a project counts as not ready, on the criterion's own scale."""
    quality_drop: float = 0.03
    """A fall of a model's quality larger than this is worth a warning."""
    drift_watch: float = Field(default=0.10, gt=0)
    """Population stability index from which an input of a model is watched."""
    drift_act: float = Field(default=0.25, gt=0)
    """The same from which it calls for action."""

    @model_validator(mode="after")
    def _in_order(self) -> Thresholds:
        if self.drift_act < self.drift_watch:
            raise ValueError(f"drift_act ({self.drift_act:g}) must not be below drift_watch ({self.drift_watch:g})")
        return self


class Funding(_Strict):
    """Limits on what is funded together, which hold where a question names none of its own."""

    budget: float | None = Field(default=None, ge=0)
    """Money there is to spend, set against budgets not yet spent."""
    headcount: float | None = Field(default=None, ge=0)
    """Full-time equivalents."""
    most_projects: int | None = Field(default=None, ge=1)
    most_high_risk: int | None = Field(default=None, ge=0)
    """Projects of a high risk class at the most."""
    minimum_per_unit: int = Field(default=0, ge=0, le=20)
    """Projects of each unit at least."""


class Gate(_Strict):
    """An approval gate, one of those that projects pass one after the other."""

    id: str = Field(min_length=1)
    """As the rules and the column `gate` of the projects write it."""
    title: str = ""
    """What people call it, where that differs."""
    before_stage: str = ""
    """The stage that it opens."""


class WarehouseConfig(_Strict):
    """Tables of metrics.yaml whose rows are in a warehouse, not under records/."""

    tables: dict[str, str] = {}
    """The name that metrics.yaml uses, to the table there: `observations: analytics.ai_observations`."""


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds_of(span: str) -> float:
    """Of `30m`, `6h`, `1d`; SettingsError for what is none."""
    number, unit = span[:-1], span[-1:]
    if unit not in _SECONDS or not number.isascii() or not number.isdecimal() or not int(number):
        raise SettingsError(f"{span!r} is no span of time; write a number and its unit, such as 30m, 6h or 1d.")
    return float(int(number) * _SECONDS[unit])


class _Feed(_Strict):
    every: str = ""
    """How often `bearing index --every` brings it, such as `1d`; as often as that says where this is empty."""

    @field_validator("every")
    @classmethod
    def _span(cls, every: str) -> str:
        if every:
            try:
                seconds_of(every)
            except SettingsError as error:
                raise ValueError(str(error)) from None
        return every


class DocumentFeed(_Feed):
    """Documents that are kept elsewhere."""

    source: str = Field(min_length=1)
    """A folder, a WebDAV folder as `davs://host/path`, or another URL that fsspec knows: `s3://policies/ai`."""
    to: str = Field(pattern=r"^\w[\w .-]*(/\w[\w .-]*)*$")
    """The folder of the workspace that they are brought to; a feed's own."""
    options: dict[str, Any] = {}
    """What the store needs to know beside the URL; secrets come from the environment, as for the store's own tools."""

    @property
    def name(self) -> str:
        return f"{self.source} {self.to}"

    @field_validator("to")
    @classmethod
    def _for_documents(cls, to: str) -> str:
        if to.split("/")[0] in ("records", METHOD_FOLDER):
            raise ValueError(f"{to!r} is no folder of documents")
        return to


class RecordFeed(_Feed):
    """Records that are kept in a database, at BEARING_WAREHOUSE_URL."""

    table: str = Field(pattern=r"^[a-z_][a-z0-9_]*$")
    """The table under records/ that the rows become."""
    query: str = Field(min_length=1)
    """One SELECT, in the SQL of that database; a column `label` says who may see a row."""

    @property
    def name(self) -> str:
        return self.table


class Feeds(_Strict):
    """What `bearing index` brings into the folder before it indexes."""

    documents: tuple[DocumentFeed, ...] = ()
    records: tuple[RecordFeed, ...] = ()

    def all(self) -> tuple[DocumentFeed | RecordFeed, ...]:
        return (*self.documents, *self.records)


class WorkspaceConfig(_Strict):
    """`workspace.yaml`. Everything has a default, so an empty or missing file is valid."""

    organisation: str = ""
    currency: str = ""
    """ISO 4217 code such as EUR; empty when amounts carry none."""
    fiscal_year_start_month: int = Field(default=1, ge=1, le=12)
    as_of: date | None = None
    """The day the records describe; periods such as "last quarter" count back from it. Default: today."""
    stages: Stages = DEFAULT_STAGES
    criteria: tuple[Criterion, ...] = DEFAULT_CRITERIA
    thresholds: Thresholds = Thresholds()
    funding: Funding = Funding()
    labels: frozenset[str] = frozenset()
    viewers: dict[str, ViewerEntry] = {}
    sign_in: SignIn | None = None
    """How signed-in people become viewers; without it whoever is at the page is the one local person."""
    default_viewer: str = "everyone"
    warehouse: WarehouseConfig = WarehouseConfig()
    feeds: Feeds = Feeds()


def listed_gates(content: object) -> tuple[Gate, ...]:
    """The approval gates that a gates.yaml lists; none where it lists none, or wrongly."""
    entries = content.get("gates") if isinstance(content, dict) else None
    try:
        return tuple(Gate.model_validate(entry) for entry in entries or ())
    except (ValueError, TypeError):
        # Reading the whole file says what is wrong with them, and where.
        return ()


def gates_of_rules(content: object) -> tuple[Gate, ...]:
    """The approval gates that the rules of a gates.yaml name, in the order of their appearance."""
    rules = content.get("rules") if isinstance(content, dict) else None
    named = [rule.get("gate") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    ids = dict.fromkeys(id for id in named if isinstance(id, str) and id not in ("", NO_GATE))
    return tuple(Gate(id=id) for id in ids)


def read_yaml(path: Path) -> object:
    """What a YAML file holds; a KnowledgeError says in one line what is wrong and where."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _LOADER)
    except UnicodeDecodeError:
        raise KnowledgeError(f"{path}: is not UTF-8 text.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read as YAML"
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise KnowledgeError(f"{path}: {where}{problem}.") from None


@dataclass(frozen=True)
class Workspace:
    root: Path
    config: WorkspaceConfig

    @classmethod
    def open(cls, root: Path) -> Workspace:
        if not root.is_dir():
            raise SettingsError(f"There is no workspace folder at {str(root)!r}.")
        path = root / "workspace.yaml"
        if not path.is_file():
            return cls(root, WorkspaceConfig())
        try:
            config = WorkspaceConfig.model_validate(read_yaml(path) or {})
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise KnowledgeError(f"{path}: {where}: {first['msg']}.") from None
        return cls(root, config)

    @property
    def title(self) -> str:
        return self.config.organisation or self.root.name

    @property
    def organisation(self) -> str:
        """What sentences call the whole of it."""
        return self.config.organisation or "the organisation"

    @property
    def listed_gates(self) -> tuple[Gate, ...]:
        """The approval gates that gates.yaml lists, in their order."""
        return listed_gates(self._gates_file())

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Those, or where none is listed those that its rules name."""
        return self.listed_gates or gates_of_rules(self._gates_file())

    def _gates_file(self) -> object:
        path = self.root / GATES_FILE
        try:
            return read_yaml(path) if path.is_file() else None
        except KnowledgeError:
            # Reading the rules says what is wrong with it.
            return None

    def viewer(self, name: str | None = None) -> Viewer:
        """The viewer of that name; "everyone", who holds no label, always exists."""
        name = name or self.config.default_viewer
        entry = self.config.viewers.get(name)
        if entry is None and name != "everyone":
            known = ", ".join(sorted({"everyone", *self.config.viewers}))
            raise SettingsError(f"There is no viewer {name!r} in {self.title}; known are {known}.")
        entry = entry or ViewerEntry()
        # Whoever names a viewer here has the files themselves, so nothing is gained by withholding what roles allow.
        return Viewer(name=name, labels=entry.labels, role=entry.role or "admin")

    def visitor(self, name: str | None = None) -> Viewer:
        """The viewer of that name for whoever does not have the files: with a role only where one is written."""
        viewer = self.viewer(name)
        entry = self.config.viewers.get(viewer.name, ViewerEntry())
        return viewer.model_copy(update={"role": entry.role})

    def signed_in(self, claims: Mapping[str, object]) -> Viewer:
        """The viewer that the claims of a checked token make of a person; PermissionDenied without a place here."""
        sign_in = self.config.sign_in or SignIn()
        name = str(_claim(claims, sign_in.name) or "")
        if not name or claims.get("email_verified") is False:
            raise PermissionDenied(
                f"The sign-in gives no {sign_in.name} that is verified, so it cannot be told who asks."
            )
        if name == "everyone" or name in self.config.viewers:
            raise PermissionDenied(f"{name!r} is a viewer of workspace.yaml; a person needs another {sign_in.name}.")
        rules = [rule for rule in sign_in.rules if rule.fits(claims)]
        if not rules:
            raise PermissionDenied(
                f"{name} is signed in, but no rule of sign_in in workspace.yaml lets them in; ask whoever administers."
            )
        given = [self._given(rule) for rule in rules]
        labels = frozenset[str]().union(*(viewer.labels for viewer in given))
        return Viewer(name=name, labels=labels, role=next((viewer.role for viewer in given if viewer.role), None))

    def _given(self, rule: SignInRule) -> Viewer:
        entry = self.visitor(rule.viewer) if rule.viewer else Viewer()
        return Viewer(labels=rule.labels | entry.labels, role=rule.role or entry.role)

    def rules(self) -> dict[str, str]:
        """The hash of each file that says how answers are made, and who may see and do what."""
        files = [self.root / name for name in ("workspace.yaml", "metrics.yaml", GATES_FILE)]
        files += sorted((self.root / METHOD_FOLDER).glob("*.yaml"))
        return {
            path.relative_to(self.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if path.is_file()
        }

    def today(self, override: date | None = None) -> date:
        return override or self.config.as_of or date.today()
