"""
Writes the averaged networks of a run (or of the snapshot) as one ONNX graph with its manifest, and checks it against PyTorch. The blocks are in
8 bits; the float32 form is the same graph with limits in the place of their rounding, which the engine makes of it.

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
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

from export import LARGEST_DIFFERENCE, OPSET, Graph
from flat_gate import gate
from second.cleaning import CleaningBranch
from second.bounded import be_rounded, blocks_of, round_biases, take_up
from second.forms import as_floats
from second.network import GAIN, SOFT, Branch, SecondNetwork
from second.options import BRANCHES, MODEL
from second.quantized import Quantized
from second.snapshot import load_branch
from second.span_graph import SpanGraph

NAME = "pisa-compact-4x-v2"
LARGEST_MEAN = 1 / 255
"""Of the 8 bits' root mean square difference: a level."""
LARGE = 1000
"""Weights of so many numbers and more are stored in 16 bits where asked for."""


def branch(graph: Graph, centred: str, module: Branch, name: str) -> str:
    """The branch's sub-pixels."""
    blocks = Quantized(graph)
    x = graph.relu(graph.conv(centred, module.entry, f"{name}.entry"))
    early = None
    for at, block in enumerate(module.trunk):
        if at == module.early_at:
            early = graph.conv(x, module.early_head, f"{name}.early")
        x = blocks.block(x, block, f"{name}.{at}")
    late = graph.conv(x, module.head, f"{name}.conv")
    return late if early is None else graph.node("Add", [late, early], f"{name}.both")


def cleaning(graph: Graph, centred: str, base: str, module: CleaningBranch, name: str) -> str:
    """The sub-pixels of the branch that cleans and enlarges; `base` are those of the base."""
    blocks = Quantized(graph)
    x = graph.relu(graph.conv(centred, module.entry, f"{name}.entry"))
    for at, block in enumerate(module.trunk):
        x = blocks.block(x, block, f"{name}.{at}")
    cleaned = graph.node("Add", [graph.conv(x, module.head, f"{name}.head"), "image"], f"{name}.cleaned")
    return graph.node("Sub", [SpanGraph(graph, f"{name}.span").write(cleaned, module.span), base], f"{name}.beyond")


def soft(graph: Graph, x: str) -> str:
    """SecondNetwork.residual's cut: what is within SOFT is nothing."""
    limits = [graph.weight(f"{x}.{end}", np.array(sign * SOFT, np.float32)) for end, sign in (("least", -1), ("most", 1))]
    return graph.node("Sub", [x, graph.node("Clip", [x, *limits], f"{x}.little")], f"{x}.soft")


def to_onnx(network: SecondNetwork) -> onnx.ModelProto:
    """`image` [1,3,H,W] to `base`, `pixel`, `semantic` [1,3,4H,4W]. Nothing that `pixel` needs depends on the detail branch."""
    graph = Graph()
    pads = graph.weight("base.pads", np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64))
    padded = graph.node("Pad", ["image", pads], "base.padded", mode="edge")
    kernels = graph.weight("base.kernels", network.base.kernels.numpy())
    graph.shuffle(graph.node("Conv", [padded, kernels], "base.phases", kernel_shape=[5, 5], group=3), "base")

    opened = gate(graph, "image")
    centred = graph.node("Sub", ["image", graph.weight("half", np.array(0.5, np.float32))], "centred")
    cleans = isinstance(network.pixel, CleaningBranch)
    pixel = cleaning(graph, centred, "base.phases", network.pixel, "pixel") if cleans else branch(graph, centred, network.pixel, "pixel")
    graph.shuffle(soft(graph, graph.node("Mul", [pixel, opened], "pixel.gated")), "pixel")
    beyond = graph.node("Sub", [branch(graph, centred, network.detail, "detail"), pixel], "semantic.beyond")
    further = graph.node("Mul", [beyond, graph.weight("semantic.gain", np.array(GAIN, np.float32))], "semantic.further")
    woven = graph.unpattern(further, network.unpattern, "semantic.unpattern")
    graph.shuffle(soft(graph, graph.node("Mul", [woven, opened], "semantic.gated")), "semantic")

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


