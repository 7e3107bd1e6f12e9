"""Forecasts of OLMo 2 7B from its ladder, after Bhagia et al. (2024), arXiv:2412.04403."""
