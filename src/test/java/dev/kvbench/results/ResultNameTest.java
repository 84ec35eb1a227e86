package dev.kvbench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results that want one name at one time. */
@Tag("unit")
class ResultNameTest {

    private static final int AT_ONCE = 8;
    private static final int ROUNDS = 50;

    @TempDir
    private Path results;

    /** Does something several times at the same moment, over and over. */
    private static List<Path> together(IntFunction<Callable<Path>> each) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        CyclicBarrier start = new CyclicBarrier(AT_ONCE);
        try {
            List<Future<List<Path>>> running = new ArrayList<>();
            for (int t = 0; t < AT_ONCE; t++) {
                int thread = t;
                running.add(threads.submit(() -> {
                    List<Path> places = new ArrayList<>();
                    for (int round = 0; round < ROUNDS; round++) {
                        Callable<Path> one = each.apply(round * AT_ONCE + thread);
                        start.await();
                        places.add(one.call());
                    }
                    return places;
                }));
            }
            List<Path> all = new ArrayList<>();
            for (Future<List<Path>> one : running) {
                all.addAll(one.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Set<String> names(String name, String suffix) {
        return IntStream.rangeClosed(1, AT_ONCE).mapToObj(i -> name + (i == 1 ? "" : "_" + i) + suffix)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyRunClaimsAFolderOfItsOwn() throws Exception {
        List<Path> places = together(i -> () -> ResultName.claim(results.resolve("new"), "r" + i / AT_ONCE, ".unfinished"));
        for (int round = 0; round < ROUNDS; round++) {
            String name = "r" + round;
            assertEquals(names(name, ".unfinished"), places.stream().map(p -> p.getFileName().toString())
                    .filter(p -> p.matches(name + "(_\\d+)?\\.unfinished")).collect(Collectors.toCollection(TreeSet::new)));
        }
        assertEquals(AT_ONCE * ROUNDS, places.stream().distinct().count());
    }

    @Test
    void everyResultGetsAPlaceAndNoneOverwritesAnother() throws Exception {
        List<Path> places = together(i -> {
            Path folder = results.resolve("made-" + i);
            try {
                Files.writeString(Files.createDirectory(folder).resolve("steps.json"), Integer.toString(i));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return () -> ResultName.settle(folder, results, "r" + i / AT_ONCE);
        });
        Set<String> contents = new TreeSet<>();
        for (Path place : places) {
            try (Stream<Path> files = Files.list(place)) {
                assertEquals(List.of(place.resolve("steps.json")), files.toList());
            }
            contents.add(Files.readString(place.resolve("steps.json")));
        }
        assertEquals(AT_ONCE * ROUNDS, contents.size());
        try (Stream<Path> entries = Files.list(results)) {
            assertEquals(Set.copyOf(places), entries.collect(Collectors.toSet()));
        }
        assertEquals(names("r0", ""), places.stream().map(p -> p.getFileName().toString())
                .filter(p -> p.matches("r0(_\\d+)?")).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void whatIsThereIsLeftAlone() throws IOException {
        Path folder = Files.createDirectory(results.resolve("made"));
        Files.writeString(folder.resolve("steps.json"), "{}");
        Files.createDirectory(results.resolve("r"));
        Files.writeString(results.resolve("r_2"), "a file");
        Files.createSymbolicLink(results.resolve("r_3"), results.resolve("nowhere"));
        assertEquals(results.resolve("r_4"), ResultName.settle(folder, results, "r"));
        assertEquals(results.resolve("r_5.x"), ResultName.claim(results, "r_5", ".x"));
        assertThrows(NoSuchFileException.class, () -> ResultName.settle(folder, results, "other"));
    }
}
