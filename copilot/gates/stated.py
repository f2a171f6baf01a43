"""The rules that a workspace states as data, each with how a document would be asked for it.

`copilot/passages/contradictions.py` looks for passages that state another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from copilot.gates.clauses import rule_figures
from copilot.gates.rules import FILE as GATES
from copilot.gates.rules import Gates
from copilot.language.formatting import humanize, number, percent
from copilot.language.quantities import DAYS_IN
from copilot.records.catalogue import FILE as METRICS
from copilot.records.catalogue import Metric
from copilot.records.importing import FILE as MAPPING
from copilot.records.importing import RecordMapping
from copilot.records.schema import MODELS
from copilot.workspace import Criterion, WorkspaceConfig

WORKSPACE = "workspace.yaml"
PLAIN = ""
"""The unit of a number that counts nothing, or counts things."""
MONEY = "money"
"""The unit of amounts where the workspace names no currency."""

Values = Callable[[str, str], Iterable[object]]
"""The cells of a column of a table, by the names of both; none where there is no such column."""


@dataclass(frozen=True)
class StatedFigure:
    """One figure of a rule."""

    key: str
    """Where in the file it stands, such as `thresholds.drift_act`."""
    values: tuple[float, ...]
    """In the unit of its rule; of several each is right, as where it differs from row to row."""
    said: str
    """As it is told."""
    names: tuple[str, ...] = ()
    """What it belongs to, where a passage states several beside each other; without any it is the only one."""


@dataclass(frozen=True)
class StatedRule:
    """What the data say on one matter."""

    subject: str
    """What it is about, such as `drift`, `projects.next_review` or `rules.ID`.

    Rules compete by it: of the passages that fit two, each is of the one that it fits best.
    """
    file: str
    questions: tuple[str, ...]
    """Which a passage on the matter would answer."""
    unit: str
    """`day`, `percent`, a currency, or `PLAIN`."""
    figures: tuple[StatedFigure, ...] = ()
    is_named: bool = False
    """Whether the workspace itself names the matter: what is asked alike of all workspaces does not compete with it."""
    called: tuple[str, ...] = ()
    """One of these must stand in a passage on the matter."""
    approvers: tuple[str, ...] = ()
    """Who decides, as the data say it."""
    deciders: tuple[str, ...] = ()
    """All that the data name as approvers of anything."""

    @property
    def key(self) -> str:
        return self.figures[0].key if self.figures else ""


_QUESTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "criteria": ("percent", ("Which weights do the criteria have by which projects are prioritized?",)),
    "quality_drop": (
        "percent",
        (
            "By how much may the quality of a model fall below its validated level before somebody is warned?",
            "Which fall of the accuracy or performance of a model is looked into?",
        ),
    ),
    "drift": (
        PLAIN,
        (
            "From which population stability index is the drift of an input watched or acted on?",
            "From which PSI is data drift acted on?",
        ),
    ),
    "data_readiness_minimum": (
        PLAIN,
        ("Which data readiness score does a project need at least?", "Below which data readiness are data not ready?"),
    ),
    "budget": (
        MONEY,
        ("How much money is there in total for all AI projects together?", "How large is the AI budget of a year?"),
    ),
    "headcount": (
        PLAIN,
        (
            "How many full-time equivalents are there in total for AI projects?",
            "What is the headcount of the AI programme?",
        ),
    ),
    "most_projects": (
        PLAIN,
        (
            "How many AI projects may be funded at the same time at most?",
            "How many projects does the portfolio hold, or the committee fund in a round?",
        ),
    ),
    "most_high_risk": (PLAIN, ("How many high-risk projects may be funded at the same time at most?",)),
    "minimum_per_unit": (PLAIN, ("How many projects of each unit are funded at least?",)),
    "retraining": ("day", ("How often is a model retrained?",)),
}
_OTHERS: Mapping[str, tuple[str, ...]] = {
    MONEY: (
        "Who approves a project of which amount?",
        "From which amount on must somebody approve a project?",
        "Amount: above one sum and up to another; who approves or signs it: a board or a committee.",
        "How much did one project cost or spend?",
        "How much money may be spent before a step is passed?",
        "How much benefit did it bring?",
        "How high is the fine or penalty?",
        "Which loss makes an incident a severe one?",
    ),
    PLAIN: (
        "How many projects may one unit or division have at the same time?",
        "How many projects may each division or arm have on trial?",
        "How many projects may one person look after?",
        "How many systems may be in production?",
        "How many overdue systems are accepted?",
        "What happens when many projects rest on one supplier?",
        "How many members or people does a team or body have?",
        "How many people are trained?",
        "On which scale is it scored, and by whom?",
        "How did one proposal score?",
    ),
    "day": (
        "How often is a system reviewed?",
        "How often is a supplier reviewed?",
        "How often is a policy reviewed?",
        "How often are tests repeated?",
        "When is the review of lessons learnt held?",
        "By how much may a review be put off?",
        "How long does a trial last?",
        "How long is training data kept?",
        "How long is the previous version of a model kept?",
        "What happens when somebody opts out or objects?",
        "Within how many days must it be done or reported?",
        "For how long after the launch is adoption measured?",
        "It is renewed every two years, and whenever the purpose changes.",
    ),
    "percent": (
        "Which share of the money is released or paid when?",
        "What is the target of the adoption rate?",
        "Which share of the benefit must be reached?",
        "Which share of the budget is for change and adoption?",
        "How complete must data be?",
    ),
}
"""Of what else documents speak in the same units, so that it is not taken for a rule of the data."""


def other_subjects(currency: str) -> tuple[StatedRule, ...]:
    """What passages may speak of, whether the data say anything of it or not."""
    own = (_rule(subject, "", (), currency) for subject in _QUESTIONS)
    others = (
        StatedRule(question, "", (question,), (currency or MONEY) if unit == MONEY else unit)
        for unit, questions in _OTHERS.items()
        for question in questions
    )
    return (*own, *others)


def stated_rules(
    config: WorkspaceConfig,
    gates: Gates | None = None,
    metrics: Mapping[str, Metric] | None = None,
    mapping: RecordMapping | None = None,
    values: Values = lambda table, column: (),
) -> tuple[StatedRule, ...]:
    """The rules of a workspace for which a document may state other figures; what only a default says is none."""
    return tuple(
        rule
        for rule in (
            *_of_criteria(config),
            *_of_thresholds(config),
            *_of_funding(config),
            *_of_retraining(values),
            *_of_intervals(mapping, values),
            *_of_metrics(metrics or {}),
            *_of_gates(gates, config.currency),
        )
        if rule.figures
    )


def _rule(subject: str, file: str, figures: Sequence[StatedFigure], currency: str = "") -> StatedRule:
    unit, questions = _QUESTIONS[subject]
    return StatedRule(subject, file, questions, (currency or MONEY) if unit == MONEY else unit, tuple(figures))


def _of_criteria(config: WorkspaceConfig) -> Iterator[StatedRule]:
    whole = sum(criterion.weight for criterion in config.criteria)
    if "criteria" not in config.model_fields_set or not whole:
        return
    yield _rule(
        "criteria", WORKSPACE, [_weight(criterion, 100 * criterion.weight / whole) for criterion in config.criteria]
    )


def _weight(criterion: Criterion, share: float) -> StatedFigure:
    names = (criterion.label, criterion.name.replace("_", " "), *criterion.synonyms)
    return StatedFigure(
        "criteria",
        (share,),
        f"{criterion.label} {percent(share / 100)}",
        tuple(dict.fromkeys(name.casefold() for name in names if name)),
    )


def _of_thresholds(config: WorkspaceConfig) -> Iterator[StatedRule]:
    thresholds, stated = config.thresholds, config.thresholds.model_fields_set

    def figure(name: str, value: float, said: str) -> StatedFigure:
        return StatedFigure(f"thresholds.{name}", (value,), said)

    if "quality_drop" in stated:
        drop = thresholds.quality_drop
        yield _rule("quality_drop", WORKSPACE, [figure("quality_drop", 100 * drop, f"{number(100 * drop)}%")])
    levels = [(name, getattr(thresholds, name)) for name in ("drift_watch", "drift_act") if name in stated]
    yield _rule("drift", WORKSPACE, [figure(name, level, number(level)) for name, level in levels])
    if "data_readiness_minimum" in stated:
        least = thresholds.data_readiness_minimum
        yield _rule("data_readiness_minimum", WORKSPACE, [figure("data_readiness_minimum", least, number(least))])


def _of_funding(config: WorkspaceConfig) -> Iterator[StatedRule]:
    for name in sorted(config.funding.model_fields_set):
        value = getattr(config.funding, name)
        if value is not None:
            said = f"{number(value)} {config.currency}".strip() if name == "budget" else number(value)
            yield _rule(name, WORKSPACE, [StatedFigure(f"funding.{name}", (float(value),), said)], config.currency)


def _of_retraining(values: Values) -> Iterator[StatedRule]:
    column = "retrain_every_days"
    days = _numbers(values(MODELS.name, column))
    if days:
        figure = StatedFigure(column, days, f"{_listed(days)} days")
        yield _rule("retraining", f"records/{MODELS.name}.csv", [figure])


def _of_intervals(mapping: RecordMapping | None, values: Values) -> Iterator[StatedRule]:
    """Days that an expression counts from another day: the next review a year after the last."""
    for table, how in mapping.tables.items() if mapping else ():
        for target, expression in how.expressions.items():
            for start, days, said in _intervals(expression, lambda column, table=table: values(table, column)):  # type: ignore[misc]
                questions = (
                    f"How often is the {humanize(target).lower()} due?",
                    f"How long after the {humanize(start).lower()} is the {humanize(target).lower()}?",
                )
                figure = StatedFigure(f"tables.{table}.derive.{target}", days, said)
                yield StatedRule(f"{table}.{target}", MAPPING, questions, "day", (figure,), is_named=True)


def computed_with(mapping: RecordMapping | None, table: str, columns: Iterable[str]) -> frozenset[str]:
    """Some columns of a table, and those that they are computed from by expressions of the mapping."""
    how = mapping.tables.get(table) if mapping else None
    known, left = set[str](), list(columns)
    while left:
        name = left.pop()
        if name not in known:
            known.add(name)
            left += _columns(how.expressions.get(name, "")) if how else []
    return frozenset(known)


def _columns(expression: str) -> list[str]:
    try:
        return [column.name for column in sqlglot.parse_one(expression, read="duckdb").find_all(exp.Column)]
    except SqlglotError:
        return []


def _intervals(
    expression: str, cells: Callable[[str], Iterable[object]]
) -> Iterator[tuple[str, tuple[float, ...], str]]:
    """From which column an expression counts, how many days, and that in words."""
    try:
        parsed = sqlglot.parse_one(expression, read="duckdb")
    except SqlglotError:
        # Reading the records says what is wrong with it.
        return
    for added in parsed.find_all(exp.Add):
        start, interval = added.this, added.expression
        if not isinstance(start, exp.Column) or not isinstance(interval, exp.Interval):
            continue
        unit = str(interval.args.get("unit") or "").lower().removesuffix("s")
        inner = interval.this.unnest() if interval.this else None
        if unit not in DAYS_IN or inner is None:
            continue
        counts = _numbers(cells(inner.name) if isinstance(inner, exp.Column) else [inner.name])
        if counts:
            said = f"{_listed(counts)} {unit}{'' if counts == (1.0,) else 's'}"
            yield start.name, tuple(count * DAYS_IN[unit] for count in counts), said


def _of_metrics(metrics: Mapping[str, Metric]) -> Iterator[StatedRule]:
    for metric in metrics.values():
        label = metric.label or metric.name.replace("_", " ")
        key, called = f"metrics.{metric.name}", (label, *metric.synonyms)
        if metric.freshness_days:
            questions = (
                f"How old may figures of the {label.lower()} be?",
                f"How often is the {label.lower()} updated?",
            )
            days = float(metric.freshness_days)
            figure = StatedFigure(f"{key}.freshness_days", (days,), f"{number(days)} days")
            yield StatedRule(f"{key}.freshness", METRICS, questions, "day", (figure,), True, called)
        if target := _numbers([metric.target]):
            is_share = metric.unit == "share"
            value = target[0] * (100 if is_share else 1)
            figure = StatedFigure(f"{key}.target", (value,), percent(target[0]) if is_share else number(value))
            unit = "percent" if is_share else _unit_of(metric.unit)
            asked = (f"What is the target of the {label.lower()}?",)
            yield StatedRule(f"{key}.target", METRICS, asked, unit, (figure,), True, called)


def _unit_of(unit: str) -> str:
    if unit.isupper():
        return unit
    return "day" if unit.removesuffix("s") in DAYS_IN else PLAIN


def _of_gates(gates: Gates | None, currency: str) -> Iterator[StatedRule]:
    """Rules that name no clause; those that do are compared with it."""
    if gates is None:
        return
    deciders = tuple(dict.fromkeys(name for rule in gates.rules for name in rule.approvers))
    for rule in gates.rules:
        if rule.clauses:
            continue
        figures = dict.fromkeys(rule_figures(rule, gates.vocabulary, currency))
        for unit in dict.fromkeys(_counted_in(figure.unit) for figure in figures):
            alike = tuple(
                StatedFigure(f"rules.{rule.id}", (f.value,), str(f)) for f in figures if _counted_in(f.unit) == unit
            )
            yield StatedRule(f"rules.{rule.id}", GATES, (rule.title,), unit, alike, True, (), rule.approvers, deciders)


def _counted_in(unit: str) -> str:
    return unit if unit in ("day", "percent") or unit.isupper() else PLAIN


def _numbers(cells: Iterable[object]) -> tuple[float, ...]:
    found = set()
    for cell in cells:
        try:
            value = float(str(cell))
        except ValueError:
            continue
        if value > 0:
            found.add(value)
    return tuple(sorted(found))


def _listed(values: Sequence[float]) -> str:
    return ", ".join(number(value) for value in values)
