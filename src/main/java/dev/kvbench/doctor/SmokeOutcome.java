package dev.kvbench.doctor;

import dev.kvbench.torch.Libtorch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What came of {@link SmokeProgram}.
 *
 * @param said what it said, by key: cpu, gpu, gpus, libtorch, error, cache, and DJL's settings
 * @param exit its exit code; above 128 it died of signal exit − 128
 * @param frame the native frame that a crashed JVM names, or null
 * @param timedOut whether it was stopped because it took too long
 */
public record SmokeOutcome(Map<String, String> said, int exit, String frame, boolean timedOut) {

    private static final int SIGNALS = 128;
    private static final long TIMEOUT_SECONDS = 180;

    /**
     * Runs the test in a JVM like this one.
     *
     * @return what came of it
     * @throws IOException if no process can be started
     */
    public static SmokeOutcome run() throws IOException {
        Path errorFile = Files.createTempFile("kvbench-", ".log");
        try {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp", System.getProperty("java.class.path"),
                    "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + errorFile,
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
            command.addAll(Libtorch.jvmArgs());
            command.add(SmokeProgram.class.getName());
            return run(command, TIMEOUT_SECONDS);
        } finally {
            Files.deleteIfExists(errorFile);
        }
    }

    /**
     * @param command a program that talks like {@link SmokeProgram}
     * @param timeoutSeconds when to stop it
     * @return what came of it
     * @throws IOException if it cannot be started
     */
    static SmokeOutcome run(List<String> command, long timeoutSeconds) throws IOException {
        Path output = Files.createTempFile("kvbench-", ".out");
        Process process = null;
        try {
            // into a file: nothing that a hanging child holds open can hang the parent
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true).redirectOutput(output.toFile()).start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(timeoutSeconds, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            return parse(new String(Files.readAllBytes(output), StandardCharsets.UTF_8).lines().toList(), process.exitValue(), !ended);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static SmokeOutcome parse(List<String> lines, int exit, boolean timedOut) {
        Map<String, String> said = new HashMap<>();
        String frame = null;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(SmokeProgram.MARK) && line.contains("=")) {
                String[] pair = line.substring(SmokeProgram.MARK.length()).split("=", 2);
                said.put(pair[0], pair[1]);
            } else if (line.startsWith("# Problematic frame") && i + 1 < lines.size()) {
                frame = lines.get(i + 1).replaceFirst("^#\\s*", "").strip();
            }
        }
        return new SmokeOutcome(said, exit, frame, timedOut);
    }

    /** @return whether everything that was tried worked */
    public boolean passed() {
        return exit == 0 && problem() == null;
    }

    /** @return the first thing that went wrong, in words; null if nothing did */
    public String problem() {
        if (timedOut) {
            return "it did not end";
        }
        if (exit > SIGNALS) {
            return "it crashed with signal " + (exit - SIGNALS) + (frame == null ? "" : " in " + frame);
        }
        if (said.containsKey("error")) {
            return said.get("error") + said.getOrDefault(SmokeProgram.CACHE, "");
        }
        for (String device : List.of("cpu", "gpu")) {
            String answer = said.getOrDefault(device, SmokeProgram.OK);
            if (!answer.equals(SmokeProgram.OK)) {
                return "on the " + device + ": " + answer;
            }
        }
        return exit == 0 && said.containsKey("cpu") ? null : "it ended with code " + exit + " and no answer";
    }
}
