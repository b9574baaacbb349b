"""Several networks on top of each other: a household, friends, and what is read online.

Each layer is a network of a kind of its own with strengths of its own. Two customers that are tied in several layers
have one tie, as strong as the strongest: who lives with a friend hears a message once. Reviews of several layers add
up. The first layer is the network that it would be alone; each further one has luck of its own, so that two layers of
the same kind differ, and a layer put behind the others changes none of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from loyaltysim.customers.neighbors import STRENGTH_ONE, Neighbors
from loyaltysim.customers.network import Network
from loyaltysim.draws import bits, purpose, salt
from loyaltysim.faults import Fault, ScenarioError
from loyaltysim.jit import jit
from loyaltysim.record import setting

LAYER = purpose("network.layers")
NONE = np.empty(0, np.int32)  # what kernels get for strengths that are all 1
TIMES_LAYERS = 2  # of what the layers take: two networks and the one that is made of them

ONE = 1024  # a tie of strength 1, for the kernel below


class LayersNetwork(Network):
    """Several networks on top of each other."""

    kind: Literal["layers"] = "layers"
    layers: tuple[Network, ...] = setting(..., "The networks.", min_length=1)

    @model_validator(mode="after")
    def _check_layers(self) -> LayersNetwork:
        faults = []
        for number, layer in enumerate(self.layers):
            if layer.as_totals:
                message = f'no layer can be of kind "{layer.kind}", which keeps no ties; "reviews" reach everybody'
                faults.append(Fault(None, None, f"layers.{number}", message))
            if isinstance(layer, LayersNetwork):
                faults.append(Fault(None, None, f"layers.{number}", "layers have no layers: put them in one list"))
            if getattr(layer, "turnover", 0.0) > 0:
                message = "ties that change cannot be of a layer: whose layer they are is not kept"
                faults.append(Fault(None, None, f"layers.{number}.turnover", message))
        if faults:
            raise ScenarioError(faults)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        """A plain table: a layer may be of any kind, this one too as far as a schema can tell, and that has no end."""
        return {"type": "object", "description": cls.__doc__}

    def check(self, n_customers):
        """Say what does not fit, layer by layer."""
        return [f"layers.{k}: {text}" for k, layer in enumerate(self.layers) for text in layer.check(n_customers)]

    def expected_bytes(self, n_customers, replications, folder=None):
        """Tell the highest memory while building, in bytes."""
        each = [layer.expected_bytes(n_customers, replications, folder) for layer in self.layers]
        return int(sum(each) * (1 if len(each) == 1 else TIMES_LAYERS))

    def files(self):
        """Tell the files of all layers."""
        return {
            f"layers.{k}.{name}": file for k, layer in enumerate(self.layers) for name, file in layer.files().items()
        }

    def make(self, stack):
        """Make each layer, and lay it on those before."""
        whole = Neighbors(stack.n_customers, np.zeros(stack.rows + 1, np.int64), NONE)
        for number, layer in enumerate(self.layers):
            try:
                made = layer.make(replace(stack, seed=_seed_of(stack.seed, number)))
            except ScenarioError as error:
                key = f"network.layers.{number}"
                raise ScenarioError(
                    replace(fault, key=fault.key.replace("network", key, 1)) for fault in error.faults
                ) from None
            if isinstance(made, Neighbors):
                whole = together(whole, made)
        if whole.strength is not None and (whole.strength == STRENGTH_ONE).all():
            return replace(whole, strength=None)
        return whole


def _seed_of(seed: int, number: int) -> int:
    """The seed of a layer, 0 … 2**63 - 1; the first one's is the network's own."""
    return seed if number == 0 else int(bits(np.uint64(seed), np.uint64(salt(LAYER, 0, 0, number)))) >> 1


def together(one: Neighbors, other: Neighbors) -> Neighbors:
    """Lay two networks of the same customers on each other: all ties of both, each as strong as the stronger."""
    if not len(one.neighbor) or not len(other.neighbor):
        more = one if len(one.neighbor) else other
        return replace(more, reviews=one.reviews + other.reviews)
    both = tuple((n.first, n.neighbor, NONE if n.strength is None else n.strength) for n in (one, other))
    first = np.zeros(len(one.first), np.int64)
    unite(*both[0], *both[1], first, NONE, NONE)
    neighbor = np.empty(first[-1], np.int32)
    weighted = one.strength is not None or other.strength is not None
    strength = np.empty(first[-1] if weighted else 0, np.int32)
    unite(*both[0], *both[1], first, neighbor, strength)
    return Neighbors(one.n_customers, first, neighbor, strength if weighted else None, one.reviews + other.reviews)


@jit
def unite(first_a, other_a, strength_a, first_b, other_b, strength_b, first, neighbor, strength):
    """Write where the rows of two networks together begin (`first`), and neighbors and strengths if there is room.

    Rows ascend; a neighbor that both have is written once, with the larger strength.
    """
    writes, weighs = len(neighbor) > 0, len(strength) > 0
    e = np.int64(0)
    for i in range(len(first) - 1):
        a, b = first_a[i], first_b[i]
        end_a, end_b = first_a[i + 1], first_b[i + 1]
        while a < end_a or b < end_b:
            has_a = a < end_a and (b == end_b or other_a[a] <= other_b[b])
            has_b = b < end_b and (a == end_a or other_b[b] <= other_a[a])
            if writes:
                neighbor[e] = other_a[a] if has_a else other_b[b]
            if weighs:
                of_a, of_b = np.int32(0), np.int32(0)
                if has_a:
                    of_a = strength_a[a] if len(strength_a) > 0 else np.int32(ONE)
                if has_b:
                    of_b = strength_b[b] if len(strength_b) > 0 else np.int32(ONE)
                strength[e] = max(of_a, of_b)
            a += np.int64(has_a)
            b += np.int64(has_b)
            e += 1
        first[i + 1] = e
