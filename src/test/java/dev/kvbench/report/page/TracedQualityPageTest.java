package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.quality.MeasuredTimes;
import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.report.page.ExpectedQuality.Config;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.results.ResultFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every number on the page of a quality result follows from quality.json: computed anew, compared, and none is left over. */
@Tag("browser")
class TracedQualityPageTest extends InBrowser {

    private static final Path STEPS = Path.of("src/test/resources/published/2026-11-25_13-05-13_47aca839_NVIDIA-H100-80GB-HBM3");
    private static final int[] RISES = {1, 2, 5, 10, 20, 50, 100};

    /** Ends of intervals from other draws differ by so much of their width at most. */
    private static final double DRAWS = 0.06;

    private final Set<String> traced = new HashSet<>();
    private ExpectedQuality expected;

    @Test
    void aMadeResultWithTimesAndAProbe() throws Exception {
        trace(MadeQuality.large(folder.resolve("made")));
    }

    @Test
    void anInterruptedOne() throws Exception {
        trace(MadeQuality.unfinished(folder.resolve("x_quality.unfinished"), 3));
    }

    @Test
    void thePublishedResultsAndOneOfThemWithTimesOfABenchmark() throws Exception {
        List<Path> files;
        try (Stream<Path> results = Files.walk(Path.of("results"), 2)) {
            files = results.filter(p -> p.endsWith(QualityFile.FILE)).sorted().toList();
        }
        assertTrue(!files.isEmpty(), "no published results");
        for (int i = 0; i < files.size(); i++) {
            QualityFile quality = QualityFile.read(files.get(i));
            Path copy = Files.createDirectories(folder.resolve(files.get(i).getParent().getFileName()));
            (i == 0 ? new MeasuredTimes(ResultFolder.open(STEPS)).in(quality) : quality).write(copy.resolve(QualityFile.FILE));
            trace(copy);
        }
    }

    private void trace(Path result) throws Exception {
        traced.clear();
        expected = new ExpectedQuality(result.resolve(QualityFile.FILE));
        List<Path> written = QualityRenderer.render(result);
        browser.open(written.get(written.size() - 1));
        browser.assertSilent();
        names(result);
        best();
        needs();
        List<String> answers = new ArrayList<>(List.of(expected.best(texts("#best tbody tr td:last-child")), expected.needs(RISES)));
        losses();
        along();
        if (expected.json.has("times")) {
            answers.add(time());
        }
        if (!browser.all("#probe .chart").isEmpty()) {
            answers.add(probe());
        }
        heat();
        table();
        assertEquals(answers, texts("#answer p"));
        traced.addAll(answers);
        assertEquals(Set.of(), Traced.leftOver(browser, traced, "quality.js", "parts.js"),
                "numbers on the page that nothing traces to " + result.getFileName());
    }

