package dev.kvbench.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.kvbench.ForeignText;
import dev.kvbench.JsonFault;
import dev.kvbench.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, read token by token and checked: every tensor fills its byte range, and the
 * ranges fill the file without overlaps or holes, as the format demands.
 */
final class SafetensorsHeader {

    private static final int MAX_RANK = 8;
    private static final String METADATA = "__metadata__";

    /** Names are the file's own: neither worth interning nor, if hostile, hashing into shared tables. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final Path file;
    private final long dataSize;

    private SafetensorsHeader(Path file, long dataSize) {
        this.file = file;
        this.dataSize = dataSize;
    }

    /**
     * @param file for messages
     * @param header the header's bytes
     * @param dataSize bytes of the file after the header
     * @return the tensors by name, in the order of their bytes
     * @throws UserError if the header is not as the format demands
     */
    static Map<String, Safetensors.Tensor> parse(Path file, byte[] header, long dataSize) {
        return new SafetensorsHeader(file, dataSize).parse(header);
    }

    private Map<String, Safetensors.Tensor> parse(byte[] header) {
        if (header[0] != '{') {
            throw malformed("the header does not begin with {");
        }
        List<Safetensors.Tensor> tensors = new ArrayList<>();
        try (JsonParser json = JSON.createParser(new InputStreamReader(new ByteArrayInputStream(header),
                StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)))) {
            expect(json, JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals(METADATA)) {
                    metadata(json);
                } else {
                    tensors.add(tensor(name, json));
                }
            }
            if (json.nextToken() != null) {
                throw malformed("something follows the header's object");
            }
        } catch (JsonProcessingException e) {
            throw new UserError(file + ": not a safetensors file: the header is not JSON: " + JsonFault.of(e), e);
        } catch (IOException e) {
            throw new UserError(file + ": not a safetensors file: the header is not JSON: it is not UTF-8", e);
        }
        return inOrder(tensors);
    }

    private void metadata(JsonParser json) throws IOException {
        // the format's own reader takes null as none
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(METADATA + " is not an object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw malformed(METADATA + " has a value that is not a string");
            }
        }
    }

    private Safetensors.Tensor tensor(String name, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(name, "is not described by an object");
        }
        String dtype = null;
        List<Long> shape = null;
        List<Long> range = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : null;
                case "shape" -> shape = numbers(name, field, json);
                case "data_offsets" -> range = numbers(name, field, json);
                default -> throw wrong(name, "has an unknown field " + ForeignText.quoted(field));
            }
        }
        if (dtype == null || shape == null || range == null) {
            throw wrong(name, "lacks its dtype, shape or data_offsets");
        }
        StoredType type = StoredType.of(dtype);
        if (type == null) {
            throw wrong(name, "has dtype " + ForeignText.quoted(dtype) + ", which is not known; weights must be F32, F16 or BF16");
        }
        if (range.size() != 2 || range.get(0) > range.get(1)) {
            throw wrong(name, "has data_offsets " + range + ", which are not a range");
        }
        long bytes = type.bytes();
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw wrong(name, "has an impossible shape " + shape);
        }
        if (range.get(1) - range.get(0) != bytes) {
            throw wrong(name, "has data_offsets " + range + ", but " + dtype + " of shape " + shape + " takes " + bytes + " bytes");
        }
        return new Safetensors.Tensor(name, type, shape, range.get(0), range.get(1));
    }

    private List<Long> numbers(String name, String field, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(name, "has a " + field + " that is not an array");
        }
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            // anything from 2^63 on is a BIG_INTEGER
            boolean whole = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!whole || json.getLongValue() < 0) {
                throw wrong(name, "has an impossible number in " + field + ": " + ForeignText.quoted(json.getText()));
            }
            if (numbers.size() == MAX_RANK) {
                throw wrong(name, "has more than " + MAX_RANK + " numbers in " + field);
            }
            numbers.add(json.getLongValue());
        }
        return List.copyOf(numbers);
    }

    private Map<String, Safetensors.Tensor> inOrder(List<Safetensors.Tensor> tensors) {
        tensors.sort(Comparator.comparingLong(Safetensors.Tensor::begin).thenComparingLong(Safetensors.Tensor::end));
        Map<String, Safetensors.Tensor> byName = new LinkedHashMap<>();
        long end = 0;
        long last = tensors.stream().mapToLong(Safetensors.Tensor::end).max().orElse(0);
        for (Safetensors.Tensor tensor : tensors) {
            if (tensor.end() > dataSize) {
                throw wrong(tensor.name(), "has data_offsets [" + tensor.begin() + ", " + tensor.end()
                        + "], which are not a range of the file's " + dataSize + " bytes of data: "
                        + (last - dataSize) + " bytes are missing; copy or fetch it again");
            }
            if (tensor.begin() != end) {
                throw wrong(tensor.name(), tensor.begin() < end ? "overlaps another: it begins at byte " + tensor.begin()
                        + ", where byte " + end + " is the first free one" : "leaves a hole of " + (tensor.begin() - end)
                        + " bytes before it");
            }
            end = tensor.end();
            byName.put(tensor.name(), tensor);
        }
        if (end != dataSize) {
            throw malformed("its tensors end at byte " + end + " of " + dataSize + " bytes of data");
        }
        return byName;
    }

    private void expect(JsonParser json, JsonToken token) throws IOException {
        if (json.nextToken() != token) {
            throw malformed("the header is not a JSON object");
        }
    }

    private UserError wrong(String tensor, String what) {
        return malformed("tensor " + ForeignText.quoted(tensor) + " " + what);
    }

    private UserError malformed(String what) {
        return new UserError(file + ": not a well-formed safetensors file: " + what);
    }
}
