package dev.kvbench.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.kvbench.UserError;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random damage to a valid file: it loads, every tensor within the file, or it is refused in one line. */
@Tag("unit")
class SafetensorsFuzzTest {

    private static final int FILES = 6000;
    /** What the parser's own buffers take, whatever the file. */
    private static final long PARSER_BYTES = 300_000;
    private static final long BYTES_PER_BYTE = 200;

    private static final List<String> WORDS = List.of("0", "-1", "9223372036854775807", "9223372036854775808", "1e300",
            "18446744073709551615",
            "4294967296", "null", "true", "{}", "[]", "\"\"", "\"F32\"", "\"BF16\"", "\"dtype\"", "\"__metadata__\"", "{", "}",
                    "[", "]", ",", ":",
            "\\u0000", "\u0000", "\ud83d");

    @TempDir
    private Path folder;

    private byte[] valid() throws IOException {
        Map<String, TensorFile.Content> tensors = new LinkedHashMap<>();
        tensors.put("wte.weight", new TensorFile.Content("F32", List.of(3L, 2L), new byte[24]));
        tensors.put("h.0.ln_1.weight", new TensorFile.Content("F16", List.of(4L), new byte[8]));
        tensors.put("h.0.attn.bias", new TensorFile.Content("BOOL", List.of(1L, 1L, 4L, 4L), new byte[16]));
        return Files.readAllBytes(TensorFile.write(folder.resolve("valid.safetensors"), tensors));
    }

    private static byte[] damaged(byte[] valid, Random random) {
        byte[] file = valid.clone();
        int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = 8 + random.nextInt(header);
            switch (random.nextInt(6)) {
                case 0 -> file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
                case 1 -> file[at] = (byte) random.nextInt(256);
                case 2 -> file = Arrays.copyOf(file, random.nextInt(file.length + 20));
                case 3 -> ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0,
                        random.nextBoolean() ? random.nextLong() : random.nextInt(2 * file.length));
                default -> file = inserted(file, at, WORDS.get(random.nextInt(WORDS.size())), random.nextInt(4));
            }
            if (file.length < 8 + header) {
                break;
            }
        }
        return file;
    }

    /** Puts a word in place of some bytes, and keeps the header's length true. */
    private static byte[] inserted(byte[] file, int at, String word, int replaced) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        int rest = Math.min(file.length, at + replaced);
        ByteBuffer out = ByteBuffer.allocate(at + bytes.length + file.length - rest).order(ByteOrder.LITTLE_ENDIAN);
        out.put(file, 0, at).put(bytes).put(file, rest, file.length - rest);
        return out.putLong(0, out.getLong(0) + bytes.length - (rest - at)).array();
    }

    @Test
    @Tag("slow")
    void everyDamagedFileLoadsOrIsRefused() throws IOException {
        byte[] valid = valid();
        Random random = new Random(5);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int loaded = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = damaged(valid, random);
            Path file = Files.write(folder.resolve("x.safetensors"), bytes);
            long before = threads.getCurrentThreadAllocatedBytes();
            try (Safetensors tensors = new Safetensors(file)) {
                loaded++;
                long mapped = 0;
                for (String name : tensors.names()) {
                    mapped += tensors.map(tensors.find(name).orElseThrow()).remaining();
                }
                assertTrue(mapped < bytes.length, "more mapped than there is");
            } catch (UserError e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            } catch (RuntimeException e) {
                fail("file " + i + ": " + new String(bytes, StandardCharsets.UTF_8), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < PARSER_BYTES + BYTES_PER_BYTE * bytes.length, "file " + i + " took " + allocated + " bytes");
        }
        assertTrue(loaded > FILES / 100 && loaded < FILES / 2, loaded + " of " + FILES + " loaded: the damage is too small or too large");
    }
}
