"""Complete: what the shell offers for the next word."""

from __future__ import annotations


def scenarios(incomplete: str) -> list[str]:
    """Names of shipped scenarios and TOML files beside."""
    from pathlib import Path

    from loyaltysim.scenario_file import shipped

    folder = incomplete.rpartition("/")[0]
    files = [str(path) for path in Path(folder).glob("*.toml")]
    return [name for name in (*shipped(), *sorted(files)) if name.startswith(incomplete)]


def targets(incomplete: str) -> list[str]:
    """Ids of validation targets."""
    from loyaltysim.validation import select

    return [target.id for target in select() if target.id.startswith(incomplete.upper())]


def languages(incomplete: str) -> list[str]:
    """Codes of a report's languages."""
    from loyaltysim.report.language import languages as known

    return [code for code in known() if code.startswith(incomplete)]
