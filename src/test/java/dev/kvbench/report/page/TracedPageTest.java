package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeResults;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.RunAnswer;
import dev.kvbench.report.analysis.LoadedResult;
import dev.kvbench.report.analysis.Numbers;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every number on a page follows from steps.json: computed anew, compared, and none is left over. */
@Tag("browser")
class TracedPageTest extends InBrowser {

    /** Texts of the page that were compared with what they must be. */
    private final Set<String> traced = new HashSet<>();

    @Test
    void aSmallResult() throws Exception {
        trace(MadeResults.small(folder.resolve("small")));
    }

    @Test
    void bothRemovals() throws Exception {
        trace(MadeResults.removals(folder.resolve("removals")));
        browser.screenshot("removals");
    }

    @Test
    void allStrategiesAndWindows() throws Exception {
        trace(MadeResults.large(folder.resolve("large")));
    }

    @Test
    void thePublishedResultsOfTheDefaultRunAndTheLargestSweep() throws Exception {
        int found = 0;
        for (Path result : published()) {
            Path copy = Files.createDirectories(folder.resolve(result.getFileName().toString()));
            Files.copy(result.resolve(ResultFolder.STEPS_FILE), copy.resolve(ResultFolder.STEPS_FILE));
            trace(new ResultFolder(copy));
            found++;
        }
        assertTrue(found >= 2, "only " + found + " published results have several configurations");
    }

    /** The newest default run and the result with the most configurations, each of several strategies with one full cache. */
    private static List<Path> published() throws IOException {
        try (Stream<Path> quoted = Files.list(Path.of("results"));
                Stream<Path> older = Files.list(Path.of("src/test/resources/published"))) {
            List<ResultFolder> loops = Stream.concat(quoted, older)
                    .filter(r -> Files.isRegularFile(r.resolve(ResultFolder.STEPS_FILE))).map(ResultFolder::new)
                    .filter(r -> r.readSteps().configurations().stream()
                            .allMatch(c -> c.benchmark().equals(MadeResults.LOOP) && c.gpu() != null))
                    .filter(r -> r.readSteps().configurations().size() > 1)
                    .filter(r -> r.readSteps().configurations().stream().filter(c -> "full".equals(c.params().get("strategy")))
                            .count() == 1)
                    .sorted((a, b) -> a.path().getFileName().compareTo(b.path().getFileName())).toList();
            return Stream.of(
                    loops.stream().filter(r -> r.readSteps().command().equals(List.of("run", "--config", "default"))).reduce((a, b) -> b),
                    loops.stream().reduce((a, b) -> b.readSteps().configurations().size() > a.readSteps().configurations().size() ? b : a))
                    .flatMap(Optional::stream).map(ResultFolder::path).distinct().toList();
        }
    }

    private void trace(ResultFolder result) throws Exception {
        traced.clear();
        Expected expected = new Expected(result.path());
        List<Path> written = Renderer.render(result);
        browser.open(written.get(written.size() - 1));
        browser.assertSilent();
        names(result, expected);
        answers(result, expected);
        curves(expected);
        summary(expected);
        crossover(expected);
        cost(expected);
        memory(expected);
        latency(expected);
        if (expected.strategies().size() > 1) {
            heat(expected);
        }
        raw(expected);
        assertEquals(Set.of(), Traced.leftOver(browser, traced, "contexts.js",
                "sequences.js", "pinned.js", "eviction.js", "report.js", "parts.js"),
                "numbers on the page that nothing traces to " + result.path().getFileName());
    }

    /** What a run calls itself is shown as it stands. */
    private void names(ResultFolder result, Expected expected) {
        StepsFile steps = result.readSteps();
        expected.configs.forEach(c -> traced.add(c.label()));
        assertTrue(browser.text("#title").contains(steps.fingerprint().deviceName()), browser.text("#title"));
        traced.add(browser.text("#title"));
        assertEquals(expected.heading(), browser.text("h1"));
        traced.add(expected.heading());
        traced.add("run of " + steps.created());
        traced.add(result.path().getFileName().toString());
        List<String> values = browser.script("return [...document.querySelectorAll('#fingerprint dd')].map(d => d.textContent)");
        Set<String> known = new HashSet<>(List.of(steps.created(), String.join(" ", steps.command())));
        expected.json.path("fingerprint").forEach(value -> known.add(value.asText()));
        known.addAll(expected.iterations());
        values.stream().filter(known::contains).forEach(traced::add);
    }

