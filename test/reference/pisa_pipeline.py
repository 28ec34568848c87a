"""PiSA-SR's inference (`test_pisasr.py`, `pisasr.py`, `wavelet_color_fix.py`) in float32, with four deliberate changes:
the posterior's mean instead of an unseeded sample, mirrored padding to a multiple of 8 instead of squeezing, no rounding to
8 bits between the steps, and rounding instead of truncation at the end.
"""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from pisa_models import use_adapters

SCALING = 0.18215


def prepare(image, scale, process_size):
    """Pillow's bicubic enlargement, small pictures by way of `process_size`. Returns the picture and whether it is larger than asked."""
    width, height = image.size
    small = process_size // scale
    enlarged = min(width, height) < small
    if enlarged:
        factor = small / min(width, height)
        image = image.resize((int(factor * width), int(factor * height)), Image.BICUBIC)
    return image.resize((image.width * scale, image.height * scale), Image.BICUBIC), enlarged


def to_tensor(image):
    return torch.from_numpy(np.asarray(image).astype(np.float32) / 255).permute(2, 0, 1)[None]


def pad(x):
    """Mirrors at the right and bottom up to a multiple of 8."""
    height, width = x.shape[-2:]
    return F.pad(x, (0, -width % 8, 0, -height % 8), mode="reflect")


def encode(vae, x):
    return vae.encode(x * 2 - 1).latent_dist.mean * SCALING


def epsilon(unet, z, context, branches):
    use_adapters(unet, branches)
    return unet(z, torch.tensor([1]), encoder_hidden_states=context).sample


def decode(vae, z):
    return vae.decode(z / SCALING).sample.clamp(-1, 1) * 0.5 + 0.5


def adain(y, x):
    def moments(t):
        flat = t.reshape(1, 3, -1)
        return flat.mean(2).reshape(1, 3, 1, 1), (flat.var(2) + 1e-5).sqrt().reshape(1, 3, 1, 1)
    (mean_y, std_y), (mean_x, std_x) = moments(y), moments(x)
    return (y - mean_y) / std_y * std_x + mean_x


def wavelet(y, x):
    kernel = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
    def low(t):
        for level in range(5):
            radius = 2 ** level
            padded = F.pad(t, (radius,) * 4, mode="replicate")
            t = F.conv2d(padded, kernel.repeat(3, 1, 1, 1), groups=3, dilation=radius)
        return t
    return y - low(y) + low(x)


FIXES = {"adain": adain, "wavelet": wavelet, "none": lambda y, x: y}


def to_image(y):
    return Image.fromarray((y[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy())


def upscale(unet, vae, context, image, pixel, semantic, colour_fix="adain", scale=4, process_size=512):
    """The whole way of one picture, a PIL image in RGB, to a PIL image."""
    work, enlarged = prepare(image, scale, process_size)
    x = to_tensor(work)
    z = encode(vae, pad(x))
    pix, full = epsilon(unet, z, context, ("pix",)), epsilon(unet, z, context, ("pix", "sem"))
    y = decode(vae, z - pixel * pix - semantic * (full - pix))[..., : x.shape[2], : x.shape[3]]
    result = to_image(FIXES[colour_fix](y, x))
    return result.resize((image.width * scale, image.height * scale), Image.BICUBIC) if enlarged else result
