"""
SPAN as nodes of a graph, in floats. x * sigmoid(x) is u + u * tanh(u) with u = x / 2, and (found + x) * (sigmoid(found) - 1/2) is
(v + x / 2) * tanh(v) with v = found / 2: so ONNX Runtime keeps all of it in the layout of its convolutions, which halve for nothing.
"""

import numpy as np
from torch import Tensor, nn

from export import Graph
from second.span import FEATURES, LEVELS, Attention, Span


class SpanGraph:
    """Writes the network into `graph`, each name beginning with `name`."""

    def __init__(self, graph: Graph, name: str) -> None:
        self.graph, self.name = graph, name
        whole = np.ones(FEATURES, np.float32)
        parts = {"scale": 0.5 * whole, "shift": 0 * whole, "mean": 0 * whole, "variance": whole}
        self.halving = [graph.weight(f"{name}.half.{part}", values) for part, values in parts.items()]

    def write(self, image: str, span: Span) -> str:
        """The sub-pixels [N,48,H,W] of the picture."""
        level = self.graph.node("Sub", [image, self.graph.weight(f"{self.name}.mean", span.mean.numpy())], f"{self.name}.level")
        entered = x = self._conv(level, span.entry, "entry", LEVELS)
        made = []
        for at, block in enumerate(span.blocks):
            x, first = self._attention(x, block, f"{at}")
            made.append((x, first))
        after = self._conv(x, span.after, "after")
        together = self.graph.node("Concat", [entered, after, made[0][0], made[-1][1]], f"{self.name}.together", axis=1)
        return self._conv(self._conv(together, span.mix, "mix"), span.exit, "exit")

    def _attention(self, x: str, module: Attention, name: str) -> tuple[str, str]:
        """What a block makes of `x`, and what its first convolution does."""
        first = self._swish(self._conv(x, module.convs[0], f"{name}.first", halved=True))
        second = self._swish(self._conv(first, module.convs[1], f"{name}.second", halved=True))
        found = self._within(self._conv(second, module.convs[2], f"{name}.third", halved=True), module.limits[0] / 2)
        half = self._node("BatchNormalization", [x, *self.halving], f"{name}.half", epsilon=0.0)
        passes = self._node("Tanh", [found], f"{name}.passes")
        return self._node("Mul", [self._node("Add", [found, half], f"{name}.both"), passes], name), first

    def _swish(self, x: str) -> str:
        graph = self.graph
        return graph.node("Add", [graph.node("Mul", [graph.node("Tanh", [x], f"{x}.tanh"), x], f"{x}.product"), x], f"{x}.swish")

    def _within(self, x: str, limits: Tensor) -> str:
        ends = [self.graph.weight(f"{x}.{end}", limit.numpy().copy()) for end, limit in zip(("lowest", "highest"), limits)]
        return self.graph.node("Clip", [x, *ends], f"{x}.within")

    def _conv(self, x: str, module: nn.Conv2d, name: str, factor: float = 1.0, halved: bool = False) -> str:
        """`factor`: of the input; `halved`: the result."""
        share, side = 0.5 if halved else 1.0, module.kernel_size[0]
        values = {"weight": share * factor * module.weight, "bias": share * module.bias}
        parts = [self.graph.weight(f"{self.name}.{name}.{part}", value.detach().numpy()) for part, value in values.items()]
        return self._node("Conv", [x, *parts], name, kernel_shape=[side, side], pads=[side // 2] * 4)

    def _node(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        return self.graph.node(kind, inputs, f"{self.name}.{name}", **attributes)
