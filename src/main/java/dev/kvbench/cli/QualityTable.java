package dev.kvbench.cli;

import dev.kvbench.results.QualityFile;
import java.io.PrintStream;
import java.util.Locale;

/** A quality result as text. */
final class QualityTable {

    private QualityTable() {}

    static void print(QualityFile quality, PrintStream out) {
        Integer late = quality.setting().lateFrom();
        out.printf(Locale.ROOT, "%s, tokens %d to %d of %d sequences; intervals: 95 %% over sequences%n", quality.text().name(),
                late == null ? 1 : late + 1, quality.text().steps(), quality.text().starts().length);
        out.printf(Locale.ROOT, "%-56s %10s %22s %10s %10s%s%n", "", "perplexity", "nats/token above full", "agreement", "KL, nats",
                quality.times() == null ? "" : "    ms/step");
        for (QualityFile.Configuration c : quality.configurations()) {
            QualityFile.Aggregate a = c.decisive();
            out.printf(Locale.ROOT, "%-56s %10.2f %8.4f [%.3f, %.3f] %9.1f%% %10.4f%s%n", c.label(), a.perplexity().value(),
                    a.nllIncrease().value(), a.nllIncrease().low(), a.nllIncrease().high(), 100 * a.agreement().value(),
                    a.kl().value(), c.time() == null ? "" : String.format(Locale.ROOT, " %10.3f", c.time().value()));
        }
    }
}
