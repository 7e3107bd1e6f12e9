"""Reproduce the published numbers of Gadre et al. (2024), arXiv:2403.08540."""
