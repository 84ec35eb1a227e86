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
 * A page of the book, {@code src/site/markdown/}.
 *
 * @param file where it is
 * @param text its Markdown
 */
public record Page(Path file, String text) {

    /** The folder of the book. */
    public static final Path BOOK = Path.of("src/site/markdown");

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
        Path file = BOOK.resolve(name + ".md");
        return new Page(file, Files.readString(file));
    }

    /** @return all pages, by name */
    public static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(BOOK)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
                pages.add(new Page(file, Files.readString(file)));
            }
        }
        return pages;
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
