"""Random SD-2.1 pipelines and PiSA-SR LoRAs in the real file formats, made with diffusers, transformers and peft.

PiSA-SR: Sun et al., CVPR 2025, https://github.com/csslc/PiSA-SR. Module and key names are those of its `pisasr.py`.
"""

import json
import os
import struct

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from peft import LoraConfig, inject_adapter_in_model
from transformers import CLIPTextConfig, CLIPTextModel

# The substrings of parameter names that `initialize_unet` of PiSA-SR gives a LoRA.
LORA_PATTERNS = ["to_k", "to_q", "to_v", "to_out.0", "conv", "conv1", "conv2", "conv_in", "conv_shortcut", "conv_out",
                 "proj_out", "proj_in", "ff.net.2", "ff.net.0.proj"]
LORA_ALPHA = 8  # peft's default, which PiSA-SR leaves as it is

TINY = dict(
    unet=dict(sample_size=8, in_channels=4, out_channels=4, block_out_channels=(16, 32, 32, 32), layers_per_block=1,
              cross_attention_dim=32, attention_head_dim=(2, 4, 4, 4), norm_num_groups=4),
    vae=dict(block_out_channels=(8, 16, 16, 16), layers_per_block=1, norm_num_groups=4),
    text=dict(vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4),
)
FULL = dict(
    unet=dict(sample_size=64, in_channels=4, out_channels=4, block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
              cross_attention_dim=1024, attention_head_dim=(5, 10, 20, 20), norm_num_groups=32),
    vae=dict(block_out_channels=(128, 256, 512, 512), layers_per_block=2, norm_num_groups=32),
    text=dict(vocab_size=49408, hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16),
)


def make_models(config, seed=0):
    """UNet, VAE and text encoder with random weights, norms included, and outputs of a sensible size."""
    torch.manual_seed(seed)
    down = ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",)
    up = ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3
    unet = UNet2DConditionModel(down_block_types=down, up_block_types=up, use_linear_projection=True, norm_eps=1e-5,
                                **config["unet"]).eval()
    vae = AutoencoderKL(down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
                        latent_channels=4, sample_size=768, scaling_factor=0.18215, **config["vae"]).eval()
    text = CLIPTextModel(CLIPTextConfig(max_position_embeddings=77, hidden_act="gelu", **config["text"])).eval()
    for model in (unet, vae, text):
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.add_(0.1 * torch.randn_like(parameter))
    # Random networks yield almost nothing; bring each output to the size that the trained one has.
    x = torch.rand(1, 3, 64, 64) * 2 - 1
    scale(vae.quant_conv, 5 / vae.encode(x).latent_dist.mean.std())
    scale(vae.decoder.conv_out, 0.45 / vae.decode(torch.randn(1, 4, 8, 8) * 5).sample.std())
    context = torch.randn(1, 77, config["unet"]["cross_attention_dim"])
    scale(unet.conv_out, 0.4 / unet(torch.randn(1, 4, 8, 8), torch.tensor([1]), encoder_hidden_states=context).sample.std())
    return unet, vae, text


def scale(module, factor):
    module.weight.mul_(factor)
    module.bias.mul_(factor)


def lora_targets(unet):
    """PiSA-SR's three groups of modules: `find_module` of its `pisasr.py`."""
    groups = {"encoder": [], "decoder": [], "others": []}
    for name, _ in unet.named_parameters():
        if "bias" in name or "norm" in name:
            continue
        for pattern in LORA_PATTERNS:
            if pattern in name:
                module = name.removesuffix(".weight")
                group = "encoder" if "down_blocks" in name or "conv_in" in name else "decoder" if "up_blocks" in name or "conv_out" in name else "others"
                groups[group].append(module)
                break
    return groups


def add_loras(unet, ranks, seed=1, size=0.05):
    """Injects the six adapters with random weights. Returns what `save_model` of PiSA-SR writes. `ranks`: {"pix": r, "sem": r}."""
    groups = lora_targets(unet)
    checkpoint = {}
    for branch, rank in ranks.items():
        for group, modules in groups.items():
            config = LoraConfig(r=rank, init_lora_weights="gaussian", target_modules=modules)
            assert config.lora_alpha == LORA_ALPHA
            inject_adapter_in_model(config, unet, f"default_{group}_{branch}")
            checkpoint[f"unet_lora_{group}_modules_{branch}"] = modules
        checkpoint[f"lora_rank_unet_{branch}"] = rank
    torch.manual_seed(seed)
    for name, parameter in unet.named_parameters():
        if "lora_" in name:
            parameter.copy_(size * torch.randn_like(parameter))
    checkpoint["state_dict_unet"] = {name: tensor for name, tensor in unet.state_dict().items() if "lora" in name}
    return checkpoint


def use_adapters(unet, branches):
    """Activates the LoRAs of these branches: () is SD-2.1 itself, ("pix",) PiSA-SR's ε_pix, ("pix", "sem") its full ε."""
    names = [f"default_{group}_{branch}" for branch in branches for group in ("encoder", "decoder", "others")]
    for module in unet.modules():
        if hasattr(module, "lora_A") and hasattr(module, "set_adapter"):
            module.enable_adapters(len(names) > 0)
            if names:
                module.set_adapter([name for name in names if name in module.lora_A])


def plain_state_dict(unet):
    """The UNet's tensors under the names they have without peft."""
    return {name.replace(".base_layer.", "."): tensor for name, tensor in unet.state_dict().items() if "lora_" not in name}


def save_safetensors(tensors, path, half=False):
    """Writes tensors as F32 or F16 in the order given, as `safetensors` does."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * (2 if half else 4)
        header[name] = dict(dtype="F16" if half else "F32", shape=list(tensor.shape), data_offsets=[offset, offset + size])
        offset += size
    text = json.dumps(header, separators=(",", ":"))
    text += " " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text.encode())
        for tensor in tensors.values():
            file.write((tensor.half() if half else tensor.float()).contiguous().numpy().tobytes())


def save_pipeline(folder, unet, vae, text, checkpoint, halves=(False,)):
    """Writes the folders of a diffusers pipeline and `pisa_sr.pkl`."""
    text_tensors = {name: tensor for name, tensor in text.state_dict().items() if not name.endswith("position_ids")}
    for half in halves:
        suffix = ".fp16.safetensors" if half else ".safetensors"
        save_safetensors(plain_state_dict(unet), f"{folder}/unet/diffusion_pytorch_model{suffix}", half)
        save_safetensors(vae.state_dict(), f"{folder}/vae/diffusion_pytorch_model{suffix}", half)
        save_safetensors(text_tensors, f"{folder}/text_encoder/model{suffix}", half)
    for name, config in (("unet", dict(unet.config)), ("vae", dict(vae.config)), ("text_encoder", text.config.to_dict())):
        with open(f"{folder}/{name}/config.json", "w") as file:
            json.dump({key: value for key, value in config.items() if key not in ("_name_or_path",)}, file, indent=2, default=str)
            file.write("\n")
    torch.save(checkpoint, f"{folder}/pisa_sr.pkl")
