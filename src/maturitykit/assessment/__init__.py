"""Ratings of respondents, and measures of how far they agree."""
