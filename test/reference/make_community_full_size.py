"""
Files of the community's networks in the sizes that are published, with random weights, for bench/communityModels.ts:

    pip install -r requirements.txt spandrel
    python make_community_full_size.py <folder>
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact import Compact
from spandrel.architectures.DAT import DAT
from spandrel.architectures.ESRGAN import ESRGAN
from spandrel.architectures.MoSR import MoSR
from spandrel.architectures.OmniSR import OmniSR
from spandrel.architectures.PLKSR import RealPLKSR
from spandrel.architectures.RCAN import RCAN
from spandrel.architectures.RealCUGAN import UpCunet2x
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.SwinIR import SwinIR

torch.manual_seed(1)
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
dat_light = dict(split_size=[8, 32], depth=[18], num_heads=[6], embed_dim=60, expansion_factor=2, resi_connection="3conv", upsampler="pixelshuffledirect")
swinir_m = dict(window_size=8, depths=[6] * 6, embed_dim=180, num_heads=[6] * 6, mlp_ratio=2, upsampler="nearest+conv", resi_connection="1conv")
networks = {
    "compact-16": lambda: Compact(num_in_ch=3, num_out_ch=3, num_feat=64, num_conv=16, upscale=4),
    "span-48": lambda: SPAN(num_in_ch=3, num_out_ch=3, feature_channels=48, upscale=4),
    "cugan-2x": lambda: UpCunet2x(),
    "mosr": lambda: MoSR(upscale=4),
    "realplksr": lambda: RealPLKSR(upscaling_factor=4),
    "omnisr": lambda: OmniSR(up_scale=4, num_feat=64, res_num=5, block_num=1, window_size=8),
    "esrgan-6": lambda: ESRGAN(num_blocks=6, scale=4),
    "dat-light": lambda: DAT(upscale=4, **dat_light),
    "rcan": lambda: RCAN(scale=4, n_resgroups=10, n_resblocks=20, n_feats=64),
    "esrgan-23": lambda: ESRGAN(num_blocks=23, scale=4),
    "swinir-m": lambda: SwinIR(upscale=4, **swinir_m),
}
for name, make in networks.items():
    state = {key: value.contiguous().clone() for key, value in make().state_dict().items()}
    save_file(state, folder / f"{name}.safetensors")
    print(name, sum(value.numel() for value in state.values()))
