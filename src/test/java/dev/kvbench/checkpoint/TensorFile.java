package dev.kvbench.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Safetensors files for tests: values out of one, and new ones. */
public final class TensorFile {

    private TensorFile() {}

    /** A tensor to write. */
    record Content(String dtype, List<Long> shape, byte[] bytes) {}

    private static ByteBuffer bytes(Safetensors file, String name) {
        return file.map(file.find(name).orElseThrow());
    }

    /** @return a tensor's F32 values */
    public static float[] floats(Safetensors file, String name) {
        float[] values = new float[bytes(file, name).remaining() / Float.BYTES];
        bytes(file, name).asFloatBuffer().get(values);
        return values;
    }

    /** @return a tensor's I64 values */
    public static long[] longs(Safetensors file, String name) {
        long[] values = new long[bytes(file, name).remaining() / Long.BYTES];
        bytes(file, name).asLongBuffer().get(values);
        return values;
    }

    /** @return all tensors of a file, in its order */
    static Map<String, Content> read(Path path) {
        Map<String, Content> all = new LinkedHashMap<>();
        try (Safetensors file = new Safetensors(path)) {
            for (String name : file.names()) {
                Safetensors.Tensor tensor = file.find(name).orElseThrow();
                byte[] bytes = new byte[(int) tensor.size()];
                file.map(tensor).get(bytes);
                all.put(name, new Content(tensor.type().name(), tensor.shape(), bytes));
            }
        }
        return all;
    }

    /** Writes tensors one after the other, as the format has them. */
    static Path write(Path path, Map<String, Content> tensors) throws IOException {
        int[] offset = new int[1];
        String header = tensors.entrySet().stream().map(e -> {
            int begin = offset[0];
            offset[0] += e.getValue().bytes.length;
            return "\"" + e.getKey() + "\":{\"dtype\":\"" + e.getValue().dtype + "\",\"shape\":" + e.getValue().shape
                    + ",\"data_offsets\":[" + begin + "," + offset[0] + "]}";
        }).collect(Collectors.joining(",", "{", "}"));
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + offset[0]).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        tensors.values().forEach(t -> file.put(t.bytes));
        return Files.write(path, file.array());
    }

    /** @return values as F32 bytes */
    static byte[] f32(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    /** @return F32 bytes as values */
    static float[] floats(byte[] f32) {
        float[] values = new float[f32.length / 4];
        ByteBuffer.wrap(f32).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** @return the upper halves of singles, their lower halves cut off */
    static byte[] bf16(byte[] f32) {
        byte[] bytes = new byte[f32.length / 2];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = f32[2 * i + 2];
            bytes[i + 1] = f32[2 * i + 3];
        }
        return bytes;
    }

    /** @return halves; the values must be normal in half precision, their lower bits are cut off */
    static byte[] f16(byte[] f32) {
        float[] values = floats(f32);
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            int bits = Float.floatToRawIntBits(value);
            int exponent = (bits >> 23 & 0xff) - 112;
            bytes.putShort((short) (bits >> 16 & 0x8000 | (exponent <= 0 ? 0 : exponent << 10 | bits >> 13 & 0x3ff)));
        }
        return bytes.array();
    }

    /** @return F32 values as {@link #f16} or {@link #bf16} leave them */
    static byte[] cut(byte[] f32, String dtype) {
        float[] values = floats(f32);
        float[] cut = new float[values.length];
        for (int i = 0; i < cut.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            boolean vanishes = dtype.equals("F16") && (bits >> 23 & 0xff) <= 112;
            cut[i] = Float.intBitsToFloat(vanishes ? bits & 0x80000000
                    : bits & (dtype.equals("F16") ? 0xffffe000 : 0xffff0000));
        }
        return f32(cut);
    }
}
