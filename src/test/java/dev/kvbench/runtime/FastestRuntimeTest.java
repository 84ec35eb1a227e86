package dev.kvbench.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The order in which {@code runtime=auto} tries runtimes against published results that measured the same step by several. */
@Tag("unit")
class FastestRuntimeTest {

    private static final List<String> STEP = List.of("dtype", "batch", "strategy", "window", "cacheLength", "model");

    @Test
    void autoTakesWhatMeasuresFaster() throws IOException {
        List<String> order = Runtimes.fastestFirst(Device.gpu()).stream().map(Runtimes::label).toList();
        List<String> wrong = new ArrayList<>();
        TreeSet<String> compared = new TreeSet<>();
        Map<String, Map<String, Double>> steps = steps();
        steps.forEach((step, byRuntime) -> {
            List<String> measured = order.stream().filter(byRuntime::containsKey).toList();
            for (int i = 0; i + 1 < measured.size(); i++) {
                compared.add(step.substring(0, step.indexOf(' ', step.indexOf(' ') + 1)));
                if (byRuntime.get(measured.get(i)) > byRuntime.get(measured.get(i + 1))) {
                    wrong.add(step + ": " + byRuntime);
                }
            }
        });
        assertEquals(List.of(), wrong);
        for (String dtype : List.of("fp16", "fp32")) {
            for (int batch : new int[] {1, 8, 32, 64}) {
                assertTrue(compared.contains("dtype=" + dtype + " batch=" + batch), compared.toString());
            }
        }
    }

    /** @return of pinned steps of one result the fastest time by each runtime that was named */
    private static Map<String, Map<String, Double>> steps() throws IOException {
        List<Path> files;
        try (Stream<Path> folders = Files.list(Path.of("results"))) {
            files = folders.map(folder -> folder.resolve("jmh.json")).filter(Files::exists).sorted().toList();
        }
        Map<String, Map<String, Double>> steps = new TreeMap<>();
        for (Path file : files) {
            for (JsonNode entry : new ObjectMapper().readTree(file.toFile())) {
                JsonNode parameters = entry.path("params");
                String runtime = parameters.path("runtime").asText();
                if (entry.path("benchmark").asText().contains("DecodeStep") && Runtimes.labels().contains(runtime)) {
                    StringBuilder step = new StringBuilder();
                    STEP.forEach(name -> step.append(name).append('=').append(parameters.path(name).asText()).append(' '));
                    steps.computeIfAbsent(step + "of " + file, s -> new TreeMap<>())
                            .merge(runtime, entry.at("/primaryMetric/score").asDouble(), Math::min);
                }
            }
        }
        return steps;
    }
}
