"""Why single questions follow scale less well the closer a metric is to accuracy."""
