package dev.kvbench.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kvbench.JsonFault;
import dev.kvbench.Reason;
import dev.kvbench.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** JSON as Python's json module writes and reads it: NaN and infinities are numbers. A name that stands twice is refused. */
public final class PythonJson {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private PythonJson() {}

    /**
     * @param file the file
     * @param what what it is, for messages ("a model's config.json")
     * @param longest most bytes it may have
     * @return its object
     * @throws UserError if it cannot be read, is longer, or is no JSON object
     */
    public static JsonNode read(Path file, String what, long longest) {
        JsonNode json;
        try {
            if (Files.size(file) > longest) {
                throw new UserError(file + ": not " + what + ": it has " + Files.size(file) + " bytes");
            }
            json = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw JsonFault.of(file, what, e);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read as " + what + ": " + Reason.of(e), e);
        }
        if (json == null || !json.isObject()) {
            throw new UserError(file + ": not " + what + ": "
                    + (json == null || json.isMissingNode() ? "it is empty" : "it is not a JSON object"));
        }
        return json;
    }
}
