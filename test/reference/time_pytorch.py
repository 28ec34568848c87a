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
    """The result, and the least time on the clock with its processor time."""
    best, result = (float("inf"), 0.0), None
    for _ in range(runs):
        start, processor = time.perf_counter(), time.process_time()
        result = work()
        best = min(best, (time.perf_counter() - start, time.process_time() - processor))
    say(best, f"PyTorch {torch.__version__}: {what}")
    return result, best


def say(spent, what):
    print(f"{spent[0]:7.2f} s {spent[1]:6.1f} s  {what}")


def total(*parts):
    return tuple(map(sum, zip(*parts)))


print("PyTorch: time, processor time")
z, encode = timed("encode", lambda: pipeline.encode(vae, x))
# Merged weights have the same cost as SD-2.1's own.
epsilon, one_pass = timed("one UNet pass, LoRAs merged", lambda: unet(z, torch.tensor([1]), encoder_hidden_states=context).sample)
_, decode = timed("decode = new λ", lambda: pipeline.decode(vae, z - epsilon))
say(total(encode, one_pass, decode), "PyTorch: default (1, 1)")
say(total(encode, one_pass, one_pass, decode), "PyTorch: adjustable, without the original's swap of all weights between the passes")
