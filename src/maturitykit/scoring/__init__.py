"""Scoring: compiled models, results, and the roadmaps and explanations that follow from them."""
