"""What is wrong with a workspace, in plain words: `bearing workspace check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from copilot.errors import KnowledgeError
from copilot.gates.clauses import approvers_by_amount, disagreements, paragraph
from copilot.gates.rules import Clause, Gates
from copilot.gates.stated import stated_rules
from copilot.language.formatting import join_and
from copilot.records.catalogue import FILE as METRICS
from copilot.records.catalogue import Metric, problems, read_metrics
from copilot.records.checks import Issue, Severity, check_tables
from copilot.records.importing import FILE as MAPPING
from copilot.records.importing import load_mapping
from copilot.records.names import nearest
from copilot.records.reading import RecordTable, type_table
from copilot.records.schema import PROJECTS
from copilot.records.table_sources import source_readers
from copilot.retrieval.loaders import find_sources, fingerprint, load
from copilot.retrieval.loaders.metadata import FILE as DOCUMENTS
from copilot.retrieval.loaders.metadata import statements
from copilot.retrieval.succession import successors
from copilot.retrieval.types import Document, DocumentInfo
from copilot.types import Viewer
from copilot.workspace import GATES_FILE, METHOD_FOLDER, Workspace, WorkspaceConfig

if TYPE_CHECKING:
    from copilot.tools.readiness import ReadinessMethod

_Content = TypeVar("_Content")
# Of the same fault in one column, so many rows are shown.
_MOST_ALIKE = 5


@dataclass(frozen=True)
class Checked:
    issues: list[Issue]
    tables: list[RecordTable]
    """As they are read, for a look at them."""


def check(root: Path) -> list[Issue]:
    """The findings, by file; a workspace without an error answers with all it holds."""
    return look_over(root).issues


def look_over(root: Path) -> Checked:
    """The findings of `check`, and the tables that they are about."""
    found: list[Issue] = []
    workspace = _open(root, found)
    tables = _read_tables(workspace, found)
    found += check_tables(tables, workspace.config)
    found += _viewers(workspace.config)
    found += _stages(workspace.config, tables)
    found += _metrics(root, tables, frozenset(workspace.config.warehouse.tables))
    gates = _gates(workspace, tables, found)
    found += _methods(workspace, tables)
    documents = _documents(workspace, found)
    found += _contradictions(workspace, gates, tables, documents.in_force)
    if not tables and not documents.count and not found:
        found.append(_whole(root.name, "error", "The folder holds no document and no records.",
                            "Put Markdown files into it, or CSV files into records/."))  # fmt: skip
    return Checked(_shortened(found), tables)


def told(issues: Iterable[Issue], config: WorkspaceConfig, viewer: Viewer) -> list[Issue]:
    """Those that a viewer may read: what is wrong with single rows only for one who may see every row."""
    return [issue for issue in issues if issue.row is None or config.labels <= viewer.labels]


def _whole(file: str, severity: Severity, message: str, remedy: str) -> Issue:
    return Issue(severity=severity, file=file, message=message, remedy=remedy)


def _open(root: Path, found: list[Issue]) -> Workspace:
    try:
        return Workspace.open(root)
    except KnowledgeError as error:
        found.append(_problem(root, "workspace.yaml", error, "Correct it; docs/workspace.md lists every key."))
        return Workspace(root, WorkspaceConfig())


def _problem(root: Path, file: str, error: KnowledgeError, remedy: str) -> Issue:
    message = str(error).removeprefix(f"{root / file}: ")
    return _whole(file, "error", message, remedy)


def _read_tables(workspace: Workspace, found: list[Issue]) -> list[RecordTable]:
    root = workspace.root
    try:
        readers = source_readers(root)
    except KnowledgeError as error:
        found.append(_problem(root, MAPPING, error, "Until it can be read, no record is."))
        return []
    tables, gates = [], workspace.listed_gates
    for name, read in readers.items():
        try:
            tables.append(type_table(name, read(), workspace.config, gates))
        except KnowledgeError as error:
            text = str(error)
            file = MAPPING if text.startswith(str(root / MAPPING)) else f"records/{name}.csv"
            found.append(_problem(root, file, error, f"Until it can be read, {name} are missing."))
    return tables


def _stages(config: WorkspaceConfig, tables: Iterable[RecordTable]) -> Iterator[Issue]:
    is_used = any(table.schema.name == PROJECTS.name and "stage" in table.values for table in tables)
    if is_used and not config.stages.is_production_told:
        yield _whole(
            "workspace.yaml",
            "info",
            f"No stage is called production or means it; {config.stages.production} is taken for it, being the last.",
            "If it is another one, give that `means: production`.",
        )


def _viewers(config: WorkspaceConfig) -> Iterator[Issue]:
    for name, viewer in config.viewers.items():
        for label in sorted(viewer.labels - config.labels):
            yield _whole(
                "workspace.yaml",
                "warning",
                f"The viewer {name} holds the label {label!r}, which is not under labels.",
                "Add it there, or correct its spelling.",
            )
    for rule in config.sign_in.rules if config.sign_in else ():
        if rule.viewer and rule.viewer not in config.viewers:
            yield _whole(
                "workspace.yaml",
                "error",
                f"A rule of sign_in names the viewer {rule.viewer!r}, which is not under viewers.",
                "Add it there, or name one that is.",
            )
        for label in sorted(rule.labels - config.labels):
            yield _whole(
                "workspace.yaml",
                "warning",
                f"A rule of sign_in gives the label {label!r}, which is not under labels.",
                "Add it there, or correct its spelling.",
            )
    if config.default_viewer != "everyone" and config.default_viewer not in config.viewers:
        yield _whole(
            "workspace.yaml",
            "error",
            f"The default viewer {config.default_viewer!r} is not under viewers.",
            "Add it there, or name one that is.",
        )


def _metrics(root: Path, tables: Iterable[RecordTable], elsewhere: frozenset[str]) -> Iterator[Issue]:
    path = root / METRICS
    if not path.is_file():
        return
    try:
        metrics = read_metrics(path)
    except KnowledgeError as error:
        yield _problem(root, METRICS, error, "Correct it; docs/workspace.md lists every key.")
        return
    # What a warehouse holds is checked when it is opened, where it can be reached.
    metrics = {name: metric for name, metric in metrics.items() if metric.table not in elsewhere}
    by_name = {table.schema.name: table for table in tables}
    for problem in problems(metrics, {name: table.schema for name, table in by_name.items()}):
        yield _whole(METRICS, "error", f"metrics.{problem}", "Until it is corrected, no question is answered.")
    yield from _unobserved(metrics, by_name)


def _gates(workspace: Workspace, tables: Iterable[RecordTable], found: list[Issue]) -> Gates | None:
    columns = next((table.schema.columns for table in tables if table.schema.name == "projects"), ())
    try:
        gates = Gates.load(workspace, columns)
    except KnowledgeError as error:
        found.append(_problem(workspace.root, GATES_FILE, error, "Correct it; docs/gates.md lists every key."))
        return None
    found += _clauses(workspace, gates) if gates else ()
    return gates


def _clauses(workspace: Workspace, gates: Gates) -> Iterator[Issue]:
    """Figures of rules that the clauses behind them state otherwise."""

    @cache
    def text(document: str) -> str:
        source = next((s for s in find_sources(workspace.root) if s.id == document), None)
        try:
            return "\n\n".join(s.text for s in load(source, fingerprint(source)).sections) if source else ""
        except KnowledgeError:
            # That it cannot be read is a finding of its own.
            return ""

    def passage(clause: Clause) -> str | None:
        return paragraph(text(clause.document), clause.clause)

    currency = workspace.config.currency
    for rule in gates.rules:
        for found in disagreements(rule, gates.vocabulary, currency, passage):
            clause = found.clause
            yield _whole(
                GATES_FILE,
                "warning",
                f"The rule {rule.id!r} asks for {found.figure}, and clause {clause.clause} of "
                f"{clause.document} states {join_and(found.stated)}.",
                "Correct whichever of the two is wrong.",
            )
        for clause, others in approvers_by_amount(rule, gates.rules, gates.vocabulary, currency, passage):
            yield _whole(
                GATES_FILE,
                "warning",
                f"The rule {rule.id!r} is approved by {join_and(rule.approvers)}, and clause {clause.clause} of "
                f"{clause.document} names {join_and(others)}.",
                "Correct whichever of the two is wrong.",
            )


def _readiness(method: ReadinessMethod, file: str, tables: Iterable[RecordTable]) -> Iterator[Issue]:
    """Columns of the workspace's own method that are not there, and areas that it does not list."""
    by_name = {table.schema.name: table for table in tables}
    columns = [column for area in method.areas for column in area.columns]
    known = [column.name for column in by_name["projects"].schema.columns] if "projects" in by_name else columns
    for name in columns:
        if name not in known:
            message = f"The projects have no column {name!r}; the nearest are {', '.join(nearest(name, known))}."
            yield _whole(file, "warning", message, "Correct it; until then nothing is told of it.")
    assessed = by_name["assessments"].values.get("area", []) if "assessments" in by_name else []
    for name in sorted({str(area) for area in assessed if area and not method.lists(str(area))}):
        message = f"The assessments hold the area {name!r}, which is not described here."
        yield _whole(file, "info", message, "Describe it, so that it has a next step.")


