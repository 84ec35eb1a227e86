package dev.kvbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.torch.Libtorch;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every runtime keeps can be seen from outside, and is what the operators keep. */
@Tag("gpu")
class GenerateOnGpuTest {

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsAGpu() {
        assumeTrue(Libtorch.hasGpu(), "needs an NVIDIA GPU and a CUDA libtorch; run on such a machine");
    }

    private JsonNode trace(String strategy, String removal, String runtime) throws Exception {
        Path file = folder.resolve(runtime + ".json");
        Run run = Run.of("generate", "--model", "tiny", "--strategy", strategy, "--window", "16", "--heavy-hitters", "4", "--tokens", "64",
                "--removal", removal, "--runtime", runtime, "--trace", file.toString());
        assertEquals(0, run.exit(), run.err());
        return new ObjectMapper().readTree(file.toFile());
    }

    @ParameterizedTest
    @CsvSource({"full,replace", "window,replace", "sinks,replace", "h2o,replace", "h2o-head,replace", "tova,replace", "h2o,compact"})
    void everyRuntimeKeepsTheSame(String strategy, String removal) throws Exception {
        JsonNode operators = trace(strategy, removal, "torchscript");
        for (String runtime : new String[] {"cudagraph", "fused"}) {
            if (runtime.equals("fused") && removal.equals("compact")) {
                continue;
            }
            JsonNode trace = trace(strategy, removal, runtime);
            assertEquals(runtime, trace.path("runtime").asText());
            for (String field : new String[] {"token", "kept", "evicted"}) {
                assertEquals(operators.findValues(field), trace.findValues(field), runtime + " " + field);
            }
        }
    }
}
