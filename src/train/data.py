"""From documents to batches of token sequences."""

import json
import lzma
import random

import numpy
import torch

END = "<|endoftext|>"


def documents(file):
    opener = lzma.open if file.suffix == ".xz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def train_tokenizer(texts, vocabulary):
    """Byte-level BPE as GPT-2's; the end-of-text token is the last, as in GPT-2."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=vocabulary - 1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([END])
    if tokenizer.get_vocab_size() != vocabulary or tokenizer.token_to_id(END) != vocabulary - 1:
        raise SystemExit(f"error: the tokenizer has {tokenizer.get_vocab_size()} tokens, {END} is "
                         f"{tokenizer.token_to_id(END)}: {vocabulary} and {vocabulary - 1} were asked for")
    return tokenizer


def pass_key_documents(texts, count, seed):
    """Excerpts with a number stated near the beginning and asked for near the end: worth looking far back for."""
    draw = random.Random(seed)
    for _ in range(count):
        text = draw.choice(texts)
        length = draw.randint(200, 2400)
        start = draw.randrange(max(1, len(text) - length))
        paragraphs = text[start:start + length].split("\n\n")
        line = f"The pass key is {draw.randint(10000, 99999)}."
        paragraphs.insert(draw.randint(0, len(paragraphs) // 2), line + " Remember it.")
        yield "\n\n".join([*paragraphs, line])


def stream(tokenizer, texts, end):
    """uint16 [n]: every document between end-of-text tokens."""
    pieces = [numpy.array([end], numpy.uint16)]
    for first in range(0, len(texts), 512):
        for encoding in tokenizer.encode_batch(texts[first:first + 512]):
            pieces.append(numpy.array([*encoding.ids, end], numpy.uint16))
    return numpy.concatenate(pieces)


class Batches:
    """Random windows of the stream. In some a span is repeated further on, which only looking back predicts."""

    def __init__(self, tokens, batch, length, repeats, seed, device):
        self.tokens = torch.from_numpy(tokens.astype(numpy.int32)).to(device)
        self.batch, self.length, self.repeats = batch, length, repeats
        self.device = device
        self.random = torch.Generator(device=device).manual_seed(seed)

    def draw(self, below):
        return (torch.rand(self.batch, 1, generator=self.random, device=self.device) * below).long()

    def next(self):
        """int64 [B, T + 1]"""
        places = torch.arange(self.length + 1, device=self.device)
        start = self.draw(len(self.tokens) - self.length)
        span = self.draw(self.length // 4) + self.length // 64
        source = self.draw(self.length // 2)
        # anywhere behind the source, running out of the window at most by its end
        target = source + span + (self.draw(1 << 20) % (self.length - source - span).clamp(min=1))
        repeated = (self.draw(1 << 20) < self.repeats * (1 << 20)) & (places >= target) & (places < target + span)
        return self.tokens[start + torch.where(repeated, places - target + source, places)].long()


def held_out_sequences(tokenizer, texts, end, length):
    """int64 [S, T]: each document after an end-of-text token, cut into pieces of T tokens; a shorter rest is left out."""
    pieces = []
    for text in texts:
        ids = [end, *tokenizer.encode(text).ids]
        pieces += [ids[i:i + length] for i in range(0, len(ids) - length + 1, length)]
    return torch.tensor(pieces)
