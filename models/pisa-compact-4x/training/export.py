"""
Writes a trained network as ONNX, checks it against PyTorch and puts it with its manifest's figures into the model's folder.

    python export.py RUN/network.pt --out DIR
"""

import hashlib
import json
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from network import SCALE, SLOPE, Block, CompactNetwork, Unpattern

OPSET = 17
LARGEST_DIFFERENCE = 2e-4
"""Of a residual in [-1,1]; an eighth of an 8-bit level would be 5e-4."""


class Graph:
    """Collects nodes and weights."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, values: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def conv(self, x: str, module: nn.Conv2d, name: str) -> str:
        weight = self.weight(f"{name}.weight", module.weight.detach().numpy())
        bias = self.weight(f"{name}.bias", module.bias.detach().numpy())
        return self.node("Conv", [x, weight, bias], name, kernel_shape=[3, 3], pads=[1, 1, 1, 1])

    def relu(self, x: str) -> str:
        return self.node("LeakyRelu", [x], f"{x}.act", alpha=SLOPE)

    def block(self, x: str, module: Block, name: str) -> str:
        inner = self.relu(self.conv(x, module.first, f"{name}.first"))
        return self.node("Add", [self.conv(inner, module.second, f"{name}.second"), x], name)

    def unpattern(self, x: str, module: Unpattern, name: str) -> str:
        kernels = self.weight(f"{name}.kernels", module.kernels.numpy())
        side, pad = 2 * module.RADIUS + 1, module.RADIUS
        repeated = self.node("Conv", [x, kernels], f"{name}.repeated", kernel_shape=[side, side], pads=[pad] * 4, group=3)
        limits = [self.weight(f"{name}.{end}", np.array(sign * module.limit, np.float32)) for end, sign in (("lowest", -1), ("highest", 1))]
        return self.node("Sub", [x, self.node("Clip", [repeated, *limits], f"{name}.clipped")], name)

    def shuffle(self, x: str, name: str) -> str:
        return self.node("DepthToSpace", [x], name, blocksize=SCALE, mode="CRD")


def to_onnx(network: CompactNetwork) -> onnx.ModelProto:
    """`image` [1,3,H,W] to `base`, `pixel`, `semantic` [1,3,4H,4W]."""
    graph = Graph()
    pads = graph.weight("base.pads", np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64))
    padded = graph.node("Pad", ["image", pads], "base.padded", mode="edge")
    kernels = graph.weight("base.kernels", network.base.kernels.numpy())
    phases = graph.node("Conv", [padded, kernels], "base.phases", kernel_shape=[5, 5], group=3)
    graph.node("DepthToSpace", [phases], "base", blocksize=SCALE, mode="CRD")

    centred = graph.node("Sub", ["image", graph.weight("half", np.array(0.5, np.float32))], "centred")
    x = graph.relu(graph.conv(centred, network.entry, "entry"))
    for at, block in enumerate(network.trunk):
        x = graph.block(x, block, f"trunk.{at}")
    graph.shuffle(graph.conv(x, network.pixel_head[0], "pixel.conv"), "pixel")
    for at, block in enumerate(network.semantic_stack):
        x = graph.block(x, block, f"detail.{at}")
    detail = graph.conv(x, network.semantic_head[0], "semantic.conv")
    graph.shuffle(graph.unpattern(detail, network.unpattern, "semantic.unpattern"), "semantic")

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "H", "W"])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, "4H", "4W"]) for name in ("base", "pixel", "semantic")]
    whole = helper.make_graph(graph.nodes, "pisa-compact-4x", [image], outputs, graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="pisa-upscale", ir_version=8)
    onnx.checker.check_model(model)
    return model


def check(model: bytes, network: CompactNetwork) -> float:
    """The largest difference from PyTorch on a random picture of an odd size."""
    image = torch.rand(1, 3, 45, 38, generator=torch.Generator().manual_seed(1))
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found = session.run(["base", "pixel", "semantic"], {"image": image.numpy()})
    with torch.no_grad():
        expected = network(image)
    return max(float((torch.from_numpy(a) - b).abs().max()) for a, b in zip(found, expected))


def main() -> None:
    parser = ArgumentParser(description="Exports the compact network.")
    parser.add_argument("network", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    values = parser.parse_args()
    network = CompactNetwork()
    network.load_state_dict(torch.load(values.network, weights_only=True))
    data = to_onnx(network).SerializeToString()
    difference = check(data, network)
    if difference > LARGEST_DIFFERENCE:
        raise SystemExit(f"The graph differs from PyTorch by {difference:.2e}: nothing was written.")
    (values.out / "model.onnx").write_bytes(data)
    manifest_file = values.out / "manifest.json"
    manifest = json.loads(manifest_file.read_text())
    manifest["halo"] = network.receptive_radius
    manifest["graph"] = {"path": "model.onnx", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest_file.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{values.out / 'model.onnx'}: {len(data)} bytes, {parameters} parameters, halo {network.receptive_radius}, largest difference from PyTorch {difference:.1e}")


if __name__ == "__main__":
    main()
