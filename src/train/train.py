#!/usr/bin/env python3
"""Trains gpt2-docs, the small GPT-2 that ships with kvbench, and measures it with transformers. See README.md."""

import argparse
import hashlib
import json
import os
import tarfile
import time
from pathlib import Path

import numpy
import torch

import card
import data
import evaluate
from gpt2 import Gpt2, Shape
from schedule import Budget

NAME = "gpt2-docs"
MODEL_FOLDER = Path("src/main/resources/models") / NAME
REFERENCE = Path("src/test/resources") / NAME / "reference.json"
HERE = Path(__file__).parent
DIVERGED = 1.02  # times the best held-out nll along the way
PASS_KEY_SHARE = 0.04
REPEATED_SHARE = 0.06
SMOKE = Shape(layers=2, heads=2, width=64, vocabulary=512, positions=128)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path(".gpu/corpus"), help="folder that corpus.py wrote")
    parser.add_argument("--output", type=Path, default=Path("."), help="root of the repository to write into")
    parser.add_argument("--archive", type=Path, help="also put all files written into this tar, named from the root")
    parser.add_argument("--minutes", type=float, default=0.58, help="training time; the learning rate follows it")
    parser.add_argument("--steps", type=int, help="most steps, if that comes first")
    parser.add_argument("--batch", type=int, default=64, help="sequences a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate; 2e-3 diverged after 2000 steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--smoke", action="store_true", help="a toy shape on a few documents: does the script work?")
    return parser.parse_args()


def say(text, since=time.perf_counter()):
    print(f"[{time.perf_counter() - since:6.1f} s] {text}", flush=True)


def write(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".tmp")
    part.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.replace(part, file)


def save_model(folder, model):
    from safetensors.torch import save
    write(folder / "config.json", evaluate.to_json(model.shape.hugging_face()))
    write(folder / "model.safetensors", save(model.checkpoint(), metadata={"format": "pt"}))


def optimizer_of(model, rate, device):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    fused = {"fused": True} if device == "cuda" else {}
    return torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
                             lr=rate, betas=(0.9, 0.95), **fused)


def compiled_loss(model, tokens, args):
    """model.loss under bf16 autocast, compiled if that works here; run once so that the budget starts warm."""
    def loss(tokens):
        with torch.autocast(args.device, torch.bfloat16, enabled=args.device == "cuda"):
            return model.loss(tokens)
    if args.device == "cuda" and not args.no_compile:
        try:
            fast = torch.compile(loss)
            fast(tokens).backward()
            return fast, True
        except Exception as e:  # whatever the compiler raises, training goes on without it
            say(f"torch.compile failed, going on without: {str(e).splitlines()[:1]}")
    loss(tokens).backward()
    return loss, False


def train(model, batches, held_out, args):
    """Returns the curve [{step, seconds, tokens, rate, trainNll, heldOutNll}]."""
    optimizer = optimizer_of(model, args.rate, args.device)
    loss_of, compiled = compiled_loss(model, batches.next(), args)
    model.zero_grad(set_to_none=True)
    say(f"training {model.parameter_count():,} parameters for {args.minutes:g} min on {args.device}, compiled: {compiled}")
    budget = Budget(60 * args.minutes, args.steps)
    curve, recent, next_report = [], [], 0.0
    while True:
        share = budget.share()
        if recent and share >= next_report or share >= 1:
            held = held_out_nll(model, held_out, args.device)
            curve.append({
                "step": budget.done, "seconds": round(budget.elapsed(), 2), "tokens": budget.done * args.batch * batches.length,
                "rate": args.rate * budget.factor(),
                "trainNll": round(float(torch.stack(recent).mean()), 4) if recent else None, "heldOutNll": round(held, 4)})
            say(f"{100 * share:5.1f} %  step {budget.done}  {curve[-1]['tokens'] / 1e6:.1f} M tokens  "
                f"train {curve[-1]['trainNll']}  held out {held:.4f}")
            recent, next_report = [], share + (0.01 if share < 0.05 else 0.04)
            if share >= 1:
                return curve, compiled
        for group in optimizer.param_groups:
            group["lr"] = args.rate * budget.factor()
        loss = loss_of(batches.next())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        budget.done += 1
        recent.append(loss.detach())
        if budget.done % 10 == 0:
            loss.item()  # the clock means nothing while steps are only queued


def held_out_nll(model, sequences, device):
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        nll, _ = evaluate.token_nll(model, sequences, batch=32)
    return float(nll.double().mean())


