"""What the library advises in keywords of Python, said in the options of the command called."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

SAID_TWICE = (
    (r"\((--[\w-]+(?: \S+)?), or \w+=\S*\)", r"(\1)"),
    (r"\(\w+=\S*, (?:or )?(--[\w-]+)\)", r"(\1)"),
    (r"\w+\.where\(\w+=\.\.\.\) or (--where \w+=)\.\.\.", r"\1VALUE"),
)
"""Advice to both at once keeps the half about options."""

ELSEWHERE = (
    (
        "fix a coefficient with bounds={name: (value, value)}",
        "take a law with fewer coefficients",
    ),
    (" fix coefficients with bounds={name: (value, value)},", ""),
    ("fix coefficients with bounds", "take a law with fewer coefficients"),
    ("with load.lm_eval", "with scalelaw runs"),
    ("; lower smallest=, or give a larger bandwidth=", ""),
    ("; a larger bandwidth= or method='mixture' may suit them better", ""),
    ("Use method='mixture', or pool checkpoints", "Pool checkpoints with --pool"),
    (
        "name a task and a metric, such as error",
        "if one was, name its column: --column loss=COLUMN",
    ),
)
"""Advice that no option follows, and what a command can do in its place."""

COLUMNS = {
    "run", "params", "tokens", "compute", "step", "task", "metric", "value", "loss", "accuracy",
    "item", "choice",
}  # fmt: skip
"""What ``--column`` may name."""


def advice(text: str) -> str:
    """Return a message of the library as the command that was called would say it.

    Parameters
    ----------
    text : str
        Such as ``"there is no column 'family' that names the curves; say by=..."``.

    Returns
    -------
    str
        Such as ``"there is no column 'family' that names the curves; say --by COLUMN"``.
    """
    return in_options(text, _options_called())


def in_options(text: str, options: Mapping[str, str]) -> str:
    """Return a message with keywords of Python said as options.

    Parameters
    ----------
    text : str
    options : mapping of str to str
        Keyword to the option with what it takes: ``{"by": "--by COLUMN"}``. A keyword without an
        option is left alone.

    Returns
    -------
    str
    """
    for pattern, words in SAID_TWICE:
        text = re.sub(pattern, words, text)
    for phrase, words in ELSEWHERE:
        text = text.replace(phrase, words)
    named = r"with --x \1=COLUMN" if "x" in options else "in the table"
    text = re.sub(r"with x=\{'(\w+)': \.\.\.\}", named, text)
    if "columns" in options:
        text = re.sub(r"(?<![\w-])(\w+)=('[^']*'|\[[^]]*\]|\.\.\.)", _as_column, text)
        text = text.replace("columns=...", "--column loss=COLUMN")

    def option(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name not in options:
            return found[0]
        if value in (None, "..."):
            return options[name]
        value = value.strip("'")
        return f"{options[name].split()[0]} {value}"

    return re.sub(r"(?<![\w-])(\w+)=(\.\.\.|\d+|'[^']*')?(?![\w'{\[])", option, text)


def _as_column(found: re.Match[str]) -> str:
    name, value = found.groups()
    if name not in COLUMNS:
        return found[0]
    columns = re.findall(r"'([^']*)'", value) or ["COLUMN"]
    return " ".join(f"--column {name}={column}" for column in columns)


def _options_called() -> dict[str, str]:
    """Return the options of the command in this process's arguments, by their keyword."""
    import click

    from scalelaw.cli import command_line

    context = click.Context(command_line)
    name = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    command = command_line.get_command(context, name)
    if command is None:
        return {}
    found = {}
    for one in command.params:
        if isinstance(one, click.Option) and one.name:
            spoken = f"{one.opts[0]} {one.make_metavar(context)}"
            found |= {one.name: spoken, one.opts[0].strip("-").replace("-", "_"): spoken}
    return found
