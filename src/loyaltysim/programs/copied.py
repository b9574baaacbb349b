"""Copy: a brand launches what it has seen of a rival's program.

The program runs for everybody to see, so its rules can be copied; members, balances and what they cost cannot. A copy
is a program of the brand like any other: with the same settings, members of its own, and its own line in results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.draws import purpose, salt, uniform
from loyaltysim.faults import Fault, nearest
from loyaltysim.programs.program import Account, Program
from loyaltysim.record import setting
from loyaltysim.world import World


class Copy(Program):
    """The same as a program of a rival, launched `lag_weeks` after it, by chance (eq. E131)."""

    kind: Literal["copy"] = "copy"
    lacks = ("enrollment", "segments", "from_week")

    brand: str | None = setting(None, "Whose program is copied; none: the focal brand's.")
    number: int = setting(0, "Which of its programs, from 0 on.", ge=0)
    lag_weeks: float = setting(
        26.0, "Time from its launch, or from the first measured week if it ran before, to that of the copy.", ge=0,
        unit="weeks",
    )  # fmt: skip
    chance: float = setting(1.0, "Chance that it is copied, drawn once for each replication.", ge=0, le=1, unit="1")

    @model_validator(mode="after")
    def _as_it_is(self) -> Copy:
        changed = [name for name in self.lacks if name in self.given()]
        if changed:
            raise ValueError(f"a copy is like what it copies: {' and '.join(changed)} cannot be given")
        return self

    def of(self, focal: str) -> str:
        """Whose program it copies, where the focal brand is called so."""
        return focal if self.brand is None else self.brand

    def check_copied(self, own: str, brands: Mapping[str, Any], focal: str) -> Iterator[Fault]:
        """What is wrong with the program that it names, among all brands' tables; `own` is the brand of the copy."""
        name = self.of(focal)
        others = tuple(other for other in brands if other != own)
        if name == own:
            yield Fault(None, None, "brand", f'"{own}" cannot copy a program of its own', others)
        elif name not in brands:
            yield Fault(None, None, "brand", f'no brand is called "{name}"', others, nearest(name, others))
        elif self.number >= len(brands[name].programs):
            numbers = tuple(str(number) for number in range(len(brands[name].programs)))
            message = f'"{name}" has no program {self.number}' if numbers else f'"{name}" has no program to copy'
            yield Fault(None, None, "number", message, numbers)
        elif isinstance(brands[name].programs[self.number], Copy):
            yield Fault(None, None, "brand", f'the program of "{name}" is a copy: name the brand that it copies')

    def unfold(self, brands: Mapping[str, Any], focal: str) -> Program:
        original = brands[self.of(focal)].programs[self.number]
        launch = max(original.from_week or 0.0, 0.0) + self.lag_weeks
        changes = {"name": self.name, "from_week": launch, "generous": original.generous or self.generous}
        copied: Program = original.with_(**changes)
        return copied

    def launch(self, own: Account, world: World) -> None:
        luck = np.uint64(salt(purpose(f"{own.label}.copied"), 0, 0, 0))
        own.may_join[[uniform(key, luck) >= self.chance for key in world.firm_keys]] = 0
