"""Studies made with scalelaw: one folder per question."""
