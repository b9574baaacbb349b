"""exp, log, logistic and cos for float32: the same bits on every machine, with Numba on or off, in any loop.

Library versions differ in the last bit between compilers and vector widths, and NumPy's differ from both. These use
only the additions, multiplications and divisions of IEEE 754 and whole-number operations, in a fixed order; all
constants are float32. Relative error at most 3e-7 (cos: absolute), held by tests. `exp` follows Cephes (Moshier 1989),
`log` fdlibm (Sun Microsystems 1993): minimax polynomials on a reduced interval.

Loops over these functions vectorize: no branches, no table look-ups. A float64 is first rounded to float32.
"""

from __future__ import annotations

import numpy as np

from loyaltysim.jit import jit

f4 = np.float32
i4 = np.int32

ONE, HALF, TWO = f4(1.0), f4(0.5), f4(2.0)
ROUND = f4(12582912.0)  # 1.5 · 2**23: adding and subtracting it rounds a float32 to the nearest whole number
LOG2_E = f4(1.44269504088896341)
LN2_HIGH = f4(0.693359375)  # ln 2 in nine bits, so that its product with a small whole number is exact …
LN2_LOW = f4(-2.12194440e-4)  # … and the rest of it
EXP_LOWEST, EXP_HIGHEST = f4(-87.0), f4(88.0)  # beyond these e**x leaves the normal float32 range

E0, E1, E2 = f4(1.9875691500e-4), f4(1.3981999507e-3), f4(8.3334519073e-3)
E3, E4, E5 = f4(4.1665795894e-2), f4(1.6666665459e-1), f4(5.0000001201e-1)

LOG_LN2_HIGH, LOG_LN2_LOW = f4(6.9313812256e-1), f4(9.0580006145e-6)  # ln 2 in 17 bits, and the rest of it
L1, L2, L3, L4 = f4(6.6666662693e-1), f4(4.0000972152e-1), f4(2.8498786688e-1), f4(2.4279078841e-1)

# sin(π·v) on [-½, ½] by odd powers of v: the minimax fit (Remez exchange), its first three coefficients moved by
# a few last bits so that the sum is 1 at ½ and nowhere more
S1, S3, S5 = f4(3.14159274), f4(-5.16770744), f4(2.55003047)
S7, S9 = f4(-5.9804517e-1), f4(7.722013e-2)

EXPONENT_BIAS, MANTISSA_BITS = i4(127), i4(23)
MANTISSA, SQRT_HALF = i4(0x007FFFFF), i4(0x3F3504F3)  # the bits of √½ …
ONE_LESS_SQRT_HALF = i4(0x3F800000 - 0x3F3504F3)  # … and how far those of 1 are above them


@jit
def exp(x):
    """e**x for float32 `x`; below -87 it is e**-87, above 88 it is e**88."""
    x = min(max(f4(x), EXP_LOWEST), EXP_HIGHEST)
    whole = (x * LOG2_E + ROUND) - ROUND
    r = (x - whole * LN2_HIGH) - whole * LN2_LOW
    p = ((((E0 * r + E1) * r + E2) * r + E3) * r + E4) * r + E5
    p = (p * (r * r) + r) + ONE
    power = i4((i4(whole) + EXPONENT_BIAS) << MANTISSA_BITS)
    return p * i4(power).view(f4)


@jit
def log(x):
    """The natural logarithm of float32 `x`, which must be positive and normal (above 1.2e-38)."""
    bits = i4(f4(x).view(i4) + ONE_LESS_SQRT_HALF)
    exponent = f4(i4((bits >> MANTISSA_BITS) - EXPONENT_BIAS))
    m = i4((bits & MANTISSA) + SQRT_HALF).view(f4) - ONE  # x = (1 + m) · 2**exponent, √½ ≤ 1 + m < √2
    s = m / (TWO + m)  # ln(1 + m) = 2 artanh(s) = m - half + s · (half + rest)
    z = s * s
    w = z * z
    rest = w * (L2 + w * L4) + z * (L1 + w * L3)
    half = HALF * m * m
    return exponent * LOG_LN2_HIGH - ((half - (s * (half + rest) + exponent * LOG_LN2_LOW)) - m)


@jit
def logistic(x):
    """1 / (1 + e**-x) for float32 `x`."""
    return ONE / (ONE + exp(-f4(x)))


@jit
def cos_turns(turns):
    """The cosine of 2π·`turns` for float32 `turns` in [0, 1]; absolute error at most 3e-7."""
    v = abs(TWO * f4(turns) - ONE) - HALF  # cos(2π·turns) = sin(π·v), -½ ≤ v ≤ ½
    z = v * v
    return ((((S9 * z + S7) * z + S5) * z + S3) * z + S1) * v
