"""Text that nobody sees on the page, which a document may hold for machines alone."""

from __future__ import annotations

import re

from copilot.records.office_xml import Element

# Smaller letters are not read by anyone.
_SMALLEST_PIXELS = 3.0
_PIXELS = {"px": 1.0, "pt": 4 / 3, "": 1.0}
_SIZE = re.compile(r"([\d.]+)\s*(px|pt|)")
_WHITE = re.compile(r"white|#fff(fff)?|#f[c-f]f[c-f]f[c-f]|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\)", re.IGNORECASE)
_NOT_SHOWN = {"display": "none", "visibility": "hidden", "opacity": "0"}


def drop_hidden(tree: Element) -> int:
    """Takes out of a page what its own attributes keep from sight; how many characters that was."""
    dropped = 0
    for element in tree.xpath("//body//*[@style or @hidden or @color]"):
        if element.getparent() is not None and _is_hidden(element):
            dropped += len(" ".join(element.text_content().split()))
            element.drop_tree()
    return dropped


def _is_hidden(element: Element) -> bool:
    if element.get("hidden") is not None:
        return True
    style = _style(element)
    if any(style.get(name) == value for name, value in _NOT_SHOWN.items()):
        return True
    size = _SIZE.fullmatch(style.get("font-size", ""))
    if size and float(size[1]) * _PIXELS[size[2]] < _SMALLEST_PIXELS:
        return True
    return bool(_WHITE.fullmatch(style.get("color", ""))) and not _has_background(element)


def _has_background(element: Element) -> bool:
    """Whether it may stand on something darker: a background of its own or of what holds it, or by a class."""
    return any(
        holder.get("class") or holder.get("bgcolor") or any(name.startswith("background") for name in _style(holder))
        for holder in (element, *element.iterancestors())
    )


def _style(element: Element) -> dict[str, str]:
    written = f"color:{element.get('color', '')};{element.get('style', '')}"
    pairs = (part.partition(":") for part in written.casefold().replace("!important", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}
