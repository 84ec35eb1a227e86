package dev.kvbench.readme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.book.Page;
import dev.kvbench.results.Json;
import dev.kvbench.results.ResultFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every measured figure in the README and the book says which file it is from, and is that file's, rounded. */
@Tag("unit")
class BookFiguresTest {

    private static final Path RESULTS = Path.of("results");
    private static final Pattern MEASUREMENT =
            Pattern.compile("\\d[\\d.]*\\s?(?:ms|µs|ns|s|%|times|GB|MB|TB/s|nats)(?![\\w/])|(?:perplexity|token) \\d[\\d.]*");

    /** What reads like a measurement and is none: a rule, a size, a setting. */
    private static final List<String> NO_MEASUREMENTS = List.of(
            "lies beyond (3 %)", "at random, 100 times", "95 % interval", "99.9 % interval", "middle 80 %", "slowed by 10 %", "H100 80GB");

    private final Map<Path, JsonNode> read = new HashMap<>();

    @Test
    void everyFigureIsThatOfItsFile() throws IOException {
        List<Quote> quotes = Page.withNotes().stream().flatMap(page -> Quote.in(page.text()).stream()).toList();
        assertTrue(quotes.size() > 100, "figures are found: " + quotes.size());
        List<String> wrong = new ArrayList<>();
        for (Quote quote : quotes) {
            String right = figure(quote).unlike(quote.text());
            if (!right.isEmpty()) {
                wrong.add("'" + quote.text() + "' is " + right + ": " + quote.what() + " of " + quote.file());
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void noMeasurementStandsWithoutItsFile() throws IOException {
        List<String> found = new ArrayList<>();
        for (Page page : Page.withReadme()) {
            String rest = Quote.without(page.text()).replaceAll("\\s+", " ");
            for (String known : NO_MEASUREMENTS) {
                rest = rest.replace(known, "");
            }
            Matcher measurement = MEASUREMENT.matcher(rest);
            while (measurement.find()) {
                found.add(page.file() + ": " + rest.substring(Math.max(0, measurement.start() - 40),
                        Math.min(rest.length(), measurement.end() + 20)));
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    void everyResultIsQuoted() throws IOException {
        String pages = Page.withNotes().stream().map(Page::text).collect(Collectors.joining());
        TreeSet<String> unquoted = new TreeSet<>();
        try (Stream<Path> folders = Files.list(RESULTS)) {
            folders.map(f -> f.getFileName().toString()).filter(f -> !pages.contains(f)).forEach(unquoted::add);
        }
        unquoted.removeIf(name -> name.endsWith(".unfinished"));
        assertEquals(new TreeSet<>(), unquoted);
    }

    @Test
    void aFigureIsHeldToItsPlacesItsUnitAndItsSide() {
        assertEquals("", Figure.of("ms", 1.2349).unlike("1.23 ms"));
        assertEquals("1.235 ms", Figure.of("ms", 1.2349).unlike("1.234 ms"));
        assertEquals("", Figure.of("%", -5.2).unlike("5 % less"));
        assertEquals("-5 %", Figure.of("%", -5.2).unlike("5 %"));
        assertEquals("-5 %", Figure.of("%", -5.2).unlike("5 % more"));
        assertEquals("5 %", Figure.of("%", 5.2).unlike("5 % less"));
        assertEquals("12 µs", Figure.of("µs", 12).unlike("12 ms"));
        assertEquals("", Figure.of("ms", 1.2, 0.01).unlike("1.2 ± 0.01"));
        assertEquals("1.200, 0.01000 ms", Figure.of("ms", 1.2, 0.01).unlike("1.2"));
        assertEquals("1 ms", Figure.of("ms", 1).unlike("1 to 2 ms"));
        assertEquals("not within 512", Figure.word("not within 512").unlike("381"));
    }

    private Figure figure(Quote quote) {
        try {
            JsonNode file = json(Path.of(quote.file()));
            return switch (Path.of(quote.file()).getFileName().toString()) {
                case "steps.json" -> new StepFigures(file, name -> json(RESULTS.resolve(name).resolve("steps.json"))).figure(quote.what());
                case "jmh.json" -> new ScoreFigures(file).figure(quote.what());
                default -> new QualityFigures(file).figure(quote.what());
            };
        } catch (RuntimeException e) {
            throw new IllegalStateException(quote + ": " + e.getMessage(), e);
        }
    }

    private JsonNode json(Path path) {
        // as everything else reads it: by today's names
        ResultFolder folder = new ResultFolder(path.getParent());
        return read.computeIfAbsent(path, p -> switch (p.getFileName().toString()) {
            case ResultFolder.STEPS_FILE -> Json.MAPPER.valueToTree(folder.readSteps());
            case ResultFolder.JMH_FILE -> folder.readJmh();
            default -> Json.tree(p);
        });
    }
}
