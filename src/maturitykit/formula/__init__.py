"""Formulas: what rules are written in."""
