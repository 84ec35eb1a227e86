#!/usr/bin/env python3
"""Measures the Python loops that kvbench is compared with. See README.md beside this file."""

import gc
import importlib
import sys

import arguments
import shapes
import steps_file


def first_line(error):
    return next(iter(str(error).splitlines()), "")


def chosen_device(parser, args):
    """torch's name of the device: cuda or cpu."""
    try:
        import torch
        import transformers  # noqa: F401, without it no peer runs
    except ImportError as e:
        parser.error(f"torch and transformers are needed: {first_line(e)}")
    if args.device == "gpu" and not torch.cuda.is_available():
        parser.error("--device gpu: torch finds none; use cpu or auto")
    return "cpu" if args.device == "cpu" or not torch.cuda.is_available() else "cuda"


def words(name, strategy, batch):
    return f"{name} {strategy}, {batch} {'sequence' if batch == 1 else 'sequences'}"


def forget(device):
    """Gives back what the configuration before left, however it ended, so that each has the memory to itself.

    Compiled code goes too: once it has seen two numbers of sequences torch compiles for any, which is other code than
    a run at that number alone gets.
    """
    import torch

    gc.collect()
    torch.compiler.reset()
    if device == "cuda":
        torch.cuda.empty_cache()


def measure(name, strategy, batch, args, device):
    """One configuration of steps.json, with a model and caches of its own."""
    import models

    forget(device)
    peer = importlib.import_module(name)
    model = models.make(args.model, args.dtype, device, peer.ATTENTION)
    iterations = []
    for i in range(args.warmup + args.iterations):
        nanos = peer.generate(model, strategy, batch, args.tokens, args.window, args.heavy_hitters)
        if len(nanos) != args.tokens:
            raise RuntimeError(f"made {len(nanos)} steps of {args.tokens}")
        warmup = i < args.warmup
        iterations.append(steps_file.iteration(
            "warmup" if warmup else "measurement", i + 1 if warmup else i + 1 - args.warmup, nanos))
        print(f"{words(name, strategy, batch)}, {i + 1}: {sum(nanos) / len(nanos) / 1e6:.3f} ms per step", flush=True)
    reads = strategy == "h2o"
    return {
        "benchmark": "python." + name,
        "label": arguments.PEERS[name] + (f", H2O {args.window}/{args.heavy_hitters}" if reads else ""),
        "params": {
            "strategy": strategy,
            "window": str(args.window if reads else 0),
            "heavyHitters": str(args.heavy_hitters if reads else 0),
            "model": args.model,
            "dtype": args.dtype,
            "batch": str(batch),
            "tokens": str(args.tokens),
        },
        "weights": "synthetic",
        "attention": "explicit" if peer.ATTENTION == "eager" else "sdpa",
        "runtime": "python " + name,
        "device": "gpu" if device == "cuda" else "cpu",
        "cacheBytesPerEntry": shapes.cache_bytes_per_entry(args.model, args.dtype),
        "iterations": iterations,
    }


def main():
    parser, args = arguments.read()
    started = steps_file.now()
    device = chosen_device(parser, args)
    try:
        folder = steps_file.begin(args.out)
    except OSError as e:
        parser.error(f"--out {args.out}: no result can be written there: {e.strerror}")
    configurations = []
    try:
        for name, strategy, batch in args.configurations:
            try:
                configurations.append(measure(name, strategy, batch, args, device))
            except Exception as e:  # one configuration's trouble must not lose the others' results
                print(f"{words(name, strategy, batch)} failed: {type(e).__name__}: {first_line(e)}", file=sys.stderr)
    finally:
        # whatever was measured until an interrupt is kept too
        result = steps_file.finish(folder, args.out, started, sys.argv[1:], steps_file.fingerprint(device), configurations)
        if result:
            print(result)
    return 0 if len(configurations) == len(args.configurations) else 1


if __name__ == "__main__":
    sys.exit(main())
