package dev.kvbench.readme;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Figures of a {@code quality.json}, over the positions where every configuration has evicted.
 *
 * <pre>
 * h2o(window=128): perplexity | agreement | loss | loss between     1, %, nats, the same as an interval
 * h2o(window=128): recall at 512 | recall at 512 between            % of the full cache's gain
 * parameters                                                        millions
 * libtorch                                                          words
 * </pre>
 */
record QualityFigures(JsonNode file) {

    Figure figure(String what) {
        if (what.equals("parameters")) {
            return Figure.of("", file.at("/model/parameters").asDouble() / 1e6);
        }
        if (what.equals("libtorch")) {
            return Figure.word(file.at("/fingerprint/libtorch").asText());
        }
        String[] parts = what.split(": ", 2);
        JsonNode one = Choice.of(parts[0]).from(file.path("configurations"));
        String[] words = parts[1].split(" ");
        boolean between = words[words.length - 1].equals("between");
        return switch (words[0]) {
            case "perplexity" -> of("", 1, one.at("/late/perplexity"), between);
            case "agreement" -> of("%", 100, one.at("/late/agreement"), between);
            case "loss" -> of("nats", 1, one.at("/late/nllIncrease"), between);
            case "recall" -> of("%", 100, one.at("/recall/recall").get(distance(words[2])), between);
            default -> throw new IllegalStateException("not known: '" + what + "'");
        };
    }

    private static Figure of(String unit, double scale, JsonNode estimate, boolean between) {
        return between ? Figure.of(unit, scale * estimate.path("low").asDouble(), scale * estimate.path("high").asDouble())
                : Figure.of(unit, scale * estimate.path("value").asDouble());
    }

    private int distance(String tokens) {
        JsonNode distances = file.at("/needle/distances");
        for (int i = 0; i < distances.size(); i++) {
            if (distances.get(i).asText().equals(tokens)) {
                return i;
            }
        }
        throw new IllegalStateException("no pattern lies " + tokens + " tokens back");
    }
}
