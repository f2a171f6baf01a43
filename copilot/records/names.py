"""Names of tables, columns and values, compared as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def column_key(name: str) -> str:
    """The form under which two spellings of a name are the same: `Business value` is `business_value`."""
    return re.sub(r"[\W_]+", "_", name.lower()).strip("_")


def nearest(name: str, choices: Iterable[str]) -> tuple[str, ...]:
    """The three choices most like a name."""
    # Only a wrong call pays for the import.
    from rapidfuzz import fuzz, process, utils

    found = process.extract(name, list(choices), scorer=fuzz.WRatio, processor=utils.default_process, limit=3)
    return tuple(choice for choice, _, _ in found)
