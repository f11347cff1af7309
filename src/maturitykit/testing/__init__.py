"""Checks for the tests of packages that publish models, scorers and crosswalks.

The same checks have two forms: functions that return a `Report`, and `conformance`, which makes
a pytest test of each. `maturitykit.testing.strategies` has strategies for hypothesis.
"""

from maturitykit.testing.cases import Case, read_cases
from maturitykit.testing.codes import CODES, Code, FindingSeverity
from maturitykit.testing.conformance import conformance
from maturitykit.testing.crosswalks import check_crosswalk
from maturitykit.testing.models import check_model
from maturitykit.testing.report import Report
from maturitykit.testing.scorers import check_scorer

__all__ = [
    "CODES",
    "Case",
    "Code",
    "FindingSeverity",
    "Report",
    "check_crosswalk",
    "check_model",
    "check_scorer",
    "conformance",
    "read_cases",
]
