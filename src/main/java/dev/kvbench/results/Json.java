package dev.kvbench.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import dev.kvbench.WholeFile;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** JSON files: read with one line about what is wrong with one, written whole or not at all. */
public final class Json {

    /** A mapper for all: passes over fields that later builds may have added, writes without line breaks. Never configured anew. */
    public static final ObjectMapper MAPPER = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    /** Heap that a byte of JSON takes when read into a tree, at most: a short number is an object and its place in a list. */
    private static final int HEAP_PER_BYTE = 16;
    private static final long MIB = 1 << 20;

    private interface Reading<T> {
        T read() throws IOException;
    }

    private Json() {}

    /**
     * @param file a JSON file of any origin
     * @return its content
     * @throws UserError if it cannot be read, is not JSON, or is too large for this Java's heap
     */
    public static JsonNode tree(Path file) {
        return reading(file, "JSON", () -> {
            long most = Runtime.getRuntime().maxMemory() / HEAP_PER_BYTE;
            if (Files.size(file) > most) {
                throw new UserError(file + ": " + Files.size(file) / MIB + " MiB of JSON, of which this Java reads at most "
                        + most / MIB + "; give it more memory (java -Xmx…g) or take fewer configurations into one result");
            }
            return MAPPER.readTree(file.toFile());
        });
    }

    /**
     * @param file a file of this suite
     * @param type its content
     * @param schema which kind of file it must say that it is
     * @param version the version that this build reads
     * @return its content, with every {@link Required} field
     * @throws UserError if it cannot be read or is another kind of file
     */
    public static <T> T read(Path file, Class<T> type, String schema, int version) {
        return bound(file, tree(file), type, schema, version);
    }

    /**
     * Reads the fields at the top of a file, and not on once it has them all: what follows may be long, or broken.
     *
     * @param file a file of this suite
     * @param type the fields, any of its content's
     * @param schema which kind of file it must say that it is
     * @param version the version that this build reads
     * @return these fields, with every {@link Required} one
     * @throws UserError if it cannot be read that far or is another kind of file
     */
    public static <T extends Record> T head(Path file, Class<T> type, String schema, int version) {
        Set<String> wanted = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        wanted.addAll(Set.of("schema", "version"));
        return bound(file, fields(file, wanted), type, schema, version);
    }

    /**
     * Reads a file into its type at once, without a tree between: for what may be too large for one.
     *
     * @param file a JSON file
     * @param type its content
     * @param what what it should be ("a run configuration")
     * @return its content, with every {@link Required} field
     * @throws UserError if it cannot be read
     */
    public static <T> T large(Path file, Class<T> type, String what) {
        return reading(file, what, () -> MAPPER.readValue(file.toFile(), type));
    }

    /**
     * Writes a file, whole or not at all, with line breaks.
     *
     * @param file where to
     * @param content what
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, Object content) throws IOException {
        WholeFile.write(file, out -> MAPPER.writerWithDefaultPrettyPrinter().writeValue(out, content));
    }

    private static <T> T bound(Path file, JsonNode json, Class<T> type, String schema, int version) {
        String found = json.path("schema").asText("");
        if (!found.equals(schema)) {
            throw new UserError(file + ": not a " + schema + " file: " + (file.toFile().length() == 0
                    ? "it is empty; it may not have been written or fetched to its end"
                    : found.isEmpty() ? "it names no schema" : "its schema is '" + found + "'"));
        }
        int foundVersion = json.path("version").asInt(-1);
        if (foundVersion != version) {
            throw new UserError(file + ": version " + foundVersion + " of " + schema + "; this build reads version " + version);
        }
        return reading(file, "a valid " + schema + " file", () -> MAPPER.treeToValue(json, type));
    }

    /** Those of an object's fields that are wanted; none of what is no object. */
    private static ObjectNode fields(Path file, Set<String> wanted) {
        return reading(file, "JSON", () -> {
            ObjectNode fields = MAPPER.createObjectNode();
            try (JsonParser json = MAPPER.createParser(file.toFile())) {
                if (json.nextToken() == JsonToken.START_OBJECT) {
                    while (fields.size() < wanted.size() && json.nextToken() == JsonToken.FIELD_NAME) {
                        String name = json.currentName();
                        json.nextToken();
                        if (wanted.contains(name)) {
                            fields.set(name, json.readValueAsTree());
                        } else {
                            json.skipChildren();
                        }
                    }
                }
            }
            return fields;
        });
    }

    private static <T> T reading(Path file, String what, Reading<T> reading) {
        try {
            return reading.read();
        } catch (JsonProcessingException e) {
            throw JsonFault.of(file, what, e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + Reason.of(e), e);
        }
    }
}
