package dev.kvbench.book;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the book, {@code src/site/markdown/}, or another that is read on a Git host.
 *
 * @param file where it is
 * @param text its Markdown
 */
public record Page(Path file, String text) {

    /** The folder of the book. */
    public static final Path BOOK = Path.of("src/site/markdown");

    /** Where the README is. */
    public static final Path README = Path.of("README.md");

    /** What else has figures and links: what changed, and the kernel's own notes. */
    private static final List<Path> BESIDE = List.of(Path.of("src/site/CHANGELOG.md"), Path.of("src/main/resources/cuda/README.md"));

    private static final Pattern BLOCK =
            Pattern.compile("(?m)(?:^<!-- (.*?) -->\\n)?^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL);

    /**
     * A block of code.
     *
     * @param marker what the comment on the line above says; empty if there is none
     * @param language what stands behind its fence
     * @param code its lines
     */
    public record Block(String marker, String language, String code) {}

    /** @return the page of that name, without its ending */
    public static Page of(String name) throws IOException {
        return read(BOOK.resolve(name + ".md"));
    }

    /** @return all pages, by name */
    public static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(BOOK)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
                pages.add(read(file));
            }
        }
        return pages;
    }

    /** @return the README, then the book's pages */
    public static List<Page> withReadme() throws IOException {
        List<Page> pages = all();
        pages.add(0, read(README));
        return pages;
    }

    /** @return these, and the notes beside them */
    public static List<Page> withNotes() throws IOException {
        List<Page> pages = withReadme();
        for (Path file : BESIDE) {
            pages.add(read(file));
        }
        return pages;
    }

    /** @return the page that is this file */
    public static Page read(Path file) throws IOException {
        return new Page(file, Files.readString(file));
    }

    /** @return the file that a relative link leads to from here, from the top folder */
    public Path resolve(String link) {
        return file.resolveSibling(link).normalize();
    }

    /** @return its blocks of code, in their order */
    public List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            blocks.add(new Block(block.group(1) == null ? "" : block.group(1), block.group(2), block.group(3)));
        }
        return blocks;
    }

    /** @return the blocks whose marker begins so */
    public List<Block> marked(String begin) {
        return blocks().stream().filter(b -> b.marker().startsWith(begin)).toList();
    }
}
