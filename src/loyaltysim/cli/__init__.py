"""The command `loyaltysim`: one file a command, and what commands share.

stdout is the answer, stderr all else. Exit codes: 0 done · 1 a run or target failed · 2 the input was wrong or an
extra is missing · 130 Ctrl-C. Whatever is slow to import is imported inside the commands, so that `--help` is quick.

To write another command: a function in a file of its own, its work inside `told(json)`, and one line in `app.py`.
"""

from loyaltysim.cli.app import app, main

__all__ = ["app", "main"]
