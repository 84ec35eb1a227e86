package dev.kvbench.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.ForeignText;
import dev.kvbench.UserError;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A checkpoint's {@code config.json} in the Hugging Face layout, field by field. What is there and not as it must be is
 * said by the field's name.
 */
public final class ConfigFile {

    /** Its name in a checkpoint. */
    public static final String NAME = "config.json";

    private static final int LONGEST = 1 << 20;
    private static final String START = "bos_token_id";

    /** What was said once is not said again: a run reads a file several times. */
    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final JsonNode json;
    /** In front of a field's name in messages. */
    private final String within;

    private ConfigFile(Path file, JsonNode json, String within) {
        this.file = file;
        this.json = json;
        this.within = within;
    }

    /**
     * @param file the file
     * @return its fields
     * @throws UserError if it cannot be read
     */
    public static ConfigFile open(Path file) {
        return new ConfigFile(file, PythonJson.read(file, "a model's config.json", LONGEST), "");
    }

    /**
     * @param key a field
     * @return whether it is there and not null
     */
    public boolean has(String key) {
        JsonNode found = json.path(key);
        return !found.isMissingNode() && !found.isNull();
    }

    /**
     * @param key a field
     * @return whether it is there, null or not
     */
    public boolean names(String key) {
        return json.has(key);
    }

    /**
     * @param key a field that holds fields
     * @return these; empty if it is missing or null
     * @throws UserError if it is something else
     */
    public Optional<ConfigFile> section(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!json.path(key).isObject()) {
            throw wrong(key, "must be an object");
        }
        return Optional.of(new ConfigFile(file, json.path(key), within + key + "."));
    }

    /**
     * @param key a field
     * @param fallback its value where it is missing or null
     * @return its text; of what is no text the JSON
     */
    public String text(String key, String fallback) {
        JsonNode found = json.path(key);
        return !has(key) ? fallback : found.isTextual() ? found.asText() : found.toString();
    }

    /**
     * @param keys several names of one size
     * @return the first that is there, at least 1
     * @throws UserError if none is there, or it is no such number
     */
    public int size(String... keys) {
        for (String key : keys) {
            JsonNode found = json.path(key);
            if (!has(key)) {
                continue;
            }
            if (!found.isIntegralNumber() || !found.canConvertToInt() || found.asInt() < 1) {
                throw wrong(key, "must be a positive whole number");
            }
            return found.asInt();
        }
        throw new UserError(file + ": " + within + keys[0] + " is missing");
    }

    /**
     * @param key a field
     * @param fallback its value where it is missing or null; NaN where it must be there
     * @return its value, above 0
     * @throws UserError if it is no such number
     */
    public double positive(String key, double fallback) {
        JsonNode found = json.path(key);
        if (!has(key) && Double.isNaN(fallback)) {
            throw new UserError(file + ": " + within + key + " is missing");
        }
        if (has(key) && !(found.isNumber() && found.asDouble() > 0 && Double.isFinite(found.asDouble()))) {
            throw wrong(key, "must be a number above 0");
        }
        return has(key) ? found.asDouble() : fallback;
    }

    /**
     * @param key a field
     * @param fallback its value where it is missing or null
     * @return its value
     * @throws UserError if it is neither true nor false
     */
    public boolean flag(String key, boolean fallback) {
        if (has(key) && !json.path(key).isBoolean()) {
            throw wrong(key, "must be true or false");
        }
        return has(key) ? json.path(key).asBoolean() : fallback;
    }

    /**
     * @param key a field that holds a small number
     * @param fallback its value where it is missing or null
     * @return its value, from 0 to below 1
     * @throws UserError if it is no such number
     */
    public double fraction(String key, double fallback) {
        JsonNode found = json.path(key);
        if (!has(key)) {
            return fallback;
        }
        if (!found.isNumber() || !(found.asDouble() >= 0 && found.asDouble() < 1)) {
            throw wrong(key, "must be a number from 0 to below 1");
        }
        return found.asDouble();
    }

    /**
     * @param vocabulary tokens, V
     * @param fallback the token where the file names none
     * @return the token that a generation without a prompt starts from: bos_token_id, of several the first
     * @throws UserError if bos_token_id is no whole number
     */
    public int startToken(int vocabulary, int fallback) {
        if (!has(START)) {
            return fallback;
        }
        JsonNode found = json.path(START).isArray() ? json.path(START).path(0) : json.path(START);
        if (!found.isIntegralNumber()) {
            throw wrong(START, "must be a whole number");
        }
        if (!found.canConvertToInt() || found.asInt() < 0 || found.asInt() >= vocabulary) {
            int last = vocabulary - 1;
            say(file + ": " + START + "=" + ForeignText.quoted(found.toString()) + " is not one of the " + vocabulary
                    + " tokens; the last one, " + last + ", is taken to start from");
            return last;
        }
        return found.asInt();
    }

    private static void say(String line) {
        if (SAID.add(line)) {
            System.err.println(line);
        }
    }

    /**
     * Refuses a field that changes the calculation and has another value than the one that the step computes.
     *
     * @param key the field
     * @param only that value; a missing field has it
     * @throws UserError if the field says otherwise
     */
    public void require(String key, boolean only) {
        JsonNode found = json.path(key);
        if (has(key) && !(found.isBoolean() && found.asBoolean() == only)) {
            throw unsupported(key, ForeignText.quoted(found.toString()), Boolean.toString(only));
        }
    }

    /** @throws UserError if weights are packed */
    public void requirePlainWeights() {
        if (has("quantization_config")) {
            throw new UserError(file + ": quantization_config="
                    + ForeignText.quoted(json.path("quantization_config").toString())
                    + " is not supported: weights must be F32, F16 or BF16");
        }
    }

    /**
     * @param key a field
     * @param found its value, for a message
     * @param only what the step computes
     * @return the error to throw
     */
    public UserError unsupported(String key, String found, String only) {
        return new UserError(file + ": " + within + key + "=" + found + " is not supported: only " + only);
    }

    private UserError wrong(String key, String must) {
        return new UserError(file + ": " + within + key + "=" + ForeignText.quoted(json.path(key).toString()) + ": " + must);
    }
}