def differences(model: onnx.ModelProto, network: SecondNetwork) -> tuple[float, float]:
    """
    From PyTorch, on a picture of an odd size with a flat part: the float32 form's largest difference, and the 8 bits' root mean square. Of
    those single values may differ by some steps where PyTorch's sums, in floats, lie on the other side of a half. The picture is soft with
    some grain: what is made of noise at full strength depends on the last bit.
    """
    generator = torch.Generator().manual_seed(1)
    soft = F.interpolate(torch.rand(1, 3, 12, 10, generator=generator), size=(45, 38), mode="bilinear")
    image = (soft + 0.05 * torch.randn(1, 3, 45, 38, generator=generator)).clamp(0, 1)
    image[..., :20, :] = 0.3
    errors = []
    for form, rounded in ((as_floats(model), False), (model, True)):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # as the graph says; some processors add up 8 bits wrongly
        session = onnxruntime.InferenceSession(form.SerializeToString(), options, providers=["CPUExecutionProvider"])
        found = session.run(["base", "pixel", "semantic"], {"image": image.numpy()})
        be_rounded(network, rounded)
        with torch.no_grad():
            expected = network(image)
        errors.append(torch.stack([torch.from_numpy(a) - b for a, b in zip(found, expected)]))
    return float(errors[0].abs().max()), float(errors[1].square().mean().sqrt())


def averaged(run: Path | None, cleans: bool = False) -> SecondNetwork:
    """
    The averaged weights of a run; of the snapshot for a branch that the run has no checkpoint of, or without a run. Those
    outside the blocks are rounded to 16-bit floats, so that they can be stored in half the bytes. `cleans`: with the pixel branch that cleans.
    """
    network = SecondNetwork(CleaningBranch() if cleans else None)
    for name in BRANCHES:
        branch = network.get_submodule(name)
        load_branch("cleaning" if cleans and name == "pixel" else name, branch, run)
        if not take_up(branch):
            raise SystemExit(f"The branch {name} has no limits yet: train on, or python -m second.settle.")
    for name, parameter in network.named_parameters():
        if ".trunk." not in name:
            parameter.data = parameter.data.half().float()
    for block in blocks_of(network):
        round_biases(block)
    return network.eval()


def main() -> None:
    parser = ArgumentParser(description="Exports the second generation of the compact network.")
    parser.add_argument("run", help='folder of a run, or "snapshot"')
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--cleaning", action="store_true", help="with the pixel branch that cleans and enlarges")
    values = parser.parse_args()
    network = averaged(None if values.run == "snapshot" else Path(values.run), values.cleaning)
    model = to_onnx(network)
    model = packed(model)
    floats, ints = differences(model, network)
    if floats > LARGEST_DIFFERENCE or ints > LARGEST_MEAN:
        raise SystemExit(f"The graph differs from PyTorch by {floats:.1e} in floats, {ints:.1e} in 8 bits: nothing was written.")
    data = model.SerializeToString()
    values.out.mkdir(parents=True, exist_ok=True)
    (values.out / "model.onnx").write_bytes(data)
    manifest = json.loads((MODEL / "manifest.json").read_text())
    manifest |= {
        "id": values.out.resolve().name,
        "name": "PiSA Compact ×4",
        "halo": network.receptive_radius,
        "precisions": ["fp32", "int8"],
        "graph": {"path": "model.onnx", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()},
    }
    (values.out / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    parameters = sum(p.numel() for p in network.parameters())
    print(f"{values.out}: {len(data)} bytes, {parameters} parameters, halo {network.receptive_radius}, differences from PyTorch {floats:.1e} in floats, {ints:.1e} in 8 bits")


if __name__ == "__main__":
    main()
