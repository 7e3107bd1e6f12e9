"""Tasks as the harness reads them: a YAML file and a JSON-lines file each."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from .question import Task, TextSet

CATALOGUE = "tasks.json"
CHOICE_YAML = """\
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{context}}}}"
doc_to_choice: choices
doc_to_target: gold
target_delimiter: ""
metric_list:
{metrics}metadata:
  version: 1.0
"""
TEXT_YAML = """\
task: {name}
dataset_path: json
dataset_kwargs:
  data_files:
    test: {data}
test_split: test
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{{{text}}}}"
metric_list:
  - metric: bits_per_byte
metadata:
  version: 1.0
"""
METRIC = "  - metric: {name}\n    aggregation: mean\n    higher_is_better: true\n"


def write_choice_task(task: Task, folder: Path) -> None:
    """Write a multiple-choice task."""
    data = folder / f"{task.name}.jsonl"
    write_lines(data, [asdict(question) for question in task.questions])
    metrics = ["acc", "acc_norm"]
    if task.scoring not in metrics:
        metrics.append(task.scoring)
    listed = "".join(METRIC.format(name=name) for name in metrics)
    text = CHOICE_YAML.format(name=task.name, data=data.as_posix(), metrics=listed)
    (folder / f"{task.name}.yaml").write_text(text)


def write_text_set(passages: TextSet, folder: Path) -> None:
    """Write a set of passages."""
    data = folder / f"{passages.name}.jsonl"
    write_lines(data, [{"text": text} for text in passages.passages])
    text = TEXT_YAML.format(name=passages.name, data=data.as_posix())
    (folder / f"{passages.name}.yaml").write_text(text)


def write_catalogue(tasks: list[Task], texts: list[TextSet], folder: Path) -> None:
    """Write what the harness's files do not say: chance, scoring, whose text it is."""
    catalogue = {
        task.name: {
            "items": len(task.questions),
            "choices": len(task.questions[0].choices),
            "chance": round(task.chance, 6),
            "scoring": task.scoring,
            "ours": task.ours,
        }
        for task in tasks
    }
    for passages in texts:
        catalogue[passages.name] = {
            "items": len(passages.passages),
            "choices": 0,
            "chance": None,
            "scoring": "bits_per_byte",
            "ours": False,
        }
    (folder / CATALOGUE).write_text(json.dumps(catalogue, indent=1))


def write_lines(file: Path, rows: list[dict[str, object]]) -> None:
    """Write JSON lines."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
