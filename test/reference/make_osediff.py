"""Writes a tiny random `osediff.pkl` for the checkpoints of test/fixtures/pisa-sr-tiny, and its golden outputs:

    pip install -r requirements.txt && python make_osediff.py

test/fixtures/osediff-tiny/    osediff.pkl
test/fixtures/osediff-golden/  golden.safetensors (every stage), and what the pipeline makes of pisa-sr-golden's pictures

OSEDiff: Wu et al., NeurIPS 2024, https://github.com/cswry/OSEDiff. Module and key names are those of its `osediff.py`.
"""

import os
import shutil

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from peft import LoraConfig, inject_adapter_in_model
from PIL import Image
from safetensors.torch import load_file

import osediff_pipeline as pipeline
from pisa_models import LORA_ALPHA, lora_targets, save_safetensors
from pisa_pipeline import encode

torch.set_grad_enabled(False)
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")
SD, SD_GOLDEN = os.path.join(FIXTURES, "pisa-sr-tiny"), os.path.join(FIXTURES, "pisa-sr-golden")
TINY, GOLDEN = os.path.join(FIXTURES, "osediff-tiny"), os.path.join(FIXTURES, "osediff-golden")
PROCESS_SIZE = 64
RANK_UNET, RANK_VAE = 4, 8
SIZE = 0.05
VAE_PATTERNS = ["conv1", "conv2", "conv_in", "conv_shortcut", "conv", "conv_out", "to_k", "to_q", "to_v", "to_out.0"]


def vae_targets(vae):
    """`initialize_vae` of OSEDiff: every convolution and projection of the encoder, and quant_conv."""
    names = [name for name, _ in vae.named_parameters() if "bias" not in name and "norm" not in name]
    return [name.removesuffix(".weight") for name in names
            if ("encoder" in name and any(pattern in name for pattern in VAE_PATTERNS)) or name == "quant_conv.weight"]


def inject(model, rank, modules, adapter):
    config = LoraConfig(r=rank, init_lora_weights="gaussian", target_modules=modules)
    assert config.lora_alpha == LORA_ALPHA
    inject_adapter_in_model(config, model, adapter)


def damp(layer, adapter, factor):
    """Sets a LoRA so that the layer's output shrinks to about `factor`: at t = 999 what is left of the signal is a fifteenth of z,
    and random networks would else yield pictures far out of range."""
    down, up = layer.lora_A[adapter].weight, layer.lora_B[adapter].weight
    weight = layer.base_layer.weight
    down.copy_(weight + 0.01 * weight.std() * torch.randn_like(down))
    up.copy_((factor - 1) / layer.scaling[adapter] * torch.eye(len(up)).reshape(up.shape))


def add_loras(unet, vae):
    """Injects the adapters with random weights. Returns what `save_model` of OSEDiff writes."""
    groups, encoder = lora_targets(unet), vae_targets(vae)
    for group, modules in groups.items():
        inject(unet, RANK_UNET, modules, f"default_{group}")
    inject(vae, RANK_VAE, encoder, "default_encoder")
    for module in unet.modules():
        if hasattr(module, "set_adapter") and hasattr(module, "lora_A"):
            module.set_adapter(list(module.lora_A))
    torch.manual_seed(5)
    for model in (unet, vae):
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(SIZE * torch.randn_like(parameter))
    for parameter in (unet.conv_in.base_layer.weight, unet.conv_in.base_layer.bias):
        parameter.add_(0.1 * torch.randn_like(parameter))  # OSEDiff trains it
    damp(unet.conv_out, "default_decoder", 0.1)
    damp(vae.quant_conv, "default_encoder", 0.08)
    return {
        "vae_lora_encoder_modules": encoder,
        "unet_lora_encoder_modules": groups["encoder"],
        "unet_lora_decoder_modules": groups["decoder"],
        "unet_lora_others_modules": groups["others"],
        "rank_unet": RANK_UNET,
        "rank_vae": RANK_VAE,
        "state_dict_unet": {name: tensor for name, tensor in unet.state_dict().items() if "lora" in name or "conv_in" in name},
        "state_dict_vae": {name: tensor for name, tensor in vae.state_dict().items() if "lora" in name},
    }


def main():
    for folder in (TINY, GOLDEN):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    unet = UNet2DConditionModel.from_pretrained(SD, subfolder="unet", use_safetensors=True).eval()
    vae = AutoencoderKL.from_pretrained(SD, subfolder="vae", use_safetensors=True).eval()
    context = load_file(os.path.join(SD_GOLDEN, "golden.safetensors"))["context"]
    torch.save(add_loras(unet, vae), os.path.join(TINY, "osediff.pkl"))

    golden = {}
    torch.manual_seed(6)
    for name, shape in (("even", (8, 8)), ("odd", (5, 7))):
        z = torch.randn(1, 4, *shape)
        golden[f"unet.{name}.latent"] = z
        golden[f"unet.{name}.epsilon"] = pipeline.epsilon(unet, z, context)
        golden[f"unet.{name}.denoised"] = pipeline.denoise(golden[f"unet.{name}.epsilon"], z)
    image = torch.rand(1, 3, 40, 72)
    golden["vae.image"] = image
    golden["vae.latent"] = encode(vae, image)
    save_safetensors(golden, os.path.join(GOLDEN, "golden.safetensors"))

    for name in ("source", "small"):
        picture = Image.open(os.path.join(SD_GOLDEN, f"{name}.png")).convert("RGB")
        for fix in ("adain", "wavelet", "none"):
            result = pipeline.upscale(unet, vae, context, picture, fix, 4, PROCESS_SIZE)
            result.save(os.path.join(GOLDEN, f"{name}-1.0-{fix}.png"))
            if fix == "adain":
                pipeline.dialed(result, picture, 0.6).save(os.path.join(GOLDEN, f"{name}-0.6-{fix}.png"))


if __name__ == "__main__":
    main()
