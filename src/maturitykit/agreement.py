"""Measures of how far respondents or coders agree, each with its source."""

from maturitykit.assessment.agreement import (
    Level,
    average_deviation,
    krippendorff_alpha,
    ordinal_consensus,
    r_wg,
    weighted_kappa,
)

__all__ = ["Level", "average_deviation", "krippendorff_alpha", "ordinal_consensus", "r_wg", "weighted_kappa"]
