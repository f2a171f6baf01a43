"""A workspace whose observations lie in a warehouse: in a DuckDB file, or in PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

TABLES = {"observations": "analytics.ai_observations"}
_TYPES = {"month": "date", "numerator": "numeric", "denominator": "numeric", "target": "numeric"}


def without_observations(source: Path, root: Path) -> Path:
    """A copy of a workspace without its observations, which it looks for in the warehouse."""
    shutil.copytree(source, root)
    (root / "records" / "observations.csv").unlink()
    with (root / "workspace.yaml").open("a") as file:
        file.write("\nwarehouse: {tables: {observations: analytics.ai_observations}}\n")
    return root


def in_duckdb(source: Path, path: Path) -> str:
    """The URL of a new file with the observations of a workspace."""
    with duckdb.connect(str(path)) as connection:
        observations = source / "records" / "observations.csv"
        read = f"read_csv('{observations}', types={{'month': 'DATE'}})"
        connection.execute("CREATE SCHEMA analytics")
        connection.execute(f"CREATE TABLE analytics.ai_observations AS SELECT * FROM {read}")
    return f"duckdb://{path}"


def in_postgres(source: Path, url: str) -> str:
    """The URL of a database, to which the observations of a workspace are brought."""
    import psycopg

    observations = source / "records" / "observations.csv"
    header = observations.read_text().split("\n", 1)[0].split(",")
    columns = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in header)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA analytics")
        connection.execute(f"CREATE TABLE analytics.ai_observations ({columns})")
        with connection.cursor().copy("COPY analytics.ai_observations FROM STDIN WITH CSV HEADER") as copy:
            copy.write(observations.read_bytes())
    return url
