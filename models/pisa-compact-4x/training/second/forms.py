"""
The float32 form of a graph in 8 bits: limits in the place of rounding, weights as floats. The engine does the same when it opens the model.

    python -m second.forms MODEL.onnx FLOATS.onnx
"""

import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper


def as_floats(model: onnx.ModelProto) -> onnx.ModelProto:
    """Every QuantizeLinear followed by DequantizeLinear becomes a Clip to what 8 bits hold."""
    found = onnx.ModelProto()
    found.CopyFrom(model)
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in found.graph.initializer}
    rounded = {node.output[0]: node for node in found.graph.node if node.op_type == "QuantizeLinear"}
    nodes = []
    for node in found.graph.node:
        if node.output[0] in rounded:
            continue
        source = rounded.get(node.input[0]) if node.op_type == "DequantizeLinear" else None
        if source is not None:
            scale, zero = values[source.input[1]], values[source.input[2]].astype(np.float32)
            limits = [numpy_helper.from_array(np.float32(end * scale), f"{node.output[0]}.{at}") for at, end in (("low", -zero), ("high", 255 - zero))]
            found.graph.initializer.extend(limits)
            node = helper.make_node("Clip", [source.input[0], *(limit.name for limit in limits)], list(node.output), name=node.name)
        nodes.append(node)
    del found.graph.node[:]
    found.graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in found.graph.initializer if tensor.name in used]
    del found.graph.initializer[:]
    found.graph.initializer.extend(kept)
    onnx.checker.check_model(found)
    return found


if __name__ == "__main__":
    onnx.save(as_floats(onnx.load(sys.argv[1])), sys.argv[2])
