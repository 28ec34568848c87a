"""
Wraps the gate that keeps flat fields flat (second/network.py) around the residuals of an exported model.

    python flat_gate.py ../model.onnx GATED.onnx
"""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import onnx

from export import Graph
from second.network import Gate


def gate(graph: Graph, image: str, name: str = "gate") -> str:
    """Adds the gate of `image` [1,3,H,W]: [1,1,H,W], 0 where it is flat. In floats whatever the precision of the rest."""
    side, pad = 2 * Gate.RADIUS + 1, Gate.RADIUS

    def highest(x: str, at: str) -> str:
        rows = graph.node("MaxPool", [x], f"{at}.rows", kernel_shape=[side, 1], pads=[pad, 0, pad, 0])
        return graph.node("MaxPool", [rows], at, kernel_shape=[1, side], pads=[0, pad, 0, pad])

    def number(value: float, at: str) -> str:
        return graph.weight(f"{name}.{at}", np.array(value, np.float32))

    above = highest(image, f"{name}.above")
    below = highest(graph.node("Neg", [image], f"{name}.negated"), f"{name}.below")
    widest = graph.node("ReduceMax", [graph.node("Add", [above, below], f"{name}.range")], f"{name}.widest", axes=[1], keepdims=1)
    scaled = graph.node("Mul", [widest, number(1 / Gate.FULL, "scale")], f"{name}.scaled")
    share = graph.node("Clip", [scaled, number(0, "least"), number(1, "most")], f"{name}.share")
    rest = graph.node("Sub", [number(3, "three"), graph.node("Mul", [share, number(2, "two")], f"{name}.double")], f"{name}.rest")
    ramp = graph.node("Mul", [graph.node("Mul", [share, share], f"{name}.square"), rest], f"{name}.ramp")
    return graph.node("AveragePool", [ramp], name, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=0)


def wrapped(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its residuals gated before their depth-to-space."""
    shuffles = [node for node in model.graph.node if node.op_type == "DepthToSpace" and node.output[0] in ("pixel", "semantic")]
    graph = Graph()
    opened = gate(graph, "image")
    for node in shuffles:
        node.input[0] = graph.node("Mul", [node.input[0], opened], f"{node.output[0]}.gated")
    others = [node for node in model.graph.node if node not in shuffles]
    del model.graph.node[:]
    model.graph.node.extend(others + graph.nodes + shuffles)
    model.graph.initializer.extend(graph.weights)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = ArgumentParser(description="Gates a model's residuals.")
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    values = parser.parse_args()
    onnx.save(wrapped(onnx.load(str(values.model))), str(values.out))


if __name__ == "__main__":
    main()
