package dev.kvbench.readme;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of a {@code jmh.json}.
 *
 * <pre>
 * h2o(window=128): score | score ± error        in the file's unit
 * h2o(window=128) against full(…): score        %
 * h2o(…) over full(…): score                    times
 * h2o(…): sequences | ms a token                a count, ms
 * step less stepWithoutWaiting: score ± error   the difference, and both errors as one of independent numbers
 * step less stepWithoutWaiting: share           % of the first
 * </pre>
 */
record ScoreFigures(JsonNode file) {

    private static final Pattern PAIR = Pattern.compile("(.+?) (against|over|less) (.+?): (.+)");

    Figure figure(String what) {
        Matcher pair = PAIR.matcher(what);
        if (!pair.matches()) {
            String[] parts = what.split(": ", 2);
            JsonNode one = one(parts[0]);
            return switch (parts[1]) {
                case "score" -> Figure.of(unit(one), score(one));
                case "sequences" -> Figure.of("", one.at("/params/batch").asInt());
                case "ms a token" -> Figure.of("ms", 1e3 * one.at("/params/batch").asInt() / score(one));
                default -> Figure.of(unit(one), score(one), error(one));
            };
        }
        JsonNode first = one(pair.group(1));
        JsonNode second = one(pair.group(3));
        if (pair.group(2).equals("against")) {
            return Figure.of("%", 100 * (score(first) / score(second) - 1));
        }
        if (pair.group(2).equals("over")) {
            return Figure.of("times", score(first) / score(second));
        }
        double less = score(first) - score(second);
        return pair.group(4).equals("share") ? Figure.of("%", 100 * less / score(first))
                : Figure.of(unit(first), less, Math.hypot(error(first), error(second)));
    }

    private JsonNode one(String name) {
        return Choice.of(name).from(file);
    }

    private static String unit(JsonNode one) {
        return one.at("/primaryMetric/scoreUnit").asText().replace("/op", "").replace("us", "µs").replace("ops/s", "");
    }

    private static double score(JsonNode one) {
        return one.at("/primaryMetric/score").asDouble();
    }

    private static double error(JsonNode one) {
        return one.at("/primaryMetric/scoreError").asDouble();
    }
}
