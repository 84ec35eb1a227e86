#!/usr/bin/env python3
"""Measures the Python loops that kvbench is compared with. See README.md beside this file."""

import argparse
import sys

PEERS = {
    "notebook": "transformers eager, attentions returned",
    "growing": "transformers fused attention, growing cache",
    "static": "transformers generate, static cache, compiled",
}


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number of at least 1")
    return int(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default=",".join(PEERS), help="of " + ", ".join(PEERS))
    parser.add_argument("--strategy", default="full,h2o", help="of full, h2o; h2o where the peer has it")
    parser.add_argument("--model", default="gpt2-large")
    parser.add_argument("--dtype", default="fp32")
    parser.add_argument("--batch", type=positive, default=1)
    parser.add_argument("--tokens", type=positive, default=512)
    parser.add_argument("--window", type=positive, default=128)
    parser.add_argument("--heavy-hitters", type=positive, default=32)
    parser.add_argument("--warmup", type=positive, default=1, help="generations that do not count")
    parser.add_argument("--iterations", type=positive, default=3, help="generations that count")
    parser.add_argument("--device", default=None, help="cuda or cpu; the GPU if there is one")
    parser.add_argument("--out", default="results")
    args = parser.parse_args()
    for name, known in (("peer", PEERS), ("strategy", ("full", "h2o"))):
        for value in getattr(args, name).split(","):
            if value not in known:
                parser.error(f"--{name} {value}: must be one of {', '.join(known)}")
    if args.heavy_hitters >= args.window:
        parser.error(f"--heavy-hitters {args.heavy_hitters}: must be below --window {args.window}")
    return parser, args


def measure(peer, name, strategy, args, device):
    """One configuration of steps.json."""
    import gpt2
    import steps_file

    model = gpt2.make(args.model, args.dtype, device, peer.ATTENTION)
    iterations = []
    for i in range(args.warmup + args.iterations):
        nanos = peer.generate(model, strategy, args.batch, args.tokens, args.window, args.heavy_hitters)
        warmup = i < args.warmup
        iterations.append(steps_file.iteration(
            "warmup" if warmup else "measurement", i + 1 if warmup else i + 1 - args.warmup, nanos))
        print(f"{name} {strategy} {i + 1}: {sum(nanos) / len(nanos) / 1e6:.3f} ms per step", flush=True)
    reads = strategy == "h2o"
    return {
        "benchmark": "python." + name,
        "label": PEERS[name] + (f", H2O {args.window}/{args.heavy_hitters}" if reads else ""),
        "params": {
            "strategy": strategy,
            "window": str(args.window if reads else 0),
            "heavyHitters": str(args.heavy_hitters if reads else 0),
            "model": args.model,
            "dtype": args.dtype,
            "batch": str(args.batch),
            "tokens": str(args.tokens),
        },
        "weights": "synthetic",
        "attention": "explicit" if peer.ATTENTION == "eager" else "fused",
        "runtime": "python " + name,
        "device": "gpu" if device == "cuda" else "cpu",
        "cacheBytesPerEntry": gpt2.cache_bytes_per_entry(args.model, args.dtype),
        "iterations": iterations,
    }


def main():
    parser, args = arguments()
    import importlib

    import torch
    import transformers

    import gpt2
    import steps_file

    for name, known in (("model", gpt2.PRESETS), ("dtype", gpt2.DTYPES)):
        if getattr(args, name) not in known:
            parser.error(f"--{name} {getattr(args, name)}: must be one of {', '.join(known)}")
    device = args.device or ("cuda" if torch.cuda.is_available() else "cpu")
    configurations = []
    failed = False
    for name in args.peer.split(","):
        peer = importlib.import_module(name)
        for strategy in args.strategy.split(","):
            if strategy not in peer.STRATEGIES:
                continue
            try:
                configurations.append(measure(peer, name, strategy, args, device))
            except Exception as e:  # one peer's trouble must not lose the others' results
                failed = True
                print(f"{name} {strategy} failed: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}", file=sys.stderr)
    if configurations:
        gpu = torch.cuda.get_device_name() if device == "cuda" else None
        identity = steps_file.fingerprint(torch.__version__, transformers.__version__, gpu)
        print(steps_file.write(args.out, sys.argv[1:], identity, configurations))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
