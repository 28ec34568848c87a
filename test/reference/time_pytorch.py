"""Times PiSA-SR in PyTorch (diffusers + peft, float32, CPU), 128×128 → 512×512, LoRAs merged as the original does:

    python time_pytorch.py <folder with unet, vae, text_encoder and pisa_sr.pkl>
"""

import sys
import time

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

import pisa_pipeline as pipeline

torch.set_grad_enabled(False)
folder = sys.argv[1]
unet = UNet2DConditionModel.from_pretrained(folder, subfolder="unet", use_safetensors=True).eval()
vae = AutoencoderKL.from_pretrained(folder, subfolder="vae", use_safetensors=True).eval()
context = torch.randn(1, 77, unet.config.cross_attention_dim)
x = torch.rand(1, 3, 512, 512)


def timed(what, work, runs=2):
    best, result = float("inf"), None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    print(f"{best:7.2f} s  PyTorch {torch.__version__}: {what}")
    return result, best


z, encode = timed("encode", lambda: pipeline.encode(vae, x))
# Merged weights have the same cost as SD-2.1's own.
epsilon, one_pass = timed("one UNet pass, LoRAs merged", lambda: unet(z, torch.tensor([1]), encoder_hidden_states=context).sample)
_, decode = timed("decode = new λ", lambda: pipeline.decode(vae, z - epsilon))
print(f"{encode + one_pass + decode:7.2f} s  PyTorch: default (1, 1)")
print(f"{encode + 2 * one_pass + decode:7.2f} s  PyTorch: adjustable, without the original's swap of all weights between the passes")
