"""OSEDiff's inference (`osediff.py`, `test_osediff.py` of github.com/cswry/OSEDiff) in float32, with the deliberate changes that
pisa_pipeline.py has. Small pictures are reduced to the size that was asked for (the original forgets to).
"""

import torch
from diffusers import DDPMScheduler
from PIL import Image

from pisa_pipeline import FIXES, decode, encode, pad, prepare, to_image, to_tensor

TIMESTEP = 999


def scheduler():
    """SD-2.1-base's own, with the one step that OSEDiff takes: from t = 999 to the end."""
    steps = DDPMScheduler(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
                          prediction_type="epsilon", clip_sample=False)
    steps.set_timesteps(timesteps=[TIMESTEP])
    return steps


def epsilon(unet, z, context):
    return unet(z, torch.tensor([TIMESTEP]), encoder_hidden_states=context).sample


def denoise(predicted, z):
    """One step to the end. The scheduler's noise has a variance of 1e-20 there, so it is left out: `pred_original_sample`."""
    step = scheduler().step(predicted, TIMESTEP, z)
    assert (step.prev_sample - step.pred_original_sample).abs().max() < 1e-6
    return step.pred_original_sample


def upscale(unet, vae, context, image, colour_fix="adain", scale=4, process_size=512):
    """The whole way of one picture, a PIL image in RGB, to a PIL image."""
    work, enlarged = prepare(image, scale, process_size)
    x = to_tensor(work)
    z = encode(vae, pad(x))
    y = decode(vae, denoise(epsilon(unet, z, context), z))[..., : x.shape[2], : x.shape[3]]
    result = to_image(FIXES[colour_fix](y, x))
    return result.resize((image.width * scale, image.height * scale), Image.BICUBIC) if enlarged else result


def dialed(result, image, semantic, scale=4):
    """base + λ_sem · (S − base): the bicubic enlargement and OSEDiff's result, both of 8 bits."""
    base = image.resize((image.width * scale, image.height * scale), Image.BICUBIC)
    x, y = to_tensor(base), to_tensor(result)
    return to_image(x + semantic * (y - x))
