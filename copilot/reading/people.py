"""Whether a column of names holds people: "Ida Lund" does, "Nordic Vision" and "Second Look" are written alike and do
not. Names that are written like those of people are read by a logistic model over what the column is called and holds.

Its weights are in `people.json`; `training/fit_people.py` fits them and says how often they are right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.retrieval.embedder import encode

FILE = Path(__file__).parent / "model" / "people.json"
# Of the values of a column of people, at least this share is written like a person's name.
_SHARE = 0.7
_PERSON = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: (?:[^\W\d_][\w.'’-]*)){1,3}")
_READ = 6
"""Values that are read beside the column's name."""


def are_people(column: str, values: Sequence[str], units: Collection[str] = ()) -> bool:
    """Whether a column of these different values, as a person says its name, holds people and no business unit."""
    return not any(v in units for v in values) and look_like_people(values) and _are_read_so(described(column, values))


def look_like_people(values: Sequence[str]) -> bool:
    """Whether most are written like the names of people: two to four words, the first and the last with a capital."""
    alike = sum(bool(_PERSON.fullmatch(value)) and value.split()[-1][:1].isupper() for value in values)
    return alike >= _SHARE * len(values)


def described(column: str, values: Sequence[str]) -> str:
    """What is read of a column."""
    return f"{column}: {', '.join(sorted(values)[:_READ])}"


@lru_cache(maxsize=1024)
def _are_read_so(text: str) -> bool:
    weights, bias = _model()
    return bool(encode(text) @ weights + bias > 0)


@cache
def _model() -> tuple[NDArray[np.float32], float]:
    """A weight for each number of a vector, and the log odds where all are zero."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return np.array(found["weights"], dtype=np.float32), float(found["bias"])
