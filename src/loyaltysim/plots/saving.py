"""Saving: a picture as an SVG file, the same bytes for the same picture and versions."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from loyaltysim.whole_file import whole_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def save(picture: Axes | Figure, file: str | Path) -> Path:
    """Write a picture as SVG, whole or not at all: without a date, with ids that depend on it and the name alone.

    Parameters
    ----------
    picture : axes, of which the whole figure is written, or a figure
    file : what to write, in a folder that is there; a file of this name is replaced

    Returns
    -------
    The file.
    """
    file = Path(file)
    with whole_file(file) as temporary:
        temporary.write_bytes(svg_bytes(picture, file.stem))
    return file


def svg_bytes(picture: Axes | Figure, name: str) -> bytes:
    """The content of such a file; `name` keeps ids of several pictures on one page apart."""
    figure = picture if isinstance(picture, Figure) else picture.figure
    assert isinstance(figure, Figure)
    title = figure.axes[0].get_title("left") if figure.axes else ""
    out = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title})
    return out.getvalue()
