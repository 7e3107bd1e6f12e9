"""A ladder of small language models: trained here, evaluated by lm-evaluation-harness."""
