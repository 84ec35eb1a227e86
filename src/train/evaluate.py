"""What the saved model is worth, by transformers in fp32: nobody's arithmetic but theirs."""

import json
import math
import platform
import random

import torch
from torch.nn import functional

DEFINITION = (
    "Each document of heldout.jsonl is tokenized and preceded by <|endoftext|>, then cut into consecutive sequences of "
    "{length} tokens; a rest shorter than that is left out. Sequences are independent: positions 0..{last}, no context from "
    "the one before. The first token of a sequence is not scored, every other one is, given all before it in the sequence. "
    "nll is the mean negative log-likelihood in nats over all scored tokens of all sequences; perplexity is its exponential. "
    "fp32 arithmetic on the fp16 weights as stored.")


def load(folder):
    from transformers import GPT2LMHeadModel
    return GPT2LMHeadModel.from_pretrained(str(folder)).float().eval()


@torch.no_grad()
def token_nll(model, sequences, batch=8):
    """[S, T] -> [S, T - 1] in nats, and whether the most likely token was the right one."""
    nll, right = [], []
    for part in sequences.split(batch):
        out = model(part.to(next(model.parameters()).device))
        logits = (out.logits if hasattr(out, "logits") else out)[:, :-1].float()
        wanted = part[:, 1:].to(logits.device)
        nll.append(functional.cross_entropy(logits.transpose(1, 2), wanted, reduction="none").cpu())
        right.append((logits.argmax(2) == wanted).cpu())
    return torch.cat(nll), torch.cat(right)


def by_position(nll, pieces=8):
    """Mean nll of each piece of the sequence: falls while more context helps."""
    return [round(float(part.double().mean()), 4) for part in nll.tensor_split(pieces, dim=1)]


def report(model, sequences):
    nll, right = token_nll(model, sequences)
    mean = float(nll.double().mean())
    half = sequences.shape[1] // 2
    twice = torch.cat([sequences[:, :half], sequences[:, :half]], 1)
    repeated, repeated_right = token_nll(model, twice)
    return nll, {
        "sequences": len(sequences), "tokens": nll.numel(), "nll": mean, "perplexity": math.exp(mean),
        "topOne": float(right.double().mean()), "nllByPosition": by_position(nll),
        "repeated": {
            "what": f"the first {half} tokens of each sequence twice in a row: nll of the first and the second time",
            "first": float(repeated[:, : half - 1].double().mean()), "second": float(repeated[:, half:].double().mean()),
            "secondTopOne": float(repeated_right[:, half:].double().mean())},
    }


def pass_keys(model, tokenizer, texts, tokens, trials=64):
    """Share of pass keys continued rightly, greedily, with a text of 4/5 of so many tokens between."""
    draw, right = random.Random(7), 0
    between_tokens = tokens * 4 // 5
    for trial in range(trials):
        line = f"The pass key is {draw.randint(10000, 99999)}."
        between = tokenizer.encode(texts[trial % len(texts)]).ids[:between_tokens]
        prompt = tokenizer.encode(line + " Remember it.\n\n").ids + between + tokenizer.encode("\n\nThe pass key is").ids
        wanted = tokenizer.encode(line).ids[len(tokenizer.encode("The pass key is").ids):]
        # the number, without the full stop
        right += bool(token_nll(model, torch.tensor([prompt + wanted]))[1][0, -len(wanted):-1].all())
    return {"trials": trials, "right": right / trials, "textBetween": between_tokens}


def reference(sequences, nll, summary, length, count=8):
    """Numbers for the tests of other implementations: a few sequences spread over the documents, token by token."""
    picked = sorted({round(i * (len(sequences) - 1) / max(1, count - 1)) for i in range(count)})
    return {
        "definition": DEFINITION.format(length=length, last=length - 1),
        "heldOut": {key: summary[key] for key in ("sequences", "tokens", "nll", "perplexity", "topOne")},
        "meanNll": [round(float(row.double().mean()), 7) for row in nll],
        "sequences": [{
            "index": i, "ids": sequences[i].tolist(), "meanNll": float(nll[i].double().mean()),
            "nll": [round(float(x), 6) for x in nll[i]],
        } for i in picked],
    }


def versions():
    found = {"python": platform.python_version(), "torch": torch.__version__}
    for name in ("transformers", "tokenizers", "safetensors", "numpy"):
        module = __import__(name)
        found[name] = getattr(module, "__version__", "?")
    return found


def to_json(value):
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
