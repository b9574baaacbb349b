"""The gallery: runs the blocks of its page in their order, and puts below each the picture that it draws."""

import inspect
import re
from contextlib import chdir
from pathlib import Path

import loyaltysim as ls

PAGE = "docs/gallery"
BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.M | re.S)
PLOT = re.compile(r"ls\.plots\.(\w+)\(")


def pictured(app, page, source):
    """Add its pictures to the page as Sphinx has read it; Sphinx calls this for every page."""
    if page == PAGE:
        source[0] = with_pictures(source[0], Path(app.srcdir) / "docs" / "made" / "gallery")


def with_pictures(text: str, folder: Path) -> str:
    """The page with its pictures, each the line after its block; their files are written to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {}
    return BLOCK.sub(lambda block: block[0] + picture(block[1], names, folder), text)


def picture(code: str, names: dict, folder: Path) -> str:
    """Run one block: the line that shows the axes `ax` or the file `file` that it leaves, or nothing."""
    with chdir(folder):
        exec(compile(code, f"{PAGE}.md", "exec"), names)
    ax, file = names.pop("ax", None), names.pop("file", None)
    if ax is None and file is None:
        return ""
    drawn = PLOT.findall(code)[-1]
    if ax is not None:
        file = ls.plots.save(ax, folder / f"{drawn}.svg")
    shows = inspect.getdoc(getattr(ls.plots, drawn)).splitlines()[0]
    return f"\n![{drawn}: {shows}](made/gallery/{file.name})\n"
