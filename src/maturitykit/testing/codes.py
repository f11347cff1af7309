"""Codes of findings, each with its meaning and severity."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

FindingSeverity: TypeAlias = Literal["error", "warning"]


class Code(NamedTuple):
    """The meaning of a code.

    Args:
        title: What must hold, or what is wrong, in few words.
        severity: ``error`` if results would be wrong or nothing can be read; ``warning`` if
            there may be a good reason.
    """

    title: str
    severity: FindingSeverity = "error"


#: All codes; docs/reference/findings.md has a section on each.
CODES: dict[str, Code] = {
    # Files and plugins.
    "MK001": Code("cannot be read"),
    "MK002": Code("not TOML, JSON or CSV"),
    "MK003": Code("another format"),
    "MK004": Code("wrong key or value"),
    "MK005": Code("file under the wrong name"),
    "MK006": Code("not such a table"),
    "MK007": Code("plugin cannot be used"),
    "MK008": Code("nothing to check"),
    # Models: their parts.
    "MK101": Code("part missing that every model has"),
    "MK102": Code("id malformed or used twice"),
    "MK103": Code("dimensions make no tree"),
    "MK104": Code("scale missing or out of order"),
    "MK105": Code("numbers of a scale do not fit"),
    "MK106": Code("names something that is not there"),
    "MK107": Code("gate does not fit"),
    "MK108": Code("no greatest stage reached"),
    "MK109": Code("weight cannot be used"),
    "MK110": Code("rule cannot serve"),
    "MK111": Code("translation cannot be used"),
    "MK112": Code("gates are read", "warning"),
    "MK113": Code("ties are rare", "warning"),
    # Models: the laws of scoring.
    "MK120": Code("bounds in order and on the scale"),
    "MK121": Code("a better answer lowers nothing"),
    "MK122": Code("bounds are exact"),
    "MK123": Code("answering never widens"),
    "MK124": Code("bottoms score bottom, tops top"),
    "MK125": Code("order does not matter"),
    "MK126": Code("weights scale freely"),
    "MK127": Code("ordinal rules read order alone"),
    "MK128": Code("tables say the same"),
    "MK129": Code("golden cases hold"),
    "MK130": Code("golden cases are there", "warning"),
    # Models: their texts.
    "MK140": Code("every text in every language"),
    "MK141": Code("source named"),
    "MK142": Code("leaves have questions", "warning"),
    "MK143": Code("stages can be told apart", "warning"),
    "MK144": Code("no placeholders", "warning"),
    "MK145": Code("texts are plain", "warning"),
    "MK146": Code("texts are translated", "warning"),
    # Models: the previous version.
    "MK150": Code("ids stay"),
    "MK151": Code("ids keep their meaning"),
    "MK152": Code("a change has a new version"),
    # Scorers: their declarations, and the laws.
    "MK201": Code("scorer declares what it is"),
    "MK202": Code("scorer serves some dimension", "warning"),
    "MK220": Code("bounds in order and on the scale"),
    "MK221": Code("a better answer lowers nothing"),
    "MK222": Code("bounds are exact"),
    "MK223": Code("answering never widens"),
    "MK224": Code("bottoms score bottom, tops top"),
    "MK225": Code("order does not matter"),
    "MK226": Code("weights scale freely"),
    "MK227": Code("ordinal rules read order alone"),
    "MK228": Code("tables say the same"),
    # Crosswalks: their links.
    "MK301": Code("link does not fit its models"),
    "MK302": Code("stage left out or unknown"),
    "MK303": Code("low, likely and high out of order"),
    "MK304": Code("map that falls"),
    "MK305": Code("link without two pairs of stages"),
    "MK306": Code("dimension neither linked nor listed"),
    "MK307": Code("links speak against the overall one"),
    "MK308": Code("links speak against other crosswalks"),
    "MK309": Code("stage that nothing leads back from", "warning"),
    "MK310": Code("other version of a model", "warning"),
    "MK311": Code("translation cannot be used"),
    "MK312": Code("two readings at odds", "warning"),
    "MK313": Code("top that does not reach the top", "warning"),
    # Crosswalks: the laws of translation.
    "MK320": Code("bounds in order and on the scale"),
    "MK321": Code("a better answer lowers nothing"),
    "MK323": Code("answering never widens"),
    "MK324": Code("forward and back holds the start"),
    "MK325": Code("order does not matter"),
    "MK326": Code("identity changes nothing"),
    # Crosswalks: their texts.
    "MK340": Code("every text in every language"),
    "MK341": Code("coding told", "warning"),
    "MK342": Code("links have rationales"),
    "MK344": Code("no placeholders", "warning"),
    "MK345": Code("texts are plain", "warning"),
    "MK346": Code("texts are translated", "warning"),
    # Assessments.
    "MK401": Code("dimension that is not rated"),
    "MK402": Code("answer that is not on the scale"),
    "MK403": Code("answered twice"),
    "MK404": Code("overall stage beside its parts"),
    "MK405": Code("not of this model"),
    "MK406": Code("one may count as two", "warning"),
    "MK407": Code("not read, or read though hidden", "warning"),
    "MK408": Code("subject or date on some rows only"),
    "MK409": Code("cell without a value"),
}
