package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ShellTest {

    @Test
    void whatWasTypedIsToldToBeTyped() {
        assertEquals("java -jar target/benchmarks.jar", Shell.command(null, "target/benchmarks.jar run -p model=other.jar"));
        assertEquals("java -jar /x/benchmarks.jar", Shell.command(null, "/x/benchmarks.jar"));
        assertEquals("java -jar target/benchmarks.jar", Shell.command(null, "dev.kvbench.cli.Main run"), "as the README says it");
        assertEquals("java -jar target/benchmarks.jar", Shell.command(null, "/x/tool.jar benchmarks.jar"));
        assertEquals("java -jar target/benchmarks.jar", Shell.command(null, ""));
        assertEquals("bin/kvbench", Shell.command("bin/kvbench", "/x/benchmarks.jar run"));
    }
}
