"""GPT-2 for training: parameters carry the names and shapes of Hugging Face's checkpoints, so saving is a copy."""

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

PREFIX = "transformer."


@dataclass(frozen=True)
class Shape:
    layers: int = 5
    heads: int = 4
    width: int = 256
    vocabulary: int = 2048
    positions: int = 1024
    epsilon: float = 1e-5

    def hugging_face(self):
        """The content of config.json."""
        end = self.vocabulary - 1
        return {
            "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "activation_function": "gelu_new",
            "n_layer": self.layers, "n_head": self.heads, "n_embd": self.width, "n_inner": None,
            "n_positions": self.positions, "n_ctx": self.positions, "vocab_size": self.vocabulary,
            "layer_norm_epsilon": self.epsilon, "initializer_range": 0.02, "scale_attn_weights": True,
            "scale_attn_by_inverse_layer_idx": False, "reorder_and_upcast_attn": False, "tie_word_embeddings": True,
            "attn_pdrop": 0.0, "embd_pdrop": 0.0, "resid_pdrop": 0.0,
            "bos_token_id": end, "eos_token_id": end, "use_cache": True, "dtype": "float16"}


class Product(nn.Module):
    """x W + b with W [in, out], as GPT-2 stores it."""

    def __init__(self, inner, outer, deviation):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inner, outer) * deviation)
        self.bias = nn.Parameter(torch.zeros(outer))

    def forward(self, x):
        return x @ self.weight + self.bias


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        self.c_attn = Product(shape.width, 3 * shape.width, 0.02)
        self.c_proj = Product(shape.width, shape.width, 0.02 / math.sqrt(2 * shape.layers))

    def forward(self, x):
        batch, tokens, width = x.shape
        # [B, T, 3 D] -> 3 x [B, H, T, Dh]
        q, k, v = (part.view(batch, tokens, self.heads, -1).transpose(1, 2) for part in self.c_attn(x).split(width, 2))
        return self.c_proj(causal_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width))


def causal_attention(q, k, v):
    """[B, H, T, Dh]"""
    if hasattr(functional, "scaled_dot_product_attention"):
        return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    later = torch.ones(q.shape[2], q.shape[2], dtype=torch.bool, device=q.device).triu(1)
    scores = (q @ k.transpose(2, 3) / math.sqrt(q.shape[3])).masked_fill(later, -math.inf)
    return scores.softmax(3) @ v


class Mlp(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.c_fc = Product(shape.width, 4 * shape.width, 0.02)
        self.c_proj = Product(4 * shape.width, shape.width, 0.02 / math.sqrt(2 * shape.layers))

    def forward(self, x):
        return self.c_proj(functional.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.ln_1 = nn.LayerNorm(shape.width, eps=shape.epsilon)
        self.attn = Attention(shape)
        self.ln_2 = nn.LayerNorm(shape.width, eps=shape.epsilon)
        self.mlp = Mlp(shape)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt2(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.wte = nn.Embedding(shape.vocabulary, shape.width)
        self.wpe = nn.Embedding(shape.positions, shape.width)
        nn.init.normal_(self.wte.weight, std=0.02)
        nn.init.normal_(self.wpe.weight, std=0.01)
        self.h = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.ln_f = nn.LayerNorm(shape.width, eps=shape.epsilon)

    def forward(self, tokens):
        """[B, T] -> logits [B, T, V]; the output embedding is the token embedding."""
        x = self.wte(tokens) + self.wpe.weight[: tokens.shape[1]]
        for block in self.h:
            x = block(x)
        return self.ln_f(x) @ self.wte.weight.T

    def loss(self, tokens):
        """[B, T + 1] -> mean negative log-likelihood of tokens 1..T, nats."""
        logits = self(tokens[:, :-1])
        return functional.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())

    def parameter_count(self):
        return sum(p.numel() for p in self.parameters())

    def checkpoint(self):
        """name -> fp16 tensor on the host; no output embedding, since it is tied."""
        return {PREFIX + name: p.detach().to("cpu", torch.float16).contiguous() for name, p in self.named_parameters()}
