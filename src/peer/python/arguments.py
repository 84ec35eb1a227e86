"""The command line of peers.py, checked before torch is imported: what cannot run is one line and exit code 2."""

import argparse

import shapes

# what render writes beside each peer's curve
PEERS = {
    "notebook": "transformers eager, attentions returned",
    "growing": "transformers sdpa attention, growing cache",
    "static": "transformers generate, static cache, compiled",
}
STRATEGIES = {"full": tuple(PEERS), "h2o": ("notebook",)}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"error: {message}\n")


def positive(text):
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"'{text}': must be a whole number of at least 1")
    return int(text)


def numbers_of_sequences(text):
    numbers = [positive(part) for part in text.split(",")]
    for number in numbers:
        if numbers.count(number) > 1:
            raise argparse.ArgumentTypeError(f"{text}: {number} stands there more than once; name each number once")
    return numbers


def some_of(known):
    def names(text):
        # as often as named, once each
        for name in (chosen := dict.fromkeys(text.split(","))):
            if name not in known:
                raise argparse.ArgumentTypeError(f"unknown '{name}': must be of {', '.join(known)}")
        return list(chosen)
    return names


def one_of(known):
    def name(text):
        if text not in known:
            raise argparse.ArgumentTypeError(f"unknown '{text}': must be one of {', '.join(known)}")
        return text
    return name


def parser():
    made = Parser(prog="peers.py", description="Measures the Python loops that kvbench is compared with.", allow_abbrev=False)
    made.add_argument("--peer", type=some_of(PEERS), default=list(PEERS), help="of " + ", ".join(PEERS))
    made.add_argument("--strategy", type=some_of(STRATEGIES), default=list(STRATEGIES),
                      help="of full, h2o; h2o where the peer has it")
    made.add_argument("--model", type=one_of(shapes.PRESETS), default="gpt2-large", help="one of " + ", ".join(shapes.PRESETS))
    made.add_argument("--dtype", type=one_of(shapes.BYTES), default="fp32", help="one of " + ", ".join(shapes.BYTES))
    made.add_argument("--batch", type=numbers_of_sequences, default=[1],
                      help="sequences decoded side by side: a number, or several, as in 1,8,32,64")
    made.add_argument("--tokens", type=positive, default=512, help="steps of a generation")
    made.add_argument("--window", type=positive, default=128, help="h2o: most entries kept after a step")
    made.add_argument("--heavy-hitters", type=positive, default=32, help="h2o: entries of the window kept for their score")
    made.add_argument("--warmup", type=positive, default=1, help="generations that do not count; the first compiles")
    made.add_argument("--iterations", type=positive, default=3, help="generations that count")
    made.add_argument("--device", type=one_of(("auto", "cpu", "gpu")), default="auto", help="auto: the GPU if there is one")
    made.add_argument("--out", default="results", help="folder that the result's folder appears in")
    return made


def read(words=None):
    """The arguments, with what they ask for in `configurations`: (peer, strategy, sequences).

    All peers run at one number of sequences before the next: they are compared with each other there, and an interrupt
    leaves whole comparisons.
    """
    made = parser()
    args = made.parse_args(words)
    args.configurations = [(p, s, b) for b in args.batch for p in args.peer for s in args.strategy if p in STRATEGIES[s]]
    if not args.configurations:
        made.error(f"--strategy {','.join(args.strategy)}: none of --peer {','.join(args.peer)} has it")
    if "h2o" in args.strategy and args.heavy_hitters >= args.window:
        made.error(f"--heavy-hitters {args.heavy_hitters}: must be below --window {args.window}")
    positions = shapes.PRESETS[args.model].positions
    if args.tokens > positions:
        made.error(f"--tokens {args.tokens}: the model has {positions} positions")
    return made, args
