"""Writes the tiny random checkpoints and their golden outputs that the tests use:

    pip install -r requirements.txt && python make_tiny.py

test/fixtures/pisa-sr-tiny/    unet, vae, text_encoder, pisa_sr.pkl as a person would have them
test/fixtures/pisa-sr-golden/  golden.safetensors (every stage), source.png, and what the pipeline makes of it
"""

import os
import shutil

import numpy as np
import torch
from PIL import Image

import pisa_models as models
import pisa_pipeline as pipeline

torch.set_grad_enabled(False)
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")
TINY, GOLDEN = os.path.join(FIXTURES, "pisa-sr-tiny"), os.path.join(FIXTURES, "pisa-sr-golden")
PROCESS_SIZE = 64
GUIDANCES = [(1.0, 1.0), (0.0, 0.0), (1.0, 0.0), (0.6, 1.2)]


def source(width, height):
    """A gradient with edges and some noise."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:height, :width]
    planes = [x * 255 / width, y * 255 / height, (x // 4 + y // 4) % 2 * 180]
    return Image.fromarray(np.clip(np.stack(planes, -1) + rng.normal(0, 8, (height, width, 3)), 0, 255).astype(np.uint8))


def main():
    for folder in (TINY, GOLDEN):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    unet, vae, text = models.make_models(models.TINY)
    checkpoint = models.add_loras(unet, {"pix": 4, "sem": 2})
    models.save_pipeline(TINY, unet, vae, text, checkpoint)

    vocabulary = models.TINY["text"]["vocab_size"]
    ids = torch.tensor([[vocabulary - 2, vocabulary - 1] + [0] * 75])  # "" as SD-2's tokenizer writes it
    golden = {"context": text(ids)[0]}
    torch.manual_seed(2)
    for name, shape in (("even", (8, 8)), ("odd", (5, 7))):
        latent = torch.randn(1, 4, *shape)
        golden[f"unet.{name}.latent"] = latent
        for label, branches in (("base", ()), ("pix", ("pix",)), ("full", ("pix", "sem"))):
            golden[f"unet.{name}.{label}"] = pipeline.epsilon(unet, latent, golden["context"], branches)
    image = torch.rand(1, 3, 40, 72)
    golden["vae.image"] = image
    golden["vae.latent"] = pipeline.encode(vae, image)
    latent = torch.randn(1, 4, 6, 9)
    golden["vae.z"] = latent
    golden["vae.decoded"] = vae.decode(latent / pipeline.SCALING).sample
    models.save_safetensors(golden, os.path.join(GOLDEN, "golden.safetensors"))

    for name, picture in (("source", source(17, 23)), ("small", source(9, 12))):
        picture.save(os.path.join(GOLDEN, f"{name}.png"))
        for pixel, semantic in GUIDANCES:
            for fix in ("adain", "wavelet", "none") if (pixel, semantic) == (1.0, 1.0) else ("adain",):
                result = pipeline.upscale(unet, vae, golden["context"], picture, pixel, semantic, fix, 4, PROCESS_SIZE)
                result.save(os.path.join(GOLDEN, f"{name}-{pixel}-{semantic}-{fix}.png"))


if __name__ == "__main__":
    main()
