"""Arrays cut from one piece of memory are zero, apart, and begin at lines of the cache."""

import numpy as np

from loyaltysim.slab import LINE, PIECE, SMALL, Slab


def test_arrays__are_zero_and_apart_though_they_lie_in_one_piece():
    slab = Slab()
    one, other = slab.zeros((4, SMALL // 4 + 1), np.float32), slab.zeros((SMALL + 3,), np.int8)
    assert one.shape == (4, SMALL // 4 + 1) and one.dtype == np.float32 and one.flags.c_contiguous
    assert not one.any() and not other.any()
    one[:], other[:] = 7, 9
    assert (one == 7).all() and (other == 9).all()
    assert not np.shares_memory(one, other) and one.base is other.base
    assert one.ctypes.data % LINE == other.ctypes.data % LINE == 0


def test_arrays__do_not_fit_into_what_is_left_and_begin_a_new_piece():
    slab, half = Slab(), (PIECE // 2,)
    first, second, third = (slab.zeros(half, np.uint8) for _ in range(3))
    assert first.base is second.base and second.base is not third.base


def test_arrays__small_and_large_are_cut_from_no_piece():
    slab = Slab()
    assert slab.zeros((SMALL - 1,), np.uint8).base is None
    assert slab.zeros((PIECE // 2 + 1,), np.uint8).base is None
