package dev.kvbench.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One run's folder: {@code jmh.json} as JMH writes it, {@code steps.json}, and plots.
 *
 * @param path the folder
 */
public record ResultFolder(Path path) {

    /** JMH's own result file. */
    public static final String JMH_FILE = "jmh.json";

    /** The raw series. */
    public static final String STEPS_FILE = "steps.json";

    /** Heap that a byte of JSON takes when read, at most: a short number is an object and its place in a list. */
    private static final int HEAP_PER_BYTE = 16;
    private static final long MIB = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /**
     * @param results the folder of results
     * @return the results in it, oldest first; what is no result is passed over, with a line if it looks like one
     * @throws UserError if the folder cannot be read
     */
    public static List<ResultFolder> all(Path results) {
        Map<ResultFolder, Instant> created = new HashMap<>();
        try (Stream<Path> entries = Files.isDirectory(results) ? Files.list(results) : Stream.empty()) {
            entries.filter(f -> Files.isRegularFile(f.resolve(STEPS_FILE)) || Files.isRegularFile(f.resolve(JMH_FILE)))
                    .filter(f -> !f.getFileName().toString().startsWith("."))
                    .map(ResultFolder::new)
                    .forEach(folder -> {
                        try {
                            created.put(folder, folder.created());
                        } catch (UserError e) {
                            System.err.println("passed over: " + e.getMessage());
                        }
                    });
        } catch (IOException e) {
            throw new UserError(results + ": cannot be read: " + Reason.of(e), e);
        }
        return created.keySet().stream().sorted(Comparator.<ResultFolder, Instant>comparing(created::get)
                .thenComparing(ResultFolder::path)).toList();
    }

    /** @return what it is called in its folder of results */
    public String name() {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    private Instant created() {
        String created = readSteps().created();
        try {
            return Instant.parse(String.valueOf(created));
        } catch (DateTimeParseException e) {
            throw new UserError(path.resolve(STEPS_FILE) + ": created at '" + created + "', which is no time", e);
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
            throw new UserError(path + ": not a result folder: it has no " + STEPS_FILE);
        }
        return new ResultFolder(path);
    }

    /**
     * @return the raw series
     * @throws UserError if the file cannot be read or is not this suite's
     */
    public StepsFile readSteps() {
        Path file = path.resolve(STEPS_FILE);
        JsonNode json = readJson(file);
        String schema = json.path("schema").asText("");
        int version = json.path("version").asInt(-1);
        if (!schema.equals(StepsFile.SCHEMA)) {
            throw new UserError(file + ": not a " + StepsFile.SCHEMA + " file (its schema is '" + schema + "')");
        }
        if (version != StepsFile.VERSION) {
            throw new UserError(file + ": version " + version + " of " + StepsFile.SCHEMA + "; this build reads version "
                    + StepsFile.VERSION);
        }
        StepsFile steps;
        try {
            steps = JSON.treeToValue(json, StepsFile.class);
        } catch (JsonProcessingException e) {
            throw JsonFault.of(file, "a valid " + StepsFile.SCHEMA + " file", e);
        }
        if (steps.fingerprint() == null || steps.configurations() == null
                || steps.configurations().stream().anyMatch(c -> c == null || c.benchmark() == null
                        || c.label() == null || c.params() == null || c.iterations() == null
                        || c.iterations().stream().anyMatch(i -> i == null || i.stepNanos() == null))) {
            throw new UserError(file + ": not a valid " + StepsFile.SCHEMA + " file: a required field is missing");
        }
        return steps;
    }

    /**
     * @return the fingerprint with every field that the file has; peers write fields of their own
     * @throws UserError if the file cannot be read
     */
    public JsonNode readFingerprint() {
        return readJson(path.resolve(STEPS_FILE)).path("fingerprint");
    }

    /** @return whether JMH's results are there; those of peers have none */
    public boolean hasJmh() {
        return Files.isRegularFile(path.resolve(JMH_FILE));
    }

    /**
     * @return JMH's results, an array
     * @throws UserError if the file cannot be read or is not JMH's
     */
    public JsonNode readJmh() {
        Path file = path.resolve(JMH_FILE);
        JsonNode json = readJson(file);
        if (!json.isArray()) {
            throw new UserError(file + ": not a JMH result: expected a JSON array");
        }
        return json;
    }

    /**
     * @param file a JSON file of whatever origin
     * @return its content
     * @throws UserError if it cannot be read, is not JSON, or is too large for this Java's heap
     */
    public static JsonNode readJson(Path file) {
        try {
            long most = Runtime.getRuntime().maxMemory() / HEAP_PER_BYTE;
            if (Files.size(file) > most) {
                throw new UserError(file + ": " + Files.size(file) / MIB + " MiB of JSON, of which this Java reads at most "
                        + most / MIB + "; give it more memory (java -Xmx…g) or take fewer configurations into one result");
            }
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw JsonFault.of(file, "JSON", e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * Writes the raw series, whole or not at all.
     *
     * @param steps what to write
     */
    public void writeSteps(StepsFile steps) throws IOException {
        Path file = path.resolve(STEPS_FILE);
        Path temporary = path.resolve(STEPS_FILE + ".tmp");
        JSON.writeValue(temporary.toFile(), steps);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
