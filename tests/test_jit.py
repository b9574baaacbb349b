"""The cache of kernels follows the sources, works where it cannot write, and kernels call only what it can see."""

import ast
import builtins
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from loyaltysim import jit as house

pytestmark = pytest.mark.slow  # each starts processes of its own

KERNEL = """
from loyaltysim.elementary import logistic
from loyaltysim.jit import jit

@jit
def helper(x):
    return x + 1

@jit
def kernel(x):
    return helper(x) + logistic(x)
"""

RIVAL = """
from loyaltysim.draws import mix
from loyaltysim.jit import jit

@jit
def kernel(x):
    mix(x)
    return x * 2
"""

STREET = """
import json
from shop import ours, rival
answer = {}
for module in (ours, rival):
    value = float(module.kernel(0))
    stats = module.kernel.stats
    answer[module.__name__] = [value, sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]
print(json.dumps(answer))
"""

BY_PATH = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("{name}", "shop/ours.py")
module = sys.modules["{name}"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
value = module.kernel(0)
stats = module.kernel.stats
print(json.dumps([value, sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]))
"""


class Shop:
    """A small package with two files of kernels, beside a copy of floor 0, in a folder of its own."""

    def __init__(self, folder: Path):
        self.source, self.cache = folder / "source", folder / "cache"
        (self.source / "loyaltysim").mkdir(parents=True)
        (self.source / "loyaltysim" / "__init__.py").touch()
        for name in (*house.GROUND, "kernel.py", "lasting.py"):
            shutil.copy(Path(house.__file__).with_name(name), self.source / "loyaltysim" / name)
        (self.source / "shop").mkdir()
        (self.source / "shop" / "__init__.py").touch()
        (self.source / "shop" / "ours.py").write_text(KERNEL)
        (self.source / "shop" / "rival.py").write_text(RIVAL)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.source / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def run(self, code: str):
        """What a new process prints."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
        environment |= {
            "PYTHONPATH": str(self.source),
            "NUMBA_CACHE_DIR": str(self.cache),
            "PYTHONDONTWRITEBYTECODE": "1",  # .pyc files miss an edit within one second
        }
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, cwd=self.source, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def open(self) -> dict:
        """For each of the two files, in a new process: value, kernels loaded, kernels compiled."""
        return self.run(STREET)

    def files(self) -> set[Path]:
        """What the cache holds of compiled code."""
        return set(self.cache.rglob("*.nb[ci]"))


NUMBERS = """
import json
from shop import rival
value = rival.kernel({first}), rival.kernel({second})
print(json.dumps([*map(str, value), sum(rival.kernel.stats.cache_misses.values())]))
"""
READY = "import json, sys\nfrom shop import ours\nours.kernel(0)\nprint(json.dumps('numba.np.linalg' in sys.modules))"


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


LOADED, COMPILED = [1, 0], [0, 1]


def test_cache__follows_an_edit_of_the_kernels_file_and_compiles_nothing_else(shop):
    assert shop.open() == {"shop.ours": [1.5, *COMPILED], "shop.rival": [0.0, *COMPILED]}
    before = shop.files()
    assert shop.open() == {"shop.ours": [1.5, *LOADED], "shop.rival": [0.0, *LOADED]}
    assert shop.files() == before
    shop.edit("shop/ours.py", "x + 1", "x + 7")
    assert shop.open() == {"shop.ours": [7.5, *COMPILED], "shop.rival": [0.0, *LOADED]}
    added = shop.files() - before
    assert added
    assert {file.name.split(".")[0] for file in added} == {"ours"}
    assert shop.open() == {"shop.ours": [7.5, *LOADED], "shop.rival": [0.0, *LOADED]}


@pytest.mark.parametrize(
    ("file", "old", "new", "value"),
    [
        ("loyaltysim/elementary.py", "ONE / (ONE + exp(-f4(x)))", "TWO / (ONE + exp(-f4(x)))", 2.0),
        ("loyaltysim/draws.py", "SHIFT_3 = u8(30), u8(27), u8(31)", "SHIFT_3 = u8(30), u8(27), u8(32)", 1.5),
        ("loyaltysim/jit.py", 'error_model="numpy"', 'error_model="python"', 1.5),
    ],
)
def test_cache__follows_an_edit_of_floor_0(shop, file, old, new, value):
    shop.open()
    shop.edit(file, old, new)
    assert shop.open() == {"shop.ours": [value, *COMPILED], "shop.rival": [0.0, *COMPILED]}


def test_cache__makes_numba_ready_to_compile_only_where_it_must(shop):
    assert shop.run(READY)  # compiles
    assert not shop.run(READY)


def test_cache__does_not_run_what_another_process_wrote_under_the_same_name(shop):
    # Numba numbers its files in the order of compiling: two processes that begin at once may take the same number.
    street = NUMBERS.format(first=3, second=3.0)
    assert shop.run(street) == ["6", "6.0", 2]
    whole, fraction = sorted(file for file in shop.files() if re.fullmatch(r"rival\.kernel.*\.[12]\.nbc", file.name))
    shutil.copy(fraction, whole)
    assert shop.run(street) == ["6", "6.0", 1]
    assert shop.run(street) == ["6", "6.0", 0]


def test_cache__of_numba_alone_would_run_old_code(shop):
    # The reason for jit.py. When this fails Numba has mended it, and jit.py may become one line.
    shop.edit("loyaltysim/jit.py", "def jit(", "def house_jit(")
    with (shop.source / "loyaltysim" / "jit.py").open("a") as file:
        file.write("\n\njit = numba.njit(cache=True)\n")
    shop.open()
    shop.edit("loyaltysim/elementary.py", "ONE / (ONE + exp(-f4(x)))", "TWO / (ONE + exp(-f4(x)))")
    assert shop.open()["shop.ours"] == [1.5, *LOADED]  # 2.0 is right


def test_cache__may_be_impossible_to_write(shop):
    shop.cache.write_text("a file where the folder should be")
    for _ in range(2):  # every process compiles anew
        assert shop.open() == {"shop.ours": [1.5, *COMPILED], "shop.rival": [0.0, *COMPILED]}
    # Numba's second choice is __pycache__ beside the source, and that one does not follow edits of other files.
    assert not list(shop.source.rglob("*.nb[ci]"))


@pytest.mark.parametrize("name", ["first", "second"])
def test_cache__serves_a_file_that_is_loaded_under_another_name(shop, name):
    # A kernel from the cache looks up its globals by the name of its module.
    shop.run(BY_PATH.format(name="first"))
    assert shop.run(BY_PATH.format(name=name)) == [1.5, *(LOADED if name == "first" else COMPILED)]


def test_cache__folder_is_the_chosen_one_or_the_users(monkeypatch, tmp_path):
    house.cache_folder.cache_clear()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert house.cache_folder() == tmp_path
    house.cache_folder.cache_clear()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert house.cache_folder().name == "kernels"
    assert "loyaltysim" in house.cache_folder().parts
    house.cache_folder.cache_clear()


def test_jit__leaves_the_settings_of_other_packages_alone():
    before = numba.config.CACHE_DIR
    assert house.jit(lambda x: x)(1) == 1
    assert before == numba.config.CACHE_DIR


# ── Kernels call only what the hash covers ──────────────────────────────────────────────────────

SEEN = {"numpy", "math", "loyaltysim.elementary", "loyaltysim.draws", "loyaltysim.pairs"}
"""Modules that a kernel may name: floor 0 is in the hash, and of the others Numba has compiled code of its own."""


def is_jitted(function: ast.AST) -> bool:
    return isinstance(function, ast.FunctionDef) and any(
        getattr(decorator, "id", None) == "jit" for decorator in function.decorator_list
    )


def names(node: ast.AST, context: type) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, context)}


