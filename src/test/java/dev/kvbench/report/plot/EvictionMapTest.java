package dev.kvbench.report.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.UserError;
import dev.kvbench.report.Renderer;
import dev.kvbench.report.analysis.HeldTokens;
import dev.kvbench.trace.TraceFile;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("native")
class EvictionMapTest {

    @TempDir
    private Path folder;

    private static TraceFile.Step step(int t, long[]... heads) {
        return new TraceFile.Step(t, 1, t, 1, t, heads[0].length, List.of(List.of(heads)), List.of(List.of(heads)), null, null);
    }

    /** Two heads: after step 2 one has dropped entry 0, the other entry 1. */
    private static final TraceFile TRACE = new TraceFile(TraceFile.SCHEMA, TraceFile.VERSION, "tova", "tova, window 2", 2, 0, 1,
            "replace", "torchscript", "tiny", "synthetic", "original", List.of(step(0, new long[] {0}, new long[] {0}),
                    step(1, new long[] {0, 1}, new long[] {0, 1}), step(2, new long[] {1, 2}, new long[] {0, 2})));

    @Test
    void cellsAreTheFractionOfHeadsThatHoldAnEntry() {
        assertArrayEquals(new double[][] {{1, 0, 0}, {1, 1, 0}, {0.5, 0.5, 1}}, HeldTokens.of(TRACE));
    }

    @Test
    void aTraceBecomesAMapBesideIt() throws Exception {
        Path file = folder.resolve("trace.json");
        new ObjectMapper().writeValue(file.toFile(), TRACE);
        assertTrue(TraceFile.is(file));
        assertEquals(List.of("trace.png", "trace.svg"),
                EvictionMap.draw(TraceFile.read(file), folder, "trace").stream().map(p -> p.getFileName().toString()).toList());
        BufferedImage image = ImageIO.read(folder.resolve("trace.png").toFile());
        int held = 0;
        for (int x = 0; x < image.getWidth(); x += 10) {
            for (int y = 0; y < image.getHeight(); y += 10) {
                held += (image.getRGB(x, y) & 0xFFFFFF) == 0x08519C ? 1 : 0;
            }
        }
        assertTrue(held > 1000, "four cells of nine are filled, " + held + " pixels were");
    }

    /** Traces from before there was a choice: entries moved up, and operators ran. */
    @Test
    void anOlderTraceIsOneOfCompaction() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        for (Integer window : Arrays.asList(2, null)) {
            ObjectNode old = mapper.valueToTree(TRACE);
            old.remove(List.of("removal", "runtime"));
            old.set("window", mapper.valueToTree(window));
            Path file = folder.resolve("old.json");
            mapper.writeValue(file.toFile(), old);
            assertEquals(window == null ? null : "compact", TraceFile.read(file).removal());
            assertNull(TraceFile.read(file).runtime());
            assertArrayEquals(HeldTokens.of(TRACE), HeldTokens.of(TraceFile.read(file)));
            mapper.writeValue(file.toFile(), TRACE);
            assertEquals("replace", TraceFile.read(file).removal());
        }
    }

    @Test
    void whatIsNoTraceIsSaid() throws Exception {
        Path file = folder.resolve("x.json");
        Files.writeString(file, "{\"schema\": \"kvbench/trace\", \"version\": 1, \"steps\": [");
        assertTrue(TraceFile.is(file));
        assertTrue(assertThrows(UserError.class, () -> Renderer.renderTrace(file, folder)).getMessage()
                .contains("not a valid kvbench/trace"));
        Files.writeString(file, "{\"schema\": \"kvbench/trace\", \"version\": 1, \"steps\": [null], \"label\": \"x\"}");
        assertThrows(UserError.class, () -> Renderer.renderTrace(file, folder));
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode trace = mapper.valueToTree(TRACE);
        mapper.writeValue(file.toFile(), trace.put("removal", "foo"));
        assertEquals(file + ": removal \"foo\" is none of [replace, compact]",
                assertThrows(UserError.class, () -> Renderer.renderTrace(file, folder)).getMessage());
        for (String entries : List.of("kept", "evicted")) {
            trace = mapper.valueToTree(TRACE);
            ((ObjectNode) trace.at("/steps/1")).set(entries, mapper.valueToTree(List.of(List.of(new long[] {1, 0}))));
            mapper.writeValue(file.toFile(), trace);
            assertTrue(assertThrows(UserError.class, () -> Renderer.renderTrace(file, folder)).getMessage()
                    .contains("not a valid kvbench/trace"), entries);
        }
    }
}
