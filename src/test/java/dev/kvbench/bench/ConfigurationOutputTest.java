package dev.kvbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Why a configuration failed, of what JMH prints of it. */
@Tag("unit")
class ConfigurationOutputTest {

    private static final String AT = "\tat ai.djl.X.y(X.java:1)\n";

    private static String reason(String printed) {
        String sizes = StepsNeeded.PINNED.sizes(Map.of("batch", "8", "model", "llama-3.1-8b", "cacheLength", "131072"));
        ConfigurationOutput output = new ConfigurationOutput(OutputFormatFactory.createFormatInstance(
                new PrintStream(OutputStream.nullOutputStream()), VerboseMode.NORMAL), measured -> { }, sizes);
        output.format().println(printed);
        return output.reason().orElse("");
    }

    @Test
    void memoryThatWasTooSmallNamesWhatToLower() {
        assertEquals("batch=8 with model=llama-3.1-8b and cacheLength=131072: needs more memory than the GPU has free, the last request was"
                + " for 64.00 GiB; lower one of them", reason("java.lang.IllegalStateException: not set up\n" + AT
                + "Caused by: ai.djl.engine.EngineException: CUDA out of memory. Tried to allocate 64.00 GiB. GPU 0 has\n" + AT));
    }

    @Test
    void aScriptsErrorIsItsLastLine() {
        assertEquals("no such kernel", reason("ai.djl.engine.EngineException: The following operation failed in the TorchScript"
                + " interpreter.\n"
                + "Traceback of TorchScript (most recent call last):\n    return f(x)\n           ~ <--- HERE\n"
                + "RuntimeError: no such kernel\n" + AT));
    }

    @Test
    void othersSayWhatCausedThem() {
        assertEquals("window=0: must be at least 1", reason("java.lang.RuntimeException: x\n" + AT
                + "Caused by: dev.kvbench.UserError: window=0: must be at least 1\n" + AT));
        assertEquals("", reason("# Warmup Iteration 1"));
    }
}
