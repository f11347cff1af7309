"""Translation of results from model to model, and comparison of results."""
