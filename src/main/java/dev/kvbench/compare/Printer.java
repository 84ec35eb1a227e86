package dev.kvbench.compare;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.kvbench.Columns;
import dev.kvbench.ForeignText;
import dev.kvbench.results.Csv;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The forms a comparison is printed in. */
public enum Printer {
    /** Aligned columns. */
    TEXT {
        @Override
        public String print(Comparison comparison) {
            String out = Columns.aligned(table(comparison), i -> i == 0 || i >= LEFT).stream().map(line -> line + "\n")
                    .collect(Collectors.joining());
            return different(comparison, line -> line) + out + means(comparison, line -> line) + notes(comparison, line -> line);
        }
    },

    /** A table of GitHub's Markdown. */
    MD {
        @Override
        public String print(Comparison comparison) {
            List<List<String>> table = table(comparison);
            table.replaceAll(row -> row.stream().map(Printer::escaped).toList());
            table.add(1, HEADER.stream().map(h -> "---").toList());
            String rows = table.stream().map(row -> "| " + String.join(" | ", row) + " |\n").collect(Collectors.joining());
            UnaryOperator<String> bullet = line -> "- " + escaped(line);
            String first = different(comparison, bullet);
            return first + (first.isEmpty() ? "" : "\n") + rows + "\n" + means(comparison, bullet) + notes(comparison, bullet);
        }
    },

