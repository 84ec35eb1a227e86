package dev.kvbench.compare;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kvbench.Columns;
import dev.kvbench.ForeignText;
import dev.kvbench.results.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The forms a history is printed in. */
public enum HistoryPrinter {
    /** A line per figure, then a line per change of a level, or why there is none. */
    TEXT {
        @Override
        public String print(List<History.Entry> entries) {
            return lines(figures(entries)) + lines(changes(ResultSeries.of(entries)));
        }
    },

    /** Every series of results of one machine, with its changes. */
    JSON {
        @Override
        public String print(List<History.Entry> entries) {
            ArrayNode all = Json.MAPPER.createArrayNode();
            ResultSeries.of(entries).forEach(series -> write(series, all.addObject()));
            return all.toPrettyString() + "\n";
        }
    },

    /** A table for Apache Otava; what is not in it is said on standard error. */
    OTAVA {
        @Override
        public String print(List<History.Entry> entries) {
            OtavaCsv csv = OtavaCsv.of(entries);
            if (csv.leftOut() != null) {
                System.err.println("left out: " + csv.leftOut());
            }
            return csv.text();
        }
    };

    private static final int TO_THE_MINUTE = 16;

    /** The columns of changes that are words. */
    private static final int WORDS = 3;

    /**
     * @param entries figures, oldest first
     * @return them, ending with a newline
     */
    public abstract String print(List<History.Entry> entries);

    private static String lines(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String minute(History.Entry entry) {
        return entry.created().toString().substring(0, TO_THE_MINUTE);
    }

    private static List<String> figures(List<History.Entry> entries) {
        int width = entries.stream().mapToInt(e -> ForeignText.printable(e.row()).length()).max().orElse(1);
        return entries.stream().map(e -> String.format(Locale.ROOT, "%s  %-8s  %-" + width + "s  %9.3f %-8s  %s", minute(e),
                ForeignText.printable(e.commit()), ForeignText.printable(e.row()), e.median(), ForeignText.printable(e.unit()),
                ForeignText.printable(e.device()))).toList();
    }

    private static List<String> changes(List<ResultSeries> all) {
        List<List<String>> table = all.stream().flatMap(series -> series.changes().stream())
                .sorted(Comparator.comparing(change -> change.first().created())).map(HistoryPrinter::row).toList();
        List<String> lines = new ArrayList<>();
        if (!table.isEmpty()) {
            lines.add("changes of level, each with the first result of the new one:");
            lines.addAll(Columns.aligned(table, column -> column >= WORDS));
        }
        long enough = all.stream().filter(ResultSeries::enough).count();
        if (table.isEmpty() && enough > 0) {
            lines.add("no change of level in " + enough + " series of " + ResultSeries.FEWEST + " or more results");
        }
        if (enough < all.size()) {
            lines.add((all.size() - enough) + " of " + all.size() + " series have fewer than " + ResultSeries.FEWEST
                    + " results of one machine and configuration, too few to tell a change of level from chance");
        }
        return lines;
    }

    private static List<String> row(ResultSeries.Change change) {
        History.Entry first = change.first();
        return List.of(percent(change.change()), String.format(Locale.ROOT, "%.3f to %.3f %s", change.from(), change.to(), first.unit()),
                String.format(Locale.ROOT, "p %.4f", change.p()), minute(first),
                "commit " + first.commit() + (change.ofOneCommit() ? " as before: not the code" : ", after " + change.last().commit())
                        + (change.beside().isEmpty() ? "" : "; also " + String.join("; ", change.beside())),
                first.row(), first.device());
    }

    /**
     * @param change relative
     * @return it in percent, with its sign
     */
    public static String percent(double change) {
        return Double.isInfinite(change) ? "+∞" : String.format(Locale.ROOT, "%+.1f %%", 100 * change);
    }

    private static void write(ResultSeries series, ObjectNode out) {
        out.put("row", series.row());
        out.put("device", series.device());
        out.put("unit", series.unit());
        ObjectNode machine = out.putObject("machine");
        series.entries().get(0).machine().forEach(machine::put);
        ArrayNode results = out.putArray("results");
        for (History.Entry entry : series.entries()) {
            results.addObject().put("folder", entry.folder().toString()).put("created", entry.created().toString())
                    .put("commit", entry.commit()).put("median", entry.median()).put("iterations", entry.iterations());
        }
        out.put("enough", series.enough());
        ArrayNode changes = out.putArray("changes");
        for (ResultSeries.Change change : series.changes()) {
            ObjectNode node = changes.addObject().put("folder", change.first().folder().toString()).put("commit", change.first().commit())
                    .put("after", change.last().commit()).put("from", change.from()).put("to", change.to());
            node.put("change", Double.isFinite(change.change()) ? change.change() : null);
            ArrayNode beside = node.put("p", change.p()).putArray("beside");
            change.beside().forEach(beside::add);
        }
    }
}
