"""
What spandrel computes with small networks of every architecture, as references for the tests:

    pip install -r requirements.txt spandrel
    python make_architectures.py ../fixtures/architectures

Weights are pseudo-random numbers that the tests make anew (test/harness/networks.ts), so only recipes are kept: architectures.json has, for each network,
its tensors with shape, offset and amplitude. NAME.safetensors has `input` and `output`, [1,C,H,W], and the few tensors that are no random numbers.
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact as SRVGGNetCompact
from spandrel.architectures.DAT import DAT
from spandrel.architectures.ESRGAN import ESRGAN as RRDBNet
from spandrel.architectures.MoSR import MoSR
from spandrel.architectures.OmniSR import OmniSR
from spandrel.architectures.PLKSR import PLKSR, RealPLKSR
from spandrel.architectures.RCAN import RCAN
from spandrel.architectures.RealCUGAN import UpCunet2x, UpCunet2x_fast, UpCunet3x, UpCunet4x
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.SwinIR import SwinIR


class DnCNN(torch.nn.Module):
    """Zhang et al. 2016 with its normalization merged, as KAIR publishes it; spandrel has none."""

    def __init__(self, channels: int, features: int, layers: int) -> None:
        super().__init__()
        parts = [torch.nn.Conv2d(channels, features, 3, padding=1)]
        for layer in range(1, layers):
            parts += [torch.nn.ReLU(), torch.nn.Conv2d(features, features if layer < layers - 1 else channels, 3, padding=1)]
        self.model = torch.nn.Sequential(*parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - self.model(x)


NETWORKS: dict[str, dict] = {}
IGNORED = ("total_ops", "total_params", "num_batches_tracked", "attn_mask", "relative_position_index")


def random_values(seed: int, count: int) -> np.ndarray:
    """Mulberry32 (Tommy Ettinger), `count` numbers in [-1,1)."""
    with np.errstate(over="ignore"):
        state = np.uint32(seed) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        t = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        t ^= t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))
        t ^= t >> np.uint32(14)
    return (t.astype(np.float64) / 2**31 - 1).astype(np.float32)


def recipe(key: str, tensor: torch.Tensor, gain: float) -> tuple[float, float] | None:
    """Offset and amplitude with which activations neither vanish nor explode; None for what keeps its value."""
    if not tensor.is_floating_point() or key.endswith(("rpe_biases", "init_pos")) or key.startswith(("sub_mean", "add_mean")):
        return None
    if key.endswith("running_var"):
        return 1.5, 0.5
    if tensor.dim() <= 1 or key.endswith("temperature"):
        return (1.0 if key.endswith(("weight", "temperature")) else 0.0), 0.15
    return 0.0, round(gain * 1.7 / tensor[0].numel() ** 0.5, 4)


def run(name: str, model: torch.nn.Module, size: tuple[int, int], channels: int = 3, gain: float = 1.0, rename=None) -> None:
    model.eval()
    state = {key: value for key, value in model.state_dict().items() if not any(word in key for word in IGNORED)}
    tensors, kept = {}, {}
    for key, value in state.items():
        rule = recipe(key, value, gain)
        if rule is None:
            kept[key] = value.detach().clone().contiguous()
            continue
        numbers = random_values(zlib.crc32(f"{name}/{key}".encode()), value.numel())
        value.copy_(torch.from_numpy(np.float32(rule[0]) + np.float32(rule[1]) * numbers).reshape(value.shape))
        tensors[key] = [list(value.shape), *rule]
    image = torch.from_numpy(random_values(zlib.crc32(name.encode()), channels * size[0] * size[1]) * 0.5 + 0.5)
    image = image.reshape(1, channels, *size)
    with torch.no_grad():
        output = model(image.clone())
    names = {key: key for key in state}
    if rename:
        names = {key: renamed for key in state for renamed in rename({key: None})}
    NETWORKS[name] = {names[key]: [*rule, key] if names[key] != key else rule for key, rule in tensors.items() if key in names}
    golden = {"input": image, "output": output.contiguous(), **{names[key]: value for key, value in kept.items() if key in names}}
    save_file(golden, FOLDER / f"{name}.safetensors")
    print(f"{name:26} {(FOLDER / f'{name}.safetensors').stat().st_size:8} bytes, {tuple(output.shape)}, {output.min():.3f} … {output.max():.3f}")


def new_keys(ups: int, blocks: int):
    """BasicSR's names for the original ones."""

    def rename(state: dict) -> dict:
        table = {"model.0": "conv_first", f"model.1.sub.{blocks}": "conv_body", f"model.{3 * ups + 2}": "conv_hr", f"model.{3 * ups + 4}": "conv_last"}
        table |= {f"model.{3 * n}": f"conv_up{n}" for n in range(1, ups + 1)}
        renamed = {}
        for key, value in state.items():
            module, kind = key.rsplit(".", 1)
            module = table.get(module, module).replace("model.1.sub.", "body.").replace("RDB", "rdb")
            renamed[f"{module.removesuffix('.0') if module.startswith('body.') else module}.{kind}"] = value
        return renamed

    return rename


def trunk_keys(ups: int, blocks: int):
    """BSRGAN's names for the original ones."""
    inner = new_keys(ups, blocks)

    def rename(state: dict) -> dict:
        renamed = {}
        for key, value in inner(state).items():
            key = key.replace("conv_body", "trunk_conv").replace("conv_hr", "HRconv").replace("conv_up", "upconv")
            renamed[key.replace("body.", "RRDB_trunk.").replace("rdb", "RDB")] = value
        return renamed

    return rename


