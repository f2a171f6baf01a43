"""Countries and what is of them: "Sweden", "Swedish". People say one where a name has the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OF = """
Argentina Argentinian, Australia Australian, Austria Austrian, Bangladesh Bangladeshi, Belgium Belgian,
Bolivia Bolivian, Botswana Botswanan, Brazil Brazilian, Bulgaria Bulgarian, Canada Canadian, Chile Chilean,
China Chinese, Colombia Colombian, Croatia Croatian, Cyprus Cypriot, Denmark Danish, Ecuador Ecuadorian, Egypt Egyptian,
England English, Estonia Estonian, Ethiopia Ethiopian, Finland Finnish, France French, Germany German, Ghana Ghanaian,
Greece Greek, Hungary Hungarian, Iceland Icelandic, India Indian, Indonesia Indonesian, Ireland Irish, Israel Israeli,
Italy Italian, Japan Japanese, Jordan Jordanian, Kazakhstan Kazakh, Kenya Kenyan, Korea Korean, Latvia Latvian,
Lebanon Lebanese, Lithuania Lithuanian, Luxembourg Luxembourgish, Malaysia Malaysian, Malta Maltese, Mexico Mexican,
Morocco Moroccan, Mozambique Mozambican, Namibia Namibian, Nepal Nepali, Netherlands Dutch, Nigeria Nigerian,
Norway Norwegian, Pakistan Pakistani, Peru Peruvian, Philippines Philippine, Poland Polish, Portugal Portuguese,
Romania Romanian, Rwanda Rwandan, Scotland Scottish, Senegal Senegalese, Serbia Serbian, Singapore Singaporean,
Slovakia Slovak, Slovenia Slovenian, Spain Spanish, Sweden Swedish, Switzerland Swiss, Taiwan Taiwanese,
Tanzania Tanzanian, Thailand Thai, Tunisia Tunisian, Turkey Turkish, Uganda Ugandan, Ukraine Ukrainian,
Uruguay Uruguayan, Vietnam Vietnamese, Wales Welsh, Zambia Zambian, Zimbabwe Zimbabwean
"""
ADJECTIVES = dict(pair.split() for pair in _OF.split(","))
"""By country what is of it."""
_COUNTRIES = {adjective: country for country, adjective in ADJECTIVES.items()}
_AROUND = re.compile(r"^(?:\W|(?:of|in|the)\b)+|(?:\W|\b(?:of|in|the))+$", re.IGNORECASE)


def said_otherwise(name: str) -> Iterator[str]:
    """A name with a country's adjective in place of the country, or the other way round: of "Shops Sweden" "Swedish
    Shops", of "Irish Plants" "Plants in Ireland"; nothing where it has neither."""
    words = name.split()
    for at, word in enumerate(words):
        rest = _AROUND.sub("", " ".join([*words[:at], *words[at + 1 :]]))
        bare = word.strip("(),.-").title()
        if adjective := ADJECTIVES.get(bare):
            yield f"{adjective} {rest}".strip()
        elif (country := _COUNTRIES.get(bare)) and rest:
            yield from (f"{rest} {country}", f"{rest} in {country}")
