"""`bearing eval`: parses, calls one function, prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copilot.commands.options import WorkspaceOption
from copilot.settings import Settings

if TYPE_CHECKING:
    from evals.compare import Comparison, Record
    from evals.runs import Price

app = typer.Typer(help="Measure the quality of answers.", no_args_is_help=True)

ModelOption = Annotated[str | None, typer.Option("--model", help="`grounded`, or `openai:NAME`.")]
FilterOption = Annotated[
    list[str] | None, typer.Option("--filter", help="FIELD=VALUE, such as type=metric; may be repeated.")
]
JunitOption = Annotated[Path | None, typer.Option("--junit", help="Also write the results for CI.")]
ReportOption = Annotated[Path | None, typer.Option("--out", help="Also write a report as one HTML file.")]
RunArgument = Annotated[Path, typer.Argument(help="The folder of a run.")]


@app.command()
def run(
    dataset: Annotated[str, typer.Argument(help="A YAML file of samples, or the name of a shipped one.")],
    workspace: WorkspaceOption = None,
    model: ModelOption = None,
    epochs: Annotated[int, typer.Option("--epochs", help="How often each question is asked.")] = 1,
    filter: FilterOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder of the run; runs/<name> by default.")] = None,
    junit: JunitOption = None,
    price: Annotated[
        str | None, typer.Option("--price", help="INPUT,OUTPUT: what a million tokens cost, to show the cost.")
    ] = None,
) -> None:
    """Ask every question of a dataset and score the answers. An unfinished run there is continued."""
    from evals.report import junit as junit_xml
    from evals.run import run as run_dataset
    from evals.runs import Run

    settings = Settings.from_env(workspace=workspace, model=model)
    summary = run_dataset(
        dataset, settings, out, epochs=epochs, filters=filter or (), price=_price(price), progress=_show_progress
    )
    typer.echo(summary.render())
    if junit:
        junit.write_text(junit_xml(Run(Path(summary.folder))), encoding="utf-8")


@app.command("list")
def list_datasets() -> None:
    """List the shipped datasets, with the number of their samples."""
    from evals.samples import HELD_BACK, NOT_INSTALLED, load, names

    for name in names():
        dataset = load(name)
        typer.echo(f"{name:<12}{len(dataset.samples):>5}  {dataset.description}")
    if HELD_BACK not in names():
        typer.echo(NOT_INSTALLED)


@app.command()
def rescore(
    run: RunArgument,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Judge by the corrected samples of this dataset.")
    ] = None,
) -> None:
    """Score stored answers again without asking again."""
    from evals.runs import Run
    from evals.samples import load
    from evals.summary import summarise

    record = Run(run)
    record.rescore(load(dataset) if dataset else None)
    typer.echo(summarise(record).render())


@app.command()
def compare(
    base: Annotated[Path, typer.Argument(help="The folder of a run, or the file of a stored baseline.")],
    candidate: RunArgument,
    out: ReportOption = None,
    junit: JunitOption = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="Human labels: a judge that agrees with them enters the gate.")
    ] = None,
) -> None:
    """Compare two runs sample by sample; exit 1 when the gate fails."""
    from evals.calibrate import fit_for_gate
    from evals.compare import compare as compare_runs
    from evals.report import junit as junit_xml
    from evals.runs import Run

    comparison = compare_runs(_record(base), Run(candidate), fit_for_gate(labels) if labels else ())
    _report(comparison, out)
    if junit:
        junit.write_text(junit_xml(Run(candidate)), encoding="utf-8")
    raise typer.Exit(0 if comparison.passes else 1)


@app.command()
def gate(
    dataset: Annotated[
        str | None, typer.Argument(help="A dataset with a stored baseline; all of them by default.")
    ] = None,
    workspace: WorkspaceOption = None,
    baseline: Annotated[Path | None, typer.Option("--baseline", help="Another file to compare with.")] = None,
    out: ReportOption = None,
) -> None:
    """Ask again and compare with the stored baseline; exit 1 on a regression. Needs no key."""
    from tempfile import TemporaryDirectory

    from evals.baseline import Baseline, known, stored
    from evals.compare import compare as compare_runs
    from evals.run import run as run_dataset
    from evals.runs import Run
    from evals.samples import load

    settings = Settings.from_env(workspace=workspace, model="grounded")
    passes = True
    for name in [dataset] if dataset else known():
        base = Baseline(baseline or stored(load(name).name))
        with TemporaryDirectory() as folder:
            run_dataset(name, settings, Path(folder) / "now", progress=_show_progress)
            comparison = compare_runs(base, Run(Path(folder) / "now"))
            _report(comparison, out.with_stem(f"{out.stem}-{name}") if out and not dataset else out)
        passes &= comparison.passes
    raise typer.Exit(0 if passes else 1)


@app.command()
def accept(
    run: RunArgument,
    to: Annotated[Path | None, typer.Option("--to", help="File to write; by default the dataset's baseline.")] = None,
) -> None:
    """Make a finished run the baseline that later ones must not fall below."""
    from evals.baseline import accept as accept_run
    from evals.runs import Run

    typer.echo(f"Accepted as {accept_run(Run(run), to)}.")


@app.command()
def judge(
    run: RunArgument,
    against: Annotated[
        Path | None, typer.Option("--against", help="A base run: also say whose answers are better, in both orders.")
    ] = None,
    model: ModelOption = None,
) -> None:
    """Have a language model judge stored answers: points, rubrics, preference. It needs a configured model."""
    from evals.judge import judge_run, open_judge, prefer
    from evals.runs import Run
    from evals.summary import summarise

    record, judging = Run(run), open_judge(Settings.from_env(model=model))
    judge_run(record, judging, progress=_show_progress)
    typer.echo(summarise(record).render())
    if against:
        counts = prefer(Run(against), record, judging)
        typer.echo(
            f"Base better {counts['first']}, candidate better {counts['second']}, even {counts['even']}; "
            f"turned with the order {counts['inconsistent']}, unreadable {counts['error']}."
        )
    typer.echo(f"{judging.calls} calls of {judging.model}; the rest was known.")


@app.command()
def export(
    run: RunArgument,
    out: Annotated[Path, typer.Option("--out", help="The file to write, ending in .json.")],
    format: Annotated[str, typer.Option("--format", help="`inspect`: a log that inspect-ai reads.")] = "inspect",
) -> None:
    """Write a run as a log of another program."""
    from evals.inspect_log import write_log
    from evals.runs import Run

    if format != "inspect":
        raise typer.BadParameter(f"{format!r} is unknown; known is inspect")
    typer.echo(f"Wrote {write_log(Run(run), out)} answers to {out}.")


@app.command()
def show(
    run: RunArgument,
    sample: Annotated[str | None, typer.Argument(help="Id of one sample, to see its answer.")] = None,
) -> None:
    """Print a run's numbers, or one answer with its scores and their reasons."""
    from evals.runs import Run
    from evals.show import show as show_run

    typer.echo(show_run(Run(run), sample))


