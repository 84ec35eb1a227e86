package dev.kvbench.report;

import dev.kvbench.quality.QualityText;
import dev.kvbench.report.page.ExpectedQuality;
import dev.kvbench.results.Fingerprint;
import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Aggregate;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import dev.kvbench.results.QualityFile.Recall;
import dev.kvbench.strategy.Strategies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Quality results with made-up scores: sequences are differently hard, strategies lose the more the smaller the window. */
public final class MadeQuality {

    private static final int[] EDGES = IntStream.rangeClosed(0, 8).map(i -> 16 * i).toArray();
    private static final int LATE = 80;
    private static final int SEQUENCES = 12;
    private static final int[] DISTANCES = {16, 64, 256};
    private static final int TEXTS = 5;

    private MadeQuality() {}

    /** Every strategy with three windows, times of this run, a probe whose last distance is too far for the full cache. */
    public static Path large(Path folder) throws IOException {
        List<Configuration> all = new ArrayList<>(List.of(full(true, true)));
        for (String strategy : Strategies.labels().subList(1, Strategies.labels().size())) {
            for (int window : new int[] {16, 32, 64}) {
                all.add(configuration(strategy, window, true, true));
            }
        }
        return write(folder, "gpt2", "text.txt", "checkpoint", true, all);
    }

    /** Two strategies of hostile and endless names, one window, neither times nor probe, few sequences of a hostile text. */
    public static Path odd(Path folder) throws IOException {
        String endless = "a-very-long-name-without-a-single-space-".repeat(12);
        return write(folder, MadeResults.HOSTILE, endless + MadeResults.HOSTILE, "synthetic", false,
                List.of(full(false, false), configuration(MadeResults.HOSTILE, 32, false, false),
                        configuration(endless, 32, false, false)));
    }

    /** A run that was interrupted after so many configurations. */
    public static Path unfinished(Path folder, int configurations) throws IOException {
        return write(folder, "gpt2", "text.txt", "checkpoint", false, List.of(full(false, false), configuration("h2o", 16, false, false),
                configuration("h2o", 32, false, false)).subList(0, configurations));
    }

    public static Path write(Path folder, String model, String text, String weights, boolean whole,
            List<Configuration> configurations) throws IOException {
        Files.createDirectories(folder);
        new QualityFile(QualityFile.SCHEMA, QualityFile.VERSION, "2026-11-24T08:00:00Z", List.of("quality", "--window", "16,32,64"),
                QualityText.UNITS, QualityText.RULES, new Fingerprint("0123456789abcdef0123456789abcdef01234567", false, "0.1.0",
                        "1.37", "0.36.0",
                        "2.11.0", "OpenJDK 17", "Linux", "a processor", 2, 2, null, null),
                new QualityFile.Model(model, weights, null, 1234, 1024, "fp32"),
                new QualityFile.Text(text, "0".repeat(64), 4321, IntStream.range(0, whole ? SEQUENCES : 2).map(i -> 200 * i)
                        .toArray(), 128),
                new QualityFile.Setting("torchscript", "cpu", "original", 4, 1, EDGES, LATE),
                whole ? new QualityFile.Times("this run", "gpt2 · fp32 · 128 tokens · 1 sequence · a processor") : null,
                whole ? new QualityFile.Needle(12, 3, DISTANCES, TEXTS, 1023) : null, configurations)
                        .write(folder.resolve(QualityFile.FILE));
        return folder;
    }

    public static Configuration full(boolean timed, boolean probed) {
        return configuration("full", null, timed, probed);
    }

    /** With a window of 64 strategies cannot be told apart, with smaller ones they can. */
    public static Configuration configuration(String strategy, Integer window, boolean timed, boolean probed) {
        int order = Math.max(0, Strategies.labels().indexOf(strategy));
        double loss = window == null ? 0 : (1 + (window == 64 ? 0.004 : 0.1) * order) * Math.pow(16.0 / window, 1.5);
        int sequences = timed ? SEQUENCES : 2;
        Random hard = new Random(1);
        Random random = new Random(strategy.hashCode() + 31L * (window == null ? 0 : window));
        float[][] nll = new float[sequences][EDGES.length - 1];
        float[][] kl = new float[sequences][EDGES.length - 1];
        float[][] agreement = new float[sequences][EDGES.length - 1];
        for (int s = 0; s < sequences; s++) {
            double own = 2.5 + 0.3 * hard.nextGaussian();
            for (int i = 0; i + 1 < EDGES.length; i++) {
                double lost = window == null || EDGES[i] < window ? 0 : loss * (0.8 + 0.03 * i) + 0.02 * random.nextGaussian();
                nll[s][i] = (float) (own + lost + 0.1 * hard.nextGaussian());
                kl[s][i] = (float) Math.abs(lost);
                agreement[s][i] = (float) Math.exp(-Math.abs(lost));
            }
        }
        Estimate time = !timed ? null : window == null ? new Estimate(1.5, 1.45, 1.55)
                : new Estimate(1 + window / 100.0 + (order > 5 ? 2 : 0.01 * order), 0.99 + window / 100.0 + (order > 5 ? 2 : 0.01 * order),
                        1.02 + window / 100.0 + (order > 5 ? 2 : 0.01 * order));
        return new Configuration(strategy, window == null ? "full cache" : strategy, window, null, nll, kl, agreement,
                aggregate(0, nll, kl, agreement, sequences),
                aggregate(LATE, nll, kl, agreement, sequences), time, probed ? recall(order, window) : null);
    }

    private static Recall recall(int order, Integer window) {
        float[][] planted = new float[TEXTS][DISTANCES.length];
        List<Estimate> recall = Arrays.asList(about(window == null ? 1 : 0.9 - 0.03 * order),
                about(window == null ? 1 : window / 100.0 - 0.09 * order), null);
        return new Recall(planted, planted, recall);
    }

    private static Estimate about(double value) {
        return new Estimate(value, value - 0.05, value + 0.04);
    }

    /** What {@link #configuration} makes of the full cache, which aggregates are held against. */
    private static float[][] fullNll(int sequences) {
        Random hard = new Random(1);
        float[][] nll = new float[sequences][EDGES.length - 1];
        for (float[] row : nll) {
            double own = 2.5 + 0.3 * hard.nextGaussian();
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) (own + 0.1 * hard.nextGaussian());
            }
        }
        return nll;
    }

    private static Aggregate aggregate(int from, float[][] nll, float[][] kl, float[][] agreement, int sequences) {
        double[] own = ExpectedQuality.over(EDGES, from, nll);
        double[] best = ExpectedQuality.over(EDGES, from, fullNll(sequences));
        Estimate mean = ExpectedQuality.bootstrap(own);
        return new Aggregate(mean, new Estimate(Math.exp(mean.value()), Math.exp(mean.low()), Math.exp(mean.high())),
                ExpectedQuality.bootstrap(ExpectedQuality.less(own, best)),
                        ExpectedQuality.bootstrap(ExpectedQuality.over(EDGES, from, kl)),
                ExpectedQuality.bootstrap(ExpectedQuality.over(EDGES, from, agreement)));
    }
}
