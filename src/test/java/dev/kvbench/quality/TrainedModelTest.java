package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.decode.Positions;
import dev.kvbench.model.Dtype;
import dev.kvbench.results.QualityFile.Recall;
import dev.kvbench.runtime.Runtimes;
import dev.kvbench.strategy.Strategies;
import dev.kvbench.strategy.TestStrategies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What must hold of quality on the trained model that comes with the project, and its text. */
@Tag("native")
class TrainedModelTest {

    private static final String NAME = "gpt2-docs";
    private static final Path REFERENCE = Path.of("src/test/resources", NAME, "reference.json");
    private static final long KEEP = 1L << 30;
    private static final int SEQUENCES = 16;
    private static final int STEPS = 160;
    private static final int SMALL = 16;
    private static final int LARGE = 64;
    /** What a larger window may lose by chance, nats per token. */
    private static final double SLACK = 0.03;

    private static Subject model;
    private static Passages text;
    private static TeacherForcing forcing;

    @BeforeAll
    static void open() {
        model = Subject.open(NAME, "real", Dtype.FP32, Device.cpu(), 1);
        text = model.read(null);
        forcing = new TeacherForcing(setting(SEQUENCES), text.cut(text.starts(SEQUENCES, STEPS + 1), STEPS + 1), KEEP, () -> {});
    }

    @AfterAll
    static void close() {
        if (model != null) {
            forcing.close();
            model.close();
        }
    }

    private static TeacherForcing.Setting setting(int batch) {
        return new TeacherForcing.Setting(model.weights(), Runtimes.TORCHSCRIPT, Positions.ORIGINAL, batch);
    }

    private static JsonNode reference() throws IOException {
        return new ObjectMapper().readTree(REFERENCE.toFile());
    }

    private static long[] longs(JsonNode array) {
        return IntStream.range(0, array.size()).mapToLong(i -> array.get(i).asLong()).toArray();
    }

    @Test
    void theTextIsCutAsTheReferenceCutsIt() throws IOException {
        int length = model.weights().shape().maxPositions();
        int[] pieces = text.pieces(length);
        assertEquals(reference().path("heldOut").path("sequences").asInt(), pieces.length);
        for (JsonNode sequence : reference().path("sequences")) {
            int start = pieces[sequence.path("index").asInt()];
            assertArrayEquals(longs(sequence.path("ids")), Arrays.copyOfRange(text.tokens(), start, start + length));
        }
    }

    /** transformers' likelihood of the same tokens, by its own code: of each, and on average. */
    @Test
    void theFullCachesPerplexityIsTheReferences() throws IOException {
        JsonNode sequences = reference().path("sequences");
        long[][] ids = IntStream.range(0, sequences.size()).mapToObj(i -> longs(sequences.get(i).path("ids"))).toArray(long[][]::new);
        assertTrue(ids.length >= 2);
        try (TeacherForcing reference = new TeacherForcing(setting(ids.length), ids, 0, () -> {})) {
            for (int s = 0; s < ids.length; s++) {
                double[] nll = reference.full().nll()[s];
                JsonNode expected = sequences.get(s).path("nll");
                assertEquals(expected.size(), nll.length);
                for (int t = 0; t < nll.length; t++) {
                    assertEquals(expected.get(t).asDouble(), nll[t], 2e-3, "sequence " + s + ", step " + t);
                }
                assertEquals(sequences.get(s).path("meanNll").asDouble(), Arrays.stream(nll).average().orElseThrow(), 1e-4);
            }
        }
    }

    private static double[] late(String strategy, int window) {
        Planned planned = Planned.of(List.of(strategy), List.of(Integer.toString(window)), 512, 0.25, 1).get(1);
        double[][] nll = forcing.with(planned::evicts, () -> {}).nll();
        return Arrays.stream(nll).mapToDouble(s -> Arrays.stream(s, LARGE + 1, STEPS).average().orElseThrow()).toArray();
    }

    @Test
    void chanceIsWorseThanHeavyHitters() {
        for (int window : new int[] {SMALL, LARGE}) {
            double[] h2o = late("h2o", window);
            double[] random = late("random", window);
            double[] worse = IntStream.range(0, SEQUENCES).mapToDouble(s -> random[s] - h2o[s]).toArray();
            assertTrue(new Bootstrap(1).mean(worse).low() > 0, "window " + window + ": random is worse by " + Arrays.toString(worse));
        }
    }

    @Test
    void aLargerWindowIsNeverMuchWorseAndEvictionNeverMuchBetterThanNone() {
        double full = Arrays.stream(forcing.full().nll()).mapToDouble(s -> Arrays.stream(s, LARGE + 1, STEPS).average().orElseThrow())
                .average().orElseThrow();
        for (String strategy : Strategies.labels().subList(1, Strategies.labels().size())) {
            double small = Arrays.stream(late(strategy, SMALL)).average().orElseThrow();
            double large = Arrays.stream(late(strategy, LARGE)).average().orElseThrow();
            assertTrue(large < small + SLACK, strategy + ": " + small + " with " + SMALL + ", " + large + " with " + LARGE);
            assertTrue(full < large + SLACK, strategy + ": " + large + " with " + LARGE + ", " + full + " with all");
        }
    }

    @Test
    void aPatternThatLeftTheWindowIsForgotten() {
        Needles needles = Needles.of(text, 6, 512, LARGE, 1);
        try (TeacherForcing probe = new TeacherForcing(setting(12), needles.all(), KEEP, () -> {})) {
            float[][][] full = needles.ofRepetitions(probe.full());
            float[][][] window = needles.ofRepetitions(probe.with(batch -> TestStrategies.of("window", LARGE, 0), () -> {}));
            Recall recall = Needles.recall(window, full, new Bootstrap(1));
            assertArrayEquals(new int[] {16, 32, 64, 128, 256}, needles.distances());
            // the model itself is worse without the first tokens, so that it remembers less even of what it still sees
            assertTrue(recall.recall().get(0).low() > 0.3, "at 16: " + recall.recall().get(0));
            assertTrue(recall.recall().get(4).high() < 0.1, "at 256: " + recall.recall().get(4));
        }
    }
}