def _unobserved(metrics: Mapping[str, Metric], tables: Mapping[str, RecordTable]) -> Iterator[Issue]:
    """Metrics of the catalogue that no row has, and of rows that the catalogue does not have."""
    described: set[str] = set()
    observed: Counter[str] = Counter()
    if "observations" in tables:
        observed.update(str(value).lower() for value in tables["observations"].values.get("metric", []))
    for metric in metrics.values():
        wanted = metric.where.get("metric")
        if metric.table != "observations" or not isinstance(wanted, str):
            continue
        described.add(wanted.lower())
        if not observed[wanted.lower()]:
            message = f"metrics.{metric.name}: no row of the observations has the metric {wanted!r}."
            yield _whole(METRICS, "warning", message, "Add observations, or take the metric out.")
    for name in sorted(set(observed) - described):
        message = f"The observations hold the metric {name!r}, which is not described here."
        yield _whole(METRICS, "info", message, "Describe it, so that it can be asked for.")


def _methods(workspace: Workspace, tables: Iterable[RecordTable]) -> Iterator[Issue]:
    """Files of the workspace's own method that cannot be read, or that no tool reads."""
    folder = workspace.root / METHOD_FOLDER
    paths = [path for path in sorted(folder.glob("*.y*ml")) if not path.stem.endswith(".meta")]
    if not paths:
        return
    # The tools take a second to load.
    from copilot.tools import METHODS
    from copilot.tools.readiness import ReadinessMethod

    columns = next((table.schema.columns for table in tables if table.schema.name == "projects"), ())
    files = {method.file: method for method in METHODS}
    for path in paths:
        name = path.relative_to(workspace.root).as_posix()
        if name not in files:
            remedy = f"Name it like one of {', '.join(files)}, or take it out."
            yield _whole(name, "warning", "No tool reads this file.", remedy)
            continue
        try:
            content = files[name].load(workspace, columns)
        except KnowledgeError as error:
            yield _problem(workspace.root, name, error, "Correct it; docs/workspace.md lists every key.")
            continue
        if isinstance(content, ReadinessMethod):
            yield from _readiness(content, name, tables)


