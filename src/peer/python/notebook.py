"""The loop that the experiment grew from: transformers, eager, attention weights returned, growing cache.

Its H2O sums each step's attention over layers and heads, and once the cache is longer than the window keeps the
entries with the most of it and the most recent ones. As published it fails on the first step after an eviction:
scores stay at their old places while entries move, and the shapes no longer match. Here scores move with their
entries. It also counted an entry twice that was both heavy and recent, and so kept fewer than the window; here heavy
hitters are chosen among the older entries, as kvbench does, so that both read equally many. A token's position is the
number of entries before it, as the library counts.

Several sequences share one sum and one set of kept entries, since the published code has one: kvbench's h2o chooses for
each sequence by itself. So its choice costs the same for any number of sequences, and what it drops is its own; the
times of its products and attention are those of as many entries.
"""

from time import perf_counter_ns

import torch
from transformers import DynamicCache

import models

ATTENTION = "eager"
STRATEGIES = ("full", "h2o")


def evict(cache, scores, window, heavy_hitters):
    """scores [n]: drops all but heavy hitters and recent entries from every layer's keys and values [B, H, n, Dh]."""
    n = scores.shape[0]
    recent = window - heavy_hitters
    heavy = torch.topk(scores[: n - recent], heavy_hitters).indices
    kept = torch.cat([heavy.sort().values, torch.arange(n - recent, n, device=scores.device)])
    for layer in cache.layers:
        layer.keys = layer.keys[:, :, kept]
        layer.values = layer.values[:, :, kept]
    return scores[kept]


@torch.inference_mode()
def generate(model, strategy, batch, tokens, window, heavy_hitters):
    """Greedy decoding; returns host time per step in ns, the next tokens of all sequences read back each step."""
    cache = DynamicCache()
    scores = torch.zeros(0, device=model.device)
    token = models.start(model, batch)
    nanos = []
    for _ in range(tokens):
        start = perf_counter_ns()
        out = model(input_ids=token, past_key_values=cache, use_cache=True, output_attentions=True)
        token = out.logits[:, -1:].argmax(-1)
        if strategy == "h2o":
            # L x [B, H, 1, n] -> [n]
            row = torch.stack(out.attentions).float().sum((0, 1, 2, 3))
            scores = torch.cat([scores, scores.new_zeros(row.shape[0] - scores.shape[0])]) + row
            if scores.shape[0] > window:
                scores = evict(cache, scores, window, heavy_hitters)
        token.tolist()
        nanos.append(perf_counter_ns() - start)
    return nanos
