"""Forecast Pythia 6.9B from the runs up to 2.8B."""
