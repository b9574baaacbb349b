"""Every notebook runs from top to bottom, has the six parts, and is kept without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
PARTS = ["Question", "Prediction", "Run", "Surprise", "Explanation", "Exercise"]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook__runs_from_top_to_bottom(path):
    notebook = nbformat.read(path, as_version=4)
    refuses = nbformat.v4.new_code_cell("assert not check(None) and not check(answer + 1e3)")
    notebook.cells.append(refuses)  # after the solution, which holds its own answer against `check`
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}})
    try:
        client.execute()  # a cell that raises fails the test with its traceback
    except CellExecutionError as error:
        if error.ename == "MissingData":  # its text gives the pip line
            pytest.skip(error.evalue)
        raise
    printing = [cell for cell in notebook.cells if cell.cell_type == "code" and "print" in cell.source]
    assert all(cell.get("outputs") for cell in printing)
    assert any("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook__has_the_six_parts_in_order(path):
    notebook = nbformat.read(path, as_version=4)
    lines = [line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()]
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert [heading for heading in headings if heading in PARTS] == PARTS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook__folds_a_solution_that_is_held_against_the_check(path):
    (solution,) = tagged(nbformat.read(path, as_version=4), "solution")
    assert solution.metadata["jupyter"]["source_hidden"]
    assert "assert check(answer)" in solution.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook__is_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


def test_notebooks__are_there():
    assert NOTEBOOKS
