"""Shapes of kvbench's presets, as in dev.kvbench.model.gpt2.Gpt2Config. Needs no torch, so that arguments are checked at once."""

from typing import NamedTuple


class Shape(NamedTuple):
    layers: int
    heads: int
    width: int
    vocabulary: int = 50257

    def start_token(self):
        """GPT-2's end-of-text, or the last of a smaller vocabulary."""
        return min(50256, self.vocabulary - 1)


PRESETS = {
    "tiny": Shape(2, 4, 64, 512),
    "gpt2": Shape(12, 12, 768),
    "gpt2-medium": Shape(24, 16, 1024),
    "gpt2-large": Shape(36, 20, 1280),
    "gpt2-xl": Shape(48, 25, 1600),
}
POSITIONS = 1024
BYTES = {"fp32": 4, "fp16": 2, "bf16": 2}


def cache_bytes_per_entry(model, dtype):
    """Bytes of keys and values per cache entry and sequence, all layers."""
    shape = PRESETS[model]
    return 2 * shape.layers * shape.width * BYTES[dtype]