def _contradictions(
    workspace: Workspace, gates: Gates | None, tables: Iterable[RecordTable], documents: Sequence[Document]
) -> Iterator[Issue]:
    """Figures that the workspace states as data, and documents in force state otherwise."""
    by_name = {table.schema.name: table.values for table in tables}
    rules = stated_rules(
        workspace.config,
        gates,
        _readable(lambda: read_metrics(workspace.root / METRICS) if (workspace.root / METRICS).is_file() else {}),
        _readable(lambda: load_mapping(workspace.root)),
        lambda table, column: by_name.get(table, {}).get(column, ()),
    )
    if not rules or not documents:
        return
    # The judge and the embedder take a second to load.
    from copilot.passages.contradictions import contradicted
    from copilot.retrieval.embedder import Embedder

    for each in contradicted(rules, documents, workspace.config.currency, Embedder().embed):
        found, document = each.contradiction, each.document
        # What a document says that not everyone may read stays in it.
        stated = join_and(found.stated) if document.label is None else "another figure"
        yield _whole(
            found.rule.file,
            "warning",
            f"{found.key} says {found.said}, and {document.id}, {each.place}, states {stated}.",
            f"Correct {found.key}, or the document.",
        )


def _readable(read: Callable[[], _Content]) -> _Content | None:
    """What a file of the workspace holds; that it cannot be read is a finding of its own."""
    try:
        return read()
    except KnowledgeError:
        return None


