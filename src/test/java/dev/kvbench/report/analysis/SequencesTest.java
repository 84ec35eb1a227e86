package dev.kvbench.report.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.report.MadeSequences;
import dev.kvbench.results.ResultFolder;
import dev.kvbench.results.StepsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps against the number of sequences: what is a line, where its points are, and what they are held against. */
@Tag("unit")
class SequencesTest {

    private static final String FULL = "full cache";
    private static final String H2O = "h2o, window 128, 32 heavy hitters";

    @TempDir
    private Path folder;

    private static Sequences of(ResultFolder... results) {
        return Sequences.of(Arrays.stream(results).map(LoadedResult::read).toList()).orElseThrow();
    }

    private static List<String> names(Sequences sequences) {
        return sequences.lines().stream().map(Sequences.Line::name).toList();
    }

    private static List<Integer> batches(Sequences.Line line) {
        return line.points().stream().map(Sequences.Point::sequences).toList();
    }

    @Test
    void pinnedStepsAreALineForEachStrategyAndNumberOfEntries() throws Exception {
        Sequences sequences = of(MadeSequences.pinned(folder.resolve("p"), 64, 1, 8));
        assertEquals(List.of(FULL + ", 128 entries held", FULL + ", 512 entries held", H2O + ", 128 entries held"), names(sequences));
        sequences.lines().forEach(line -> assertEquals(List.of(1, 8, 64), batches(line)));
        Sequences.Point point = sequences.lines().get(2).at(8).orElseThrow();
        double ms = MadeSequences.ms(8, 129, true);
        double full = MadeSequences.ms(8, 513, false);
        assertEquals(ms, point.ms(), 1e-9);
        assertEquals(0.99 * ms, point.low(), 1e-9);
        assertEquals(1.01 * ms, point.high(), 1e-9);
        assertEquals(8000 / ms, point.tokensPerSecond(), 1e-6);
        assertEquals(ms / limit(8, 129), point.timesLimit(), 1e-9);
        // of the two full caches with 8 sequences the one that holds more
        assertEquals(FULL + ", 512 entries held", point.against());
        assertEquals(ms / full - 1, point.change(), 1e-9);
        assertEquals(Told.YES, point.told());
        assertNull(sequences.lines().get(1).at(8).orElseThrow().change());
    }

    private static double limit(int batch, int entries) {
        return 1e3 * (MadeSequences.WEIGHT_BYTES + (double) batch * entries * MadeSequences.ENTRY_BYTES) / MadeSequences.COPY;
    }

    @Test
    void generationsCountByTheirLastSteps() throws Exception {
        Sequences sequences = of(MadeSequences.generations(folder.resolve("g"), 1, 8, 32, 64));
        assertEquals(List.of(FULL, H2O), names(sequences));
        assertEquals("median of the last 32 steps of 512, bars the spread of generations", sequences.measured());
        Sequences.Point full = sequences.lines().get(0).at(32).orElseThrow();
        // the median of tokens 481 to 512 lies between two of them
        double middle = (MadeSequences.ms(32, 496, false) + MadeSequences.ms(32, 497, false)) / 2;
        assertEquals(middle, full.ms(), 1e-5);
        assertEquals(0.99 * middle, full.low(), 1e-5);
        assertEquals(1.01 * middle, full.high(), 1e-5);
        Sequences.Point h2o = sequences.lines().get(1).at(32).orElseThrow();
        assertEquals(MadeSequences.ms(32, 129, true) / middle - 1, h2o.change(), 1e-5);
        assertEquals(FULL, h2o.against());
    }

    @Test
    void limitsAreOfTheFewestAndTheMostEntries() throws Exception {
        List<Sequences.Limit> held = of(MadeSequences.pinned(folder.resolve("p"), 1, 8)).limits();
        assertEquals(List.of("memory limit, 512 entries held", "memory limit, 128 entries held"),
                held.stream().map(Sequences.Limit::name).toList());
        assertEquals(limit(8, 513), held.get(0).ms(8), 1e-9);
        assertEquals(limit(8, 129), held.get(1).ms(8), 1e-9);
        assertEquals(List.of("memory limit, full cache", "memory limit, window 128"),
                of(MadeSequences.generations(folder.resolve("g"), 1, 8)).limits().stream().map(Sequences.Limit::name).toList());
    }

    @Test
    void oneNumberOfSequencesIsNoLine() throws Exception {
        ResultFolder one = MadeSequences.generations(folder.resolve("one"), 8);
        assertTrue(Sequences.of(List.of(LoadedResult.read(one))).isEmpty());
    }

