"""
Writes the averaged networks of a run (or of the snapshot) as one ONNX graph with its manifest, and checks it against PyTorch.

    python -m second.export RUN --out DIR       # or: python -m second.export snapshot --out DIR
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

from export import LARGEST_DIFFERENCE, OPSET, Graph
from flat_gate import gate
from second.network import GAIN, Branch, SecondNetwork
from second.options import BRANCHES, FIRST_GRAPH
from second.snapshot import read_snapshot
from second.warm_start import warm_start

NAME = "pisa-compact-4x-v2"
LARGE = 1000
"""Weights of so many numbers and more are stored in 16 bits where asked for."""


def branch(graph: Graph, centred: str, module: Branch, name: str) -> str:
    """The branch's sub-pixels."""
    x = graph.relu(graph.conv(centred, module.entry, f"{name}.entry"))
    early = None
    for at, block in enumerate(module.trunk):
        if at == module.early_at:
            early = graph.conv(x, module.early_head, f"{name}.early")
        x = graph.block(x, block, f"{name}.{at}")
    late = graph.conv(x, module.head, f"{name}.conv")
    return late if early is None else graph.node("Add", [late, early], f"{name}.both")


def to_onnx(network: SecondNetwork) -> onnx.ModelProto:
    """`image` [1,3,H,W] to `base`, `pixel`, `semantic` [1,3,4H,4W]. Nothing that `pixel` needs depends on the detail branch."""
    graph = Graph()
    pads = graph.weight("base.pads", np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64))
    padded = graph.node("Pad", ["image", pads], "base.padded", mode="edge")
    kernels = graph.weight("base.kernels", network.base.kernels.numpy())
    graph.shuffle(graph.node("Conv", [padded, kernels], "base.phases", kernel_shape=[5, 5], group=3), "base")

    opened = gate(graph, "image")
    centred = graph.node("Sub", ["image", graph.weight("half", np.array(0.5, np.float32))], "centred")
    pixel = branch(graph, centred, network.pixel, "pixel")
    graph.shuffle(graph.node("Mul", [pixel, opened], "pixel.gated"), "pixel")
    beyond = graph.node("Sub", [branch(graph, centred, network.detail, "detail"), pixel], "semantic.beyond")
    further = graph.node("Mul", [beyond, graph.weight("semantic.gain", np.array(GAIN, np.float32))], "semantic.further")
    woven = graph.unpattern(further, network.unpattern, "semantic.unpattern")
    graph.shuffle(graph.node("Mul", [woven, opened], "semantic.gated"), "semantic")

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "H", "W"])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, "4H", "4W"]) for name in ("base", "pixel", "semantic")]
    whole = helper.make_graph(graph.nodes, NAME, [image], outputs, graph.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="pisa-upscale", ir_version=8)
    onnx.checker.check_model(model)
    return model


def packed(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function in half the bytes: weights that 16-bit floats hold exactly are stored so, and cast when the model is loaded."""
    casts = []
    for at, tensor in enumerate(model.graph.initializer):
        name, values = tensor.name, numpy_helper.to_array(tensor)
        if values.size >= LARGE and values.dtype == np.float32 and np.array_equal(values, values.astype(np.float16)):
            model.graph.initializer[at].CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    return model


def difference(model: bytes, network: SecondNetwork) -> float:
    """The largest difference from PyTorch on a random picture of an odd size with a flat part."""
    image = torch.rand(1, 3, 45, 38, generator=torch.Generator().manual_seed(1))
    image[..., :20, :] = 0.3
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found = session.run(["base", "pixel", "semantic"], {"image": image.numpy()})
    with torch.no_grad():
        expected = network(image)
    return max(float((torch.from_numpy(a) - b).abs().max()) for a, b in zip(found, expected))


def averaged(run: Path | None) -> SecondNetwork:
    """
    The averaged weights of a run; of the snapshot for a branch that the run has no checkpoint of, or without a run. Rounded to 16-bit floats, so
    that they can be stored in half the bytes.
    """
    network = SecondNetwork()
    warm_start(network, FIRST_GRAPH)
    for name in BRANCHES:
        file = run / f"{name}-checkpoint.pt" if run else None
        if file and file.exists():
            network.get_submodule(name).load_state_dict(torch.load(file, weights_only=True, map_location="cpu")["average"])
        else:
            read_snapshot(name, network.get_submodule(name), None)
    for parameter in network.parameters():
        parameter.data = parameter.data.half().float()
    return network.eval()


def main() -> None:
    parser = ArgumentParser(description="Exports the second generation of the compact network.")
    parser.add_argument("run", help='folder of a run, or "snapshot"')
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--packed", action="store_true", help="store weights as 16-bit floats; quantize.py takes the form without")
    values = parser.parse_args()
    network = averaged(None if values.run == "snapshot" else Path(values.run))
    model = to_onnx(network)
    data = (packed(model) if values.packed else model).SerializeToString()
    found = difference(data, network)
    if found > LARGEST_DIFFERENCE:
        raise SystemExit(f"The graph differs from PyTorch by {found:.2e}: nothing was written.")
    values.out.mkdir(parents=True, exist_ok=True)
    (values.out / "model.onnx").write_bytes(data)
    manifest = json.loads((FIRST_GRAPH.parent / "manifest.json").read_text())
    manifest |= {
        "id": values.out.resolve().name,
        "name": "PiSA Compact ×4, second generation",
        "halo": network.receptive_radius,
        "graph": {"path": "model.onnx", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()},
    }
    (values.out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{values.out}: {len(data)} bytes, {parameters} parameters, halo {network.receptive_radius}, largest difference from PyTorch {found:.1e}")


if __name__ == "__main__":
    main()
