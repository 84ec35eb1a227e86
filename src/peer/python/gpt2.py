"""GPT-2 by transformers, in the shapes of kvbench's presets, with GPT-2's own initialisation."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

import shapes

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def make(name, dtype, device, attention):
    """A model with weights drawn on the device; latency depends on shapes, not on values."""
    shape = shapes.PRESETS[name]
    torch.manual_seed(1)
    config = GPT2Config(
        n_layer=shape.layers, n_head=shape.heads, n_embd=shape.width, vocab_size=shape.vocabulary,
        n_positions=shapes.POSITIONS, bos_token_id=shape.start_token(), eos_token_id=shape.start_token(),
        attn_implementation=attention)
    with torch.device(device):
        model = GPT2LMHeadModel(config)
    # without an end-of-text token `generate` runs to the last step
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = shape.start_token()
    return model.to(DTYPES[dtype]).eval()


def start(model, batch):
    """[batch, 1]: the token that every sequence starts from."""
    return torch.full((batch, 1), model.config.bos_token_id, device=model.device)
