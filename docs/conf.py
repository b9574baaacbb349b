"""The site: `sphinx-build -W -c docs . docs/_build/html`.

Its root is the repository, so that links between files hold. Pages made from what runs (reference, description,
citation) are written to docs/made before the others are read; so are the pictures of the gallery when it is.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("MPLBACKEND", "Agg")

import docstrings  # noqa: E402
import gallery  # noqa: E402
import made_pages  # noqa: E402
from pygments.lexers.special import TextLexer  # noqa: E402

project = "loyaltysim"
author = copyright = "The loyaltysim authors"
version = release = made_pages.version()
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "docs/made/*",
    "notebooks/*.ipynb",
    "benchmarks/README.md",
    "experiments/*/README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
]
exclude_patterns = ["docs/_build", ".venv", ".git", "src", "tests", "**/.ipynb_checkpoints"]

# Notebooks are shown with the outputs they carry; tests/notebooks runs them.
nb_execution_mode = "off"
myst_enable_extensions = ["attrs_inline"]  # anchors within a line
myst_heading_anchors = 3
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_use_rtype = False
napoleon_use_param = False
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "pydata_sphinx_theme"
html_title = "loyaltysim"
html_show_sourcelink = False
html_theme_options = {"navbar_center": [], "show_toc_level": 2, "footer_end": []}
html_context = {"default_mode": "auto"}
html_sidebars = {"docs/index": [], "**": ["pages"]}  # every page at the left of every other; the first one lists them
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["root"]  # whoever opens the folder is sent to the first page
nb_ipywidgets_js = {}  # they would be fetched from another host


def setup(app):
    app.add_lexer("csv", TextLexer)
    app.connect("autodoc-process-docstring", docstrings.readable, priority=400)  # before napoleon's
    app.connect("source-read", gallery.pictured)
    app.connect("builder-inited", lambda app: made_pages.write(HERE / "made"))
