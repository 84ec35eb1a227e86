#!/usr/bin/env python3
"""Makes the corpus from documentation that Debian packages install: the same bytes from the same versions.

Writes train.jsonl.xz, heldout.jsonl (one document a line: source, text) and manifest.json.
"""

import argparse
import hashlib
import json
import lzma
import os
import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

import html_text
import sources

SHORTEST = 600            # characters; less is a redirect or a stub
LONGEST = 400_000         # characters; a change log or an index would drown the rest
SHORT_LINE = 40           # characters
BOILERPLATE_SHARE = 0.6   # of a package's pages
HELD_OUT_PERCENT = 3
# what ships: long enough for a sequence of 1024 tokens, short enough for many documents
SHIPPED_SHORTEST, SHIPPED_LONGEST, SHIPPED_CHARACTERS = 7_000, 14_000, 390_000


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def is_held_out(source):
    return int.from_bytes(digest(source)[:4], "big") % 100 < HELD_OUT_PERCENT


def all_documents():
    """(package, source, paragraphs)"""
    for source in sources.SOURCES:
        for path, html in source.documents():
            yield source.package, f"{source.package}/{path}", html_text.paragraphs(html)
    for book, paragraphs in sources.king_james():
        yield "bible-kjv-text", f"bible-kjv-text/{book}", paragraphs
    for letter, paragraphs in sources.jargon():
        yield "dict-jargon", f"dict-jargon/{letter}", paragraphs


def is_prose(text):
    ascii_share = sum(c.isascii() for c in text) / len(text)
    letters = sum(c.isalpha() or c == " " for c in text) / len(text)
    return ascii_share > 0.95 and letters > 0.6


def without_boilerplate(package_documents):
    """(source, paragraphs): what stands in most of a package's pages is no part of any of them."""
    in_pages = Counter(p for _, paragraphs in package_documents for p in set(paragraphs))
    most = BOILERPLATE_SHARE * len(package_documents)
    for source, paragraphs in package_documents:
        yield source, [p for p in paragraphs if len(package_documents) < 50 or in_pages[p] < most]


def cleaned():
    """{package, source, text}: paragraphs seen in an earlier document are left out, and what is then too short."""
    seen = set()
    for package, group in groupby(all_documents(), key=lambda d: d[0]):
        for source, paragraphs in without_boilerplate([d[1:] for d in group]):
            kept, new = [], set()
            for paragraph in paragraphs:
                key = digest(paragraph)[:12]
                # short lines repeat rightly: headings, "Example", a closing brace
                if len(paragraph) < SHORT_LINE or (key not in seen and key not in new):
                    kept.append(paragraph)
                    new.add(key)
            seen |= new
            text = "\n\n".join(kept)
            prose = sum(len(p) for p in kept if len(p) >= SHORT_LINE)
            if SHORTEST <= len(text) <= LONGEST and prose > 0.6 * len(text) and is_prose(text):
                yield {"package": package, "source": source, "text": text}


def cut(text):
    """The document up to the last paragraph that fits."""
    if len(text) <= SHIPPED_LONGEST:
        return text
    return text[: text.rfind("\n\n", 0, SHIPPED_LONGEST)]


def shipped(held_out):
    """Documents in turn from every package, by the hash of their source, until there is enough."""
    by_package = {}
    for document in sorted(held_out, key=lambda d: digest(d["source"])):
        text = cut(document["text"])
        if len(text) >= SHIPPED_SHORTEST:
            by_package.setdefault(document["package"], []).append({**document, "text": text})
    chosen, total = [], 0
    while total < SHIPPED_CHARACTERS and any(by_package.values()):
        for package in sorted(by_package):
            if by_package[package] and total < SHIPPED_CHARACTERS:
                chosen.append(by_package[package].pop(0))
                total += len(chosen[-1]["text"])
    return sorted(chosen, key=lambda d: d["source"])


def lines(documents):
    return "".join(json.dumps({"source": d["source"], "text": d["text"]}, ensure_ascii=False) + "\n"
                   for d in documents).encode()


def write(file, content):
    part = file.with_name(file.name + ".tmp")
    part.write_bytes(content)
    os.replace(part, file)


def manifest(train, held_out, chosen):
    count = {name: Counter(d["package"] for d in documents)
             for name, documents in (("train", train), ("held", held_out), ("shipped", chosen))}
    characters = Counter()
    for d in train:
        characters[d["package"]] += len(d["text"])
    return {
        "packages": [{
            "package": s.package, "version": sources.version(s.package), "licence": s.licence, "notice": s.notice,
            "trainDocuments": count["train"][s.package], "trainCharacters": characters[s.package],
            "heldOutDocuments": count["held"][s.package], "shippedDocuments": count["shipped"][s.package],
        } for s in (*sources.SOURCES, sources.KING_JAMES, sources.JARGON)],
        "split": f"whole documents: sha256 of the source, its first 4 bytes modulo 100 below {HELD_OUT_PERCENT}: held out",
        "trainSha256": hashlib.sha256(lines(train)).hexdigest(),
        "heldOutSha256": hashlib.sha256(lines(chosen)).hexdigest(),
        "shippedSources": [d["source"] for d in chosen],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(".gpu/corpus"), help="folder to write")
    args = parser.parse_args()
    missing = [s.package for s in (*sources.SOURCES, sources.KING_JAMES, sources.JARGON)
               if not Path(f"/var/lib/dpkg/info/{s.package}.list").exists()
               and not Path(f"/var/lib/dpkg/info/{s.package}:amd64.list").exists()]
    if missing:
        parser.exit(2, f"error: Debian packages missing: {' '.join(missing)} (apt-get install them)\n")
    args.output.mkdir(parents=True, exist_ok=True)
    train, held_out = [], []
    for n, document in enumerate(cleaned()):
        (held_out if is_held_out(document["source"]) else train).append(document)
        if n % 500 == 0:
            print(f"{n} documents, at {document['source']}", file=sys.stderr)
    chosen = shipped(held_out)
    write(args.output / "heldout.jsonl", lines(chosen))
    write(args.output / "train.jsonl.xz", lzma.compress(lines(train), preset=6))
    made = manifest(train, held_out, chosen)
    write(args.output / "manifest.json", (json.dumps(made, indent=2) + "\n").encode())
    for row in made["packages"]:
        print(f"{row['package']:24}{row['trainDocuments']:7} documents {row['trainCharacters'] / 1e6:8.2f} M characters"
              f"  held out {row['heldOutDocuments']:4}, shipped {row['shippedDocuments']}")


if __name__ == "__main__":
    main()
