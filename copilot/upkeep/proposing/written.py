"""How a proposal is written as YAML."""

from __future__ import annotations

import json


def quoted(text: str) -> str:
    """The text as YAML writes it."""
    plain = text.replace(" ", "").replace("-", "").replace("_", "")
    is_plain = plain.isalpha() and text.lower() not in ("yes", "no", "true", "false", "on", "off", "null", "y", "n")
    return text if is_plain else json.dumps(text, ensure_ascii=False)
