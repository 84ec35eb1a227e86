package dev.kvbench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.book.Literals;
import dev.kvbench.book.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that doctor can say of a machine stands on the page of troubles, and nothing that it does not say. */
@Tag("native")
class TroubleshootingTest {

    private static final Host NO_CARD = new Host(false, null, 0, "2.36");
    private static final Host NO_LIBRARY = new Host(true, null, 0, "2.36");
    private static final Map<String, String> WORKS = Map.of("cpu", "ok");
    private static final Map<String, String> FAILS = Map.of("error", "unknown host");

    /** Sources whose words are doctor's. */
    private static final List<String> SAYS = List.of("Diagnosis", "Gpu", "LoadFailure", "SmokeOutcome");

    @TempDir
    private Path machine;

    private final List<String> lines = new ArrayList<>();
    private int folders;

    private static Host card(int cuda) {
        return new Host(true, "NVIDIA H100, driver 1", cuda, "2.36");
    }

    /** A libtorch in name only; version null for none. */
    private Path libtorch(String version, boolean cuda) throws IOException {
        Path lib = Files.createDirectories(machine.resolve("torch" + folders++).resolve("lib"));
        Files.writeString(lib.resolve("libtorch.so"), "");
        if (cuda) {
            Files.writeString(lib.resolve("libtorch_cuda.so"), "");
        }
        if (version != null) {
            Files.writeString(lib.resolveSibling("version.py"), "__version__ = '" + version + "'\n");
        }
        return lib;
    }

    private void says(Map<String, String> said, int exit, Host host, Path lib, String... settings) {
        Map<String, String> all = new HashMap<>(said);
        if (lib != null) {
            all.put("PYTORCH_LIBRARY_PATH", lib.toString());
        }
        for (int i = 0; i < settings.length; i++) {
            if (settings[i] != null) {
                all.put(Settings.NAMES.get(i + 1), settings[i]);
            }
        }
        says(new SmokeOutcome(all, exit, null, false), host);
    }

    private void says(SmokeOutcome smoke, Host host) {
        Diagnosis.of("0.36.0", smoke, machine.resolve("cache"), host).findings()
                .forEach(f -> lines.add(String.format("%-9s %s", f.what(), f.text())));
    }

    private void fails(String loader) throws IOException {
        says(Map.of("error", "UnsatisfiedLinkError: " + loader), 1, NO_CARD, libtorch("2.7.1", true), "2.7.1", "cu128");
    }

    /** Machines that together bring out every line. */
    @BeforeEach
    void ask() throws IOException {
        Path good = libtorch("2.7.1+cu128", true);
        Path cpu = libtorch("2.7.1+cpu", false);
        says(Map.of("cpu", "ok", "gpu", "ok"), 0, card(12080), good, "2.7.1", "cu128");
        says(WORKS, 0, NO_CARD, cpu, "2.7.1", "cpu");
        says(WORKS, 0, NO_CARD, libtorch("2.7.0", false), "2.7.1", "cpu");
        says(FAILS, 1, NO_CARD, null);
        says(FAILS, 1, NO_CARD, machine.resolve("nowhere"));
        says(WORKS, 0, NO_CARD, machine.resolve("nowhere"));
        says(Map.of("error", "file: not a folder", "cache", "; set it"), 1, NO_CARD, null);
        says(Map.of("cpu", "no storage"), 0, NO_CARD, libtorch("2.11.0+cu130", true), "2.7.1", "cu128");
        says(Map.of(), 139, NO_CARD, libtorch("2.5.1+cpu", false), "2.7.1", "cpu");
        says(FAILS, 1, NO_CARD, good);
        says(FAILS, 1, NO_CARD, good, "2.11.0", "cu128");
        says(FAILS, 1, NO_CARD, good, "2.7.1", "cpu");
        says(FAILS, 1, NO_CARD, cpu, "2.7.1", "cu128");
        says(Map.of("cpu", "ok", "gpu", "out of memory"), 0, card(12080), good, "2.7.1", "cu128");
        for (String version : new String[] {"2.7.1", null}) {
            Path own = libtorch(version, false);
            Files.writeString(own.resolve("libdjl_torch.so"), "own");
            says(version == null ? FAILS : WORKS, version == null ? 1 : 0, NO_CARD, own, "2.7.1", "cpu");
        }
        says(new SmokeOutcome(Map.of(), 139, "C  [libtorch.so+0x1]", false), NO_CARD);
        says(new SmokeOutcome(Map.of(), 0, null, true), NO_CARD);
        says(Map.of(), 3, NO_CARD, null);
        says(WORKS, 0, NO_LIBRARY, cpu, "2.7.1", "cpu");
        for (int driver : new int[] {13000, 12020, 11040}) {
            says(WORKS, 0, card(driver), cpu, "2.7.1", "cpu");
        }
        says(WORKS, 0, card(12020), good, "2.7.1", "cu128");
        says(WORKS, 0, card(12080), libtorch("2.11.0+cu130", true), "2.7.1", "cu128");
        says(WORKS, 0, card(12080), good, "2.7.1", "cu128");
        fails("/opt/lib/libc10_cuda.so: libcudart.so.12: cannot open shared object file: No such file or directory");
        fails("/opt/lib/libtorch_cuda.so: libcuda.so.1: cannot open shared object file: No such file or directory");
        fails("/opt/lib/libtorch_cpu.so: libopenblas.so.0: cannot open shared object file: No such file or directory");
        fails("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /opt/lib/libtorch_cpu.so)");
        fails("/lib64/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /opt/lib/libtorch_cpu.so)");
        fails("Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /opt/lib/libc10.so)");
    }

    private static List<String> quoted() throws IOException {
        return Page.of("troubleshooting").blocks().stream().filter(b -> b.language().equals("doctor")).flatMap(b -> b.code().lines())
                .toList();
    }

    /** Versions are those of the machine. */
    private static String anyVersion(String line) {
        return line.replaceAll("\\d+\\.\\d+(\\.\\d+)?(\\+\\w+)?", "VERSION");
    }

    private static boolean is(String quote, String line) {
        return Pattern.matches(Arrays.stream(quote.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")), line);
    }

    @Test
    void whatThePageQuotesIsSaid() throws IOException {
        assertTrue(quoted().size() > 30);
        assertEquals(List.of(), quoted().stream().filter(quote -> lines.stream().noneMatch(line -> is(quote, line))).toList());
    }

    @Test
    void whatIsSaidStandsOnThePage() throws IOException {
        List<String> all = quoted().stream().filter(q -> !q.equals("test      FAILED: …")).map(TroubleshootingTest::anyVersion).toList();
        // what else the test says is another's
        assertEquals(List.of("test      FAILED: unknown host"), lines.stream().distinct()
                .filter(line -> all.stream().noneMatch(quote -> is(quote, anyVersion(line))))
                .filter(line -> !line.startsWith("test      FAILED: UnsatisfiedLinkError") && !line.contains("set it")).toList());
    }

    /** A word of doctor's that no machine above brings out would be missing from the page unseen. */
    @Test
    void theMachinesBringOutAllThatItCanSay() throws IOException {
        String said = String.join("\n", lines);
        for (String source : SAYS) {
            List<String> literals = Literals.of(Path.of("src/main/java/dev/kvbench/doctor/" + source + ".java"));
            assertTrue(literals.size() > 2, source + ": " + literals);
            assertEquals(List.of(), literals.stream().filter(l -> !said.contains(l)).toList(), source);
        }
    }
}
