"""Justice: how failures, complaints and answers are worked out for the few whose purchase fails (eqs. E58–E63).

`behavior.recovery` says what they mean and calls them in order. Kernels work on the list `failing` of shoppers whose
purchase failed, ascending; `of` are the replications in which they stand.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.draws import exponential, salt, uniform
from loyaltysim.elementary import exp, log, logistic
from loyaltysim.jit import jit

f4, i4, i8, u8 = np.float32, np.int32, np.int64, np.uint64

LN2 = f4(np.log(2.0))


@jit
def fail(
    brand, key, online, begins, first_replication, chance, online_chance, purpose, step, occasion, failing, of
):  # fmt: skip
    """Draw which purchases fail, by channel (eq. E58); returns how many."""
    luck = salt(purpose, step, occasion, 0)
    n, most = begins[-1], f4(0.0)
    for r in range(chance.shape[0]):
        for b in range(chance.shape[1]):
            most = max(most, chance[r, b], online_chance[r, b])
    for q in range(n):  # first whoever might fail at the largest chance, purchase or not: few
        failing[q] = i4(uniform(key[q], luck) < most)
    few = u8(0)  # without a sign, so that no index is checked for being negative
    for q in range(n):  # the list grows over marks that were read already
        might = u8(failing[q])
        failing[few] = q
        few += might
    found, r = 0, 0
    for k in range(i8(few)):
        q = failing[k]
        while q >= begins[r + 1]:
            r += 1
        own = online_chance if online[q] > f4(0.5) else chance
        if brand[q] >= 0 and uniform(key[q], luck) < own[first_replication + r, brand[q]]:
            failing[found], of[found] = q, first_replication + r
            found += 1
    return found


@jit
def hurt(failing, n, key, quantiles, purpose, step, occasion, failure):
    """failure[q] = a severity from the table of its quantiles (eq. E58)."""
    luck = salt(purpose, step, occasion, 0)
    cells = f4(quantiles.shape[0] - 1)
    for k in range(n):
        q = failing[k]
        place = uniform(key[q], luck) * cells
        cell = i4(place)
        low = quantiles[cell]
        failure[q] = low + (place - f4(cell)) * (quantiles[cell + 1] - low)


@jit
def complain(
    failing, n, of, brand, key, failure, bond, ease, minor, severe, by_bond, by_ease, purpose, step, occasion,
    complaint,
):  # fmt: skip
    """complaint[q] = 1 for those who complain (eq. E59); `minor` and `severe` are logits."""
    luck = salt(purpose, step, occasion, 0)
    minor, severe, by_bond, by_ease, middle = f4(minor), f4(severe), f4(by_bond), f4(by_ease), f4(0.5)
    for k in range(n):
        q = failing[k]
        b = brand[q]
        odds = (
            minor
            + (severe - minor) * failure[q]
            + by_bond * bond[b, q]
            + by_ease * (ease[of[k], b] - middle)
        )  # fmt: skip
        complaint[q] = f4(uniform(key[q], luck) < logistic(odds))


@jit
def meet(failing, n, of, brand, interaction, manner):
    """manner[k] = how customers of the brand are met."""
    for k in range(n):
        manner[k] = interaction[of[k], brand[failing[k]]]


@jit
def meet_in_person(failing, n, rows, brand, person, manner):
    """manner[k] += what a person of their own makes up for of what it lacks to 1 (eq. E157)."""
    one = f4(1.0)
    for k in range(n):
        q = failing[k]
        manner[k] += person[brand[q], rows[q]] * (one - manner[k])


@jit
def answer(
    failing, n, of, brand, key, complaint, distributive, response_days, manner, by_outcome, by_speed, by_manner,
    patience, purpose, step, occasion, recovery,
):  # fmt: skip
    """recovery[q] = the weighted justice of the answer, manner[k] its interaction, 0 without a complaint (eq. E60)."""
    luck = salt(purpose, step, occasion, 0)
    by_outcome, by_speed, by_manner, patience = f4(by_outcome), f4(by_speed), f4(by_manner), f4(patience)
    one = f4(1.0)
    for k in range(n):
        q = failing[k]
        b = brand[q]
        days = response_days[of[k], b] * exponential(key[q], luck)
        mended = (
            by_outcome * distributive[of[k], b]
            + by_speed * exp(-days / patience)
            + by_manner * manner[k]
        )  # fmt: skip
        recovery[q] = complaint[q] * min(mended, one)


@jit
def publish(
    failing, n, of, brand, key, complaint, recovery, moderation, chance, reach, purpose, step, occasion, public,
    heard_by_all,
):  # fmt: skip
    """public[q] = 1 where others see the complaint; add what they see, whole units rounded alike up and down (E63).

    They see the answer better than the customer got it, by `moderation` of what it lacks (E133).
    """
    luck = salt(purpose, step, occasion, 0)
    chance, reach = f4(chance), f4(reach)
    one, two, half = f4(1.0), f4(2.0), f4(0.5)
    for k in range(n):
        q = failing[k]
        seen = complaint[q] * f4(uniform(key[q], luck) < chance)
        public[q] = seen
        shown = recovery[q] + moderation[of[k], brand[q]] * (one - recovery[q])
        said = two * shown - one
        units = i8(abs(said) * reach + half) * i8(seen)
        heard_by_all[of[k], brand[q]] += units if said > f4(0.0) else -units


@jit
def disappoint(
    failing, n, rows, brand, failure, complaint, recovery, failures, paradox, paradox_above, satisfaction, bought
):  # fmt: skip
    """Lower satisfaction with the brand by what was not mended; the paradox at a first failure (eq. E61)."""
    paradox, paradox_above, zero, one = f4(paradox), f4(paradox_above), f4(0.0), f4(1.0)
    for k in range(n):
        q = failing[k]
        b, row = brand[q], rows[q]
        well = complaint[q] * f4(recovery[q] >= paradox_above) * f4(failures[b, row] == zero)
        level = satisfaction[b, row] - failure[q] * (one - recovery[q]) + paradox * well
        bought[q] = satisfaction[b, row] = min(max(level, zero), one)


@jit
def weigh(
    failing, n, rows, brand, failure, recovery, purchases, step, half_lives, offset, repeat_hazard, shield, failures,
    failed_at, strain,
):  # fmt: skip
    """Add to strain what a failure weighs beside its answer, those before and earlier purchases; remember it (E62)."""
    half_lives, offset, repeat_hazard, shield, one = f4(half_lives), f4(offset), f4(repeat_hazard), f4(shield), f4(1.0)
    for k in range(n):
        q = failing[k]
        b, row = brand[q], rows[q]
        recent = failures[b, row] * exp(-LN2 * (f4(i4(step) - failed_at[b, row]) * half_lives))
        shielded = exp(-shield * log(one + f4(purchases[b, row])))
        strain[b, row] += failure[q] * (one - offset * recovery[q]) * (one + repeat_hazard * recent) * shielded
        failures[b, row] = recent + one
        failed_at[b, row] = step


@jit
def count(failing, n, of, segment, brand, complaint, public, failures, complaints, complaints_public):
    """Count failures, complaints and public complaints by replication, segment and brand."""
    for k in range(n):
        q = failing[k]
        r, s, b = of[k], segment[q], brand[q]
        failures[r, s, b] += 1
        complaints[r, s, b] += i8(complaint[q])
        complaints_public[r, s, b] += i8(public[q])
