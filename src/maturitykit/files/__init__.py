"""Models and assessments as files; nothing else knows how they are read."""
