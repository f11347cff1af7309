"""Formulas in which rules are written, so that they run as Python, in tables and in workbooks.

Build a rule of your own from `Formula` and these functions; see `maturitykit.Scorer.formula`.
"""

from maturitykit.formula.algebra import (
    Condition,
    Formula,
    Term,
    all_of,
    any_of,
    at_least,
    element,
    every,
    gather,
    greatest,
    highest,
    if_else,
    join,
    least,
    meet,
    negate,
    real_total,
    some,
    total,
    vector,
    weighted_median,
)
from maturitykit.formula.order import Order

__all__ = [
    "Condition",
    "Formula",
    "Order",
    "Term",
    "all_of",
    "any_of",
    "at_least",
    "element",
    "every",
    "gather",
    "greatest",
    "highest",
    "if_else",
    "join",
    "least",
    "meet",
    "negate",
    "real_total",
    "some",
    "total",
    "vector",
    "weighted_median",
]