def without(*suffixes: str):
    return lambda state: {key: value for key, value in state.items() if not key.endswith(suffixes)}


def main() -> None:
    rrdb = dict(num_filters=8, num_blocks=2)
    run("esrgan-old-4x", RRDBNet(**rrdb), (12, 15))
    run("esrgan-old-1x", RRDBNet(**rrdb, scale=1), (12, 15))
    run("esrgan-old-8x", RRDBNet(**rrdb, scale=8), (6, 7))
    run("esrgan-plus-2x", RRDBNet(**rrdb, scale=2, plus=True), (12, 15))
    run("esrgan-new-4x", RRDBNet(**rrdb), (12, 15), rename=new_keys(2, 2))
    run("esrgan-trunk-4x", RRDBNet(**rrdb), (12, 15), rename=trunk_keys(2, 2))
    run("esrgan-unshuffle-2x", RRDBNet(**rrdb, in_nc=12, out_nc=3, scale=4, shuffle_factor=2), (12, 16), rename=new_keys(2, 2))
    run("esrgan-unshuffle-1x", RRDBNet(**rrdb, in_nc=48, out_nc=3, scale=4, shuffle_factor=4), (12, 16), rename=new_keys(2, 2))
    run("esrgan-rgba-4x", RRDBNet(**rrdb, in_nc=4, out_nc=4), (9, 8), channels=4)
    run("esrgan-grey-1x", RRDBNet(**rrdb, in_nc=1, out_nc=1, scale=1), (9, 8), channels=1)
    run("compact-4x", SRVGGNetCompact(num_feat=12, num_conv=3, upscale=4), (12, 15))
    run("compact-1x", SRVGGNetCompact(num_feat=12, num_conv=2, upscale=1), (12, 15))
    run("span-norm-4x", SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=4), (12, 15), gain=0.5, rename=without("eval_conv.weight", "eval_conv.bias"))
    run("span-deploy-2x", SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=2, norm=False), (12, 15), gain=0.5)
    run("plksr-4x", PLKSR(dim=16, n_blocks=2, upscaling_factor=4, ccm_type="CCM"), (20, 23))
    run("plksr-dccm-2x", PLKSR(dim=16, n_blocks=2, upscaling_factor=2, ccm_type="DCCM"), (20, 23))
    run("realplksr-4x", RealPLKSR(dim=16, n_blocks=2), (20, 23))
    run("realplksr-dysample-4x", RealPLKSR(dim=16, n_blocks=2, dysample=True), (20, 23))
    run("realplksr-layernorm-2x", RealPLKSR(dim=16, n_blocks=2, upscaling_factor=2, dysample=True, layer_norm=True, kernel_size=13), (20, 23))
    run("realplksr-1x", RealPLKSR(dim=16, n_blocks=2, upscaling_factor=1), (20, 23))
    run("mosr-4x", MoSR(dim=16, n_block=2), (17, 15))
    run("mosr-ensemble-2x", MoSR(dim=16, n_block=2, upscale=2, upsampler="gps", expansion_ratio=1), (17, 15))
    run("mosr-dysample-4x", MoSR(dim=16, n_block=2, upsampler="dys"), (17, 15))
    run("rcan-4x", RCAN(n_resgroups=2, n_resblocks=2, n_feats=16), (12, 15))
    run("rcan-unshuffle-2x", RCAN(scale=2, n_resgroups=2, n_resblocks=2, n_feats=16, norm=False, unshuffle_mod=True), (12, 16))
    dat = dict(embed_dim=32, split_size=[4, 8], depth=[3, 2], num_heads=[2, 2], expansion_factor=2.0)
    run("dat-4x", DAT(**dat, upscale=4), (16, 24))
    run("dat-light-2x", DAT(**dat, upscale=2, resi_connection="3conv", upsampler="pixelshuffledirect"), (13, 18))
    swin = dict(embed_dim=12, depths=[2, 2], num_heads=[2, 3], mlp_ratio=2.0)
    run("swinir-nearest-4x", SwinIR(**swin, window_size=8, upscale=4, upsampler="nearest+conv", resi_connection="3conv"), (16, 24))
    run("swinir-shuffle-3x", SwinIR(**swin, window_size=4, upscale=3, upsampler="pixelshuffle"), (14, 17))
    run("swinir-direct-2x", SwinIR(**swin, window_size=8, upscale=2, upsampler="pixelshuffledirect"), (16, 16))
    run("swinir-jpeg-1x", SwinIR(**swin, window_size=7, img_size=126, img_range=255.0), (21, 16), gain=0.5)
    omni = dict(num_feat=16, res_num=1, block_num=1)
    run("omnisr-4x", OmniSR(**omni), (24, 32))
    run("omnisr-2x-without-bias", OmniSR(**omni, up_scale=2, pe=False, bias=False), (27, 35))
    run("cugan-2x", UpCunet2x(), (40, 42))
    run("cugan-2x-fast", UpCunet2x_fast(), (40, 44))
    run("cugan-3x-pro", UpCunet3x(pro=True), (40, 44))
    run("cugan-4x", UpCunet4x(), (40, 42))
    run("dncnn-1x", DnCNN(3, 8, 5), (12, 15))
    run("dncnn-grey-1x", DnCNN(1, 8, 4), (9, 8), channels=1)


FOLDER = Path(sys.argv[1])
FOLDER.mkdir(parents=True, exist_ok=True)
if __name__ == "__main__":
    torch.set_num_threads(2)
    main()
    (FOLDER / "architectures.json").write_text(json.dumps(NETWORKS, separators=(",", ":")).replace("},", "},\n") + "\n")
