"""transformers with sdpa attention, its default, and a growing cache: a loop as one writes it today."""

from time import perf_counter_ns

import torch
from transformers import DynamicCache

import models

ATTENTION = "sdpa"
STRATEGIES = ("full",)


@torch.inference_mode()
def generate(model, strategy, batch, tokens, window, heavy_hitters):
    """Greedy decoding; returns host time per step in ns, the next tokens of all sequences read back each step."""
    cache = DynamicCache()
    token = models.start(model, batch)
    nanos = []
    for _ in range(tokens):
        start = perf_counter_ns()
        token = model(input_ids=token, past_key_values=cache, use_cache=True).logits[:, -1:].argmax(-1)
        token.tolist()
        nanos.append(perf_counter_ns() - start)
    return nanos
