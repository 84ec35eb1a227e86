package dev.kvbench.readme;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A page that is read on a Git host: the README, or one of the book.
 *
 * @param path from the top folder
 * @param text in Markdown
 */
public record Page(Path path, String text) {

    /** Where the README is. */
    public static final Path README = Path.of("README.md");
    /** Where the book is. */
    public static final Path BOOK = Path.of("src/site/markdown");
    /** What changed, beside the book. */
    private static final Path CHANGELOG = Path.of("src/site/CHANGELOG.md");
    /** The kernel's own notes, beside its source. */
    private static final Path KERNEL = Path.of("src/main/resources/cuda/README.md");

    /** @return the README, then the book by name */
    public static List<Page> book() {
        try (Stream<Path> files = Files.list(BOOK)) {
            List<Path> paths = new ArrayList<>(List.of(README));
            files.filter(f -> f.toString().endsWith(".md")).sorted().forEach(paths::add);
            return paths.stream().map(Page::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return these, and what else has figures and links */
    static List<Page> all() {
        List<Page> all = new ArrayList<>(book());
        Stream.of(CHANGELOG, KERNEL).filter(Files::exists).map(Page::read).forEach(all::add);
        return all;
    }

    /**
     * @param path of a page
     * @return it
     */
    static Page read(Path path) {
        try {
            return new Page(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param link relative, without its anchor
     * @return the file that it leads to from here, from the top folder
     */
    Path resolve(String link) {
        return path.resolveSibling(link).normalize();
    }
}