    private void answers(ResultFolder result, Expected expected) {
        List<Expected.Config> strategies = expected.strategies();
        Expected.Config best = strategies.stream().min(Comparator.comparingDouble(c -> expected.end(c).change())).orElseThrow();
        long faster = strategies.stream().map(expected::end).filter(e -> e.tells() && e.change() < 0).count();
        String answer = strategies.size() == 1 ? expected.answer(best)
                : (faster == 0 ? "None" : faster == strategies.size() ? "All" : "" + faster) + " of " + strategies.size()
                        + " configurations " + (faster == 0 && strategies.stream().anyMatch(c -> !expected.end(c).tells()) ? "can be called"
                                : faster == 1 ? "is" : "are") + " faster than the full cache at token " + best.length() + ". "
                        + (faster == 0 ? "The nearest: " : faster == 1 ? "" : "The fastest: ") + expected.answer(best);
        assertEquals(answer, browser.text("#answer"));
        assertEquals(RunAnswer.of(LoadedResult.read(result)), browser.text("#verdict"));
        traced.addAll(List.of(answer, browser.text("#verdict")));
        traced.add(expected.ends(browser.text("#time figcaption")));
        int fewest = expected.configs.stream().mapToInt(c -> c.host().length).min().orElseThrow();
        String note = "Some configurations have only " + fewest
                + (fewest == 1 ? " generation" : " generations") + ": differences below 3 % are not called real; run more iterations (-i).";
        assertEquals(fewest < 4, browser.text("main").contains(note));
        String simplified = "h2o is H2O with one set of entries for all heads, a simplification; the paper's own, with a set per"
                + " head, is h2o-head.";
        assertEquals(strategies.stream().anyMatch(c -> c.strategy().equals("h2o")), browser.text("main").contains(simplified));
        traced.addAll(List.of(note, simplified));
    }

    /** Values of all curves at some tokens, host and device, and the memory limit. */
    private void curves(Expected expected) {
        for (String clock : List.of("device", "host")) {
            browser.click("input[name=clock][value=" + clock + "]");
            for (int token : new int[] {1, 7, expected.full().length() / 2, expected.full().length()}) {
                browser.script("const s = document.getElementById('token'); s.value = arguments[0]; s.dispatchEvent(new"
                        + " Event('input'))", token);
                assertEquals(String.valueOf(token), browser.text("#token-shown"));
                List<String> shown = browser.script("return [...document.querySelectorAll('#lines output')].map(o => o.textContent)");
                for (int i = 0; i < shown.size(); i++) {
                    Expected.Config config = expected.configs.get(i);
                    double[] curve = Expected.curve(clock.equals("host") ? config.host() : config.device());
                    same(Expected.smoothed(curve, token, 9), shown.get(i));
                }
                same(expected.full().limit(token), browser.text("#limit-value"));
                traced.add(String.valueOf(token));
            }
        }
        double bandwidth = expected.full().json().path("gpu").path("copyBytesPerSecond").asDouble() / 1e12;
        String limit = browser.text("#limit-value").isEmpty() ? ""
                : browser.script("return document.getElementById('limit-value').nextSibling.data");
        assertTrue(limit.contains(String.format(Locale.ROOT, " at %.2f TB/s", bandwidth)), limit);
        traced.add(limit);
        boolean quantiles = expected.full().host().length >= 10;
        List<String> hints = browser.script("return [...document.querySelectorAll('#time .hint')].map(h => h.textContent)");
        assertTrue(hints.get(1).contains(quantiles ? "10th to 90th percentile" : "min to max") && hints.get(1)
                .contains("both smoothed over 9 steps"), hints.get(1));
        traced.add(hints.get(1));
    }