def samples(model, tokenizer):
    """A few continuations, to be read by a person."""
    for prompt in ("In the beginning", "The following example", "Returns the number of", "SELECT"):
        ids = torch.tensor([[model.config.eos_token_id, *tokenizer.encode(prompt).ids]])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=True, top_k=40, temperature=0.8,
                             max_new_tokens=min(100, model.config.n_positions // 2), pad_token_id=model.config.eos_token_id)
        yield tokenizer.decode(out[0, 1:].tolist())


def main():
    args = arguments()
    torch.manual_seed(args.seed)
    shape = SMOKE if args.smoke else Shape()
    end = shape.vocabulary - 1
    folder = args.output / MODEL_FOLDER
    manifest = json.loads((args.corpus / "manifest.json").read_text())
    texts = [d["text"] for d in data.documents(args.corpus / "train.jsonl.xz")]
    held_out_text = (args.corpus / "heldout.jsonl").read_bytes()
    held_out_texts = [d["text"] for d in data.documents(args.corpus / "heldout.jsonl")]
    if args.smoke:
        texts = texts[:60]
    pass_key_count = int(PASS_KEY_SHARE * sum(map(len, texts)) / 1350)
    say(f"{len(texts)} documents, {sum(map(len, texts)) / 1e6:.1f} M characters, {pass_key_count} with pass keys; tokenizer")
    tokenizer = data.train_tokenizer(texts, shape.vocabulary)
    write(folder / "tokenizer.json", tokenizer.to_str(pretty=False))
    write(folder / "heldout.jsonl", held_out_text)

    say("tokenizing")
    with_pass_keys = texts + list(data.pass_key_documents(texts, pass_key_count, args.seed))
    tokens = data.stream(tokenizer, with_pass_keys, end)
    held_out = data.held_out_sequences(tokenizer, held_out_texts, end, shape.positions)
    if args.smoke:
        held_out = held_out[:24]
    say(f"{len(tokens):,} training tokens, {len(held_out)} held-out sequences of {shape.positions}")

    model = Gpt2(shape).to(args.device)
    batches = data.Batches(tokens, args.batch, shape.positions, REPEATED_SHARE, args.seed, args.device)
    start = time.perf_counter()
    curve, compiled = train(model, batches, held_out, args)
    seconds = time.perf_counter() - start
    best = min(point["heldOutNll"] for point in curve)
    if curve[-1]["heldOutNll"] > DIVERGED * best:
        raise SystemExit(f"held-out nll {curve[-1]['heldOutNll']} at the end, {best} on the way: it diverged or forgot, and"
                         f" no model is written; lower --rate {args.rate:g} or --minutes {args.minutes:g}")
    save_model(folder, model)
    size = (folder / "model.safetensors").stat().st_size
    say(f"saved: model.safetensors has {size:,} bytes")

    record = {
        "model": NAME, "parameters": model.parameter_count(), "bytes": size, "seed": args.seed, "minutes": args.minutes,
        "seconds": round(seconds, 1), "steps": curve[-1]["step"], "tokens": curve[-1]["tokens"], "batch": args.batch,
        "rate": args.rate, "compiled": compiled, "trainStreamTokens": len(tokens),
        "passKeyShare": PASS_KEY_SHARE, "repeatedShare": REPEATED_SHARE,
        "device": torch.cuda.get_device_name() if args.device == "cuda" else "CPU",
        "versions": evaluate.versions(),
        "manifestSha256": hashlib.sha256((args.corpus / "manifest.json").read_bytes()).hexdigest(),
        "data": manifest, "curve": curve, "heldOut": None,
    }
    write(folder / "training.json", evaluate.to_json(record))

    try:
        measure(args, folder, record, tokenizer, held_out, held_out_texts)
    finally:  # a trained model is not lost because measuring it failed
        pack(args, folder)


def measure(args, folder, record, tokenizer, held_out, held_out_texts):
    """Adds the held-out figures to training.json; writes the reference numbers and the model card."""
    say("measuring with transformers, fp32 on the CPU")
    saved = evaluate.load(folder)
    length = held_out.shape[1]
    nll, summary = evaluate.report(saved, held_out)
    summary["definition"] = evaluate.DEFINITION.format(length=length, last=length - 1)
    record["heldOut"] = summary
    say(f"held out: nll {summary['nll']:.4f}, perplexity {summary['perplexity']:.3f} "
        f"({summary['sequences']} sequences); by position {summary['nllByPosition']}; repeated {summary['repeated']}")
    write(args.output / REFERENCE, evaluate.to_json(evaluate.reference(held_out, nll, summary, length)))
    write(folder / "training.json", evaluate.to_json(record))
    summary["passKeys"] = evaluate.pass_keys(saved, tokenizer, held_out_texts, tokens=length // 2)
    say(f"pass keys: {summary['passKeys']}")
    write(folder / "training.json", evaluate.to_json(record))
    write(folder / "README.md", card.fill((HERE / "card.md").read_text(), record))
    try:
        for text in samples(saved, tokenizer):
            print("-----\n" + text, flush=True)
    except Exception as e:  # only to be read; nothing depends on it
        say(f"no samples: {str(e).splitlines()[:1]}")


def pack(args, folder):
    files = [file for file in (*sorted(folder.iterdir()), args.output / REFERENCE) if file.exists()]
    for file in files:
        say(f"{file.relative_to(args.output)}: {file.stat().st_size:,} bytes")
    if args.archive:
        args.archive.parent.mkdir(parents=True, exist_ok=True)
        part = args.archive.with_name(args.archive.name + ".tmp")
        with tarfile.open(part, "w:gz") as tar:
            for file in files:
                tar.add(file, file.relative_to(args.output).as_posix())
        os.replace(part, args.archive)
        say(f"{args.archive}: {args.archive.stat().st_size:,} bytes; unpack it at the repository's root")


if __name__ == "__main__":
    main()
