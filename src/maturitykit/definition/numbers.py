"""Numbers of scales in words: with their unit, as shares, or as the band of a stage."""

from __future__ import annotations

from math import floor, log10

from maturitykit.definition.scale import Scale, Stage
from maturitykit.words import Phrase, phrase

_BANDS = {
    "at_least": "from {number}",
    "more_than": "more than {number}",
    "at_most": "up to {number}",
    "less_than": "less than {number}",
}


def number_text(scale: Scale, number: float) -> Phrase:
    """Return a number of a scale in words: ``3 days``, ``85%`` or ``2.33``, to three digits or two decimals."""
    shown = rounded(scale, number)
    if scale.has_shares or scale.unit == "%":
        return phrase("{number:.12g}%", number=shown)
    if scale.unit:
        return phrase("{number:.12g} {unit}", number=shown, unit=scale.unit)
    return phrase("{number:.12g}", number=shown)


def band_text(scale: Scale, stage: Stage) -> Phrase:
    """Return the numbers that are at a stage, in words: ``more than 85%``; it must have a band."""
    assert stage.band is not None
    return phrase(_BANDS[stage.band.how], number=number_text(scale, stage.band.edge))


def typed_text(scale: Scale) -> Phrase:
    """Return which numbers may be typed on a scale with bands, in words."""
    if scale.has_shares:
        return phrase("a share from 0 to 1")
    lowest, highest = sorted(map(float, scale.ends))
    if scale.unit:
        parts = {"lowest": lowest, "highest": highest, "unit": scale.unit}
        return phrase("a number of {unit} from {lowest:.12g} to {highest:.12g}", **parts)
    return phrase("a number from {lowest:.12g} to {highest:.12g}", lowest=lowest, highest=highest)


def of_best(scale: Scale, number: float, best: float | None = None) -> Phrase:
    """Return a number in words and, where higher is better, the best one: ``2.33 of 5``, ``3 days``.

    Args:
        scale: Its scale.
        number: The number.
        best: The best one that there can be; by default that of the scale.
    """
    if scale.falls:
        return number_text(scale, number)
    best = scale.ends[1] if best is None else best
    return phrase("{number:.12g} of {best}", number=rounded(scale, number), best=number_text(scale, best))


def rounded(scale: Scale, number: float) -> float:
    """Return a number of a scale as it is shown: to two decimals or, if small, three digits; shares in percent."""
    number = number * 100 if scale.has_shares else number
    # Adding 0.0 turns a negative zero into a plain one.
    return round(number, max(2, 2 - floor(log10(abs(number)))) if number else 2) + 0.0
