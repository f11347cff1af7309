"""For the tests of those who publish models: golden cases."""

from maturitykit.testing.cases import Case, read_cases

__all__ = ["Case", "read_cases"]
