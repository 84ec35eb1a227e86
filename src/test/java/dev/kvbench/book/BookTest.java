package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.host.BuildProperties;
import dev.kvbench.runtime.cuda.Scoring;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.StrategyParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the book's pages name is there: messages, strategies, packages, the version. */
@Tag("unit")
class BookTest {

    private static final Path SOURCES = Path.of("src/main/java");
    private static final Path BESIDE = Path.of("src/site");

    private static final Pattern SOURCE = Pattern.compile("<p>Source: .*?\"(.*?)\"", Pattern.DOTALL);

    /** Two words that no literal has said: more than a value. */
    private static final Pattern UNSAID = Pattern.compile("[a-z]{3,} [a-z]{3,}");

    @Test
    void messagesReadAsTheyAreSaid() throws IOException {
        List<String> literals = Literals.under(SOURCES);
        List<String> unsaid = new ArrayList<>();
        int lines = 0;
        for (Page page : Page.all()) {
            for (Page.Block block : page.marked("says")) {
                for (String line : block.code().lines().toList()) {
                    lines++;
                    String rest = line;
                    for (String literal : literals) {
                        rest = rest.replace(literal, "|");
                    }
                    if (UNSAID.matcher(rest).find() || rest.chars().filter(Character::isLetter).count() > line.length() / 2) {
                        unsaid.add(page.file().getFileName() + ": " + line + ", of which nothing says " + rest);
                    }
                }
            }
        }
        assertTrue(lines > 10, "lines are found: " + lines);
        assertEquals(List.of(), unsaid);
    }

    @Test
    void everyStrategyHasItsRowAndItsSection() throws IOException {
        String text = Page.of("strategies").text();
        String table = text.substring(text.indexOf("| name | keeps |"));
        table = table.substring(0, table.indexOf("\n\n"));
        assertEquals(Strategies.labels(),
                Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\|").matcher(table).results().map(r -> r.group(1)).toList());
        List<String> sections = Arrays.stream(text.split("(?m)^##+ ")).toList();
        for (Strategies strategy : Strategies.values()) {
            String name = strategy.label();
            String section = sections.stream().filter(s -> s.startsWith("`" + name + "`\n")).findFirst().orElseThrow()
                    .replaceAll("\\s+", " ");
            boolean inKernel = Scoring.of(strategy.create(StrategyParameters.DEFAULTS)).isPresent();
            assertTrue(section.contains(inKernel ? "Runtimes: all. " : "Runtimes: all but `fused`. "), section);
            assertTrue(section.contains("- Cost: ") && section.contains("- Memory: "), section);
            Matcher file = Pattern.compile("Class: \\[`\\w+`]\\((?:\\.\\./)+(src/main/java/\\S+)\\)").matcher(section);
            assertTrue(file.find(), section);
            Matcher paper = SOURCE.matcher(Files.readString(Path.of(file.group(1))).replaceAll("\\s*\\n \\* ?", " "));
            assertTrue(!paper.find() || section.contains("\"" + paper.group(1) + "\""), name + ": the paper of its class");
        }
    }

    @Test
    void everyPartOfAPageOfResultsIsTold() throws IOException {
        Set<String> parts = new TreeSet<>();
        for (String script : List.of("contexts.js", "throughput.js", "sequences.js", "pinned.js", "eviction.js", "machine.js", "report.js",
                "parts.js")) {
            Pattern.compile("section\\(\"\\w+\", \"([^\"]+)\"").matcher(Files.readString(Path.of("src/main/resources/report", script)))
                    .results().forEach(part -> parts.add(part.group(1)));
        }
        String text = Page.of("reading-results").text();
        String table = text.substring(text.indexOf("| head |")).replaceFirst("(?s)\n\n.*", "").replaceFirst("[^\n]*\n", "");
        assertEquals(parts, Pattern.compile("(?m)^\\| (.+?) \\|").matcher(table).results().map(r -> r.group(1))
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void everyPackageIsNamed() throws IOException {
        String design = Page.of("design").text();
        Set<String> packages = new TreeSet<>();
        try (Stream<Path> files = Files.walk(SOURCES.resolve("dev/kvbench"))) {
            files.filter(f -> f.endsWith("package-info.java"))
                    .map(f -> SOURCES.resolve("dev/kvbench").relativize(f).toString())
                    .map(f -> f.equals("package-info.java") ? "(itself)" : f.replaceFirst("/package-info.java$", "").replace('/', '.'))
                    .forEach(packages::add);
        }
        assertEquals(packages, Pattern.compile("(?m)^\\| `?([a-z0-9.()]+)`? \\|.*\\|.*\\|$").matcher(
                design.substring(design.indexOf("| package of"), design.indexOf("Where a thing goes"))).results()
                .map(r -> r.group(1)).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** A step's limit has one name, and what is needed is said in one way. */
    @Test
    void oneThingHasOneName() throws IOException {
        List<Path> read = new ArrayList<>(List.of(Path.of("README.md")));
        for (Path under : List.of(Path.of("src/site/markdown"), Path.of("src/main"))) {
            try (Stream<Path> files = Files.walk(under)) {
                files.filter(f -> f.toString().matches(".*\\.(md|js|java)")).forEach(read::add);
            }
        }
        for (Path file : read) {
            assertFalse(Files.readString(file).toLowerCase(Locale.ROOT).contains("yardstick"), file + ": the limit by another name");
        }
        String jdks = "a JDK of version 17, 21 or 25";
        for (Path file : List.of(Path.of("README.md"), Path.of("src/site/markdown/install.md"))) {
            String text = Files.readString(file);
            assertTrue(text.contains(jdks), file.toString());
            assertFalse(Pattern.compile("(Java|JDK) 17 (or|and)").matcher(text).find(), file + " says it in two ways");
        }
    }

    @Test
    void theVersionIsTheBuilds() throws IOException {
        String version = BuildProperties.get("version");
        assertTrue(Files.readString(BESIDE.resolve("CITATION.cff")).contains("\nversion: " + version + "\n"));
        assertTrue(Files.readString(BESIDE.resolve("CHANGELOG.md")).contains(" " + version + "\n"));
    }
}