@dataclass(frozen=True)
class _Documents:
    count: int
    in_force: tuple[Document, ...] = ()


def _documents(workspace: Workspace, found: list[Issue]) -> _Documents:
    """The documents that can be read; the others are findings."""
    read: dict[str, Document] = {}
    infos: dict[str, DocumentInfo] = {}
    references: dict[str, str | None] = {}
    try:
        sources = find_sources(workspace.root)
    except KnowledgeError as error:
        found.append(_problem(workspace.root, DOCUMENTS, error, "Until it can be read, no document is."))
        return _Documents(0)
    for number, statement in enumerate(statements(workspace.root), 1):
        if not any(statement.fits(source.id) for source in sources):
            message = f"Entry {number}: no document fits the pattern {statement.pattern!r}."
            found.append(_whole(DOCUMENTS, "warning", message, "Correct it, or take it out."))
    for source in sources:
        try:
            document = load(source, fingerprint(source))
        except KnowledgeError as error:
            reason, _, remedy = str(error).partition("; ")
            remedy = _sentence(remedy or "correct it, or take it out")
            found.append(_whole(source.id, "warning", f"It is left out: {reason}.", remedy))
            continue
        if document.note:
            found.append(_whole(source.id, "warning", f"It is read in part: {document.note}.",
                                "Correct the file, or leave it so."))  # fmt: skip
        if document.label and document.label not in workspace.config.labels:
            message = f"Its label {document.label!r} is not under labels in workspace.yaml, so nobody sees it."
            found.append(_whole(source.id, "warning", message, "Add it there, or correct its spelling."))
        read[source.id] = document
        infos[source.id] = DocumentInfo(source.id, document.title, effective=document.effective)
        references[source.id] = document.superseded_by
    by, today = successors(infos, references), workspace.today()
    for id, successor in by.items():
        if successor.remark:
            reason, _, remedy = successor.remark.partition("; ")
            found.append(_whole(id, "warning", f"{reason}.", _sentence(remedy)))
    replaced = {id for id, successor in by.items() if successor.effective and successor.effective <= today}
    in_force = (d for id, d in read.items() if id not in replaced and (d.effective is None or d.effective <= today))
    return _Documents(len(read), tuple(in_force))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def _shortened(findings: Iterable[Issue]) -> list[Issue]:
    """By file and severity; of many alike the first ones and their number."""

    def kind(finding: Issue) -> tuple[str, int, str, str]:
        return finding.file, _ORDER[finding.severity], finding.column or "", finding.remedy

    shortened: list[Issue] = []
    for _, alike in groupby(sorted(findings, key=lambda f: (*kind(f), f.row or 0)), kind):
        group = list(alike)
        shortened += group[:_MOST_ALIKE]
        if len(group) > _MOST_ALIKE:
            rest = f"The same kind of fault is in {len(group) - _MOST_ALIKE:,} more rows."
            shortened.append(group[0].model_copy(update={"row": None, "message": rest}))
    return shortened
