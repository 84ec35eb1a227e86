package dev.kvbench.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.results.QualityFile;
import dev.kvbench.results.QualityFile.Configuration;
import dev.kvbench.results.QualityFile.Estimate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Differences between configurations, sequence by sequence. */
@Tag("unit")
class PairedTest {

    private static List<QualityFile> published() throws IOException {
        try (Stream<Path> results = Files.walk(Path.of("results"), 2)) {
            return results.filter(p -> p.endsWith(QualityFile.FILE)).map(QualityFile::read).toList();
        }
    }

    private static void same(Estimate expected, Estimate found) {
        // buckets are stored as floats
        assertEquals(expected.value(), found.value(), 1e-6);
        assertEquals(expected.low(), found.low(), 1e-6);
        assertEquals(expected.high(), found.high(), 1e-6);
    }

    @Test
    void theFullCachesLeadIsTheLossThatTheRunRecorded() throws IOException {
        assertTrue(!published().isEmpty());
        for (QualityFile quality : published()) {
            Paired paired = new Paired(quality);
            Configuration full = quality.full().orElseThrow();
            for (Configuration c : quality.configurations()) {
                same(c.decisive().nllIncrease(), paired.lead(full, c));
            }
        }
    }

    /** That one text is harder than another widens the intervals of both, not of their difference. */
    @Test
    void whatAllSequencesShareCancels() throws IOException {
        QualityFile quality = published().get(0);
        Configuration h2o = quality.configurations().get(1);
        float[][] harder = Arrays.stream(h2o.nll()).map(row -> {
            float[] more = row.clone();
            for (int i = 0; i < more.length; i++) {
                more[i] += 0.01f;
            }
            return more;
        }).toArray(float[][]::new);
        Configuration other = new Configuration("other", "other", h2o.window(), null, harder, h2o.kl(), h2o.agreement(),
                h2o.all(), h2o.late(), null, null);
        same(new Estimate(0.01, 0.01, 0.01), new Paired(quality).lead(h2o, other));
    }

    @Test
    void columnsDrawnTogetherAreTheMeansDrawnAlone() {
        Random random = new Random(3);
        double[][] values = new double[9][5];
        for (double[] row : values) {
            Arrays.setAll(row, c -> random.nextGaussian());
        }
        List<Estimate> together = new Bootstrap(4).means(values);
        for (int c = 0; c < 5; c++) {
            int column = c;
            Estimate alone = new Bootstrap(4).mean(Arrays.stream(values).mapToDouble(row -> row[column]).toArray());
            assertEquals(alone.value(), together.get(c).value(), 1e-12);
            assertEquals(alone.low(), together.get(c).low(), 1e-12);
            assertEquals(alone.high(), together.get(c).high(), 1e-12);
        }
    }
}
