"""Lessons: a question to answer before looking, one thing to change, what to look at, and why it comes out as it does.

A lesson is data. To write another, add a `Lesson` to `LESSONS`: its `shows` is what its change does to the focal brand
over the whole run, and a test holds every lesson to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lesson:
    """One lesson."""

    name: str
    """In links."""
    title: str
    market: str
    """The shipped scenario that it is about."""
    question: str
    choices: tuple[str, ...]
    """What one may expect."""
    right: int
    """Which of them it is, from 0 on."""
    change: Mapping[str, float]
    """The settings that differ in the second world, by path."""
    sliders: tuple[str, ...]
    """Paths of the only sliders that are shown."""
    look: str
    """What to look at while it plays."""
    surprise: str
    explanation: str
    source: str
    shows: Mapping[str, int]
    """The sign of the difference, by measure: 1 more, −1 less, 0 none that is clear."""
    picture: str = ""
    """Which picture to look at more closely; empty: none."""


POINTS = "brands.Ours.programs.0"
LESSONS = (
    Lesson(
        name="points",
        title="Are twice as many points worth it?",
        market="grocery",
        question="Our program gives 10 points for a euro. What happens to profit if it gives 20?",
        choices=("It rises: more customers stay", "It stays the same", "It falls, although more customers stay"),
        right=2,
        change={f"{POINTS}.earn_rate": 20.0},
        sliders=(f"{POINTS}.earn_rate", f"{POINTS}.reward.value", f"{POINTS}.reward.threshold"),
        look="Retention and profit of our brand, after one year and after three. Then halve the points instead.",
        surprise="More customers stay and buy, and we earn less.",
        explanation="Most rewards go to members who would have bought anyway. What they buy more does not pay for what "
        "everybody is given. Without any points profit is about what it is now: the program moves share, not profit.",
        source="Taylor and Neslin 2005; sizes are this market's, see docs/model.md (E31, E118)",
        shows={"retention": 1, "share": 1, "profit": -1},
        picture="Switching",
    ),
    Lesson(
        name="price",
        title="A lower price or a better product?",
        market="grocery",
        question="We lower our price by a twentieth, for good. What happens to share and profit?",
        choices=("Both rise", "Share rises, profit does not", "Share stays, profit falls"),
        right=1,
        change={"brands.Ours.price": 1.9},
        sliders=("brands.Ours.price", "brands.Ours.quality"),
        look="Share at once, profit over time. Then give the price back and raise quality to 0.7 instead.",
        surprise="The price moves share at once, and profit goes down a little. Quality moves share slowly, and stays.",
        explanation="A price is felt at every choice, so share answers in the same week; but every unit earns less, "
        "those to loyal customers too. Quality has to be experienced: satisfaction grows, then the bond, then "
        "retention. What better quality costs is not counted here.",
        source="long-run price elasticity near −2.6: Bijmolt, van Heerde and Pieters 2005; docs/model.md (E9, E53–E57)",
        shows={"share": 1, "profit": -1},
    ),
    Lesson(
        name="rival",
        title="Whom does a rival's promotion take away?",
        market="grocery",
        question="The rival's promotions take 40 % off instead of 20 %. How many points of retention do we lose?",
        choices=("About half a point", "About five points", "None: loyal customers do not look"),
        right=0,
        change={"brands.Rival.pricing.0.depth": 0.4},
        sliders=("brands.Rival.pricing.0.depth", "brands.Rival.pricing.0.every_weeks"),
        look="Share, week by week: the teeth are promotions. Compare the loss of share with the loss of retention.",
        surprise="In promotion weeks we lose a lot of sales, but hardly any customers.",
        explanation="Deal seekers take the offer and come back; attached customers count only a part of it. A deal "
        "buys the rival sales, not customers, as it would buy us.",
        source="resistance of attached customers: docs/model.md (E47–E48); experiment 01",
        shows={"retention": -1, "share": -1, "profit": -1},
        picture="Switching",
    ),
)
BY_NAME = {lesson.name: lesson for lesson in LESSONS}
