package dev.kvbench.bench;

import dev.kvbench.WholeFile;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * JMH's results in a file, as JMH's forks send them: every format that JMH writes can be made of them later. Read by the
 * build that wrote them alone, as a run is resumed by it.
 */
final class KeptResults {

    /** What results are made of; a folder of results may come from elsewhere. */
    private static final ObjectInputFilter OURS =
            ObjectInputFilter.Config.createFilter("org.openjdk.jmh.**;dev.kvbench.**;java.lang.*;java.util.*;java.util.concurrent.*;!*");

    private KeptResults() {}

    static void write(Path file, Collection<RunResult> results) throws IOException {
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(file))) {
            out.writeObject(new ArrayList<>(results));
        }
    }

    static List<RunResult> read(Path file) throws IOException {
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(file))) {
            in.setObjectInputFilter(OURS);
            return ((Collection<?>) in.readObject()).stream().map(RunResult.class::cast).toList();
        } catch (ClassNotFoundException | ClassCastException e) {
            throw new IOException(file + ": not of this build", e);
        }
    }

    /**
     * Writes results in a format of JMH's: whole or not at all, unless the place is a pipe or a device.
     *
     * @param results what JMH found
     * @param format one of JMH's
     * @param place a file that is there, or will be
     * @throws IOException if it cannot be written
     */
    static void export(Collection<RunResult> results, ResultFormatType format, Path place) throws IOException {
        if (Files.exists(place) && !Files.isRegularFile(place)) {
            print(results, format, place, Files.newOutputStream(place));
            return;
        }
        // a link stays one
        Path file = Files.exists(place) ? place.toRealPath() : place;
        WholeFile.write(file, out -> print(results, format, file, out));
    }

    private static void print(Collection<RunResult> results, ResultFormatType format, Path file, OutputStream to) throws IOException {
        try (PrintStream out = new PrintStream(to, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(format, out).writeOut(results);
            if (out.checkError()) {
                throw new IOException(file + ": cannot be written");
            }
        }
    }
}
