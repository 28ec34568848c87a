"""Writes a tiny random text encoder with a part of CLIP's vocabulary, and what transformers and diffusers make of prompts:

    pip install -r requirements.txt && python make_prompts.py

test/fixtures/prompts-tiny/    text_encoder, and tokenizer/merges.txt: the first of CLIP's merges (MIT, github.com/openai/CLIP)
test/fixtures/prompts-golden/  prompts.json (token ids), contexts.safetensors, and pictures of OSEDiff and PiSA-SR with a prompt

Needs the checkpoints that make_tiny.py and make_osediff.py wrote.
"""

import gzip
import importlib.util
import json
import os
import shutil
import tempfile

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizerFast

import make_osediff
import osediff_pipeline
import pisa_models
import pisa_pipeline
from prompt_texts import TEXTS

torch.set_grad_enabled(False)
FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures")
SD, SD_GOLDEN = os.path.join(FIXTURES, "pisa-sr-tiny"), os.path.join(FIXTURES, "pisa-sr-golden")
TINY, GOLDEN = os.path.join(FIXTURES, "prompts-tiny"), os.path.join(FIXTURES, "prompts-golden")
MERGES = 600
PROCESS_SIZE = 64
POSITIONS = 77
PROMPTS = ["", "a photo of a kingfisher, sharp feathers", "鸟 🐦 птица", "word " * 100]
PICTURE_PROMPT = PROMPTS[1]


def clip_merges():
    """The merges of CLIP's vocabulary, as open_clip_torch carries them."""
    folder = importlib.util.find_spec("open_clip").submodule_search_locations[0]
    with gzip.open(os.path.join(folder, "bpe_simple_vocab_16e6.txt.gz"), "rt", encoding="utf-8") as file:
        return file.read().split("\n")[1:49152 - 256 - 2 + 1]


def vocabulary_of(merges):
    """`bytes_to_unicode` of CLIP, the same at a word's end, the merges' tokens, start and end."""
    printed = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in printed] + [chr(256 + i) for i in range(256 - len(printed))]
    tokens = [*letters, *(letter + "</w>" for letter in letters), *("".join(merge.split()) for merge in merges),
              "<|startoftext|>", "<|endoftext|>"]
    return {token: i for i, token in enumerate(tokens)}


def tokenizer_of(merges):
    """With SD-2's padding: token 0, "!"."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/vocab.json", "w", encoding="utf-8") as file:
            json.dump(vocabulary_of(merges), file)
        write_merges(f"{folder}/merges.txt", merges)
        return CLIPTokenizerFast.from_pretrained(folder, pad_token="!", model_max_length=POSITIONS)


def write_merges(path, merges):
    with open(path, "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n" + "\n".join(merges) + "\n")


def ids_of(tokenizer, text):
    return tokenizer(text, max_length=POSITIONS, padding="max_length", truncation=True).input_ids


def text_encoder(size):
    config = dict(pisa_models.TINY["text"], vocab_size=size)
    torch.manual_seed(11)
    text = CLIPTextModel(CLIPTextConfig(max_position_embeddings=POSITIONS, hidden_act="gelu", **config)).eval()
    for name, parameter in text.named_parameters():
        if "norm" in name:
            parameter.add_(0.1 * torch.randn_like(parameter))
        if "embedding" in name:
            parameter.mul_(10)  # random ones would say almost the same of every word
    return text


def networks():
    unet = UNet2DConditionModel.from_pretrained(SD, subfolder="unet", use_safetensors=True).eval()
    vae = AutoencoderKL.from_pretrained(SD, subfolder="vae", use_safetensors=True).eval()
    return unet, vae


def load(model, tensors):
    strange = model.load_state_dict(tensors, strict=False).unexpected_keys
    assert not strange, strange


def main():
    for folder in (TINY, GOLDEN):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    merges = clip_merges()[:MERGES]
    os.makedirs(f"{TINY}/tokenizer")
    write_merges(f"{TINY}/tokenizer/merges.txt", merges)
    tokenizer = tokenizer_of(merges)
    text = text_encoder(len(vocabulary_of(merges)))
    # SD-2.1's file has the prefix, which newer transformers leave out.
    tensors = {"text_model." + name.removeprefix("text_model."): tensor for name, tensor in text.state_dict().items()
               if not name.endswith("position_ids")}
    pisa_models.save_safetensors(tensors, f"{TINY}/text_encoder/model.safetensors")
    with open(f"{TINY}/text_encoder/config.json", "w") as file:
        json.dump(text.config.to_dict(), file, indent=2, default=str)
        file.write("\n")

    golden = {"texts": [dict(text=one, ids=ids_of(tokenizer, one), count=len(tokenizer(one).input_ids) - 2) for one in TEXTS],
              "contexts": PROMPTS, "picture": PICTURE_PROMPT}
    with open(f"{GOLDEN}/prompts.json", "w", encoding="utf-8") as file:
        json.dump(golden, file)
        file.write("\n")
    contexts = {prompt: text(torch.tensor([ids_of(tokenizer, prompt)]))[0] for prompt in PROMPTS}
    named = {f"context.{i}": context for i, context in enumerate(contexts.values())}
    pisa_models.save_safetensors(named, f"{GOLDEN}/contexts.safetensors")

    picture = Image.open(f"{SD_GOLDEN}/source.png").convert("RGB")
    context = contexts[PICTURE_PROMPT]
    unet, vae = networks()
    make_osediff.add_loras(unet, vae)
    checkpoint = torch.load(f"{make_osediff.TINY}/osediff.pkl", weights_only=False)
    load(unet, checkpoint["state_dict_unet"])
    load(vae, checkpoint["state_dict_vae"])
    osediff_pipeline.upscale(unet, vae, context, picture, "adain", 4, PROCESS_SIZE).save(f"{GOLDEN}/osediff.png")
    unet, vae = networks()
    pisa_models.add_loras(unet, {"pix": 4, "sem": 2})
    load(unet, torch.load(f"{SD}/pisa_sr.pkl", weights_only=False)["state_dict_unet"])
    pisa_pipeline.upscale(unet, vae, context, picture, 0.6, 1.2, "adain", 4, PROCESS_SIZE).save(f"{GOLDEN}/pisa-sr.png")


if __name__ == "__main__":
    main()
