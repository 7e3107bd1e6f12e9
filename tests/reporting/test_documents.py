"""One call writes a document: the same bytes for the same input, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from pypdf import PdfReader

from scalelaw import LeastSquares, bootstrap, chain, fit, report
from scalelaw.errors import ReportError
from scalelaw.reporting import content, panels_of
from scalelaw.reporting.typesetting import pdf
from tests.ladders import ladder
from tests.reporting.conftest import HOSTILE

FORMATS = ["pdf", "html", "md"]


def text_of(path):
    if path.suffix != ".pdf":
        return path.read_text("utf-8")
    pages = PdfReader(path).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u200b", "")


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_forecast_gives_the_same_bytes(outlook, tmp_path, suffix):
    hashes = set()
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        written = report(outlook, folder / f"forecast.{suffix}")
        hashes.add(hashlib.sha256(written.read_bytes()).hexdigest())
    assert len(hashes) == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_tells_the_answer_the_back_test_and_how_to_repeat_it(
    outlook, tmp_path, suffix
):
    told = text_of(report(outlook, tmp_path / f"r.{suffix}", title="Quiz at 7B", date="May 2026"))
    plain = told.replace("\\", "").replace("\u00a0", " ")
    one = outlook.tasks["quiz"].prediction.iloc[0]
    assert "Quiz at 7B" in plain
    assert "May 2026" in plain
    assert f"{one['estimate'] * 100:.1f}" in plain
    assert f"{one['low'] * 100:.1f} to {one['high'] * 100:.1f}" in plain
    for section in ("Answer", "How far off were such forecasts before?", "Coefficients", "Data"):
        assert section in plain
    assert "seed=0" in plain
    assert re.search("[0-9a-f]{12}", plain)


@pytest.mark.parametrize("suffix", FORMATS)
def test_names_cannot_become_commands(hostile, tmp_path, suffix):
    path = report(hostile, tmp_path / f"hostile.{suffix}")
    told = text_of(path)
    if suffix == "html":
        assert "<script" not in told
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in told
        assert "{{ 7 * 7 }}" in told
    elif suffix == "md":
        assert "\\<script\\>" in told
        assert "a\\|b\\|c \\[link\\](http" in told
    else:
        assert "#panic()" in told
        assert "<script>alert(1)</script>" in told
        assert "*bold*" in told


def test_html_is_one_file_without_scripts_or_anything_from_elsewhere(outlook, tmp_path):
    page = report(outlook, tmp_path / "r.html").read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["r.html"]
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    used = set(re.findall(r'href="#([^"]+)"', page))
    defined = re.findall(r'\bid="([^"]+)"', page)
    assert used <= set(defined)
    assert page.count("<svg") >= 5


def test_markdown_links_figures_that_are_there_with_their_numbers(outlook, tmp_path):
    path = report(outlook, tmp_path / "my report.md")
    links = re.findall(r"!\[[^]]*\]\(<([^>]+)>\)", path.read_text("utf-8"))
    assert links
    for link in links:
        assert (tmp_path / link).read_text("utf-8").startswith("<?xml")
        assert (tmp_path / link).with_suffix(".csv").is_file()
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"my report.md", "my report_files"}


def test_writing_markdown_again_replaces_the_folder(outlook, tmp_path):
    report(outlook, tmp_path / "r.md")
    (tmp_path / "r_files" / "old.svg").write_text("old")
    report(outlook, tmp_path / "r.md")
    assert not (tmp_path / "r_files" / "old.svg").exists()


def test_a_markdown_that_cannot_be_finished_leaves_the_earlier_one(outlook, tmp_path, monkeypatch):
    report(outlook, tmp_path / "r.md")
    (tmp_path / "r_files" / "mark.txt").write_text("kept")
    before = (tmp_path / "r.md").read_bytes()

    def refuse(*_):
        raise ReportError("cannot write r.md (No space left on device)")

    monkeypatch.setattr("scalelaw.reporting.markdown.write_whole", refuse)
    with pytest.raises(ReportError, match="No space left"):
        report(outlook, tmp_path / "r.md")
    assert (tmp_path / "r_files" / "mark.txt").read_text() == "kept"
    assert (tmp_path / "r.md").read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"r.md", "r_files"}


def test_a_pdf_has_a_title_page_numbers_and_tags(outlook, tmp_path):
    reader = PdfReader(report(outlook, tmp_path / "r.pdf", title="A title"))
    assert reader.metadata is not None
    assert reader.metadata.title == "A title"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert f"2 / {len(reader.pages)}" in reader.pages[1].extract_text()


def test_one_task_takes_few_pages_and_forty_six_tasks_are_all_there(outlook, many):
    for forecast, pages in ((outlook, 7), (many, 14)):
        panels = panels_of(forecast)
        told = content(forecast, panels=panels)
        reader = PdfReader(io.BytesIO(pdf(told, panels)))
        words = "\n".join(page.extract_text() for page in reader.pages)
        assert len(reader.pages) <= pages
        assert all(name in words for name in forecast.tasks)


def test_long_names_stay_inside_the_page(hostile, tmp_path):
    reader = PdfReader(report(hostile, tmp_path / "long.pdf", title="T" * 200))
    right = []

    def visit(_text, _cm, matrix, _font, _size):
        right.append(matrix[4])

    for page in reader.pages:
        page.extract_text(visitor_text=visit)
        assert max(right) < float(page.mediabox.width)
    assert "n" * 200 not in "".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("r.docx", r"'r\.docx': end its name in \.pdf, \.html, \.md"),
        ("report", r"'report': end its name in"),
        ("nowhere/r.pdf", r"there is no folder .*nowhere; make it first"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_before_any_work(tmp_path, name, words):
    with pytest.raises(ReportError, match=words):
        report(None, tmp_path / name)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_read_only_folder_is_named_and_nothing_is_left(outlook, tmp_path, monkeypatch, suffix):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(ReportError, match=r"cannot write into .*Permission denied"):
        report(outlook, tmp_path / f"r.{suffix}")
    assert not list(tmp_path.iterdir())


def test_a_chain_is_back_tested_and_reported_with_its_target(tmp_path):
    runs = ladder(noise=0.004, seed=1).wide(loss=("val", "loss"), error=("quiz", "error"))
    both = chain(
        fit("overtraining", runs), fit("loss_to_error", runs, penalty=LeastSquares()), n=60, seed=0
    )
    path = report(both, tmp_path / "c.md", target={"params": 7e9, "tokens": 1.4e11}, task="quiz")
    told = text_of(path)
    estimate = both.predict(params=7e9, tokens=1.4e11)["estimate"].iloc[0]
    assert f"{estimate * 100:.1f}" in told
    assert "hidden result" in told


def test_draws_without_a_target_show_their_back_test_alone(tmp_path):
    runs = ladder(noise=0.004, seed=1).wide(loss=("val", "loss"))
    draws = bootstrap(fit("overtraining", runs), 60, seed=0)
    told = text_of(report(draws, tmp_path / "d.md"))
    assert "No planned run was given" in told
    assert "hidden result" in told


def test_a_law_that_reads_a_loss_must_be_chained_first(tmp_path):
    runs = ladder(noise=0.004).wide(loss=("val", "loss"), error=("quiz", "error"))
    draws = bootstrap(fit("loss_to_error", runs), 60, seed=0)
    with pytest.raises(ReportError, match="chain it to a law of loss"):
        report(draws, tmp_path / "d.md", target={"params": 7e9, "tokens": 1e11})


def test_a_forecast_has_its_target_already(outlook, tmp_path):
    with pytest.raises(ReportError, match="has its target already"):
        report(outlook, tmp_path / "r.pdf", target={"params": 1e9, "tokens": 1e10})


def test_every_hostile_name_is_a_task_of_the_forecast(hostile):
    assert list(hostile.tasks) == HOSTILE
