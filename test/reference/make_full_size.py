"""Writes random weights of the full size (5 GB in float32, 7.6 GB with float16 beside them), for timing without the real ones:

    python make_full_size.py <folder> [--fp16]
"""

import sys

import torch

import pisa_models as models

torch.set_grad_enabled(False)
unet, vae, text = models.make_models(models.FULL)
checkpoint = models.add_loras(unet, {"pix": 4, "sem": 4}, size=0.02)
models.save_pipeline(sys.argv[1], unet, vae, text, checkpoint, halves=(False, True) if "--fp16" in sys.argv else (False,))
