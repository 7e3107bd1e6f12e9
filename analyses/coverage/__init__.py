"""How often the intervals of forecasts hold, by how far they reach."""
