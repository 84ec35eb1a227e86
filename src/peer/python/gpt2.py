"""GPT-2 by transformers, in the shapes of kvbench's presets, with GPT-2's own initialisation."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

# name: layers, heads, width; as in dev.kvbench.model.Gpt2Config
PRESETS = {
    "gpt2": (12, 12, 768),
    "gpt2-medium": (24, 16, 1024),
    "gpt2-large": (36, 20, 1280),
    "gpt2-xl": (48, 25, 1600),
}
DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
START_TOKEN = 50256


def make(name, dtype, device, attention):
    """A model with weights drawn on the device; latency depends on shapes, not on values."""
    layers, heads, width = PRESETS[name]
    torch.manual_seed(1)
    config = GPT2Config(n_layer=layers, n_head=heads, n_embd=width, attn_implementation=attention)
    with torch.device(device):
        model = GPT2LMHeadModel(config)
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = START_TOKEN
    return model.to(DTYPES[dtype]).eval()


def cache_bytes_per_entry(name, dtype):
    """Bytes of keys and values per cache entry and sequence, all layers."""
    layers, _, width = PRESETS[name]
    return 2 * layers * width * torch.empty((), dtype=DTYPES[dtype]).element_size()
