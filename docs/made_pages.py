"""Pages of the site that are made from what runs: reference, description, citation."""

import importlib
import inspect
import re
from pathlib import Path

import loyaltysim as ls

ROOMS = ("data", "measures", "mesa", "plots", "report")


def version() -> str:
    return ls.__version__


def write(folder: Path) -> None:
    """Write every made page; one that has not changed is left, so that Sphinx need not read it again."""
    folder.mkdir(exist_ok=True)
    pages = {
        "reference.rst": reference(),
        **{f"reference_{room}.rst": reference_of(room) for room in ROOMS},
        "odd.md": description(),
        "citation.md": citation(),
    }
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def heading(text: str, line: str = "=") -> str:
    return f"{text}\n{line * len(text)}\n\n"


def directive(where: str, name: str) -> str:
    """What documents one public name."""
    value = getattr(importlib.import_module(where), name)
    if inspect.isclass(value):
        return f".. autoclass:: {where}.{name}\n   :members:\n\n"
    kind = "autofunction" if callable(value) else "autodata"
    return f".. {kind}:: {where}.{name}\n\n"


def reference() -> str:
    """The public names of `ls`, and the way to those of its rooms."""
    names = [name for name in ls.__all__ if name not in ROOMS]
    rooms = "".join(f"   reference_{room}\n" for room in ROOMS)
    text = heading("Reference") + "``import loyaltysim as ls`` gives all of these.\n\n"
    text += f".. toctree::\n   :maxdepth: 1\n\n{rooms}\n"
    return text + "".join(directive("loyaltysim", name) for name in names)


def reference_of(room: str) -> str:
    """The public names of one room."""
    where = f"loyaltysim.{room}"
    names = importlib.import_module(where).__all__
    text = heading(f"ls.{room}") + f".. automodule:: {where}\n\n"
    return text + "".join(directive(where, name) for name in names)


def description() -> str:
    """The ODD description of the shipped market; its anchors are written the way MyST finds them."""
    return re.sub(r'<a id="(\w+)"></a>', r"[]{#\1}", ls.odd(ls.load("grocery")))


def citation() -> str:
    """CITATION.cff as a page, with the version that runs."""
    import yaml

    cff = yaml.safe_load((Path(__file__).parents[1] / "CITATION.cff").read_text("utf-8"))
    who = " and ".join(one["name"] for one in cff["authors"])
    return f"""# Citation

{who}. *{cff["title"]}*. Version {version()}. Software, {cff["license"]} license.

```bibtex
@software{{loyaltysim,
  author = {{{{{who}}}}},
  title = {{{cff["title"]}}},
  version = {{{version()}}},
}}
```

{cff["abstract"].strip()}
"""
