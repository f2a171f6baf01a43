"""Counts of tokens, made with the vocabulary that ships in `vocab/`."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

_VOCABULARY = Path(__file__).parent / "vocab"


@cache
def _encoding() -> tiktoken.Encoding:
    # tiktoken reads this when it first needs a vocabulary, and goes to the network when it finds none.
    os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(_VOCABULARY))
    import tiktoken

    return tiktoken.get_encoding("cl100k_base")


def count(text: str) -> int:
    return len(_encoding().encode_ordinary(text))
