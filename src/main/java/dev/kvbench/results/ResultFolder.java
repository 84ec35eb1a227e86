package dev.kvbench.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.strategy.Strategies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One run's folder: {@code jmh.json} as JMH writes it, {@code steps.json}, and plots.
 *
 * @param path the folder
 */
public record ResultFolder(Path path) {

    /** JMH's own result file. */
    public static final String JMH_FILE = "jmh.json";

    /** All that JMH printed, where it was not asked for elsewhere. */
    public static final String JMH_LOG = "jmh.log";

    /** The raw series. */
    public static final String STEPS_FILE = "steps.json";

    /** A fingerprint with whatever fields it has. */
    private record AnyFingerprint(@Required JsonNode fingerprint) {}

    /**
     * @param results the folder of results
     * @return the results in it, oldest first, as far as their heads tell; what is no result is passed over, with a line if it
     *     looks like one
     * @throws UserError if the folder cannot be read
     */
    public static List<ResultFolder> all(Path results) {
        return List.copyOf(heads(results).keySet());
    }

    /**
     * @param results the folder of results
     * @param wanted which of them
     * @return the newest of those that can be read whole, if there is one; what cannot is passed over with a line
     * @throws UserError if the folder cannot be read
     */
    public static Optional<ResultFolder> newest(Path results, Predicate<StepsFile.Head> wanted) {
        List<ResultFolder> newestLast = new ArrayList<>();
        heads(results).forEach((folder, head) -> {
            if (wanted.test(head)) {
                newestLast.add(folder);
            }
        });
        for (int i = newestLast.size() - 1; i >= 0; i--) {
            try {
                newestLast.get(i).readSteps();
                return Optional.of(newestLast.get(i));
            } catch (UserError e) {
                passedOver(e);
            }
        }
        return Optional.empty();
    }

    /** What results say of themselves, oldest first. */
    private static Map<ResultFolder, StepsFile.Head> heads(Path results) {
        record Dated(ResultFolder folder, Instant created, StepsFile.Head head) {}
        List<Dated> found = new ArrayList<>();
        try (Stream<Path> entries = Files.isDirectory(results) ? Files.list(results) : Stream.empty()) {
            entries.filter(f -> Files.isRegularFile(f.resolve(STEPS_FILE)) || Files.isRegularFile(f.resolve(JMH_FILE)))
                    .filter(f -> !f.getFileName().toString().startsWith("."))
                    .map(ResultFolder::new)
                    .forEach(folder -> {
                        try {
                            StepsFile.Head head = folder.readHead();
                            found.add(new Dated(folder, folder.time(head), head));
                        } catch (UserError e) {
                            passedOver(e);
                        }
                    });
        } catch (IOException e) {
            throw new UserError(results + ": cannot be read: " + Reason.of(e), e);
        }
        found.sort(Comparator.comparing(Dated::created).thenComparing(d -> d.folder.path));
        Map<ResultFolder, StepsFile.Head> heads = new LinkedHashMap<>();
        found.forEach(d -> heads.put(d.folder, d.head));
        return heads;
    }

    private static void passedOver(UserError e) {
        System.err.println("passed over: " + e.getMessage());
    }

    /** @return what it is called in its folder of results */
    public String name() {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    private Instant time(StepsFile.Head head) {
        try {
            return Instant.parse(String.valueOf(head.created()));
        } catch (DateTimeParseException e) {
            throw new UserError(path.resolve(STEPS_FILE) + ": created at '" + head.created() + "', which is no time", e);
        }
    }

    /**
     * @param path a result folder, or one of the two JSON files in it
     * @return the folder
     * @throws UserError if there is no result there
     */
    public static ResultFolder open(Path path) {
        if (Files.isRegularFile(path)) {
            String name = path.getFileName().toString();
            if (!name.equals(STEPS_FILE) && !name.equals(JMH_FILE)) {
                throw new UserError(path + ": not a result: give a folder of results/ or its " + STEPS_FILE);
            }
            return open(path.toAbsolutePath().getParent());
        }
        if (!Files.isDirectory(path)) {
            throw new UserError(path + ": no such result folder");
        }
        if (!Files.isRegularFile(path.resolve(STEPS_FILE))) {
            throw new UserError(Files.isRegularFile(path.resolve(QualityFile.FILE))
                    ? path + ": a result of `quality`, which has no times; give one of `run`"
                    : path + ": not a result folder: it has no " + STEPS_FILE);
        }
        return new ResultFolder(path);
    }

    /**
     * @return the raw series; what they are too old to say they ran with is there
     * @throws UserError if the file cannot be read or is not this suite's
     */
    public StepsFile readSteps() {
        return Json.read(path.resolve(STEPS_FILE), StepsFile.class, StepsFile.SCHEMA, StepsFile.VERSION).asRan();
    }

    /**
     * @return what stands before the raw series, which are not read
     * @throws UserError if the file cannot be read so far or is not this suite's
     */
    public StepsFile.Head readHead() {
        return Json.head(path.resolve(STEPS_FILE), StepsFile.Head.class, StepsFile.SCHEMA, StepsFile.VERSION);
    }

    /**
     * @return the fingerprint with every field that the file has; peers write fields of their own
     * @throws UserError if the file cannot be read
     */
    public JsonNode readFingerprint() {
        return Json.head(path.resolve(STEPS_FILE), AnyFingerprint.class, StepsFile.SCHEMA, StepsFile.VERSION).fingerprint();
    }

    /** @return whether JMH's results are there; those of peers have none */
    public boolean hasJmh() {
        return Files.isRegularFile(path.resolve(JMH_FILE));
    }

    /**
     * @return JMH's results, an array; what they are too old to say they ran with is there
     * @throws UserError if the file cannot be read or is not JMH's
     */
    public JsonNode readJmh() {
        Path file = path.resolve(JMH_FILE);
        JsonNode json = Json.tree(file);
        if (!json.isArray()) {
            throw new UserError(file + ": not a JMH result: expected a JSON array");
        }
        return asRan(json);
    }

    /**
     * @param jmh JMH's results, an array
     * @return the same array; what they are too old to say they ran with is there now
     */
    public static JsonNode asRan(JsonNode jmh) {
        jmh.forEach(result -> {
            if (result.path("params") instanceof ObjectNode params) {
                Map<String, String> said = new LinkedHashMap<>();
                params.properties().forEach(p -> said.put(p.getKey(), p.getValue().asText()));
                Renamed.now(Strategies.asRan(said)).forEach(params::put);
            }
        });
        return jmh;
    }

    /**
     * Writes what makes the result doubtful beside its series, of which that follows.
     *
     * @param warnings of it; nothing is written if there are none
     */
    public void writeWarnings(List<StepsFile.Doubt> warnings) throws IOException {
        if (!warnings.isEmpty()) {
            Path file = path.resolve(STEPS_FILE);
            Json.write(file, Json.read(file, StepsFile.class, StepsFile.SCHEMA, StepsFile.VERSION).warned(warnings));
        }
    }

    /**
     * Writes the raw series, whole or not at all.
     *
     * @param steps what to write
     */
    public void writeSteps(StepsFile steps) throws IOException {
        Json.write(path.resolve(STEPS_FILE), steps);
    }
}
