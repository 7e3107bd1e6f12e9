"""The text: packages fetched and unpacked, documents split, pieces written to disk."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .config import CorpusSettings
from .sources import documents
from .tokenizer import END, Tokenizer, learn


@dataclass(frozen=True)
class Document:
    """One text and the package that it comes from."""

    source: str
    text: str


@dataclass(frozen=True)
class Corpus:
    """The pieces to train on, the held-out documents, and the tokenizer."""

    tokenizer: Tokenizer
    train: npt.NDArray[np.uint16]
    heldout: list[Document]

    def heldout_pieces(self, limit: int) -> tuple[npt.NDArray[np.int64], int]:
        """Pieces of the first held-out documents, each after an END, and their bytes of text."""
        pieces: list[int] = []
        characters = 0
        for document in self.heldout:
            if len(pieces) >= limit:
                break
            pieces += [END, *self.tokenizer.encode(document.text)]
            characters += len(document.text)
        return np.array(pieces, dtype=np.int64), characters

    @classmethod
    def open(cls, folder: Path) -> Corpus:
        """Read what `build` wrote."""
        if not (folder / "corpus.json").exists():
            raise FileNotFoundError(
                f"no corpus in {folder}; run `python -m analyses.mini_ladder corpus` first"
            )
        lines = (folder / "heldout.jsonl").read_text().splitlines()
        return cls(
            tokenizer=Tokenizer.load(folder / "tokenizer.json"),
            train=np.load(folder / "train.npy", mmap_mode="r"),
            heldout=[Document(**json.loads(line)) for line in lines],
        )


def fetch(packages: list[str], folder: Path) -> Path:
    """Download and unpack Debian packages (nothing is installed); return where they lie."""
    debs, unpacked = folder / "debs", folder / "unpacked"
    debs.mkdir(parents=True, exist_ok=True)
    have = {file.name.split("_")[0] for file in debs.glob("*.deb")}
    missing = [package for package in packages if package not in have]
    if missing:
        subprocess.run(["apt-get", "download", *missing], cwd=debs, check=True)
    if missing or not unpacked.exists():
        for deb in sorted(debs.glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(deb), str(unpacked)], check=True)
    return unpacked


def build(settings: CorpusSettings, folder: Path) -> None:
    """Make the corpus from Debian packages, unless it is there already."""
    if (folder / "corpus.json").exists():
        return
    unpacked = fetch(settings.packages, folder)
    texts = [Document(source, text) for source, text in documents(unpacked)]
    write(settings, folder, texts)


def write(settings: CorpusSettings, folder: Path, texts: list[Document]) -> None:
    """Drop exact duplicates, split by document, learn the tokenizer, encode, write."""
    folder.mkdir(parents=True, exist_ok=True)
    by_hash = {fingerprint(document.text): document for document in texts}
    order = sorted(by_hash)
    random.Random(settings.seed).shuffle(order)
    held = [key for key in order if int(key, 16) % settings.heldout_one_in == 0]
    kept = [by_hash[key] for key in order if int(key, 16) % settings.heldout_one_in]
    sample: list[str] = []
    size = 0
    for document in kept:
        if size > settings.tokenizer_characters:
            break
        sample.append(document.text)
        size += len(document.text)
    tokenizer = learn(sample, settings.pieces)
    tokenizer.save(folder / "tokenizer.json")
    encoded = [np.array([END, *tokenizer.encode(d.text)], dtype=np.uint16) for d in kept]
    train = np.concatenate(encoded)
    np.save(folder / "train.npy", train)
    with (folder / "heldout.jsonl").open("w") as handle:
        for key in held:
            document = by_hash[key]
            handle.write(json.dumps({"source": document.source, "text": document.text}) + "\n")
    characters = sum(len(document.text) for document in kept)
    by_source: dict[str, int] = {}
    for document in kept:
        by_source[document.source] = by_source.get(document.source, 0) + len(document.text)
    facts = {
        "documents": len(kept),
        "heldout_documents": len(held),
        "duplicates_dropped": len(texts) - len(by_hash),
        "characters": characters,
        "characters_by_source": by_source,
        "tokens": len(train),
        "characters_per_token": characters / len(train),
        "pieces": len(tokenizer),
        "sha256": hashlib.sha256(train.tobytes()).hexdigest(),
    }
    (folder / "corpus.json").write_text(json.dumps(facts, indent=1))


def fingerprint(text: str) -> str:
    """Hash of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
