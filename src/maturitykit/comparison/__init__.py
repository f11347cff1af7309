"""Results carried from model to model, and compared with each other."""
