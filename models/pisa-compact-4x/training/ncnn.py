"""Weights in ncnn's `.bin`."""

from typing import Iterable

import numpy as np
import torch
from torch import nn

HALF_FLOATS = 0x01306B47


def read_convolutions(convolutions: Iterable[nn.Conv2d], data: bytes, at: int, name: str) -> None:
    """Fills convolutions from `data`, where they stand from `at` to the end in the order in which they run. `name`: whose weights these should be."""
    for conv in convolutions:
        kind, count = int.from_bytes(data[at : at + 4], "little"), conv.weight.numel()
        dtype = np.dtype("<f2" if kind == HALF_FLOATS else "<f4")
        weight = np.frombuffer(data, dtype, count, at + 4)
        at += 4 + (count * dtype.itemsize + 3) // 4 * 4
        bias = np.frombuffer(data, "<f4", conv.bias.numel(), at)
        at += 4 * conv.bias.numel()
        conv.weight.data = torch.from_numpy(weight.astype(np.float32)).view_as(conv.weight)
        conv.bias.data = torch.from_numpy(bias.copy())
    if at != len(data):
        raise ValueError(f"These are not the weights of {name}.")
