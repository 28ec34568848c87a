"""Writes a tiny random TAESD and what diffusers' AutoencoderTiny decodes with it, for the checkpoints of make_tiny.py:

    pip install -r requirements.txt && python make_taesd.py

test/fixtures/taesd-tiny/    taesd/diffusion_pytorch_model.safetensors as Hugging Face has it, with fewer channels
test/fixtures/taesd-golden/  golden.safetensors: scaled latents and the pictures in [-1,1] that they decode to, pictures and what they encode to

With a folder, writes random weights of the full size there, for timing: python make_taesd.py <folder>
"""

import os
import shutil
import sys

import torch
from diffusers import AutoencoderTiny

import pisa_models as models

torch.set_grad_enabled(False)
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")
TINY, GOLDEN = os.path.join(FIXTURES, "taesd-tiny"), os.path.join(FIXTURES, "taesd-golden")
FILE = "taesd/diffusion_pytorch_model.safetensors"
CHANNELS, FULL_CHANNELS = 8, 64


def make_model(channels, seed=5):
    """Random weights whose pictures have the deviation of real ones, so that errors are not lost in a flat grey."""
    torch.manual_seed(seed)
    widths = (channels,) * 4
    model = AutoencoderTiny(encoder_block_out_channels=widths, decoder_block_out_channels=widths).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                torch.nn.init.normal_(module.bias, std=0.05)
    # The sums of the residual blocks grow with their number.
    last = model.decoder.layers[-1]
    picture = model.decode(torch.randn(1, 4, 16, 16)).sample
    last.weight.mul_(0.45 / picture.std())
    last.bias.add_(-model.decode(torch.randn(1, 4, 16, 16)).sample.mean() / 2)
    return model


def main():
    if len(sys.argv) > 1:
        models.save_safetensors(make_model(FULL_CHANNELS).state_dict(), os.path.join(sys.argv[1], FILE))
        return
    for folder in (TINY, GOLDEN):
        shutil.rmtree(folder, ignore_errors=True)
    model = make_model(CHANNELS)
    models.save_safetensors(model.state_dict(), os.path.join(TINY, FILE))
    golden = {}
    # Beyond three deviations the decoder bends what it is given.
    for name, height, width, size in (("even", 8, 8, 1.0), ("odd", 5, 7, 1.0), ("large", 4, 6, 4.0)):
        latent = size * torch.randn(1, 4, height, width)
        golden[f"{name}.latent"] = latent
        golden[f"{name}.picture"] = model.decode(latent).sample
    for name, height, width in (("even", 64, 48), ("odd", 40, 56)):
        image = 2 * torch.rand(1, 3, height, width) - 1
        golden[f"{name}.image"] = image
        golden[f"{name}.encoded"] = model.encode(image).latents
    models.save_safetensors(golden, os.path.join(GOLDEN, "golden.safetensors"))


if __name__ == "__main__":
    main()
