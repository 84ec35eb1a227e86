package dev.kvbench.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvbench.results.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A card that answers as NVML does, from a file: each reading has its answers in the order in which they were given, the last of them
 * for ever; text is what NVML says where it has none. Energy that the file does not have is a counter's that the test turns.
 */
public final class WrittenAnswers implements CardSensors {

    private final JsonNode answers;
    private final Map<String, Integer> asked = new HashMap<>();
    private EnergyCounter counter;

    private WrittenAnswers(JsonNode answers) {
        this.answers = answers;
    }

    /** @return the card of {@code /telemetry/NAME.json} */
    public static WrittenAnswers of(String name) throws IOException {
        try (InputStream in = WrittenAnswers.class.getResourceAsStream("/telemetry/" + name + ".json")) {
            return new WrittenAnswers(Json.MAPPER.readTree(in));
        }
    }

    WrittenAnswers counting(EnergyCounter of) {
        counter = of;
        return this;
    }

    private JsonNode next(String name) throws NotAvailable {
        JsonNode all = answers.path(name);
        JsonNode answer = all.get(Math.min(all.size(), asked.merge(name, 1, Integer::sum)) - 1);
        if (answer.isTextual()) {
            throw new NotAvailable(answer.asText());
        }
        return answer;
    }

    @Override
    public long read(Reading reading) throws NotAvailable {
        return reading == Reading.ENERGY && counter != null ? counter.microjoules() / 1000 : next(reading.name()).asLong();
    }

    @Override
    public List<Long> processes() throws NotAvailable {
        List<Long> ids = new ArrayList<>();
        next("processes").forEach(id -> ids.add(id.asLong()));
        return ids;
    }
}
