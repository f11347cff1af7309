"""From ratings to results: rules, their evaluation, and what follows from it."""
