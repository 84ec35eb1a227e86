"""Debian packages that the corpus is made of: where their text lies and what licence it carries."""

import gzip
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    package: str
    licence: str
    notice: str              # whom the licence asks to be named
    folder: str = ""         # HTML below here
    leave_out: str = r"$^"   # paths below the folder that are no prose: indexes, sources, redirects

    def documents(self):
        """(path below the folder, HTML) in the order of paths."""
        base = Path(self.folder)
        for file in sorted(base.rglob("*.html")):
            path = file.relative_to(base).as_posix()
            if file.is_symlink() or re.search(self.leave_out, path):
                continue
            yield path, file.read_text(encoding="utf-8", errors="replace")


SPHINX_INDEXES = r"genindex|py-modindex|search\.html|_modules/|_sources/|modindex|contents\.html"
SOURCES = (
    Source("sqlite3-doc", "public domain", "SQLite's authors disclaim copyright",
           "/usr/share/doc/sqlite3", r"^(session/)?(keyword_index|doc_.*|sitemap|docs|toc|changes|search|news)|matrix|syntax/"),
    Source("postgresql-doc-15", "PostgreSQL Licence",
           "Portions Copyright (c) 1996-2023, PostgreSQL Global Development Group; "
           "Portions Copyright (c) 1994, The Regents of the University of California",
           "/usr/share/doc/postgresql-doc-15/html", r"^(index|bookindex|legalnotice|biblio|features-sql|.*-appendix)"),
    Source("rust-doc", "MIT or Apache-2.0", "The Rust Project Developers",
           "/usr/share/doc/rust-doc/html",
           r"^(src|core|alloc|test|proc_macro|implementors)/|/print\.html|all\.html|/arch/|core_arch|/intrinsics/|/simd/"
           r"|second-edition|2018-edition|first-edition|/f32/consts|^(book|nomicon)/toc|sidebar|index-sidebar"
           r"|help\.html|settings\.html|constant\.|std/std_float"),
    Source("python3.11-doc", "PSF-2.0 (examples: also 0BSD)",
           "Copyright (c) 2001-2023 Python Software Foundation. All rights reserved",
           "/usr/share/doc/python3.11/html", SPHINX_INDEXES + r"|^license|^download"),
    Source("python-django-doc", "BSD-3-Clause", "Copyright (c) Django Software Foundation and individual contributors",
           "/usr/share/doc/python-django-doc/html", SPHINX_INDEXES),
    Source("python-sqlalchemy-doc", "MIT", "Copyright (c) 2005-2023 Michael Bayer and contributors",
           "/usr/share/doc/python-sqlalchemy-doc/html", SPHINX_INDEXES),
    Source("llvm-14-doc", "Apache-2.0 WITH LLVM-exception", "Copyright (c) 2003-2022 LLVM Project contributors, University of Illinois at Urbana-Champaign",
           "/usr/share/doc/llvm-14-doc/html", SPHINX_INDEXES + r"|^AMDGPU/"),
    Source("nodejs-doc", "MIT", "Copyright Node.js contributors; Copyright Joyent, Inc. and other Node contributors",
           "/usr/share/doc/nodejs/api", r"^(all|index|documentation)\.html"),
    Source("python-sklearn-doc", "BSD-3-Clause", "Copyright (c) 2007-2023 Scikit-Learn Developers",
           "/usr/share/doc/python-sklearn-doc/html", SPHINX_INDEXES + r"|sg_execution_times"),
    Source("python-pandas-doc", "BSD-3-Clause",
           "Copyright (c) 2008-2011, AQR Capital Management, LLC, Lambda Foundry, Inc. and PyData Development Team; "
           "Copyright (c) 2011-2023, Open source contributors",
           "/usr/share/doc/python-pandas-doc/html", SPHINX_INDEXES + r"|^generated/"),
    Source("erlang-doc", "Apache-2.0", "Copyright Ericsson AB",
           "/usr/share/doc/erlang-doc", r"lib/(wx|jinterface|megaco|cosEvent)|users_guide\.html|index\.html|/release_notes|_frame"),
)

KING_JAMES = Source("bible-kjv-text", "public domain", "King James Version")
JARGON = Source("dict-jargon", "public domain", "The Jargon File, version 4.4.7")


def king_james():
    """(book, paragraphs): a paragraph is a chapter, without verse numbers; read by Debian's bible-kjv."""
    said = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], capture_output=True, text=True, check=True).stdout
    books = {}
    for line in said.splitlines():
        verse = re.match(r"(\S+?)(\d+):\d+\s+(.*)", line)
        if verse:
            book, chapter, text = verse.groups()
            books.setdefault(book, {}).setdefault(int(chapter), []).append(text.strip())
    for book, chapters in books.items():
        yield book, [f"Chapter {number}. " + " ".join(verses) for number, verses in sorted(chapters.items())]


def jargon():
    """(first letter, paragraphs): the lexicon's entries of a letter."""
    text = gzip.open("/usr/share/dictd/jargon.dict.dz", "rt", encoding="utf-8", errors="replace").read()
    letters = {}
    for block in re.split(r"\n(?=\S)", text):
        first = block[:1].lower()
        entry = [re.sub(r"\s+", " ", p).strip() for p in re.split(r"\n\s*\n", block)]
        if first.isascii() and first.isalpha() and len(entry) > 1:
            letters.setdefault(first, []).extend(p for p in entry if p)
    yield from sorted(letters.items())


def version(package):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True).stdout
