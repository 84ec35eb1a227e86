"""Writes the golden files that LlamaGoldenTest compares the decode step with.

    python3 src/test/python/make_llama_golden.py src/test/resources/golden-llama

The reference is transformers (eager attention, float32, CPU), which shares no code with this project. Every model gets a
folder with a checkpoint in the Hugging Face layout, random weights far from the usual initialisation, and
expected.safetensors:

    prompt         int64   [prompt]            fed first
    forced_tokens  int64   [steps]             fed after it, one per step
    forced_logits  float32 [steps + 1, vocab]  the logits after the prompt and after each of them, decoding with a KV cache
    greedy_tokens  int64   [steps]             a greedy generation from the prompt
    greedy_logits  float32 [steps + 1, vocab]  likewise

made.json records the versions.
"""
import json
import pathlib
import platform
import sys

import torch
import transformers
from safetensors.torch import save_file

PROMPT = 9
STEPS = 60

SIZES = dict(num_hidden_layers=2, hidden_size=32, intermediate_size=44, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=97, max_position_embeddings=128, bos_token_id=1, eos_token_id=2, attn_implementation="eager")

# the waves of its four pairs, 6, 20, 63 and 199 positions long, are short, between, between and long
LLAMA3 = {"rope_type": "llama3", "rope_theta": 100.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}

MODELS = {
    "llama": (transformers.LlamaConfig, dict(tie_word_embeddings=True, attention_bias=True, mlp_bias=True)),
    "qwen2": (transformers.Qwen2Config, dict(tie_word_embeddings=False)),
    "qwen3": (transformers.Qwen3Config, dict(tie_word_embeddings=True, head_dim=12)),
    "mistral": (transformers.MistralConfig, dict(tie_word_embeddings=False, num_key_value_heads=1, sliding_window=None)),
    "llama3": (transformers.LlamaConfig, dict(tie_word_embeddings=True, rope_parameters=LLAMA3)),
    "linear": (transformers.LlamaConfig, dict(
        tie_word_embeddings=False, rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0})),
}


def disturb(model) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn_like(parameter)
            if "norm" in name:
                parameter.copy_(1 + 0.3 * noise)
            elif name.endswith("bias"):
                parameter.copy_(0.2 * noise)
            else:
                parameter.copy_(0.25 * noise)


def decode(model, prompt, following):
    """Feeds the prompt, then what `following` says, None for the most likely token."""
    out = model(torch.tensor([prompt]), use_cache=True)
    fed, logits = [], [out.logits[0, -1].clone()]
    for step in range(STEPS):
        token = int(logits[-1].argmax()) if following is None else following[step]
        out = model(torch.tensor([[token]]), past_key_values=out.past_key_values, use_cache=True)
        fed.append(token)
        logits.append(out.logits[0, -1].clone())
    return torch.tensor(fed), torch.stack(logits)


def make(folder: pathlib.Path, seed: int, kind, options) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    config = kind(**{**SIZES, **options})
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    disturb(model)
    model.save_pretrained(folder, safe_serialization=True)
    (folder / "generation_config.json").unlink(missing_ok=True)
    prompt = torch.randint(0, config.vocab_size, (PROMPT,)).tolist()
    text = torch.randint(0, config.vocab_size, (STEPS,)).tolist()
    with torch.no_grad():
        forced_tokens, forced_logits = decode(model, prompt, text)
        greedy_tokens, greedy_logits = decode(model, prompt, None)
    save_file({
        "prompt": torch.tensor(prompt), "forced_tokens": forced_tokens, "forced_logits": forced_logits,
        "greedy_tokens": greedy_tokens, "greedy_logits": greedy_logits,
    }, str(folder / "expected.safetensors"))


def main(folder: pathlib.Path) -> None:
    for seed, (name, (kind, options)) in enumerate(MODELS.items()):
        make(folder / name, 20261201 + seed, kind, options)
    (folder / "made.json").write_text(json.dumps({
        "by": "src/test/python/make_llama_golden.py", "python": platform.python_version(),
        "torch": torch.__version__, "transformers": transformers.__version__,
        "attention": "eager", "dtype": "float32", "device": "cpu"}, indent=2) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