    private static List<String> texts(String selector) {
        return browser.script("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector);
    }

    private void same(double value, String shown) {
        Traced.same(traced, value, shown);
    }

    /** An interval's three numbers, its ends from other draws. */
    private void near(Estimate estimate, String value, String low, String high) {
        double tolerance = DRAWS * (estimate.high() - estimate.low());
        same(estimate.value(), value);
        Traced.near(traced, estimate.low(), low, tolerance);
        Traced.near(traced, estimate.high(), high, tolerance);
    }

    /** What a run calls itself is shown as it stands. */
    private void names(Path result) {
        JsonNode json = expected.json;
        traced.addAll(expected.strategies());
        expected.windows().forEach(w -> traced.add(String.valueOf(w)));
        String title = json.path("model").path("name").asText() + " · " + json.path("model").path("dtype").asText() + " · "
                + json.path("text").path("name").asText() + " · " + json.path("fingerprint")
                .path(json.path("fingerprint").has("gpu") ? "gpu" : "cpu").asText();
        assertEquals(title, browser.text("#title"));
        List<Integer> kept = expected.windows().stream().sorted().toList();
        int strategies = expected.strategies().size();
        String heading = (strategies == 1 ? expected.strategies().get(0) : strategies + " strategies")
                + " with windows of " + kept.get(0) + " to "
                + kept.get(kept.size() - 1) + ": " + json.path("model").path("name").asText() + ", "
                + json.path("model").path("dtype").asText();
        assertEquals(heading, browser.text("h1"));
        traced.add(heading);
        String subtitle = "run of " + json.path("created").asText() + " · tokens " + (expected.from + 1) + "–" + json.path("text")
                .path("steps").asInt()
                + " of " + json.path("text").path("starts").size() + " sequences";
        assertEquals(subtitle, texts("header .what").get(1));
        traced.addAll(List.of(title, subtitle, result.getFileName().toString()));
        JsonNode model = json.path("model");
        JsonNode text = json.path("text");
        JsonNode setting = json.path("setting");
        List<String> command = new ArrayList<>();
        json.path("command").forEach(word -> command.add(word.asText()));
        traced.addAll(List.of(json.path("created").asText(), String.join(" ", command),
                model.path("name").asText() + ", " + model.path("parameters").asLong() + " parameters, " + model.path("positions")
                        .asInt() + " positions, "
                        + model.path("dtype").asText(),
                model.path("weights").asText() + (model.has("sha256") ? ", sha256 " + model.path("sha256").asText() : ""),
                text.path("name").asText() + ", " + text.path("tokens").asInt() + " tokens, sha256 " + text.path("sha256").asText(),
                text.path("starts").size() + " of " + text.path("steps").asInt() + " tokens, from all over the text",
                setting.path("runtime").asText() + ", " + setting.path("batch").asInt() + " sequences side by side",
                        setting.path("seed").asText(),
                json.path("times").path("source").asText() + ": " + json.path("times").path("label").asText()));
        json.path("fingerprint").forEach(value -> traced.add(value.asText()));
        traced.add("h2o is H2O with one set of entries for all heads, a simplification; the paper's own, with a set per head, is"
                + " h2o-head.");
        traced.add("Only " + text.path("starts").size() + " sequences: intervals over so few are too narrow; take more (--sequences).");
        traced.add("Only " + json.path("needle").path("texts").asInt()
                + " texts were probed: intervals over so few are too narrow; take more (--probe-texts).");
        traced.add("The run has not ended: " + expected.configs.size()
                + " configurations are scored so far; quality --resume goes on with it.");
        traced.add("Times are not of the model that was scored: " + json.path("times").path("label").asText() + ".");
    }

    private void best() {
        List<List<String>> rows = browser.table("best");
        assertEquals(expected.windows().size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            List<String> row = rows.get(i);
            List<Config> ranked = expected.ranked(expected.windows().get(i));
            assertEquals(List.of(String.valueOf(expected.windows().get(i)), ranked.get(0).strategy()), row.subList(0, 2));
            near(ExpectedQuality.bootstrap(ExpectedQuality.less(expected.late(ranked.get(0)), expected.late(expected.full()))),
                    row.get(2), row.get(3), row.get(4));
            if (ranked.size() > 1) {
                assertEquals(ranked.get(1).strategy(), row.get(5));
                Estimate lead = ExpectedQuality.bootstrap(ExpectedQuality.less(expected.late(ranked.get(1)), expected.late(ranked.get(0))));
                near(lead, row.get(6), row.get(7), row.get(8));
                if (Math.abs(lead.low()) > DRAWS * (lead.high() - lead.low())) {
                    assertEquals(lead.low() > 0 ? "yes" : "no", row.get(9));
                }
            } else {
                assertEquals(List.of("–", "–", "–", "–", "–"), row.subList(5, 10));
            }
        }
        random();
    }

    /** Each strategy and window is named if it loses more than the one that chooses at random, and only then. */
    private void random() {
        List<String> shown = texts("#random");
        assertEquals(expected.strategies().contains("random") ? 1 : 0, shown.size());
        for (Config c : shown.isEmpty() ? List.<Config>of() : expected.evicting()) {
            Estimate worse = ExpectedQuality.bootstrap(ExpectedQuality.less(expected.late(c),
                    expected.late(expected.of("random", c.window()))));
            if (!c.strategy().equals("random") && Math.abs(worse.low()) > DRAWS * (worse.high() - worse.low())) {
                // "… noise: window at 256, knorm at every window and keydiff at 32."
                String after = (" " + shown.get(0)).replaceFirst(".* " + c.strategy() + " at ", "")
                        .replaceFirst(",? (and )?[a-z0-9-]*[a-z][a-z0-9-]* at .*", "");
                boolean named = shown.get(0).contains(" " + c.strategy() + " at ")
                        && (after.startsWith("every window") || List.of(after.split("[^0-9]+")).contains(String.valueOf(c.window())));
                assertEquals(worse.low() > 0, named, c.strategy() + " " + c.window() + ": " + shown.get(0));
            }
        }
        traced.addAll(shown);
    }

    private void needs() {
        List<List<String>> rows = browser.table("needs");
        assertEquals(expected.strategies().size(), rows.size());
        for (List<String> row : rows) {
            for (int i = 0; i < RISES.length; i++) {
                assertEquals(expected.needed(row.get(0), RISES[i] / 100.0).map(String::valueOf).orElse("–"), row.get(i + 1),
                        row.toString());
                traced.add("≤\u00a0" + RISES[i] + "\u00a0%");
            }
        }
    }

    /** Values of all strategies at all windows, as the list beside the plot reads them. */
    private void losses() {
        for (int window : expected.windows()) {
            browser.click("#window input[value='" + window + "']");
            assertEquals(String.valueOf(window), browser.text("#window-shown"));
            List<String> shown = texts("#lines output");
            for (int i = 0; i < shown.size(); i++) {
                Config c = expected.of(expected.strategies().get(i), window);
                same(c.late().path("nllIncrease"), 1, shown.get(i));
                assertEquals(ExpectedQuality.mean(ExpectedQuality.less(expected.late(c), expected.late(expected.full()))), c.loss(), 1e-5);
            }
        }
        String finding = expected.range();
        assertEquals(finding, browser.text("#window figcaption"));
        traced.add(finding);
    }

    /** A shown interval, "0.226 (0.209 to 0.245)", is that of the file. */
    private void same(JsonNode estimate, double times, String shown) {
        if (estimate.isNull()) {
            assertEquals("–", shown);
            return;
        }
        String[] parts = parts(shown);
        same(times * estimate.path("value").asDouble(), parts[0]);
        same(times * estimate.path("low").asDouble(), parts[1]);
        same(times * estimate.path("high").asDouble(), parts[2]);
        traced.add(shown);
    }

    private static String[] parts(String interval) {
        assertTrue(interval.matches("[−0-9.]+( %)? \\([−0-9.]+( %)? to [−0-9.]+( %)?\\)"), interval);
        return interval.split(" \\(| to |\\)");
    }

    private void along() {
        int last = expected.edges.length - 2;
        for (int window : expected.windows()) {
            browser.click("#along input[value='" + window + "']");
            List<Config> shown = expected.strategies().stream().map(s -> expected.of(s, window)).filter(c -> c != null).toList();
            for (int bucket : new int[] {0, last / 2, last}) {
                browser.script("const s = document.getElementById('tokens'); s.value = arguments[0]; s.dispatchEvent(new"
                        + " Event('input'))", bucket);
                assertEquals((expected.edges[bucket] + 1) + " to " + expected.edges[bucket + 1], browser.text("#tokens-shown"));
                List<String> values = texts("#along-key output");
                assertEquals(shown.size(), values.size());
                for (int i = 0; i < values.size(); i++) {
                    String[] parts = parts(values.get(i));
                    near(ExpectedQuality.bootstrap(expected.lost(shown.get(i), bucket)), parts[0], parts[1], parts[2]);
                    traced.add(values.get(i));
                }
                traced.add(browser.text("#tokens-shown"));
            }
            Comparator<Config> byEnd = Comparator.comparingDouble(c -> ExpectedQuality.mean(expected.lost(c, last)));
            Config least = shown.stream().min(byEnd).orElseThrow();
            Config most = shown.stream().max(byEnd).orElseThrow();
            String tokens = (expected.edges[last] + 1) + " to " + expected.edges[last + 1];
            String finding = "With a window of " + window + " " + least.strategy() + " loses " + (shown.size() == 1
                    ? nats(least, last) + " nats per token in tokens " + tokens + "."
                    : "least in the last tokens, " + tokens + ": " + nats(least, last) + " nats per token; " + most.strategy()
                            + " most: " + nats(most, last) + ".");
            assertEquals(finding, browser.text("#along figcaption"));
            traced.add(finding);
        }
    }

    private String nats(Config c, int bucket) {
        return ExpectedQuality.signed(String.format(Locale.ROOT, "%.3f", ExpectedQuality.mean(expected.lost(c, bucket))));
    }

    private String time() {
        List<Config> front = expected.front();
        List<Config> timed = expected.configs.stream().filter(c -> !Double.isNaN(c.ms())).toList();
        String finding = browser.text("#timed figcaption");
        assertEquals("Pareto front, from fast to good: " + String.join("; ", front.stream().map(c -> c.brief() + " ("
                + ExpectedQuality.digits(c.ms()) + " ms, " + String.format(Locale.ROOT, "%.3f", c.loss()) + " nats)").toList())
                + ". Nothing else that was timed is faster than one of these without losing more.", finding);
        String hint = texts("#timed .hint").get(2);
        assertTrue(hint.startsWith("The dotted line is the Pareto front, with " + front.size() + " of " + timed.size()
                + " timed configurations;"), hint);
        double limit = Math.max(1.5 * front.get(0).ms(), front.get(front.size() - 1).ms());
        long slow = timed.stream().filter(c -> c.ms() > limit).count();
        String more = "also the " + slow + " of " + timed.size() + " that take more than " + ExpectedQuality.digits(limit) + " ms";
        assertEquals(slow == 0 ? List.of() : List.of(more), texts("#timed label"));
        traced.addAll(List.of(finding, hint, more, expected.json.path("times").path("label").asText(), expected.json.path("times")
                .path("source").asText(),
                ", from " + expected.json.path("times").path("source").asText()));
        return expected.time(timed);
    }

    private String probe() {
        JsonNode needle = expected.json.path("needle");
        int[] distances = ExpectedQuality.ints(needle.path("distances"));
        for (int window : expected.windows()) {
            browser.click("#probe input[value='" + window + "']");
            List<Config> shown = expected.strategies().stream().map(s -> expected.of(s, window)).toList();
            List<List<String>> cells = browser.table("heat-probe");
            for (int d = 0; d < distances.length; d++) {
                browser.script("const s = document.getElementById('distance'); s.value = arguments[0]; s.dispatchEvent(new"
                        + " Event('input'))", d);
                assertEquals(String.valueOf(distances[d]), browser.text("#distance-shown"));
                List<String> values = texts("#probe-key output");
                for (int i = 0; i < shown.size(); i++) {
                    JsonNode recall = shown.get(i).json().path("recall").path("recall").get(d);
                    same(recall, 100, values.get(i));
                    assertEquals(values.get(i).replaceFirst(" \\(.*", ""), cells.get(i).get(d + 1));
                    expected.mustBeRecall(shown.get(i), d, recall);
                }
                traced.addAll(List.of(distances[d] + " back", String.valueOf(distances[d])));
            }
            cells.forEach(traced::addAll);
            String finding = expected.remembered(window, distances);
            assertEquals(finding, browser.text("#probe figcaption"));
            traced.addAll(List.of(finding, "remembered with a window of " + window));
        }
        String hint = texts("#probe .hint").get(0);
        assertTrue(hint.startsWith("Patterns of " + needle.path("pattern").asInt() + " random tokens are planted in "
                + needle.path("texts").asInt() + " texts ")
                && hint.contains("; the first " + needle.path("skipped").asInt() + " tokens of a repetition do not count"), hint);
        traced.add(hint);
        return expected.farthest(distances);
    }

    private void heat() {
        List<String> metrics = texts("#heat option");
        assertEquals(expected.json.has("times") ? 5 : 4, metrics.size());
        for (int metric = 0; metric < metrics.size(); metric++) {
            browser.script("const s = document.getElementById('heat-metric-0'); s.value = arguments[0]; s.dispatchEvent(new"
                    + " Event('change'))", metric);
            for (List<String> row : browser.table("heat-0")) {
                for (int i = 0; i < expected.windows().size(); i++) {
                    Config c = expected.of(row.get(0), expected.windows().get(i));
                    double value = metric == 4 ? c.ms() : c.late()
                            .path(List.of("nllIncrease", "perplexity", "agreement", "kl").get(metric)).path("value").asDouble();
                    if (Double.isNaN(value)) {
                        assertEquals("–", row.get(i + 1));
                    } else {
                        same(metric == 2 ? 100 * value : value, row.get(i + 1));
                    }
                    traced.add("window " + c.window());
                }
            }
        }
    }

    private void table() {
        List<List<String>> rows = browser.table("all-table");
        assertEquals(expected.configs.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Config c = expected.configs.get(i);
            List<String> row = rows.get(i);
            assertEquals(c.window() == 0 ? List.of("full cache", "–") : List.of(c.strategy(), String.valueOf(c.window())),
                    row.subList(0, 2));
            same(Math.exp(ExpectedQuality.mean(expected.late(c))), row.get(2));
            same(100 * (Math.exp(c.loss()) - 1), row.get(3));
            same(c.loss(), row.get(4));
            same(c.late().path("nllIncrease").path("low").asDouble(), row.get(5));
            same(c.late().path("nllIncrease").path("high").asDouble(), row.get(6));
            same(100 * c.late().path("agreement").path("value").asDouble(), row.get(7));
            same(c.late().path("kl").path("value").asDouble(), row.get(8));
            if (row.size() > 9 && !Double.isNaN(c.ms())) {
                same(c.ms(), row.get(9));
                same(c.json().path("time").path("low").asDouble(), row.get(10));
                same(c.json().path("time").path("high").asDouble(), row.get(11));
                assertEquals(expected.front().contains(c) ? "yes" : "no", row.get(12));
            } else if (row.size() > 9) {
                assertEquals(List.of("–", "–", "–", "–"), row.subList(9, 13));
            }
        }
    }
}
