package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeQuality;
import dev.kvbench.report.QualityRenderer;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sentences about results of which something is missing. */
@Tag("unit")
class QualityAnswersTest {

    @TempDir
    private Path folder;

    private QualityFile all;

    @BeforeEach
    void make() throws IOException {
        all = QualityFile.read(MadeQuality.large(folder).resolve(QualityFile.FILE));
    }

    private QualityReport only(List<Configuration> configurations) {
        return QualityPage.of(all.with(all.created(), configurations), "folder");
    }

    private Configuration of(String strategy, Integer window) {
        return all.find(strategy, window).orElseThrow();
    }

    private static boolean says(QualityReport report, String sentence) {
        return report.answers().stream().anyMatch(a -> a.contains(sentence));
    }

    @Test
    void aLeadIsNamedWhereThereIsOneWindow() {
        QualityReport report = only(List.of(of("full", null), of("h2o", 16), of("tova", 16)));
        assertTrue(report.answers().get(0).matches("With a window of 16 h2o loses least: [0-9.]+ nats per token above the full cache\\."
                + " Its lead over the next, tova, is more than noise\\."), report.answers().get(0));
        report = only(List.of(of("full", null), of("window", 64), of("sinks", 64)));
        assertTrue(report.answers().get(0).matches(".* Noise does not tell (window from sinks|sinks from window) at 64\\."),
                report.answers().get(0));
    }

    @Test
    void timesWithoutTheFullCachesOrOfOneWindow() {
        Configuration full = of("full", null).timed(null);
        assertTrue(says(only(List.of(full, of("h2o", 16), of("h2o", 32))),
                "Of 2 timed configurations h2o with 16 has the fastest step, 1.170 ms; the full cache's was not timed."));
        assertTrue(says(only(List.of(of("full", null), of("h2o", 16))),
                "A step of h2o with 16 takes 1.170 ms, one of the full cache 1.500 ms."));
        QualityReport one = only(List.of(full, of("h2o", 16), of("tova", 16).timed(null)));
        assertTrue(one.timed() == null && one.answers().stream().noneMatch(a -> a.contains(" ms")), one.answers().toString());
        // of these the full cache's step is slower beyond both intervals than one
        assertTrue(says(only(List.of(of("full", null), of("h2o", 16), of("h2o", 64))), "Of 2 timed windows 1 is faster per step"));
        List<Configuration> slow = new ArrayList<>(List.of(of("full", null)));
        List.of(16, 32).forEach(w -> slow.add(of("h2o", w).timed(new Estimate(1.4, 1.3, 1.5))));
        assertTrue(says(only(slow), "Of 2 timed windows none is faster per step"), "intervals overlap");
    }

    @Test
    void noWindowIsEnoughIfNoneIs() {
        QualityReport report = only(List.of(of("full", null), of("random", 16)));
        assertTrue(says(report, "No window that was measured keeps perplexity within twice the full cache's."), report.answers()
                .toString());
        assertTrue(report.needs().needed().get(0).windows().stream().allMatch(w -> w == null));
    }

    private static Configuration unscored(Configuration c) {
        float[][] nll = c.nll().clone();
        nll[1] = nll[1].clone();
        nll[1][3] = Float.NaN;
        Estimate none = new Estimate(Double.NaN, Double.NaN, Double.NaN);
        QualityFile.Aggregate nothing = new QualityFile.Aggregate(none, none, none, none, c.all().agreement());
        return new Configuration(c.strategy(), c.label(), c.window(), c.heavyHitters(), nll, c.kl(), c.agreement(), nothing, nothing,
                c.time(), c.recall());
    }

    private String page(List<Configuration> configurations) throws IOException {
        QualityRenderer.render(all.with(all.created(), configurations), folder, folder);
        return Files.readString(folder.resolve("report.html"));
    }

    @Test
    void scoresThatAreNoNumbersWinNothing() throws IOException {
        String page = page(List.of(of("full", null), of("h2o", 16), unscored(of("tova", 16))));
        assertTrue(page.contains("With a window of 16 h2o loses "), "the only one that was scored is not compared");
        assertTrue(page.contains("Left out, because their scores are no numbers: tova."), "what is missing is not said");
        page = page(List.of(of("full", null), of("h2o", 16), of("h2o", 32)).stream().map(QualityAnswersTest::unscored).toList());
        assertTrue(page.contains("\"answers\":[\"Nothing follows from this result: no configuration has scores that are numbers.\"]"));
        assertTrue(page.contains("Left out, because their scores are no numbers: full cache; h2o; h2o."));
        assertFalse(page.contains("loses least: "));
    }

    @Test
    void notesSayWhatLimitsAResult() {
        assertEquals(List.of("h2o is H2O with one set of entries for all heads, a simplification; the paper's own, with a set per head, is"
                + " h2o-head.", "Only 5 texts were probed: intervals over so few are too narrow; take more (--probe-texts)."),
                QualityOrigins.notes(all, List.of(), "folder"));
        QualityFile.Setting s = all.setting();
        QualityFile odd = new QualityFile(all.schema(), all.version(), all.created(), all.command(), all.units(), all.rules(),
                all.fingerprint(),
                all.model(), all.text(), new QualityFile.Setting(s.runtime(), s.device(), s.positions(), s.batch(), s.seed(),
                        s.bucketEdges(), null),
                new QualityFile.Times("elsewhere", "gpt2-large · fp32"), null, all.configurations());
        List<String> notes = QualityOrigins.notes(odd, List.of(), "x_quality.unfinished");
        assertEquals(4, notes.size(), notes.toString());
        assertTrue(notes.get(0).startsWith("The run has not ended: 25 configurations are scored so far"), notes.get(0));
        assertTrue(notes.get(2).endsWith("also those before anything is evicted."), notes.get(2));
        assertEquals("Times are not of the model that was scored: gpt2-large · fp32.", notes.get(3));
    }
}