    /** Everything that was computed; null in place of what is no number. */
    JSON {
        @Override
        public String print(Comparison comparison) {
            try {
                return FINITE.writeValueAsString(comparison) + "\n";
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    },

    /** A line per row, numbers in full; a field is empty where there is none. */
    CSV {
        @Override
        public String print(Comparison comparison) {
            StringBuilder out = new StringBuilder(Csv.line(List.of("benchmark", "params", "unit", "old", "new", "change", "low", "high",
                    "p", "sampled", "old_samples", "new_samples", "verdict", "differences")));
            for (Comparison.Row row : comparison.rows()) {
                out.append(Csv.line(List.of(row.benchmark(), row.params(), row.unit(), text(row.old()), text(row.now()),
                        text(row.change()), text(row.low()), text(row.high()), text(row.p()), row.sampled(), text(row.oldSamples()),
                        text(row.nowSamples()), row.verdict().words(), String.join("; ", row.differences()))));
            }
            return out.toString();
        }
    };

    private static final ObjectMapper FINITE = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT)
            .registerModule(new SimpleModule().addSerializer(double.class, finite()).addSerializer(Double.class, finite()));
    private static final List<String> HEADER =
            List.of("benchmark", "old", "new", "unit", "change", "95 % interval", "p", "verdict", "along length");
    /** From this column on text is aligned to the left. */
    private static final int LEFT = 7;
    /** Rows that only one side has and that are named one by one. */
    private static final int MOST_NAMED = 3;
    private static final String BARS = "▁▂▃▄▅▆▇█";

    /**
     * @param comparison what to print
     * @return it, ending with a newline
     */
    public abstract String print(Comparison comparison);

    /** @return whether it says in words what differs beside the code, where a program reads a field of each row */
    public boolean forPeople() {
        return this == TEXT || this == MD;
    }

    static List<List<String>> table(Comparison comparison) {
        List<List<String>> table = new ArrayList<>();
        table.add(HEADER);
        for (Comparison.Row row : comparison.rows()) {
            table.add(List.of((row.benchmark() + " " + row.params()).strip(), significant(row.old()), significant(row.now()),
                    row.unit(), row.noPercentage().isEmpty() ? percent(row.change()) : row.noPercentage(),
                    Double.isNaN(row.low()) ? "–" : "[" + percent(row.low()) + ", " + percent(row.high()) + "]",
                    row.p() < 0.001 ? "<0.001" : String.format(Locale.ROOT, "%.3f", row.p()),
                    row.verdict().words() + (row.neededSamples() > 0 ? ": " + row.oldSamples() + " and " + row.nowSamples()
                            + ", " + row.neededSamples() + " a side could tell" : ""),
                    alongLength(row.alongLength())));
        }
        return table;
    }

    /** What differs beside the code comes before any number that it may explain. */
    private static String different(Comparison comparison, UnaryOperator<String> as) {
        return lines(comparison.allDifferences().stream().map(d -> "different " + d), as);
    }

    private static String means(Comparison comparison, UnaryOperator<String> as) {
        return lines(comparison.means().entrySet().stream().map(mean ->
                String.format(Locale.ROOT, "%s: geometric mean of changes %+.1f %%", mean.getKey(), 100 * mean.getValue())), as);
    }

    private static String notes(Comparison comparison, UnaryOperator<String> as) {
        return lines(Stream.of(inPairs(comparison), byIteration(comparison), zero(comparison),
                onlyIn(comparison.old(), comparison.onlyOld()), onlyIn(comparison.now(), comparison.onlyNow())).flatMap(s -> s), as);
    }

    private static String lines(Stream<String> lines, UnaryOperator<String> as) {
        return lines.map(line -> as.apply(ForeignText.printable(line)) + "\n").collect(Collectors.joining());
    }

    private static Stream<String> inPairs(Comparison comparison) {
        return comparison.rows().stream().filter(r -> r.sampled().equals(Comparison.PAIRS)).mapToInt(Comparison.Row::oldSamples).max()
                .stream().mapToObj(pairs -> "in pairs: the sides ran in turn, and what counts is how the fastest of each of "
                        + pairs + " processes differs from its neighbour's, or the least disturbed from those of the other side");
    }

    private static Stream<String> byIteration(Comparison comparison) {
        boolean some = comparison.rows().stream().anyMatch(r -> r.sampled().equals(Comparison.ITERATIONS));
        return !some ? Stream.empty() : Stream.of("by iteration: that one process differs from the next is not in these verdicts; "
                + Statistics.samplesThatCouldTell(comparison.shared(), comparison.alpha())
                + " forks a side (-f) would be compared by process");
    }

    private static Stream<String> zero(Comparison comparison) {
        long zeros = comparison.rows().stream().filter(r -> !r.hasRatio()).count();
        return zeros == 0 ? Stream.empty() : Stream.of(zeros + " of " + comparison.rows().size()
                + " rows with a median of 0: there is no percentage of it, and geometric means leave such rows out");
    }

    private static Stream<String> onlyIn(String side, List<String> rows) {
        Stream<String> named = rows.stream().limit(MOST_NAMED).map(row -> "only in " + side + ": " + row);
        return rows.size() <= MOST_NAMED ? named : Stream.concat(named,
                Stream.of("only in " + side + ": " + (rows.size() - MOST_NAMED) + " more, which --format json names"));
    }

    /** Text as Markdown shows it, whatever it holds: in a cell and in a list, on one line. */
    private static String escaped(String text) {
        return ForeignText.printable(text).replaceAll("[\\\\|*_`<>\\[\\]~&$#]", "\\\\$0");
    }

    /** A bar per eighth of the sequence, from the largest gain to the largest loss, and these two in numbers. */
    static String alongLength(double[] bins) {
        if (bins.length == 0) {
            return "";
        }
        double low = Arrays.stream(bins).min().orElse(0);
        double high = Arrays.stream(bins).max().orElse(0);
        String bars = Arrays.stream(bins)
                .mapToObj(b -> BARS.substring(bar(b, low, high), bar(b, low, high) + 1))
                .collect(Collectors.joining());
        return bars + " " + percent(low) + " to " + percent(high);
    }

    private static int bar(double value, double low, double high) {
        if (Double.isInfinite(high)) {
            return Double.isInfinite(value) ? BARS.length() - 1 : 0;
        }
        return high == low ? 0 : (int) Math.round((BARS.length() - 1) * (value - low) / (high - low));
    }

    private static JsonSerializer<Double> finite() {
        return new JsonSerializer<>() {
            @Override
            public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
                if (Double.isFinite(value)) {
                    json.writeNumber(value);
                } else {
                    json.writeNull();
                }
            }
        };
    }

    private static String percent(double change) {
        return Double.isInfinite(change) ? "+∞" : String.format(Locale.ROOT, "%+.1f%%", 100 * change);
    }

    private static String significant(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.1f" : value >= 10 ? "%.2f" : "%.3f", value);
    }

    private static String text(double value) {
        return !Double.isFinite(value) ? ""
                : value == Math.rint(value) && Math.abs(value) < 1e9 ? Long.toString((long) value) : Double.toString(value);
    }
}
