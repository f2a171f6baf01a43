"""What the records say of a model: version, retraining, and its quality week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.drawing.charts import lines
from copilot.language.formatting import humanize, lowercase_first, number, pluralize, sentence
from copilot.records.store import Filter, RecordView
from copilot.tools.evidence import Row, computed, row_id
from copilot.tools.project_record.facts import Fact
from copilot.types import Chart, Evidence, Figure

# Weeks averaged before a fall counts, so that one bad week does not.
_SMOOTHING = 4


@dataclass(frozen=True)
class Quality:
    """The weekly quality of a model, oldest first."""

    weeks: tuple[str, ...]
    values: tuple[float, ...]

    def below_since(self, level: float) -> str | None:
        """First week of the run, unbroken to the latest, in which the four-week average is below a level."""
        since = None
        for position in range(len(self.values) - 1, -1, -1):
            recent = self.values[max(0, position - _SMOOTHING + 1) : position + 1]
            if sum(recent) / len(recent) >= level:
                break
            since = self.weeks[position]
        return since


@dataclass(frozen=True)
class ModelFacts:
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    charts: tuple[Chart, ...]
    figures: tuple[Figure, ...]


def quality(view: RecordView, model: str) -> Quality:
    if not view.has("model_quality"):
        return Quality((), ())
    filters = [Filter(column="model_id", value=model), Filter(column="value", op="present")]
    rows = view.select("model_quality", filters, ["week", "value"], ["week"])
    return Quality(tuple(str(r["week"]) for r in rows), tuple(float(str(r["value"])) for r in rows))


def model_facts(view: RecordView, row: Row, quality_drop: float, today: date) -> ModelFacts:
    """The sentences of one model, with the computations that carry them."""
    name, id = str(row.get("name") or row["id"]), str(row["id"])
    source = row_id(view, "models", row)
    facts: list[Fact] = []
    measured = quality(view, id)
    sentences = _quality_sentences(row, name, measured, quality_drop)
    evidence: list[Evidence] = []
    if sentences:
        evidence.append(_quality_evidence(view, name, id, measured, sentences, today))
        facts += [Fact(text, (evidence[-1].id, source)) for text in sentences]
    if overdue := _retraining(row, name, today):
        x = computed(view.sources["models"], f"Retraining of {name}", f"{id}, as of {today}", [overdue], today)
        evidence.append(x)
        facts.append(Fact(overdue, (x.id, source)))
    facts += [Fact(sentence(text), (source,)) for text in (*_versions(row, name), _identity(row, name, id))]
    charts, figures = _drawn(row, name, measured, evidence)
    return ModelFacts(tuple(facts), tuple(evidence), charts, figures)


def _identity(row: Row, name: str, id: str) -> str:
    kind = f" ({row['kind']})" if row.get("kind") else ""
    status = f" is {humanize(str(row['status']))}" if row.get("status") else " has no recorded status"
    purpose = lowercase_first(str(row.get("purpose") or ""))
    gives = f"; it gives {purpose}" if purpose else ""
    return f"Model {name} ({id}){kind}{status}{gives}"


def _versions(row: Row, name: str) -> list[str]:
    running, newest = row.get("deployed_version"), row.get("registry_version")
    since = f" since {row['deployed_on']}" if row.get("deployed_on") else ""
    texts = []
    if running and newest and running != newest:
        texts.append(f"{name} runs in version {running}{since}, although {newest} is approved in the registry")
    elif running:
        texts.append(f"{name} runs in version {running}{since}")
    if row.get("uses_own_output"):
        texts.append(f"The decisions of {name} shape the data it is trained on next, so it may confirm itself")
    return texts


def _share(value: float) -> str:
    """Quality is a share from 0 to 1; what is not is printed as it stands."""
    return f"{number(round(value * 100, 1))}%" if 0 <= value <= 1 else number(value)


def _quality_sentences(row: Row, name: str, measured: Quality, quality_drop: float) -> list[str]:
    if not measured.values:
        return []
    metric = humanize(str(row.get("quality_metric") or "quality"))
    first, latest = measured.values[0], measured.values[-1]
    change = latest - first
    moved = "stayed the same"
    if abs(change) >= 0.0005:
        moved = f"{'rose' if change > 0 else 'fell'} by {number(round(abs(change) * 100, 1))} percentage points"
    texts = [
        f"The {metric} of {name} {moved}, from {_share(first)} in the week of {measured.weeks[0]} "
        f"to {_share(latest)} in the week of {measured.weeks[-1]}."
    ]
    validated = row.get("validated_quality")
    if not isinstance(validated, int | float):
        return [*texts, f"No validated {metric} is recorded for {name} to compare with."]
    gap = latest - float(validated)
    beside = f"{number(round(abs(gap) * 100, 1))} percentage points {'below' if gap < 0 else 'above'}"
    level = _share(float(validated))
    texts.append(
        f"Its latest {metric} of {_share(latest)} is {beside} the {level} of its validation."
        if abs(gap) >= 0.0005
        else f"Its latest {metric} equals the {_share(latest)} of its validation."
    )
    since = measured.below_since(float(validated) - quality_drop)
    if since is not None and len(measured.values) >= _SMOOTHING:
        limit = number(round(quality_drop * 100, 1))
        texts.append(
            f"The four-week average has been more than {limit} percentage points below the validated "
            f"{metric} since the week of {since}."
        )
    return texts


def _quality_evidence(
    view: RecordView, name: str, id: str, measured: Quality, sentences: Sequence[str], today: date
) -> Evidence:
    series = ", ".join(f"{w} {_share(v)}" for w, v in zip(measured.weeks, measured.values, strict=True))
    return computed(
        view.sources["model_quality"],
        f"Weekly quality of {name}",
        f"model_id = {id}, {len(measured.weeks)} weeks",
        [*sentences, f"By week: {series}."],
        today,
    )


def _retraining(row: Row, name: str, today: date) -> str:
    trained, interval = row.get("trained_on"), row.get("retrain_every_days")
    if not isinstance(trained, str) or not isinstance(interval, int | float):
        return ""
    due = date.fromisoformat(trained) + timedelta(days=int(interval))
    late = (today - due).days
    agreed = f"was trained on {trained} and is to be retrained every {pluralize(int(interval), 'day')}"
    if late > 0:
        return f"{name} {agreed}: retraining is {pluralize(late, 'day')} overdue as of {today.isoformat()}."
    return f"{name} {agreed}: the next retraining is due on {due.isoformat()}."


def _drawn(
    row: Row, name: str, measured: Quality, evidence: Sequence[Evidence]
) -> tuple[tuple[Chart, ...], tuple[Figure, ...]]:
    if len(measured.values) < 2:
        return (), ()
    metric = humanize(str(row.get("quality_metric") or "quality"))
    validated = row.get("validated_quality")
    reference = ("Validated", float(validated)) if isinstance(validated, int | float) else None
    points = [(name, w, v) for w, v in zip(measured.weeks, measured.values, strict=True)]
    chart = lines(f"{metric.capitalize()} of {name} by week", metric.capitalize(), points, reference, ".0%")
    latest = measured.values[-1]
    figure = Figure(text=_share(latest), value=latest, unit="share", evidence=evidence[0].id if evidence else None)
    return (chart,), (figure,)
