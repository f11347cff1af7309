"""What respondents say, how it becomes one span, and how far they agree."""
