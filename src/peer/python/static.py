"""transformers' own `generate` with a static cache, which it compiles: the fastest that comes without writing code.

Its steps are timed by a streamer, which receives every step's tokens on the host: the time from one step's to the
next's is that of a whole step, sampling and stopping criteria included. The prompt is one token of each sequence, so
the first step is what `generate` calls prefill: it also sets the cache up and runs uncompiled.
"""

from time import perf_counter_ns

import torch

import models

ATTENTION = "sdpa"
STRATEGIES = ("full",)


class Clock:
    """Notes when each step's tokens arrive, those of all sequences at once; the prompt arrives first."""

    def __init__(self):
        self.arrivals = []

    def put(self, tokens):
        self.arrivals.append(perf_counter_ns())

    def end(self):
        pass


@torch.inference_mode()
def generate(model, strategy, batch, tokens, window, heavy_hitters):
    """Greedy decoding; returns host time per step in ns. The first calls compile."""
    clock = Clock()
    prompt = models.start(model, batch)
    model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=tokens,
        do_sample=False,
        cache_implementation="static",
        streamer=clock,
    )
    return [after - before for before, after in zip(clock.arrivals, clock.arrivals[1:])]
