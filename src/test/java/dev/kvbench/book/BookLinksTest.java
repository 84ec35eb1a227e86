package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Links of the README and the book lead somewhere, and every page of the book is linked. */
@Tag("unit")
class BookLinksTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^\\s()]+)(?:\\s+\"[^\"]*\")?\\)|<a href=\"([^\"]+)\">");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern NAMED = Pattern.compile("<a (?:id|name)=\"([^\"]+)\"");
    private static final Path SITE = Path.of("src/site/site.xml");
    private static final int README_LINES = 150;

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Page page : Page.withNotes()) {
            broken.addAll(broken(page));
        }
        assertEquals(List.of(), broken);
    }

    /**
     * A page of the site lies as deep as its source, so what leads out of the book has to go by the top folder; and the site takes
     * every Markdown file for one of its pages, but in HTML's own links.
     */
    @Test
    void linksOutOfTheBookLeadThereFromTheSiteToo() throws IOException {
        List<String> others = new ArrayList<>();
        for (Page page : Page.all()) {
            LINK.matcher(withoutFences(page.text())).results().map(link -> link.group(1)).filter(Objects::nonNull)
                    .filter(link -> link.startsWith("../") && (!link.matches("(\\.\\./){3}(?!\\.\\.).*") || link.endsWith(".md")))
                    .forEach(link -> others.add(page.file() + ": " + link));
        }
        assertEquals(List.of(), others);
    }

    @Test
    void whatLeadsNowhereIsFound() throws IOException {
        Page page = new Page(Page.BOOK.resolve("index.md"), """
                # A page
                ## Its `second` part, at last!
                ## Its `second` part, at last!
                [there](../../../README.md), [itself](#a-page), [a part](#its-second-part-at-last), [again](#its-second-part-at-last-1),
                ![no picture](../results/none.png), [no part](#its-third-part), [of another](../../../README.md#no-such-part),
                [too deep](../../../../README.md "title"), [elsewhere](https://example.org/none)
                ```
                [no link](none.md)
                ```
                """);
        assertEquals(List.of("src/site/markdown/index.md: ../results/none.png", "src/site/markdown/index.md: #its-third-part",
                "src/site/markdown/index.md: ../../../README.md#no-such-part", "src/site/markdown/index.md: ../../../../README.md"),
                broken(page));
    }

    @Test
    void everyPageIsInTheContentsAndInTheMenu() throws IOException {
        Set<String> pages = new TreeSet<>();
        Page.all().forEach(page -> pages.add(page.file().getFileName().toString()));
        assertTrue(pages.size() > 8, "pages are found: " + pages);
        String menu = Files.readString(SITE);
        assertEquals(pages, names(menu, "href=\"([^\"/:]+)\\.html\""));
        pages.remove("index.md");
        assertEquals(pages, names(Page.of("index").text(), "\\]\\(([^)/]+)\\.md\\)"));
    }

    @Test
    void theReadmeIsAPageAndNoBook() throws IOException {
        long lines = Page.read(Page.README).text().lines().count();
        assertTrue(lines <= README_LINES, "README.md has " + lines + " lines; what is more than " + README_LINES + " goes into the book");
    }

    private static Set<String> names(String text, String pattern) {
        Set<String> names = new TreeSet<>();
        Pattern.compile(pattern).matcher(text).results().forEach(m -> names.add(m.group(1) + ".md"));
        return names;
    }

    private static List<String> broken(Page page) throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher link = LINK.matcher(withoutFences(page.text()));
        while (link.find()) {
            String to = link.group(1) == null ? link.group(2) : link.group(1);
            if (!to.contains(":") && !leads(page, to)) {
                broken.add(page.file() + ": " + to);
            }
        }
        return broken;
    }

    private static boolean leads(Page page, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path file = parts[0].isEmpty() ? page.file() : page.resolve(parts[0]);
        if (file.startsWith("..") || !parts[0].isEmpty() && !Files.exists(file)) {
            return false;
        }
        return parts.length == 1 || anchors(parts[0].isEmpty() ? page.text() : Page.read(file).text()).contains(parts[1]);
    }

    /** Anchors as a Git host makes them of headings: what is no letter, number, hyphen or space goes; a second one is numbered. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new HashSet<>();
        Matcher heading = HEADING.matcher(withoutFences(text));
        while (heading.find()) {
            String words = heading.group(1).replaceAll("\\]\\([^)]*\\)", "]").toLowerCase(Locale.ROOT);
            String first = words.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-');
            String anchor = first;
            for (int again = 1; !anchors.add(anchor); again++) {
                anchor = first + "-" + again;
            }
        }
        NAMED.matcher(text).results().forEach(named -> anchors.add(named.group(1)));
        return anchors;
    }

    private static String withoutFences(String text) {
        return text.replaceAll("(?ms)^ *```.*?^ *```", "");
    }
}
