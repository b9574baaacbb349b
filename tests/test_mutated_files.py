"""Files that a slip of the hand has changed: they are read, or their faults told; nothing else happens."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyaltysim.cli.check import summarize
from loyaltysim.faults import ScenarioError
from loyaltysim.loading import load
from loyaltysim.scenario_file import SHIPPED

TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.toml"))}
VALUES = ("-1", "0", "1e400", "nan", "inf", '""', '"x"', "true", "[]", "{}", "[1, [2]]", "1979-05-27", "{ kind = 1 }",
          "9" * 30, '{ distribution = "gamma" }', '"\\u0000"', "'''\n'''", "")  # fmt: skip
LETTERS = "[]{}=\"'#.,\n \t\\é\x00"


def mutated(text: str, luck: random.Random) -> str:
    """The text with one to three changes."""
    for _ in range(luck.randint(1, 3)):
        lines = text.splitlines() or [""]
        place, other = luck.randrange(len(lines)), luck.randrange(len(lines))
        change = luck.randrange(7)
        if change == 0:
            del lines[place]
        elif change == 1:
            lines.insert(place, lines[other])
        elif change == 2:
            lines[place], lines[other] = lines[other], lines[place]
        elif change == 3:
            key, sign, _ = lines[place].partition("=")
            lines[place] = f"{key}{sign} {luck.choice(VALUES)}"
        elif change == 4:
            lines[place] = lines[place].replace("e", "ee", 1)
        elif change == 5:
            at = luck.randrange(len(lines[place]) + 1)
            lines[place] = lines[place][:at] + luck.choice(LETTERS) + lines[place][at:]
        else:
            lines[place] = lines[place][: luck.randrange(len(lines[place]) + 1)]
        text = "\n".join(lines)
    return text


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(name=st.sampled_from(sorted(TEXTS)), seed=st.integers(0, 2**32))
def test_mutated_files__are_read_or_their_faults_told(tmp_path_factory, name, seed):
    file = tmp_path_factory.mktemp("mutated") / "mine.toml"
    file.write_text(mutated(TEXTS[name], random.Random(seed)), "utf-8")
    try:
        scenario = load(file, uses=False)
        if scenario.population.n_customers <= 20_000:
            summarize(scenario)
    except ScenarioError as error:
        assert error.faults
        for fault in error.faults:
            assert len(fault.message) > 5 and "Traceback" not in fault.message
            assert fault.file is None or fault.line is None or 1 <= fault.line <= 2000


def test_mutations__do_change_files():
    changed = [mutated(text, random.Random(seed)) != text for text in TEXTS.values() for seed in range(20)]
    assert sum(changed) > 0.9 * len(changed)
