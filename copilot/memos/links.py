"""Links within a Word document and the places that they lead to, which python-docx does not write."""

from __future__ import annotations

from typing import Any

_LONGEST_TIP = 260
"""Letters that Word shows when a link is pointed at."""


def mark_place(paragraph: Any, name: str) -> None:
    """Makes the end of a paragraph a place that links may lead to."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = str(len(paragraph._p.getroottree().findall(f".//{qn('w:bookmarkStart')}")))
    for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
        element = OxmlElement(kind)
        element.set(qn("w:id"), number)
        if kind == "w:bookmarkStart":
            element.set(qn("w:name"), name)
        paragraph._p.append(element)


def lead_to(place: str, run: Any, tip: str = "") -> None:
    """Makes the last run of a paragraph a link; `tip` is shown where it is pointed at."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), place)
    if tip:
        link.set(qn("w:tooltip"), tip[:_LONGEST_TIP])
    run._r.addprevious(link)
    link.append(run._r)
