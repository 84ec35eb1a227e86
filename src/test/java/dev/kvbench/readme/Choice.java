package dev.kvbench.readme;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names one configuration of a file: a strategy, or a benchmark, and fields or parameters that tell it from others, as in
 * {@code h2o} or {@code notebook(strategy=h2o)}. What reads no window has any; {@code batch=most} is the one with the
 * most sequences; a benchmark is named by its last word.
 *
 * @param name a strategy, or the last word of a benchmark
 * @param fields their values, by name
 */
record Choice(String name, Map<String, String> fields) {

    private static final String BATCH = "batch";
    private static final String MOST = "most";
    private static final Pattern FORM = Pattern.compile("([\\w-]+)(?:\\(([^)]*)\\))?");

    static Choice of(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalStateException("no configuration is called '" + text + "'");
        }
        Map<String, String> fields = form.group(2) == null || form.group(2).isEmpty() ? Map.of()
                : Arrays.stream(form.group(2).split(",\\s*"))
                .map(f -> f.split("=", 2)).collect(Collectors.toMap(f -> f[0], f -> f[1], (a, b) -> b, LinkedHashMap::new));
        return new Choice(form.group(1), fields);
    }

    /** @return the one that this names */
    JsonNode from(JsonNode configurations) {
        List<JsonNode> found = new ArrayList<>();
        configurations.forEach(c -> {
            if (names(c)) {
                found.add(c);
            }
        });
        if (MOST.equals(fields.get(BATCH))) {
            found.sort(Comparator.comparingInt(Choice::batch).reversed());
            found.removeIf(c -> batch(c) < batch(found.get(0)));
        }
        if (found.size() != 1) {
            throw new IllegalStateException(this + " names " + found.size() + " configurations");
        }
        return found.get(0);
    }

    private static int batch(JsonNode c) {
        return c.at("/params/" + BATCH).asInt();
    }

    private boolean names(JsonNode c) {
        String strategy = c.has("params") ? c.at("/params/strategy").asText() : c.path("strategy").asText();
        boolean named = strategy.equals(name) || c.path("benchmark").asText().endsWith("." + name);
        return named && fields.entrySet().stream().allMatch(f -> has(c, f.getKey(), f.getValue()));
    }

    private static boolean has(JsonNode c, String field, String wanted) {
        String value = c.has(field) ? c.path(field).asText() : c.at("/params/" + field).asText();
        return value.equals(wanted) || field.equals(BATCH) && wanted.equals(MOST)
                || field.equals("benchmark") && value.endsWith("." + wanted)
                || field.equals("window") && value.equals("0");
    }
}