@app.command()
def mutate(
    dataset: Annotated[str, typer.Argument(help="A dataset to ask first, or the folder of a run.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Damage right answers in known ways and print what share each scorer notices."""
    from tempfile import TemporaryDirectory

    from evals.mutate import mutate as mutate_run
    from evals.mutate import render
    from evals.run import run as run_dataset
    from evals.runs import MANIFEST, Run

    if (Path(dataset) / MANIFEST).is_file():
        caught = mutate_run(Run(Path(dataset)))
    else:
        with TemporaryDirectory() as folder:
            settings = Settings.from_env(workspace=workspace)
            run_dataset(dataset, settings, Path(folder) / "run", progress=_show_progress)
            caught = mutate_run(Run(Path(folder) / "run"))
    typer.echo(render(caught))
    raise typer.Exit(0 if all(c.is_good for c in caught if c.n) else 1)


@app.command()
def calibrate(labels: Annotated[Path, typer.Argument(help="A JSONL file of human labels.")]) -> None:
    """Print how far each scorer agrees with human labels."""
    from evals.calibrate import calibrate as agreements
    from evals.calibrate import render

    typer.echo(render(agreements(labels)))


@app.command()
def claims(
    file: Annotated[Path, typer.Argument(help="Labelled answers, one JSON object a line; or a JSON file of drafts.")],
    mistakes: Annotated[bool, typer.Option("--mistakes", help="Also list every sentence judged wrongly.")] = False,
) -> None:
    """Print how well the check of answers tells true sentences from false ones, by kind and language."""
    from rich.console import Console

    from evals.claims.corpus import load
    from evals.claims.scoring import replay, score

    if file.suffix == ".json":
        for name, count, flagged in replay(file):
            typer.echo(f"{name}: {len(flagged)} of {count} flagged")
            for sentence, why in flagged if mistakes else ():
                typer.echo(f"    {why} :: {' '.join(sentence.split())}")
        return
    report = score(load(file))
    report.print(Console(width=120))
    for mistake in report.mistakes if mistakes else ():
        typer.echo(mistake)


@app.command()
def draft(workspace: WorkspaceOption = None) -> None:
    """Propose questions for documents nobody asks about, as a dataset to correct."""
    from copilot.build import open_copilot
    from evals.draft import drafts, render

    typer.echo(render(drafts(open_copilot(Settings.from_env(workspace=workspace)))))


def _record(path: Path) -> Record:
    from evals.baseline import Baseline
    from evals.runs import Run

    return Baseline(path) if path.is_file() else Run(path)


def _report(comparison: Comparison, out: Path | None) -> None:
    from evals.report import html

    typer.echo(comparison.render())
    if out:
        out.write_text(html(comparison), encoding="utf-8")


def _price(text: str | None) -> Price | None:
    """Two amounts, as `2.5,10`."""
    from evals.runs import Price

    if text is None:
        return None
    try:
        input, output = (float(part) for part in text.split(","))
        return Price(input=input, output=output)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not two amounts, such as 2.5,10") from None


def _show_progress(done: int, total: int, sample: str) -> None:
    """One line on standard error that is written over; whole lines where nobody watches."""
    if sys.stderr.isatty():
        typer.echo(f"\r{done}/{total} {sample:<40}", err=True, nl=done == total)
    elif done == total or done % 50 == 0:
        typer.echo(f"{done}/{total}", err=True)
