"""Plots: a Dataset in, Axes out, every picture under the question it answers.

    ax = ls.plots.retention(result)
    ls.plots.save(ax, "retention.svg")     # or, in a notebook, end the cell with `ax.figure`

Pictures of several panels (`states`, `after_promotion`, `effects`) divide the axes they are given; the panels are
``ax.child_axes``. Lines are means over replications, bands 95 % intervals of the mean. Brands are told apart by line
style and marker as well as by color, and no picture changes matplotlib's settings. `diffusion` alone writes a file: a
moving picture, of a scenario.
"""

from loyaltysim.plots.after_promotion import after_promotion
from loyaltysim.plots.alluvial import alluvial
from loyaltysim.plots.calibration import calibration
from loyaltysim.plots.channels import channels
from loyaltysim.plots.cumulative_profit import cumulative_profit
from loyaltysim.plots.diffusion import diffusion
from loyaltysim.plots.effects import effects
from loyaltysim.plots.estimates import estimates
from loyaltysim.plots.liability import liability
from loyaltysim.plots.offspring import offspring
from loyaltysim.plots.outcomes import outcomes
from loyaltysim.plots.pareto_front import pareto_front, search_history
from loyaltysim.plots.program_value import program_value
from loyaltysim.plots.ranges import ranges
from loyaltysim.plots.reproduction_number import reproduction_number
from loyaltysim.plots.resistance import resistance
from loyaltysim.plots.retention import retention
from loyaltysim.plots.save_all import save_all
from loyaltysim.plots.saving import save
from loyaltysim.plots.sensitivity import sensitivity
from loyaltysim.plots.shares import shares
from loyaltysim.plots.standings import standings
from loyaltysim.plots.states import states
from loyaltysim.plots.survival import survival
from loyaltysim.plots.switching import switching
from loyaltysim.plots.tornado import tornado
from loyaltysim.plots.who_benefits import who_benefits
from loyaltysim.plots.word_of_mouth_value import word_of_mouth_value

__all__ = [
    "after_promotion",
    "alluvial",
    "calibration",
    "channels",
    "cumulative_profit",
    "diffusion",
    "effects",
    "estimates",
    "liability",
    "offspring",
    "outcomes",
    "pareto_front",
    "program_value",
    "ranges",
    "reproduction_number",
    "resistance",
    "retention",
    "save",
    "save_all",
    "search_history",
    "sensitivity",
    "shares",
    "standings",
    "states",
    "survival",
    "switching",
    "tornado",
    "who_benefits",
    "word_of_mouth_value",
]