    @Test
    void resultsWithOneNumberEachAreOneLineTogether() throws Exception {
        ResultFolder one = MadeSequences.generations(folder.resolve("one"), 1);
        ResultFolder eight = MadeSequences.generations(folder.resolve("eight"), 8);
        Sequences sequences = of(one, eight);
        assertEquals(List.of(FULL, H2O), names(sequences));
        sequences.lines().forEach(line -> assertEquals(List.of(1, 8), batches(line)));
        assertEquals(FULL, sequences.lines().get(1).at(8).orElseThrow().against());
    }

    /** Where only one number was measured twice the whole line is one of its result, not a piece of it. */
    @Test
    void resultsThatShareANumberAreLinesOfTheirOwn() throws Exception {
        Sequences sequences = of(MadeSequences.generations(folder.resolve("early"), 1, 8),
                MadeSequences.generations(folder.resolve("late"), 8, 64));
        assertEquals(List.of(FULL + ", early", H2O + ", early", FULL + ", late", H2O + ", late"), names(sequences));
        assertEquals(List.of(List.of(1, 8), List.of(1, 8), List.of(8, 64), List.of(8, 64)),
                sequences.lines().stream().map(SequencesTest::batches).toList());
        // each against the full cache of its own result
        assertEquals(FULL + ", late", sequences.lines().get(3).at(8).orElseThrow().against());
    }

    @Test
    void generationsAndPinnedStepsAreToldApart() throws Exception {
        Sequences sequences = of(MadeSequences.pinned(folder.resolve("p"), 1, 8), MadeSequences.generations(folder.resolve("g"), 1, 8));
        assertEquals(List.of(FULL + ", 128 entries held", FULL + ", 512 entries held", H2O + ", 128 entries held", FULL + ", at token 512",
                H2O + ", at token 512"), names(sequences));
        assertEquals(FULL + ", at token 512", sequences.lines().get(4).at(8).orElseThrow().against());
    }

    /** Peers are many times slower: beside ours they would hide what strategies save. */
    @Test
    void peersAreShownAlone() throws Exception {
        ResultFolder peers = ResultFolder.open(Path.of("src/test/resources/peers/batches"));
        assertEquals(4, of(peers).lines().size());
        ResultFolder ours = MadeSequences.generations(folder.resolve("ours"), 1, 8);
        assertTrue(of(ours, peers).lines().stream().noneMatch(l -> l.name().contains("transformers")));
    }

    @Test
    void aDifferenceWithinBothSpreadsIsNotTold() throws Exception {
        ResultFolder pinned = MadeSequences.pinned(folder.resolve("p"), 1, 64);
        Path jmh = pinned.path().resolve(ResultFolder.JMH_FILE);
        Files.writeString(jmh, Files.readString(jmh).replaceAll("\"scoreError\": [0-9.]+", "\"scoreError\": 1"));
        Sequences.Line h2o = of(pinned).lines().get(2);
        assertEquals(Told.NOISE, h2o.at(1).orElseThrow().told());
        assertEquals(Told.YES, h2o.at(64).orElseThrow().told());
    }

    /** A cache held short of its window evicts nothing: against a longer full cache it would seem to save. */
    @Test
    void aWindowThatIsNotFullIsNoLine() throws Exception {
        ResultFolder pinned = MadeSequences.pinned(folder.resolve("p"), 1, 8);
        for (String name : List.of(ResultFolder.STEPS_FILE, ResultFolder.JMH_FILE)) {
            Path file = pinned.path().resolve(name);
            Files.writeString(file, Files.readString(file).replaceAll("(\"window\" ?: ?)\"128\"", "$1\"256\""));
        }
        assertEquals(List.of(FULL + ", 128 entries held", FULL + ", 512 entries held"), names(of(pinned)));
    }

    /** A strategy is held against the full cache of as many sequences, or none. */
    @Test
    void aFullCacheOfAnotherNumberIsNone() throws Exception {
        StepsFile steps = MadeSequences.generations(folder.resolve("g"), 1, 8).readSteps();
        List<StepsFile.Configuration> some = steps.configurations().stream().filter(c -> !new TreeMap<>(c.params()).entrySet()
                .containsAll(new TreeMap<>(Map.of("batch", "8", "strategy", "full")).entrySet())).toList();
        Path path = Files.createDirectory(folder.resolve("some"));
        ResultFolder result = new ResultFolder(path);
        result.writeSteps(new StepsFile(steps.schema(), steps.version(), steps.created(), steps.command(), steps.units(),
                steps.fingerprint(), some, null));
        Sequences.Line h2o = of(result).lines().get(1);
        assertEquals(FULL, h2o.at(1).orElseThrow().against());
        assertNull(h2o.at(8).orElseThrow().against());
        assertEquals(2, AgainstFullCache.of(Measured.all(steps)).size());
        assertEquals(1, AgainstFullCache.of(Measured.all(result.readSteps())).size());
    }
}
