package dev.kvbench.torch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs TorchScript source into the archive that libtorch loads: a zip of stored entries with the source,
 * an object of its one class (a protocol-2 pickle holding the attributes) and an empty constant table.
 *
 * <p>Source: "TorchScript serialization" in PyTorch's repository, torch/csrc/jit/docs/serialization.md.
 */
final class TorchScriptArchive {

    private static final String CLASS_NAME = "Methods";

    private TorchScriptArchive() {}

    /**
     * @param methods the class's methods, not indented
     * @param attributes the object's attributes: Integer or Double values
     * @return the archive's bytes
     */
    static byte[] pack(String methods, Map<String, Number> attributes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "data.pkl", pickle(attributes));
            store(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "code/__torch__.py", code(methods, attributes).getBytes(StandardCharsets.UTF_8));
            store(zip, "version", "10\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String code(String methods, Map<String, Number> attributes) {
        StringBuilder code = new StringBuilder("class " + CLASS_NAME + "(Module):\n"
                + "  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        attributes.forEach((name, value) ->
                code.append("  ").append(name).append(value instanceof Integer ? " : int\n" : " : float\n"));
        return code.append(methods.replace("self,", "self: __torch__." + CLASS_NAME + ",").indent(2)).toString();
    }

    private static byte[] pickle(Map<String, Number> attributes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2});
        out.writeBytes(("c__torch__\n" + CLASS_NAME + "\n").getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(new byte[] {')', (byte) 0x81, '}', '('});
        text(out, "training");
        out.write((byte) 0x89);
        attributes.forEach((name, value) -> {
            text(out, name);
            if (value instanceof Integer i) {
                out.write('J');
                out.writeBytes(ByteBuffer.allocate(4).putInt(Integer.reverseBytes(i)).array());
            } else {
                out.write('G');
                out.writeBytes(ByteBuffer.allocate(8).putDouble(value.doubleValue()).array());
            }
        });
        out.writeBytes(new byte[] {'u', 'b', '.'});
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        out.writeBytes(ByteBuffer.allocate(4).putInt(Integer.reverseBytes(utf8.length)).array());
        out.writeBytes(utf8);
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry("module/" + name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
