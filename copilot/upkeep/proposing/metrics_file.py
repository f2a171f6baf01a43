"""What metrics.yaml may say of the observations."""

from __future__ import annotations

from collections import Counter

from copilot.records.names import column_key
from copilot.upkeep.proposing.columns import Reading
from copilot.upkeep.proposing.written import quoted


def metrics_file(reading: Reading) -> str:
    header = reading.header("metric")
    names = Counter(reading.export.table.columns[header]) if header else Counter()
    lines = [
        "# Proposed by `bearing workspace init`: one entry for each metric that the observations hold.",
        "metrics:",
    ]
    ratio = reading.header("denominator") is not None
    for name in sorted(filter(None, names)):
        lines += [
            f"  {column_key(name)}:",
            f"    label: {quoted(name.replace('_', ' ').capitalize())}",
            f"    where: {{metric: {quoted(name)}}}",
            f"    expression: {'SUM(numerator) / NULLIF(SUM(denominator), 0)' if ratio else 'SUM(numerator)'}",
            "    time: month",
            *(["    dimensions: {unit: unit}"] if reading.header("unit") else []),
            "    # definition, unit (share, EUR, count, hours), direction (up or down) and owner are not known",
        ]
    return "\n".join(lines) + "\n"
