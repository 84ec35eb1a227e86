"""Models by transformers, in the shapes of kvbench's presets, with the initialisation of their kind."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

import shapes

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def gpt2(shape, **more):
    return GPT2LMHeadModel(GPT2Config(
        n_layer=shape.layers, n_head=shape.heads, n_embd=shape.hidden, vocab_size=shape.vocabulary,
        n_positions=shape.positions, **more))


def llama(shape, **more):
    return LlamaForCausalLM(LlamaConfig(
        num_hidden_layers=shape.layers, num_attention_heads=shape.heads, num_key_value_heads=shape.key_value_heads,
        head_dim=shape.head_dim, hidden_size=shape.hidden, intermediate_size=shape.inner, vocab_size=shape.vocabulary,
        max_position_embeddings=shape.positions, tie_word_embeddings=shape.tied, **more))


def make(name, dtype, device, attention):
    """A model with weights drawn on the device; latency depends on shapes, not on values."""
    shape = shapes.PRESETS[name]
    torch.manual_seed(1)
    before = torch.get_default_dtype()
    # drawn as the type that it is computed in: 8 billion fp32 weights would need 32 GB
    torch.set_default_dtype(DTYPES[dtype])
    try:
        with torch.device(device):
            model = (llama if isinstance(shape, shapes.Llama) else gpt2)(
                shape, bos_token_id=shape.start_token, eos_token_id=shape.start_token, attn_implementation=attention)
    finally:
        torch.set_default_dtype(before)
    # without an end-of-text token `generate` runs to the last step
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = shape.start_token
    return model.to(DTYPES[dtype]).eval()


def start(model, batch):
    """[batch, 1]: the token that every sequence starts from."""
    return torch.full((batch, 1), model.config.bos_token_id, device=model.device)
