"""The shipped metric catalogue on other engines: the same numbers, the same permissions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot
from indexes import Indexes
from postgres_server import Server
from warehouses import TABLES, in_duckdb, in_postgres, without_observations

from copilot.build import open_sources
from copilot.errors import KnowledgeError, SettingsError, ToolError
from copilot.records.catalogue import Catalogue
from copilot.records.metric_query import Point, Span, extent, group_values, hidden_rows, points, query
from copilot.records.store import Records
from copilot.records.warehouse import Warehouse
from copilot.settings import Settings
from copilot.tools.lookup_metric.tool import Arguments, lookup_metric
from copilot.types import Cell, Viewer
from copilot.workspace import Workspace

# ibis 12 calls a method of duckdb 2 that still works and is to go.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

CORPUS = Path(__file__).resolve().parents[1] / "fixtures" / "corpus"
SHIPPED = Path(__file__).resolve().parents[2] / "knowledge"
HERE = Records.load(Workspace.open(SHIPPED))
CATALOGUE = Catalogue.load(Workspace.open(SHIPPED), HERE)
assert CATALOGUE is not None
METRICS = {name: metric for name, metric in CATALOGUE.metrics.items() if metric.table == "observations"}
EVERYONE = Viewer()
CHAIR = Workspace.open(SHIPPED).viewer("chair")
SPANS = [Span(date(2025, 1, 1), date(2026, 1, 1)), Span(date(2026, 1, 1), date(2026, 7, 1))]


def keyed(found: list[Point]) -> list[dict[tuple[int | None, Cell], float]]:
    """Values and targets by span and group; floats of engines differ in their last digits."""
    return [
        {(point.span, point.group): value for point in found if (value := read(point)) is not None}
        for read in (lambda point: point.value, lambda point: point.target)
    ]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "duckdb":
        yield in_duckdb(SHIPPED, tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb")
        return
    server: Server = request.getfixturevalue("postgres")
    yield in_postgres(SHIPPED, server.database())


@pytest.fixture(scope="module")
def there(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    root = without_observations(SHIPPED, tmp_path_factory.mktemp("moved") / "knowledge")
    with closing(Warehouse(url, TABLES)) as warehouse:
        yield Records.load(Workspace.open(root), warehouse)


@pytest.mark.parametrize("viewer", [EVERYONE, CHAIR], ids=lambda viewer: viewer.name)
@pytest.mark.parametrize("name", METRICS)
def test_every_shipped_metric_has_the_same_values_in_a_warehouse(there: Records, name: str, viewer: Viewer) -> None:
    metric, own, moved = METRICS[name], HERE.view(viewer), there.view(viewer)
    for by in (None, *metric.dimensions):
        expected, found = points(own, metric, SPANS, by), points(moved, metric, SPANS, by)
        assert [(p.span, p.rows) for p in found] == [(p.span, p.rows) for p in expected]
        for one, other in zip(keyed(found), keyed(expected), strict=True):
            assert one == pytest.approx(other, rel=1e-12)
    assert extent(moved, metric) == extent(own, metric)
    assert hidden_rows(moved, metric, {}) == hidden_rows(own, metric, {})


def test_groups_and_filters_read_the_same_in_a_warehouse(there: Records) -> None:
    metric = METRICS["adoption_rate"]
    own, moved = HERE.view(EVERYONE), there.view(EVERYONE)
    units = group_values(own, metric, "unit")
    assert sorted(group_values(moved, metric, "unit")) == sorted(units)
    for unit in units:
        found = points(moved, metric, SPANS, filters={"unit": unit.upper()})
        expected = points(own, metric, SPANS, filters={"unit": unit})
        for one, other in zip(keyed(found), keyed(expected), strict=True):
            assert one == pytest.approx(other, rel=1e-12)


def test_a_hostile_filter_value_is_a_literal_in_a_warehouse(there: Records) -> None:
    hostile = "x'; DROP TABLE analytics.ai_observations; --"
    assert points(there.view(EVERYONE), METRICS["adoption_rate"], SPANS, filters={"unit": hostile}) == []
    assert points(there.view(EVERYONE), METRICS["adoption_rate"], SPANS)


def test_an_answer_from_a_warehouse_cites_it_and_shows_its_sql_on_request(tmp_path: Path, indexes: Indexes) -> None:
    root = without_observations(CORPUS, tmp_path / "corpus")
    url = in_duckdb(CORPUS, tmp_path / "warehouse.duckdb")
    given = {"BEARING_WAREHOUSE_URL": url, "BEARING_STATE_DIR": str(tmp_path / "state")}
    moved = open_sources(Settings.from_env(given, workspace=root))
    own = open_sources(indexes.copy_to(Settings.from_env(given, workspace=CORPUS)))
    asked = Arguments(metric="weekly_use", period="2026 Q2", show_sql=True)
    result, expected = lookup_metric(moved, EVERYONE, asked), lookup_metric(own, EVERYONE, asked)
    assert result.figures
    assert [f.value for f in result.figures] == pytest.approx([f.value for f in expected.figures])
    assert any("analytics.ai_observations" in e.locator for e in result.evidence)
    sql = next(s.text for s in result.findings if "SELECT" in s.text)
    assert "ai_observations" in sql
    assert "'2026-04-01'" in sql
    assert moved.records.warehouse is not None
    moved.records.warehouse.close()


def test_what_the_warehouse_refuses_is_said_and_the_next_query_works(there: Records) -> None:
    assert there.warehouse is not None
    with pytest.raises(ToolError, match="did not answer"):
        there.warehouse.run(sqlglot.parse_one("SELECT no_such_column FROM analytics.ai_observations"))
    assert points(there.view(EVERYONE), METRICS["adoption_rate"], SPANS)


def test_a_warehouse_that_was_away_is_asked_again(postgres: Server, tmp_path: Path) -> None:
    url = in_postgres(CORPUS, postgres.database())
    root = without_observations(CORPUS, tmp_path / "corpus")
    with closing(Warehouse(url, TABLES)) as warehouse:
        view = Records.load(Workspace.open(root), warehouse).view(EVERYONE)
        before = points(view, METRICS["adoption_rate"], SPANS)
        postgres.stop()
        try:
            with pytest.raises(ToolError, match="did not answer"):
                points(view, METRICS["adoption_rate"], SPANS)
        finally:
            postgres.start()
        assert points(view, METRICS["adoption_rate"], SPANS) == before
        with pytest.raises(ToolError, match="read-only"):
            warehouse.run(sqlglot.parse_one("DELETE FROM analytics.ai_observations"))


def test_nothing_can_be_written_to_a_warehouse(there: Records) -> None:
    assert there.warehouse is not None
    for statement in ("DELETE FROM analytics.ai_observations", "CREATE TABLE analytics.x (a INT)"):
        with pytest.raises(ToolError):
            there.warehouse.run(sqlglot.parse_one(statement))
    assert points(there.view(EVERYONE), METRICS["adoption_rate"], SPANS)


def test_a_table_that_is_not_in_the_warehouse_is_named(url: str) -> None:
    with pytest.raises(KnowledgeError, match=r"warehouse\.tables\.observations.*nowhere"):
        Warehouse(url, {"observations": "analytics.nowhere"})


def test_a_password_is_never_part_of_an_error() -> None:
    with pytest.raises(SettingsError) as raised:
        Warehouse("postgresql://ana:s3cret@127.0.0.1:1/x", TABLES)
    assert "s3cret" not in str(raised.value)


def test_warehouse_tables_without_an_address_are_an_error(tmp_path: Path) -> None:
    root = without_observations(SHIPPED, tmp_path / "knowledge")
    settings = Settings.from_env({}, workspace=root, state_dir=tmp_path / "state")
    with pytest.raises(SettingsError, match="BEARING_WAREHOUSE_URL"):
        open_sources(settings)


def test_rows_with_a_label_of_their_own_are_only_for_its_holders(tmp_path: Path) -> None:
    path = tmp_path / "labelled.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE observations AS SELECT * FROM (VALUES ('a', DATE '2026-01-01', 1, NULL), "
            "('a', DATE '2026-01-01', 10, 'board'), ('a', DATE '2026-01-01', 100, 'audit')) "
            "AS t(metric, month, numerator, label)"
        )
    (tmp_path / "records").mkdir()
    warehouse = Warehouse(f"duckdb://{path}", {"observations": "observations"})
    records = Records.load(Workspace.open(tmp_path), warehouse)
    metric = METRICS["realised_benefit"].model_copy(update={"where": {"metric": "a"}, "dimensions": {}})
    for labels, value, hidden in ((set(), 1, 2), ({"board"}, 11, 1), ({"board", "audit"}, 111, 0)):
        view = records.view(Viewer(labels=frozenset(labels)))
        assert [point.value for point in points(view, metric, SPANS)] == [value]
        assert hidden_rows(view, metric, {}) == hidden
    warehouse.close()


@pytest.mark.parametrize("dialect", ["trino", "spark", "bigquery", "snowflake", "databricks", "postgres", "duckdb"])
def test_the_query_of_every_metric_can_be_written_for_other_engines(dialect: str) -> None:
    view = HERE.view(EVERYONE)
    for metric in METRICS.values():
        for by in (None, *metric.dimensions):
            sql = query(view, metric, SPANS, by).sql(dialect=dialect)
            read = sqlglot.parse_one(sql, dialect=dialect)
            assert {table.name for table in read.find_all(sqlglot.exp.Table)} >= {"observations"}
            assert sql.count("2026-01-01") == 2
