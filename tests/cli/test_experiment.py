"""Options of the experiments' commands: what is wrong with one is told in a line, before anything runs."""

import importlib.util
from pathlib import Path

import pytest

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*/run.py"))


def main_of(path: Path):
    spec = importlib.util.spec_from_file_location(f"experiment_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.parent.name)
def test_options__that_cannot_be_used_are_told_in_a_line(path, capsys, tmp_path):
    main = main_of(path)
    with pytest.raises(SystemExit):
        main(["--help"])
    known = capsys.readouterr().out
    assert "--seed" in known and "--out" in known
    (tmp_path / "file").write_text("")
    wrong = {
        "--replications": ("0", "1", "-1", "some"),
        "--customers": ("0", "99", "1.5"),
        "--points": ("0", "29"),
        "--worlds": ("0", "1"),
        "--seed": ("-1", "x"),
        "--claim": ("0", "nan", "x"),
        "--out": (str(tmp_path / "file"),),
    }
    for option, values in wrong.items():
        for value in values if f"{option} " in known else ():
            with pytest.raises(SystemExit) as caught:
                main([f"{option}={value}"])
            line = capsys.readouterr().err.splitlines()[-1]
            assert caught.value.code == 2 and f"argument {option}: must be " in line and value in line
