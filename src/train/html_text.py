"""The prose of an HTML page: paragraphs and listings as text, without navigation, scripts and buttons."""

import re
from html.parser import HTMLParser

BLOCKS = {"address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption",
          "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "main", "ol", "p", "pre", "section", "summary", "table",
          "td", "th", "tr", "ul"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# closed by the next one of their kind, as HTML allows
IMPLIED = {"li", "p", "dt", "dd", "tr", "td", "th", "option"}
SKIPPED_TAGS = {"script", "style", "head", "nav", "header", "footer", "button", "select", "form", "svg", "noscript", "math"}
# navigation and decoration of the documentation generators: Sphinx, DocBook, mdBook, rustdoc, SQLite's, Node.js's, ex_doc's
SKIPPED_CLASSES = {
    "sphinxsidebar", "related", "headerlink", "viewcode-link", "footer", "clearer", "linenos", "toctree-wrapper", "contents",
    "navheader", "navfooter", "toc", "sidebar", "nav-chapters", "menu-bar", "nav-wrapper", "nav-wide-wrapper", "buttons",
    "srclink", "src", "since", "anchor", "sub", "out-of-band", "rightside", "notable-traits", "search-container",
    "nosearch", "tagline", "menu", "mobileonly", "fancy_toc", "toggle-details-hint", "mark", "type-contents",
    "apitoc", "alt-docs", "gtoc", "test-arrow", "hideme", "sk-sidebar-wrapper", "sk-page-content-toc", "sphx-glr-footer",
    "sphx-glr-thumbcontainer", "bd-sidebar-primary", "bd-sidebar-secondary", "prev-next-area", "bd-header", "breadcrumb"}
SKIPPED_IDS = {"column2", "toc", "sidebar", "global-nav", "hd", "ft", "alternate_mobile",
               "docs-sidebar", "docs-top-navigation", "docs-bottom-navigation", "docs-header", "blanket-implementations",
               "blanket-implementations-list", "synthetic-implementations", "synthetic-implementations-list"}


class Prose(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []      # [tag, is skipped]
        self.skipping = 0
        self.verbatim = 0
        self.blocks = [[]]  # pieces of each block; a listing is one block
        self.listing = [False]

    def next_block(self):
        if self.blocks[-1]:
            self.blocks.append([])
            self.listing.append(False)
        self.listing[-1] = self.verbatim > 0

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            if tag == "br" and not self.skipping:
                self.blocks[-1].append("\n" if self.verbatim else " ")
            return
        if tag in IMPLIED and self.open and self.open[-1][0] == tag:
            self.handle_endtag(tag)
        attributes = dict(attrs)
        classes = set((attributes.get("class") or "").split())
        skipped = (tag in SKIPPED_TAGS or bool(classes & SKIPPED_CLASSES) or attributes.get("id") in SKIPPED_IDS
                   or "hidden" in attributes)
        self.open.append([tag, skipped])
        self.skipping += skipped
        if tag == "pre":
            self.verbatim += 1
        if tag in BLOCKS and not self.skipping:
            if self.verbatim and tag != "pre":
                return
            self.next_block()
            if tag == "li":
                self.blocks[-1].append("- ")

    def handle_endtag(self, tag):
        if not any(name == tag for name, _ in self.open):
            return
        while self.open:
            name, skipped = self.open.pop()
            self.skipping -= skipped
            if name == "pre":
                self.verbatim -= 1
            if name in BLOCKS and not self.skipping and not self.verbatim:
                self.next_block()
            if name == tag:
                return

    def handle_data(self, data):
        if not self.skipping:
            self.blocks[-1].append(data)


def paragraphs(html):
    """The text of a page as a list of paragraphs; a listing keeps its line breaks and indentation."""
    prose = Prose()
    prose.feed(html)
    prose.close()
    found = []
    for pieces, listing in zip(prose.blocks, prose.listing):
        text = "".join(pieces)
        if listing:
            text = "\n".join(line.rstrip() for line in text.expandtabs(4).strip("\n").split("\n"))
        else:
            text = re.sub(r"\s+", " ", text).strip()
        if text.strip() and text not in ("-", "\u00b6"):
            found.append(text)
    return found
