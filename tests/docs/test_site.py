"""The site: one command builds it without a warning, its links lead somewhere, and it fetches nothing."""

import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import loyaltysim as ls

FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
"""What a browser gets unasked, by tag; `link` too where it is a style or a font."""


class Page(HTMLParser):
    """Ids, links, and what is fetched, of one page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.fetched, self.pictures = set(), set(), set(), []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        if tag == "a" and attrs.get("href"):
            self.links.add(attrs["href"])
        if attrs.get(FETCHED.get(tag)):
            self.fetched.add(attrs[FETCHED[tag]])
        if tag == "img":
            self.pictures.append(attrs)


def elsewhere(link):
    return bool(urlsplit(link).scheme not in ("", "data", "mailto") or urlsplit(link).netloc)


def lead_nowhere(pages):
    """Links of the pages, by their paths, to a file or an anchor that is not there."""
    for path, page in pages.items():
        for link in page.links | page.fetched:
            parts = urlsplit(link)
            if elsewhere(link) or parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not target.is_file() or (anchor and target in pages and anchor not in pages[target].ids):
                yield f"{path.name}: {link}"


@pytest.mark.slow
def test_site__builds_without_a_warning_its_links_hold_and_it_fetches_nothing(repository, tmp_path):
    pytest.importorskip("myst_nb", reason="the site needs the extra `docs`")
    pytest.importorskip("pydata_sphinx_theme", reason="the site needs the extra `docs`")
    site = tmp_path / "html"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-c", "docs", ".", str(site)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

    pages = {path.resolve(): Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    written = {path.relative_to(site.resolve()).as_posix() for path in pages}
    shown = {f"docs/{path.stem}.html" for path in (repository / "docs").glob("*.md")}
    shown |= {f"notebooks/{path.stem}.html" for path in (repository / "notebooks").glob("*.ipynb")}
    assert shown | {"docs/made/reference.html", "docs/made/odd.html", "docs/made/citation.html"} <= written
    assert not list(lead_nowhere(pages))
    model = {link.split("/")[-1] for link in pages[(site / "docs" / "model.html").resolve()].links}
    assert {"guide.html", "gallery.html", "validation.html", "citation.html"} <= model, "no way to the other pages"
    assert "docs/index.html" in pages[(site / "index.html").resolve()].links
    gallery = pages[(site / "docs" / "gallery.html").resolve()]  # building it ran the blocks of gallery.md
    drawn = {one["src"].split("/")[-1].split(".")[0] for one in gallery.pictures}
    assert drawn == set(ls.plots.__all__) - {"save", "save_all"}
    assert not {link for page in pages.values() for link in page.fetched if elsewhere(link)}
    styles = [path for path in site.rglob("*.css") if "@import url(http" in path.read_text("utf-8")]
    assert not styles
    unnamed = [(path.name, one["src"]) for path, page in pages.items() for one in page.pictures if not one.get("alt")]
    assert not unnamed


def test_links__to_nowhere_are_found(tmp_path):
    (tmp_path / "a.html").write_text('<p id="here"><a href="#here">x</a><a href="#gone">x</a><a href="b.html">x</a>')
    path = tmp_path / "a.html"
    assert sorted(lead_nowhere({path: Page(path)})) == ["a.html: #gone", "a.html: b.html"]