def used(kernel: ast.FunctionDef) -> set[str]:
    """What the body of a kernel takes from outside."""
    everything = ast.walk(kernel.args)
    own = {argument.arg for argument in everything if isinstance(argument, ast.arg)}
    body = ast.Module(kernel.body, [])
    return names(body, ast.Load) - own - names(body, ast.Store) - set(dir(builtins))


def strays(source: str) -> set[str]:
    """What kernels of a file use that an edit could change without compiling them again."""
    tree = ast.parse(source)
    imported, made, functions = {}, {}, {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            # `from loyaltysim import draws` brings a module, `from loyaltysim.draws import mix` a part of one
            for alias in node.names:
                brought = f"{node.module}.{alias.name}"
                imported[alias.asname or alias.name] = brought if brought in SEEN else node.module
        elif isinstance(node, ast.Import):
            imported |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef):
            functions[node.name] = node
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            made |= {name: node.value for name in names(node, ast.Store)}

    def faults(name: str, why: str, in_kernel: bool, told: frozenset):
        if name in told or (name in dir(builtins) and name not in functions | made | imported):
            return
        told |= {name}
        if name in imported:
            if imported[name] not in SEEN:
                yield f"{why} uses {name} of {imported[name]}"
        elif name in functions:
            if in_kernel and not is_jitted(functions[name]):
                yield f"{why} calls {name}, which is not @jit"
        elif name in made:  # a constant: made of what the hash covers?
            for part in names(made[name], ast.Load):
                yield from faults(part, f"{why}, by {name},", False, told)
        else:
            yield f"{why} uses {name}, which is not of its file"

    kernels = [node for node in ast.walk(tree) if is_jitted(node)]
    return {
        fault for kernel in kernels for name in used(kernel) for fault in faults(name, kernel.name, True, frozenset())
    }


