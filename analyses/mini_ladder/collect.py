"""Gather what the runs and the harness left into the small files that are shipped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .config import Ladder
from .evaluate import Evaluated, checkpoints, complete
from .harness_files import items, measures, newest_results, scrubbed, soft_measures
from .tasks.files import CATALOGUE
from .train import DONE

SIZES = ["params", "tokens", "compute"]
PARQUET: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 15,
    "use_dictionary": ["run", "task", "item"],
    "use_byte_stream_split": ["loglik.list.element", "loglik_alone.list.element"],
}
ITEM_SCHEMA = pa.schema(
    {
        "run": pa.dictionary(pa.int16(), pa.string()),
        "task": pa.dictionary(pa.int16(), pa.string()),
        "item": pa.dictionary(pa.int32(), pa.string()),
        "gold": pa.int8(),
        "loglik": pa.list_(pa.float32()),
        "loglik_alone": pa.list_(pa.float32()),
        "characters": pa.list_(pa.int16()),
    }
)


def collect(ladder: Ladder) -> None:
    """Write the data folder from every run that is trained and evaluated."""
    target = Path(ladder.data)
    target.mkdir(parents=True, exist_ok=True)
    runs = run_table(ladder)
    catalogue = json.loads((ladder.folder / "tasks" / CATALOGUE).read_text())
    harness = ladder.folder / "harness"
    evaluated = [
        checkpoint
        for checkpoint in checkpoints(ladder)
        if complete(harness / checkpoint.name, list(catalogue))
    ]
    results, answers = gather(harness, evaluated, catalogue)
    order = ["run", *SIZES, "seed", "final"]
    losses = runs[[*order, "step", "loss", "bits_per_byte"]]
    runs.drop(columns=["loss", "bits_per_byte"]).to_csv(target / "runs.csv", index=False)
    losses.to_csv(target / "losses.csv", index=False, float_format="%.6f")
    table = pd.concat([results, text_losses(runs, results)]).merge(runs[order], on="run")
    columns = [*order, "task", "metric", "value", "stderr", "items", "chance", "scoring"]
    table[columns].to_csv(target / "results.csv", index=False, float_format="%.6g")
    pq.write_table(
        pa.Table.from_pylist(answers, schema=ITEM_SCHEMA),
        target / "items.parquet",
        **PARQUET,
    )
    ship_harness(harness, evaluated, target / "harness")
    ship_raw(ladder.folder / "raw", target / "raw")
    (target / CATALOGUE).write_text(json.dumps(catalogue, indent=1) + "\n")
    for facts in ("sweep.json", "corpus/corpus.json"):
        if (ladder.folder / facts).exists():
            text = (ladder.folder / facts).read_text().rstrip()
            (target / Path(facts).name).write_text(text + "\n")


def run_table(ladder: Ladder) -> pd.DataFrame:
    """Make one row for every checkpoint of every finished run."""
    rows: list[dict[str, Any]] = []
    for plan in ladder.runs("cuda"):
        done = ladder.folder / "runs" / plan.name / DONE
        if not done.exists():
            continue
        facts = json.loads(done.read_text())
        last = facts["checkpoints"][-1]["step"]
        for mark in facts["checkpoints"]:
            tokens = int(mark["tokens"])
            checkpoint = Evaluated(plan.name, int(mark["step"]), mark["step"] == last)
            rows.append(
                {
                    "run": checkpoint.name,
                    "params": facts["params"],
                    "params_no_embed": facts["params_no_embed"],
                    "tokens": tokens,
                    "unique_tokens": min(tokens, facts["unique_tokens"]),
                    "compute": 6 * facts["params"] * tokens,
                    "compute_with_attention": facts["flops_per_token"] * tokens,
                    "multiplier": round(tokens / facts["params"], 3),
                    "planned_multiplier": facts["multiplier"],
                    "seed": facts["seed"],
                    "step": int(mark["step"]),
                    "final": checkpoint.final,
                    "width": facts["shape"]["width"],
                    "layers": facts["shape"]["layers"],
                    "batch_tokens": facts["schedule"]["sequences"] * facts["shape"]["context"],
                    "peak_rate": facts["schedule"]["peak_rate"],
                    "seconds": mark["seconds"],
                    "device": facts["device"],
                    "loss": mark["loss"],
                    "bits_per_byte": mark["bits_per_byte"],
                }
            )
    return pd.DataFrame(rows)


def gather(
    harness: Path, evaluated: list[Evaluated], catalogue: dict[str, Any]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Read the metrics and the answers of every evaluated checkpoint."""
    rows: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    for checkpoint in evaluated:
        folder = harness / checkpoint.name
        file = newest_results(folder)
        stamp = file.stem.removeprefix("results_")
        found = list(measures(json.loads(file.read_text()), catalogue))
        for task, known in catalogue.items():
            if known["chance"] is None:
                continue
            of_task = list(items(folder, task, stamp))
            answers += [{"run": checkpoint.name, **answer} for answer in of_task]
            for metric, (value, stderr) in soft_measures(of_task).items():
                found.append(
                    {
                        "task": task,
                        "metric": metric,
                        "value": value,
                        "stderr": stderr,
                        "items": len(of_task),
                        "chance": known["chance"] if metric == "p_choices" else None,
                        "scoring": False,
                    }
                )
        rows += [{"run": checkpoint.name, **row} for row in found]
    return pd.DataFrame(rows), answers


def text_losses(runs: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Return the held-out losses of the evaluated checkpoints in the form of the results."""
    chosen = runs[runs["run"].isin(results["run"])]
    long = chosen.melt(
        id_vars="run", value_vars=["loss", "bits_per_byte"], var_name="metric", value_name="value"
    )
    return long.assign(task="heldout", scoring=long["metric"] == "loss")


def ship_harness(harness: Path, evaluated: list[Evaluated], target: Path) -> None:
    """Copy the results file of every finished run, scrubbed."""
    shutil.rmtree(target, ignore_errors=True)
    for checkpoint in evaluated:
        if checkpoint.final:
            write_results(newest_results(harness / checkpoint.name), target / checkpoint.name)


def ship_raw(raw: Path, target: Path) -> None:
    """Copy the complete outputs that `evaluate` made of our own tasks only, scrubbed."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in sorted(raw.glob("*/")):
        file = newest_results(folder)
        write_results(file, target / folder.name)
        for samples in folder.glob(f"samples_*_{file.stem.removeprefix('results_')}.jsonl"):
            shutil.copy(samples, target / folder.name)


def write_results(file: Path, folder: Path) -> None:
    """Write a results file without what describes the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    results = scrubbed(json.loads(file.read_text()))
    text = json.dumps(results, indent=2, ensure_ascii=False)
    (folder / file.name).write_text(text + "\n")
