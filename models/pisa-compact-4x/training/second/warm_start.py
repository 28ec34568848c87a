"""The first generation's weights as a start: the function of its graph, (1, 1) included, is preserved."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from network import Block
from second.network import EARLY, SecondNetwork

FIRST_DETAIL = 5
"""Blocks of the first generation's semantic stack."""


def begun(graph: Path | None) -> SecondNetwork:
    """A new network, with the first generation's function where its graph is given."""
    network = SecondNetwork()
    if graph:
        warm_start(network, graph)
    return network


def warm_start(network: SecondNetwork, graph: Path) -> None:
    """Fills both branches from the first generation's model.onnx. Blocks beyond its own do nothing at first: their second convolution is zero."""
    weights = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in onnx.load(str(graph)).graph.initializer}

    def fill(conv: nn.Conv2d, name: str) -> None:
        conv.weight.data.copy_(weights[f"{name}.weight"])
        conv.bias.data.copy_(weights[f"{name}.bias"])

    def fill_block(block: Block, name: str) -> None:
        fill(block.first, f"{name}.first")
        fill(block.second, f"{name}.second")

    for branch in (network.pixel, network.detail):
        fill(branch.entry, "entry")
        for at, block in enumerate(branch.trunk):
            if at < EARLY:
                fill_block(block, f"trunk.{at}")
            else:
                nn.init.zeros_(block.second.weight)
    fill(network.pixel.head, "pixel.conv")
    fill(network.detail.early_head, "pixel.conv")
    fill(network.detail.head, "semantic.conv")
    for at in range(FIRST_DETAIL):
        fill_block(network.detail.trunk[EARLY + at], f"detail.{at}")
