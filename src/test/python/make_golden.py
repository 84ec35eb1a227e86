"""Writes the golden files that GoldenLogitsTest compares the decode step with.

    python3 src/test/python/make_golden.py src/test/resources/golden

The reference is transformers' GPT-2 (eager attention, float32, CPU), which shares no code with this
project. The folder gets a checkpoint in the Hugging Face layout (config.json, model.safetensors) with
random weights far from the usual initialisation (layer norms and biases included, so that no term
drops out), and expected.safetensors:

    forced_tokens  int64   [steps]         the tokens fed, one per step
    forced_logits  float32 [steps, vocab]  the logits after each of them, decoding with a KV cache
    greedy_tokens  int64   [steps + 1]     a greedy generation from greedy_tokens[0]
    greedy_logits  float32 [steps, vocab]

made.json records the versions.
"""
import json
import pathlib
import platform
import sys

import torch
import transformers
from safetensors.torch import save_file

STEPS = 56


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20261124)
    config = transformers.GPT2Config(
        n_layer=3, n_embd=48, n_head=4, vocab_size=211, n_positions=64,
        bos_token_id=0, eos_token_id=0, attn_implementation="eager")
    model = transformers.GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn_like(parameter)
            if ".ln_" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.3 * noise)
            elif name.endswith("bias"):
                parameter.copy_(0.2 * noise)
            else:
                parameter.copy_(0.25 * noise)
    model.save_pretrained(folder, safe_serialization=True)
    for extra in ("generation_config.json",):
        (folder / extra).unlink(missing_ok=True)

    def decode(next_token):
        cache, fed, logits = None, [], []
        token = next_token(None)
        for _ in range(STEPS):
            out = model(torch.tensor([[token]]), past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            fed.append(token)
            logits.append(out.logits[0, -1].clone())
            token = next_token(out.logits[0, -1])
        return torch.tensor(fed + [token]), torch.stack(logits)

    forced = iter(torch.randint(0, config.vocab_size, (STEPS + 1,)).tolist())
    with torch.no_grad():
        forced_tokens, forced_logits = decode(lambda _: next(forced))
        greedy_tokens, greedy_logits = decode(lambda row: 7 if row is None else int(row.argmax()))
    save_file({
        "forced_tokens": forced_tokens[:STEPS].contiguous(), "forced_logits": forced_logits,
        "greedy_tokens": greedy_tokens, "greedy_logits": greedy_logits,
    }, str(folder / "expected.safetensors"))
    (folder / "made.json").write_text(json.dumps({
        "by": "src/test/python/make_golden.py", "python": platform.python_version(),
        "torch": torch.__version__, "transformers": transformers.__version__,
        "attention": "eager", "dtype": "float32", "device": "cpu"}, indent=2) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
