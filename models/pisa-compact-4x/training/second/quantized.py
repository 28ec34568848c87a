"""Bounded blocks as nodes of a graph, in 8 bits: weights as integers, values through QuantizeLinear and DequantizeLinear, which ONNX Runtime computes in integers."""

import numpy as np
import torch
from torch import Tensor, nn

from export import Graph
from second.bounded import BoundedBlock, activated, grid, weight_scales


class Quantized:
    """Writes blocks into `graph`."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def block(self, x: str, module: BoundedBlock, name: str) -> str:
        """`x`, floats, plus what the block makes of it: floats."""
        source, inner, residual = module.limits
        found = self._values(self._convolution(self._values(x, source, f"{name}.in"), source, module.first, f"{name}.first"), inner, f"{name}.inner")
        active = self._values(self.graph.relu(found), activated(inner), f"{name}.active")
        made = self._values(self._convolution(active, activated(inner), module.second, f"{name}.second"), residual, f"{name}.residual")
        return self.graph.node("Add", [made, x], name)

    def _values(self, x: str, limits: Tensor, name: str) -> str:
        scale, zero = grid(limits)
        numbers = [self.graph.weight(f"{name}.scale", scale.numpy()), self.graph.weight(f"{name}.zero", zero.numpy().astype(np.uint8))]
        return self.graph.node("DequantizeLinear", [self.graph.node("QuantizeLinear", [x, *numbers], f"{name}.quantized"), *numbers], name)

    def _convolution(self, x: str, limits: Tensor, module: nn.Conv2d, name: str) -> str:
        step, _ = grid(limits)
        weight, scales = module.weight.detach(), weight_scales(module.weight.detach()).flatten()
        whole = (weight / scales.view(-1, 1, 1, 1)).round().to(torch.int8)
        bias = (module.bias.detach() / (scales * step)).round().to(torch.int32)
        floats = [self._integers(whole, scales, f"{name}.weight"), self._integers(bias, scales * step, f"{name}.bias")]
        return self.graph.node("Conv", [x, *floats], name, kernel_shape=[3, 3], pads=[1, 1, 1, 1])

    def _integers(self, whole: Tensor, scales: Tensor, name: str) -> str:
        zeros = np.zeros(len(scales), whole.numpy().dtype)
        inputs = [self.graph.weight(f"{name}.whole", whole.numpy()), self.graph.weight(f"{name}.scale", scales.numpy()), self.graph.weight(f"{name}.zero", zeros)]
        return self.graph.node("DequantizeLinear", inputs, name, axis=0)