BREAKS = {
    "a kernel of another room": "from loyaltysim.market.shoppers import pick\n@jit\ndef f(x): return pick(x)",
    "a module of another room": "import loyaltysim.market as market\n@jit\ndef f(x): return market.pick(x)",
    "plain Python": "def g(x): return x\n@jit\ndef f(x): return g(x)",
    "a constant of another room": "from loyaltysim.market.shoppers import N\n@jit\ndef f(x): return x + N",
    "a constant made of one": "from loyaltysim.market import N\nM = 2 * N\n@jit\ndef f(x): return x + M",
    "a variable of a closure": "def make(k):\n    @jit\n    def f(x): return x + k\n    return f",
    "SciPy": "import scipy.special as s\n@jit\ndef f(x): return s.ndtr(x)",
}
KEEPS = {
    "floor 0": "from loyaltysim.draws import mix\n@jit\ndef f(x): return mix(x)",
    "floor 0 as a module": "from loyaltysim import draws\n@jit\ndef f(x): return draws.mix(x)",
    "its own file": "@jit\ndef g(x): return x\n@jit\ndef f(x): return g(x)",
    "its own constants": "import numpy as np\nN = np.float32(2)\n@jit\ndef f(x): return max(x, N)",
    "its own purpose": "from loyaltysim.draws import purpose\nP = purpose('a')\n@jit\ndef f(x): return x + P",
    "locals": "@jit\ndef f(x):\n    n, m = 0, 1\n    for i in range(3): n += i * m\n    return [y for y in x]",
}


@pytest.mark.parametrize("source", BREAKS.values(), ids=BREAKS)
def test_rule__finds(source):
    assert len(strays(source)) == 1


@pytest.mark.parametrize("source", KEEPS.values(), ids=KEEPS)
def test_rule__allows(source):
    assert not strays(source)


def test_kernels__use_only_what_their_cache_sees(repository):
    package = repository / "src" / "loyaltysim"
    found = {}
    for file in sorted(package.rglob("*.py")):
        faults = strays(file.read_text("utf-8"))
        if faults:
            found[file.relative_to(package).as_posix()] = sorted(faults)
    assert not found


def test_numba__is_named_where_kernels_are_made_and_where_their_calls_are_noted(repository):
    package = repository / "src" / "loyaltysim"
    naming = set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if "numba" in {name.split(".")[0] for name in named}:
                naming.add(file.relative_to(package).as_posix())
    assert naming == {"jit.py", "kernel.py", "recording.py", "routine.py"}


def test_compiling__is_told_once_at_a_terminal_and_not_when_the_cache_has_it(tmp_path):
    (tmp_path / "fresh.py").write_text(
        "from loyaltysim.jit import jit\n\n@jit\ndef one(x):\n    return x + 1\n\n"
        "@jit\ndef other(x):\n    return x - 1\n\nother(one(1))\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels"), "NUMBA_DISABLE_JIT": "0"}
    said = []
    for _ in range(2):
        ours, theirs = pty.openpty()
        subprocess.run([sys.executable, "fresh.py"], cwd=tmp_path, env=environment, stderr=theirs, check=True)
        os.write(theirs, b".")  # so that there is something to read
        os.close(theirs)
        said.append(os.read(ours, 10_000).decode())
        os.close(ours)
    assert said[0].count("compiling for the first time") == 1 and said[1] == "."
    told = subprocess.run([sys.executable, "fresh.py"], cwd=tmp_path, capture_output=True, text=True,
                          env={**environment, "NUMBA_CACHE_DIR": str(tmp_path / "others")})  # fmt: skip
    assert told.stderr == ""  # nobody waits there


def test_cache__is_read_by_numba_itself_where_it_keeps_kernels_otherwise(tmp_path):
    (tmp_path / "fresh.py").write_text(
        "import sys\nfrom loyaltysim import kernel\nfrom loyaltysim.jit import jit\n\n"
        "def broken(*given):\n    raise ValueError('too many values to unpack')\n\n"
        "if len(sys.argv) > 1:\n    kernel._from_cache = broken\n\n"
        "@jit\ndef one(x):\n    return x + 1\n\n"
        "print(one(1), sum(one.stats.cache_hits.values()), sum(one.stats.cache_misses.values()))\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels"), "NUMBA_DISABLE_JIT": "0"}
    said = [
        subprocess.run([sys.executable, "fresh.py", *more], cwd=tmp_path, env=environment, check=True,
                       capture_output=True, text=True).stdout.split()
        for more in ([], [], ["broken"])
    ]  # fmt: skip
    assert said == [["2", "0", "1"], ["2", "1", "0"], ["2", "1", "0"]]


def test_cache__whose_files_were_cut_off_is_made_anew(tmp_path):
    (tmp_path / "fresh.py").write_text(
        "from loyaltysim.jit import jit\n\n@jit\ndef one(x):\n    return x + 1\n\n"
        "print(one(1), sum(one.stats.cache_hits.values()), sum(one.stats.cache_misses.values()))\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "kernels"), "NUMBA_DISABLE_JIT": "0"}

    def run() -> list[str]:
        done = subprocess.run(
            [sys.executable, "fresh.py"], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.split()

    assert run() == ["2", "0", "1"]
    for ending in ("nbi", "nbc"):
        (file,) = (file for file in tmp_path.rglob(f"*.{ending}") if "fresh" in file.name)
        os.truncate(file, 7)
        assert [run(), run()] == [["2", "0", "1"], ["2", "1", "0"]]