    private void summary(Expected expected) {
        List<List<String>> rows = rows("summary", expected.configs.size());
        for (int i = 0; i < rows.size(); i++) {
            Expected.Config config = expected.configs.get(i);
            List<String> row = rows.get(i);
            assertEquals(config.label(), row.get(0));
            same(config.host().length, row.get(1));
            same(Expected.median(Expected.pooled(config.host())), row.get(2));
            same(Expected.median(Expected.pooled(config.device())), row.get(3));
            same(Expected.median(Arrays.stream(config.host())
                    .mapToDouble(g -> config.batch() * g.length / (Arrays.stream(g).sum() / 1e3)).toArray()), row.get(4));
            double[] curve = Expected.curve(config.host());
            same(Expected.median(Expected.each(curve.length, t -> curve[t]
                    / config.limit(config.window() == 0 ? t + 1 : Math.min(t, config.window()) + 1))), row.get(5));
        }
    }

    private void crossover(Expected expected) {
        List<List<String>> rows = rows("crossings", expected.strategies().size());
        for (int i = 0; i < rows.size(); i++) {
            Expected.Config config = expected.strategies().get(i);
            List<String> row = rows.get(i);
            assertTrue(config.evicts() && config.label().equals(row.get(0)), row.get(0));
            same(config.window() + 1, row.get(7));
            same(100 * expected.control(config).change(), row.get(8));
            interval(expected.control(config), row.get(9));
            same(100 * expected.start(config).change(), row.get(10));
            same(100 * expected.change(config, config.window() + 1, config.length()).change(), row.get(11));
            Expected.Change end = expected.end(config);
            same(100 * end.change(), row.get(2));
            interval(end, row.get(3));
            assertEquals(!end.tells() ? "cannot be told" : end.change() < 0 ? "faster" : "slower", row.get(1));
            int faster = expected.fasterFrom(config);
            String never = "not within " + config.length();
            assertEquals(!end.tells() ? "cannot be told" : faster > 0 ? "" + faster : end.change() < 0 ? "–" : never, row.get(4));
            int beyond = expected.fasterFrom(config, Math.abs(expected.control(config).change()));
            assertEquals(!end.tells() ? "cannot be told" : beyond > 0 ? "" + beyond : never, row.get(5));
            int paid = expected.paidBackAt(config);
            assertEquals(paid > 0 ? "" + paid : never, row.get(6));
            traced.addAll(row.subList(4, 7));
        }
    }

    /** Both are random draws. */
    private void interval(Expected.Change expected, String shown) {
        String[] ends = shown.split(" to ");
        assertEquals(100 * expected.low(), Traced.number(ends[0]), 0.25, shown);
        assertEquals(100 * expected.high(), Traced.number(ends[1]), 0.25, shown);
        traced.add(shown);
    }

    private void cost(Expected expected) {
        List<List<String>> rows = rows("costs", expected.configs.size());
        Expected.Config full = expected.full();
        boolean both = expected.strategies().stream().map(Expected.Config::removal).distinct().count() > 1;
        for (int i = 0; i < rows.size(); i++) {
            Expected.Config config = expected.configs.get(i);
            List<String> row = rows.get(i);
            assertEquals(config.label(), row.get(0));
            int first = config.window() == 0 ? 1 : config.window() + 1;
            double step = config.window() == 0 ? median(full.device(), 1, full.length())
                    : median(full.device(), Math.max(1, first - 16), Math.min(full.length(), first + 15));
            same(1e3 * step, row.get(2));
            if (config.window() == 0) {
                assertEquals("–", row.get(1));
                assertEquals(List.of("–", "–"), row.subList(3, 5));
            } else {
                // a result that does not say is older than that
                assertEquals(config.removal(), row.get(1));
                int from = Math.max(1, first - 32);
                double scoring = median(config.device(), from, first - 1) - median(full.device(), from, first - 1);
                Traced.part(traced, 1e3 * scoring, row.get(3));
                Traced.part(traced, 1e3 * (median(config.device(), first, config.length()) - step - scoring), row.get(4));
            }
            if (both) {
                closing(expected, config, row);
            }
            double[][] beyond = new double[config.host().length][];
            Arrays.setAll(beyond, g -> Expected.each(config.length(), t -> config.host()[g][t] - config.device()[g][t]));
            same(1e3 * median(beyond, first, config.length()), row.get(both ? 6 : 5));
            same(1e3 * median(config.host(), first, config.length()), row.get(both ? 7 : 6));
        }
        String finding = browser.text("#cost > p");
        String removal = expected.strategies().get(0).removal();
        assertTrue(finding.startsWith(both ? "Closing gaps takes " : "With removal=" + removal + " eviction is choosing, "), finding);
        traced.add(finding);
    }

