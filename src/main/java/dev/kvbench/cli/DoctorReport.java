package dev.kvbench.cli;

import com.fasterxml.jackson.databind.SerializationFeature;
import dev.kvbench.doctor.Diagnosis;
import dev.kvbench.doctor.MachineState;
import dev.kvbench.results.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code doctor} found, to be read by people, pasted into a report of a fault, or read by programs.
 *
 * @param ready whether a run works here
 * @param findings line by line
 * @param card what the card says of itself, by the name of the reading
 */
record DoctorReport(boolean ready, List<Diagnosis.Finding> findings, Map<String, MachineState.Value> card) {

    /** @return a line each */
    String text() {
        return findings.stream().map(f -> String.format("%-9s %s%n", f.what(), f.text())).collect(Collectors.joining());
    }

    /** @return all of it */
    String json() throws IOException {
        return Json.MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this) + System.lineSeparator();
    }
}
