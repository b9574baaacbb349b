"""The gallery: each block of code has the picture that it draws below it, the same bytes each time."""

import importlib.util

import pytest

PAGE = """# Two blocks

```python
import numpy as np
import loyaltysim as ls
```

Words.

```python
ax = ls.plots.outcomes(np.arange(4.0), unit="EUR")
```

```python
ax.figure
```
"""


@pytest.fixture(scope="module")
def gallery(repository):
    """The module beside the pages."""
    found = importlib.util.spec_from_file_location("gallery", repository / "docs" / "gallery.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_gallery__a_block_that_draws_has_its_picture_below(gallery, tmp_path):
    blocks = PAGE.split("```python\nax.figure")[0]
    shown = gallery.with_pictures(blocks, tmp_path / "made")
    added = [line for line in shown.splitlines() if line not in blocks.splitlines()]
    assert added == [
        "![outcomes: A dot for each draw, stacked where they are near each other; the worst ones orange.]"
        "(made/gallery/outcomes.svg)"
    ]
    assert shown.rindex("```") < shown.index("![outcomes")
    first = (tmp_path / "made" / "outcomes.svg").read_bytes()
    gallery.with_pictures(blocks, tmp_path / "made")
    assert (tmp_path / "made" / "outcomes.svg").read_bytes() == first


def test_gallery__a_picture_is_shown_once_and_a_wrong_block_stops_the_build(gallery, tmp_path):
    with pytest.raises(NameError, match="ax"):
        gallery.with_pictures(PAGE, tmp_path)
