package dev.kvbench.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a file in the safetensors format: an 8-byte little-endian header length, a JSON header that gives
 * every tensor's dtype, shape and byte range, then the bytes. The whole header is checked against the
 * file's size before anything is read.
 *
 * <p>Source: the format description in the safetensors project's README.
 */
public final class Safetensors implements AutoCloseable {

    private static final long MAX_HEADER = 100_000_000;

    private record Entry(String dtype, long[] shape, long begin, long end) {}

    private final Path file;
    private final FileChannel channel;
    private final long dataStart;
    private final Map<String, Entry> entries = new TreeMap<>();

    /**
     * @param file the file
     * @throws UserError if it cannot be read or is not a well-formed safetensors file
     */
    public Safetensors(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new UserError(file + ": cannot be opened: " + e, e);
        }
        try {
            long size = channel.size();
            long header = read(0, 8).getLong();
            if (header < 2 || header > MAX_HEADER || header > size - 8) {
                throw new UserError(file + ": not a safetensors file: header length " + header + " in a file of "
                        + size + " bytes");
            }
            dataStart = 8 + header;
            JsonNode json = new ObjectMapper().readTree(read(8, (int) header).array());
            if (!json.isObject()) {
                throw new UserError(file + ": not a safetensors file: the header is not a JSON object");
            }
            json.properties().stream()
                    .filter(e -> !e.getKey().equals("__metadata__"))
                    .forEach(e -> entries.put(e.getKey(), entry(e.getKey(), e.getValue(), size - dataStart)));
        } catch (JsonProcessingException e) {
            close();
            throw new UserError(file + ": not a safetensors file: the header is not JSON", e);
        } catch (IOException e) {
            close();
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        } catch (UserError e) {
            close();
            throw e;
        }
    }

    private Entry entry(String name, JsonNode json, long dataSize) {
        String dtype = json.path("dtype").asText("");
        int bytes = switch (dtype) {
            case "F32" -> 4;
            case "F16", "BF16" -> 2;
            case "I64" -> 8;
            default -> throw new UserError(file + ": tensor '" + name + "' has dtype '" + dtype
                    + "': only F32, F16, BF16 and I64 are read");
        };
        JsonNode offsets = json.path("data_offsets");
        long[] shape = longs(name, json.path("shape"));
        long[] range = longs(name, offsets);
        long count = bytes;
        try {
            for (long s : shape) {
                count = Math.multiplyExact(count, s);
            }
        } catch (ArithmeticException e) {
            throw new UserError(file + ": tensor '" + name + "' has an impossible shape " + Arrays.toString(shape), e);
        }
        if (range.length != 2 || range[0] > range[1] || range[1] > dataSize || range[1] - range[0] != count) {
            throw new UserError(file + ": tensor '" + name + "' lies outside the file or does not fill its shape: "
                    + "data_offsets " + offsets + ", shape " + Arrays.toString(shape));
        }
        return new Entry(dtype, shape, range[0], range[1]);
    }

    private long[] longs(String name, JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            if (!array.get(i).isIntegralNumber() || !array.get(i).canConvertToLong() || array.get(i).asLong() < 0) {
                throw new UserError(file + ": tensor '" + name + "' has a bad number " + array.get(i));
            }
            values[i] = array.get(i).asLong();
        }
        return values;
    }

    /**
     * @param name the tensor's name; a {@code transformer.} prefix in the file is ignored
     * @param shape the shape it must have
     * @return its elements in row-major order, widened to float
     * @throws UserError if it is missing, has another shape, or cannot be read
     */
    public float[] floats(String name, long... shape) {
        Entry entry = find(name, shape);
        ByteBuffer bytes = bytes(entry);
        float[] values = new float[count(entry)];
        switch (entry.dtype) {
            case "F32" -> bytes.asFloatBuffer().get(values);
            case "BF16" -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                }
            }
            case "F16" -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = halfToFloat(bytes.getShort(2 * i));
                }
            }
            default -> throw new UserError(file + ": tensor '" + name + "' is " + entry.dtype + ", not a float type");
        }
        return values;
    }

    /**
     * @param name the tensor's name
     * @param shape the shape it must have
     * @return its elements in row-major order
     * @throws UserError if it is missing, is not I64, has another shape, or cannot be read
     */
    public long[] longs(String name, long... shape) {
        Entry entry = find(name, shape);
        if (!entry.dtype.equals("I64")) {
            throw new UserError(file + ": tensor '" + name + "' is " + entry.dtype + ", not I64");
        }
        long[] values = new long[count(entry)];
        bytes(entry).asLongBuffer().get(values);
        return values;
    }

    private Entry find(String name, long... shape) {
        Entry entry = entries.getOrDefault(name, entries.get("transformer." + name));
        if (entry == null) {
            throw new UserError(file + ": tensor '" + name + "' is missing");
        }
        if (!Arrays.equals(entry.shape, shape)) {
            throw new UserError(file + ": tensor '" + name + "' has shape " + Arrays.toString(entry.shape)
                    + ", expected " + Arrays.toString(shape));
        }
        return entry;
    }

    private static int count(Entry entry) {
        return Math.toIntExact(Arrays.stream(entry.shape).reduce(1, (a, b) -> a * b));
    }

    private ByteBuffer bytes(Entry entry) {
        try {
            return read(dataStart + entry.begin, Math.toIntExact(entry.end - entry.begin));
        } catch (IOException e) {
            throw new UserError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private ByteBuffer read(long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the file ends at byte " + channel.size());
            }
        }
        return buffer.flip();
    }

    private static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float value = fraction * 0x1p-24f;
            return sign == 0 ? value : -value;
        }
        int wide = exponent == 31 ? 255 : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UserError(file + ": cannot be closed: " + e.getMessage(), e);
        }
    }
}