    /** What one removal takes more than the other: in the table, and as a sentence. */
    private void closing(Expected expected, Expected.Config config, List<String> row) {
        if (config.window() == 0 || config.removal().equals("replace")) {
            assertEquals("–", row.get(5));
            return;
        }
        Expected.Config filled = expected.strategies().get(0);
        double closing = 1e3 * (median(config.device(), config.window() + 1, config.length())
                - median(filled.device(), config.window() + 1, config.length()));
        same(closing, row.get(5));
        String finding = browser.text("#cost > p");
        assertTrue(finding.startsWith("Closing gaps takes " + row.get(5) + " µs of the " + row.get(4) + " µs of eviction a step ("
                + config.label() + ")."), finding);
    }

    private static double median(double[][] series, int from, int to) {
        return Expected.median(Expected.generations(series, from, to));
    }

    private void memory(Expected expected) {
        List<List<String>> rows = rows("memory-table", expected.configs.size());
        double most = 0;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < rows.size(); i++) {
            Expected.Config config = expected.configs.get(i);
            double end = config.cacheMb(config.length());
            same(end, rows.get(i).get(1));
            same(config.json().path("gpu").path("memoryBytes").asDouble() / 1e6, rows.get(i).get(2));
            most = Math.max(most, end);
            least = Math.min(least, end);
        }
        // what the slider of the first plot last pointed at, of the curves shown
        List<Boolean> shown = browser.script("return [...document.querySelectorAll('#lines input')].map(i => i.checked)");
        String readout = browser.text("#memory-read");
        String[] values = readout.replaceFirst("^Token " + expected.full().length() + ": ", "").split("; ");
        assertEquals(shown.stream().filter(s -> s).count(), values.length, readout);
        for (int i = 0, at = 0; i < shown.size(); i++) {
            if (shown.get(i)) {
                Expected.Config config = expected.configs.get(i);
                assertTrue(values[at].startsWith(config.label() + " "), values[at]);
                same(config.cacheMb(config.length()), values[at++].substring(config.label().length()));
            }
        }
        traced.add(readout);
        String finding = browser.text("#memory figcaption");
        assertTrue(finding.startsWith("At token " + expected.full().length() + " full cache holds " + Numbers.mb(most)
                + " of keys and values, ")
                && finding.endsWith(" " + Numbers.mb(least) + ", " + Expected.percent(1 - least / most) + " less."), finding);
        traced.add(finding);
    }

    private void latency(Expected expected) {
        List<List<String>> rows = rows("latencies", expected.configs.size());
        String finding = "";
        double widest = 0;
        for (int i = 0; i < rows.size(); i++) {
            double[] all = Expected.pooled(expected.configs.get(i).host());
            double[] quantiles = {0.5, 0.9, 0.99, 1};
            for (int q = 0; q < quantiles.length; q++) {
                same(Expected.quantile(all, quantiles[q]), rows.get(i).get(q + 1));
            }
            if (Expected.quantile(all, 0.99) / Expected.median(all) > widest) {
                widest = Expected.quantile(all, 0.99) / Expected.median(all);
                finding = "half of its steps take at most " + rows.get(i).get(1) + " ms, 99 % at most " + rows.get(i).get(3)
                        + " ms, the slowest " + rows.get(i).get(4) + " ms.";
            }
        }
        String shown = browser.text("#latency figcaption");
        assertTrue(shown.endsWith(finding), shown + " should end with " + finding);
        traced.addAll(List.of(shown, "p50", "p90", "p99"));
    }

    private void heat(Expected expected) {
        List<String> windows = browser.script("return [...document.querySelectorAll('#heat-0 thead th')].slice(1).map(t => t.textContent)");
        assertEquals(expected.strategies().stream().map(c -> "window " + c.window()).distinct().toList().size(), windows.size());
        traced.addAll(windows);
        boolean both = expected.strategies().stream().map(Expected.Config::removal).distinct().count() > 1;
        int cells = 0;
        for (int metric = 0; metric < 5; metric++) {
            browser.script("const s = document.getElementById('heat-metric-0'); s.value = arguments[0]; s.dispatchEvent(new"
                    + " Event('change'))", metric);
            for (List<String> row : browser.table("heat-0")) {
                traced.add(row.get(0));
                for (int column = 0; column < windows.size(); column++) {
                    String strategy = row.get(0).split(",")[0];
                    String heavyHitters = row.get(0).contains("heavy") ? row.get(0).replaceAll(".*, (\\d+) heavy hitters.*", "$1") : "0";
                    int window = Integer.parseInt(windows.get(column).replace("window ", ""));
                    Expected.Config config = expected.strategies().stream()
                            .filter(c -> c.strategy().equals(strategy) && c.window() == window
                            && (!both || c.removal().equals("compact") == row.get(0).contains("compacting"))
                            && c.json().path("params").path("heavyHitters").asText("0").equals(heavyHitters)).findFirst().orElseThrow();
                    same(switch (metric) {
                        case 0 -> 100 * expected.end(config).change();
                        case 1 -> 100 * expected.change(config, window + 1, config.length()).change();
                        case 2 -> 100 * expected.control(config).change();
                        case 3 -> median(config.host(), 1, config.length());
                        default -> config.cacheMb(config.length());
                    }, row.get(column + 1));
                    cells++;
                }
            }
        }
        assertEquals(5 * expected.strategies().size(), cells);
        Expected.Config best = expected.strategies().stream()
                .min((a, b) -> Double.compare(expected.end(a).change(), expected.end(b).change())).orElseThrow();
        String finding = browser.text("#heat > p");
        double change = expected.end(best).change();
        double control = expected.control(best).change();
        assertTrue(finding.endsWith("with a window of " + best.window() + ": " + Expected.percent(change) + (change < 0 ? " less" : " more")
                + "; before it evicts " + Expected.percent(control) + (control < 0 ? " less" : " more") + ": scoring and noise"
                + (Math.abs(change) <= Math.abs(control) ? ", from which that cannot be told." : ".")), finding);
        traced.add(finding);
    }

    private void raw(Expected expected) {
        Expected.Config first = expected.configs.get(0);
        List<List<String>> rows = browser.table("raw-table");
        for (int t = 0; t < rows.size(); t++) {
            assertEquals(List.of(first.label(), "1", "1", "" + (t + 1), "" + Math.round(first.host()[0][t] * 1e6), ""
                    + Math.round(first.device()[0][t] * 1e6)),
                    rows.get(t));
            traced.addAll(rows.get(t));
        }
        int steps = expected.configs.stream().mapToInt(c -> c.host().length * c.length()).sum();
        String where = "Rows 1 to 25 of " + steps;
        assertEquals(where, browser.text("#raw .pages span"));
        traced.add(where);
    }

    private List<List<String>> rows(String table, int count) {
        List<List<String>> rows = browser.table(table);
        assertEquals(count, rows.size(), table);
        return rows;
    }

    private void same(double expected, String shown) {
        Traced.same(traced, expected, shown);
    }
}
