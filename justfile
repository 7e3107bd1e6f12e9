# `just check` is exactly what CI runs.

default:
    @just --list

# Set up a development environment in .venv
setup:
    python -m venv .venv
    .venv/bin/pip install -e ".[dev]"

# Everything that CI checks
check:
    bash .ci/run

test *args:
    python -m pytest {{args}}

lint:
    ruff format --check .
    ruff check .
    codespell

types:
    pyright

# Ratios against scipy and the speed of the readers
bench:
    python -m benchmarks.engine
    python -m benchmarks.ingest results

# Reproduce the published numbers
analyses:
    python -m analyses.gadre2024
    python -m analyses.pythia
