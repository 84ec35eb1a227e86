"""Shapes of kvbench's presets. Needs no torch, so that arguments are checked at once.

Those of Llama turn keys and queries by plain frequencies here, whatever kvbench's do: a table made once, of the same size.
"""

from typing import NamedTuple


class Gpt2(NamedTuple):
    layers: int
    heads: int
    hidden: int
    vocabulary: int = 50257
    positions: int = 1024

    @property
    def start_token(self):
        """GPT-2's end-of-text, or the last of a smaller vocabulary."""
        return min(50256, self.vocabulary - 1)

    @property
    def entry(self):
        """Elements of keys and values per cache entry and sequence, all layers."""
        return 2 * self.layers * self.hidden


class Llama(NamedTuple):
    layers: int
    heads: int
    key_value_heads: int
    head_dim: int
    hidden: int
    inner: int
    vocabulary: int
    positions: int
    tied: bool
    start_token: int

    @property
    def entry(self):
        return 2 * self.layers * self.key_value_heads * self.head_dim


PRESETS = {
    "tiny": Gpt2(2, 4, 64, 512),
    "gpt2": Gpt2(12, 12, 768),
    "gpt2-medium": Gpt2(24, 16, 1024),
    "gpt2-large": Gpt2(36, 20, 1280),
    "gpt2-xl": Gpt2(48, 25, 1600),
    "tiny-llama": Llama(2, 8, 2, 8, 64, 128, 512, 8192, True, 1),
    "smollm2-135m": Llama(30, 9, 3, 64, 576, 1536, 49152, 8192, True, 0),
    "tinyllama-1.1b": Llama(22, 32, 4, 64, 2048, 5632, 32000, 2048, False, 1),
    "llama-3.2-1b": Llama(16, 32, 8, 64, 2048, 8192, 128256, 131072, True, 128000),
    "llama-3.2-3b": Llama(28, 24, 8, 128, 3072, 8192, 128256, 131072, True, 128000),
    "mistral-7b": Llama(32, 32, 8, 128, 4096, 14336, 32768, 32768, False, 1),
    "llama-3.1-8b": Llama(32, 32, 8, 128, 4096, 14336, 128256, 131072, False, 128000),
}
BYTES = {"fp32": 4, "fp16": 2, "bf16": 2}


def cache_bytes_per_entry(model, dtype):
    """Bytes of keys and values per cache entry and sequence, all layers."""
    return PRESETS[model].entry * BYTES[dtype]
