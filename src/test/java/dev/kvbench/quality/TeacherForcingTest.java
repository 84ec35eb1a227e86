package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import dev.kvbench.checkpoint.Safetensors;
import dev.kvbench.checkpoint.TensorFile;
import dev.kvbench.decode.DecodeLoop;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.Dtype;
import dev.kvbench.model.Weights;
import dev.kvbench.runtime.AttentionForm;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.EvictionStrategy;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** TokenScores of given texts, on the model whose logits transformers computed. */
@Tag("native")
class TeacherForcingTest {

    private static final String GOLDEN = "src/test/resources/golden";
    private static final long KEEP = 1L << 30;
    private static final int STEPS = 40;

    private static Subject model;

    @BeforeAll
    static void open() {
        model = Subject.open(GOLDEN, "real", Dtype.FP32, Device.cpu(), 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static TeacherForcing.Setting setting(int batch) {
        return new TeacherForcing.Setting(model.weights(), Runtimes.TORCHSCRIPT, Positions.ORIGINAL, batch);
    }

    private static long[][] texts(int count, int steps) {
        SplittableRandom random = new SplittableRandom(5);
        int v = model.weights().shape().vocabulary();
        return Stream.generate(() -> random.longs(steps + 1, 0, v).toArray()).limit(count).toArray(long[][]::new);
    }

    /** log softmax of one row in doubles. */
    private static double[] logProbabilities(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        double[] out = new double[logits.length];
        for (int v = 0; v < out.length; v++) {
            out[v] = logits[v] - max - Math.log(sum);
        }
        return out;
    }

    private static int best(float[] logits) {
        int best = 0;
        for (int v = 1; v < logits.length; v++) {
            best = logits[v] > logits[best] ? v : best;
        }
        return best;
    }

    @Test
    void theFullCachesLikelihoodIsThatOfTheReferencesLogits() {
        int fed = 56;
        int v = model.weights().shape().vocabulary();
        try (Safetensors expected = new Safetensors(Path.of(GOLDEN, "expected.safetensors"))) {
            long[] tokens = TensorFile.longs(expected, "forced_tokens");
            float[] logits = TensorFile.floats(expected, "forced_logits");
            try (TeacherForcing forcing = new TeacherForcing(setting(1), new long[][] {tokens}, KEEP, () -> {})) {
                for (int t = 0; t + 1 < fed; t++) {
                    double[] row = logProbabilities(Arrays.copyOfRange(logits, t * v, (t + 1) * v));
                    assertEquals(-row[(int) tokens[t + 1]], forcing.full().nll()[0][t], 1e-4, "step " + t);
                }
            }
        }
    }

    /** Against a decode loop stepped by hand, its logits read back and scored in plain arrays. */
    @ParameterizedTest
    @CsvSource({"h2o", "tova", "knorm", "window", "random"})
    void scoresAreThoseOfTheStepsLogits(String name) {
        EvictionStrategy strategy = TestStrategies.of(name, 8, 2);
        long[][] texts = texts(1, STEPS);
        try (TeacherForcing forcing = new TeacherForcing(setting(1), texts, KEEP, () -> {});
                DecodeLoop loop = loop(model.weights(), strategy);
                DecodeLoop full = loop(model.weights(), TestStrategies.FULL)) {
            TokenScores scores = forcing.with(batch -> strategy, () -> {});
            for (int t = 0; t < STEPS; t++) {
                loop.force(texts[0][t]);
                loop.step();
                full.force(texts[0][t]);
                full.step();
                double[] q = logProbabilities(loop.cache().logits());
                double[] p = logProbabilities(full.cache().logits());
                double kl = 0;
                for (int v = 0; v < p.length; v++) {
                    kl += Math.exp(p[v]) * (p[v] - q[v]);
                }
                assertEquals(-q[(int) texts[0][t + 1]], scores.nll()[0][t], 1e-9, "nll of step " + t);
                assertEquals(kl, scores.kl()[0][t], 1e-9, "kl of step " + t);
                assertEquals(best(loop.cache().logits()) == best(full.cache().logits()) ? 1 : 0, scores.agreement()[0][t]);
            }
            assertTrue(Arrays.stream(scores.kl()[0]).sum() > 0.1, "the strategy evicts nothing that matters");
        }
    }

    private static DecodeLoop loop(Weights weights, EvictionStrategy strategy) {
        return new DecodeLoop(weights, strategy, Runtimes.TORCHSCRIPT, AttentionForm.EXPLICIT, Positions.ORIGINAL, 1, STEPS);
    }

    static Stream<String> evicting() {
        return Strategies.labels().stream().filter(name -> !name.equals("full"));
    }

    @ParameterizedTest
    @MethodSource("evicting")
    void aWindowAsLongAsTheTextChangesNothing(String name) {
        try (TeacherForcing forcing = new TeacherForcing(setting(3), texts(3, STEPS), KEEP, () -> {})) {
            TokenScores scores = forcing.with(batch -> TestStrategies.of(name, STEPS, 10), () -> {});
            assertArrayEquals(forcing.full().nll(), scores.nll(), "every bit");
            for (int s = 0; s < 3; s++) {
                assertEquals(0, Arrays.stream(scores.kl()[s]).max().orElseThrow());
                assertEquals(1, Arrays.stream(scores.agreement()[s]).min().orElseThrow());
            }
            TokenScores shorter = forcing.with(batch -> TestStrategies.of(name, STEPS / 4, 5), () -> {});
            for (int t = 0; t < STEPS; t++) {
                // step t attends to window + 1 entries at most, its own among them
                assertEquals(t <= STEPS / 4, shorter.kl()[0][t] < 1e-9, "divergence at step " + t + ": " + shorter.kl()[0][t]);
            }
        }
    }

    @Test
    void sequencesAreScoredAloneHoweverTheyAreBatched() {
        long[][] texts = texts(5, STEPS);
        try (TeacherForcing two = new TeacherForcing(setting(2), texts, KEEP, () -> {});
                TeacherForcing five = new TeacherForcing(setting(5), texts, KEEP, () -> {})) {
            TokenScores byTwo = two.with(batch -> TestStrategies.h2o(8, 2), () -> {});
            TokenScores byFive = five.with(batch -> TestStrategies.h2o(8, 2), () -> {});
            for (int s = 0; s < 5; s++) {
                assertArrayEquals(two.full().nll()[s], five.full().nll()[s], 1e-4);
                assertArrayEquals(byTwo.nll()[s], byFive.nll()[s], 1e-4);
                assertArrayEquals(byTwo.kl()[s], byFive.kl()[s], 1e-4);
            }
        }
    }

    @Test
    void predictionsThatAreMadeAnewAreThoseThatWereKept() {
        long[][] texts = texts(3, STEPS);
        try (TeacherForcing kept = new TeacherForcing(setting(2), texts, KEEP, () -> {});
                TeacherForcing anew = new TeacherForcing(setting(2), texts, 0, () -> {})) {
            assertArrayEquals(kept.full().nll(), anew.full().nll());
            TokenScores one = kept.with(batch -> TestStrategies.of("sinks", 8, 0), () -> {});
            TokenScores other = anew.with(batch -> TestStrategies.of("sinks", 8, 0), () -> {});
            assertArrayEquals(one.nll(), other.nll());
            assertArrayEquals(one.kl(), other.kl());
            assertArrayEquals(one.agreement(), other.agreement());
        }
    }

    @ParameterizedTest
    @CsvSource({"FP16, 0.05", "BF16, 0.5"})
    void halfPrecisionIsScoredWhereItIs(Dtype dtype, double tolerance) {
        long[][] texts = texts(2, STEPS);
        try (Subject half = Subject.open(GOLDEN, "real", dtype, Device.cpu(), 1);
                TeacherForcing narrow = new TeacherForcing(
                        new TeacherForcing.Setting(half.weights(), Runtimes.TORCHSCRIPT, Positions.ORIGINAL, 2), texts, KEEP, () -> {});
                TeacherForcing wide = new TeacherForcing(setting(2), texts, KEEP, () -> {})) {
            assertEquals(Arrays.stream(wide.full().nll()[1]).average().orElseThrow(),
                    Arrays.stream(narrow.full().nll()[1]).average().orElseThrow(), tolerance);
            assertEquals(0, Arrays.stream(narrow.full().kl()[1]).max().orElseThrow());
        }
    }

    @Test
    void everyBatchDrawsItsOwnLots() {
        long[] text = texts(1, STEPS)[0];
        try (TeacherForcing forcing = new TeacherForcing(setting(1), new long[][] {text, text}, KEEP, () -> {})) {
            TokenScores scores = forcing.with(batch -> TestStrategies.random(8, 1 + batch), () -> {});
            assertNotEquals(Arrays.toString(scores.nll()[0]), Arrays.toString(scores.nll()[1]));
            TokenScores same = forcing.with(batch -> TestStrategies.random(8, 1), () -> {});
            assertArrayEquals(same.nll()[0], same.nll()[1]);
        }
    }
}
