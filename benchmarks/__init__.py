"""Measurements of speed and accuracy against other tools; not part of the package."""
