package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.kvbench.results.StepsFile;
import dev.kvbench.results.Telemetry;
import dev.kvbench.telemetry.Speed;
import dev.kvbench.telemetry.Watch;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a benchmark's process leaves of a trial. */
@Tag("native")
class RecorderTest {

    private static final TrialRecord.Ran RAN =
            new TrialRecord.Ran("full cache", "synthetic", "explicit", "torchscript", "cpu", 512, "2.7.1+cpu", 2, null, 3);

    @TempDir
    private Path folder;

    private int asked;

    @BeforeEach
    void writeHere() {
        System.setProperty(Recorder.FOLDER, folder.toString());
    }

    @AfterEach
    void writeNowhere() {
        System.clearProperty(Recorder.FOLDER);
    }

    private TrialRecord written() throws Exception {
        List<TrialRecord> all = TrialRecord.all(folder);
        assertEquals(1, all.size(), "one file per process, written anew");
        return all.get(0);
    }

    private StepsFile.Gpu measured() {
        return new StepsFile.Gpu(1, 2, ++asked, null, null);
    }

    @Test
    void everyIterationIsFiledWithItsOwnGeneration() throws Exception {
        Recorder.begin(RAN, () -> null);
        Recorder.generated(new long[] {9, 9}, new long[] {-1, -1}, null);
        assertArrayEquals(new long[] {9, 9}, Recorder.endIteration(true, 1).stepNanos());
        Recorder.generated(new long[] {5, 6}, new long[] {3, 4}, 70L);
        assertArrayEquals(new long[] {3, 4}, Recorder.endIteration(false, 1).deviceNanos());
        assertEquals(0, Recorder.endIteration(false, 1).stepNanos().length, "a generation is of one iteration");
        assertEquals(RAN, written().ran());
        List<TrialRecord.Series> series = written().series();
        assertEquals(List.of(true, false), series.stream().map(TrialRecord.Series::warmup).toList());
        assertNull(series.get(0).deviceNanos(), "below zero is not measured");
        assertArrayEquals(new long[] {5, 6}, series.get(1).stepNanos());
        assertNull(series.get(0).promptNanos(), "no prompt");
        assertEquals(70L, series.get(1).promptNanos());

        Recorder.begin(RAN, () -> null);
        Recorder.endIteration(false, 1);
        assertEquals(List.of(), written().series(), "another trial");
    }

    @Test
    void theTokensOfAnIterationAreOfItsStepsOrOfItsOperations() {
        assertEquals(3 * 16, RAN.tokens(16, 1));
        assertEquals(3 * 500, RAN.tokens(0, 500));
        assertNull(new TrialRecord.Ran("full cache", "synthetic", "explicit", "torchscript", "cpu", 512, "2.7.1+cpu", 2, null, null)
                .tokens(0, 500), "what decodes no tokens");
    }

    @Test
    void theMachineIsLookedAtOncePerIterationAndThriceMeasured() throws Exception {
        Observation observation = new Observation(Watch.of(false), Speed.PRODUCT, 3);
        observation.started(7);
        Recorder.begin(RAN, () -> null, observation, () -> new Observation.Cache(1, 2, 3L));
        for (int i = 0; i < 3; i++) {
            Recorder.beginIteration();
            Recorder.iterationRan(0);
            if (i == 2) {
                // as JMH does: the last iteration ends behind its trial
                Recorder.end();
            }
            Recorder.endIteration(i == 0, 10 + i);
        }
        Observation.Seen seen = written().seen();
        assertEquals(List.of(true, false, false), seen.looks().stream().map(Observation.Look::warmup).toList());
        assertEquals(List.of(30L, 33L, 36L), seen.looks().stream().map(Observation.Look::tokens).toList());
        assertEquals(List.of("start", "middle", "end"), seen.probes().stream().map(Telemetry.Probe::at).toList());
        assertEquals(7, seen.probes().get(0).value());
        assertEquals(new Observation.Cache(1, 2, 3L), seen.cache());
    }

    @Test
    void whatIsTornDownIsNotAskedAgain() throws Exception {
        Recorder.begin(RAN, this::measured);
        Recorder.generated(new long[] {7}, new long[] {7}, null);
        Recorder.endIteration(false, 1);
        assertEquals(1, written().gpu().memoryBytes());
        Recorder.generated(new long[] {8}, new long[] {8}, null);
        // as JMH does: the last iteration ends behind its trial
        Recorder.end();
        assertArrayEquals(new long[] {8}, Recorder.endIteration(false, 1).stepNanos());
        Recorder.endIteration(false, 1);
        assertEquals(2, asked);
        assertEquals(2, written().gpu().memoryBytes());
        assertEquals(2, written().series().size());
    }
}
