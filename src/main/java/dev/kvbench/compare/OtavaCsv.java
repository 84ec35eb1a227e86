package dev.kvbench.compare;

import dev.kvbench.results.Csv;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A history as Apache Otava reads it (https://otava.apache.org/docs/csv): a line per result, oldest first, with its time and commit,
 * and a column per row. Otava has no word for a missing value, so only series of the same results stand in one table, which also makes
 * it a table of one machine.
 *
 * @param text the table, with the header first
 * @param leftOut which series are not in it, in a sentence; null if all are
 */
record OtavaCsv(String text, String leftOut) {

    /**
     * @param entries figures, oldest first
     * @return the longest table of them
     */
    static OtavaCsv of(List<History.Entry> entries) {
        List<ResultSeries> all = ResultSeries.of(entries);
        Map<List<Path>, List<ResultSeries>> tables = all.stream().collect(Collectors.groupingBy(
                series -> series.entries().stream().map(History.Entry::folder).toList(), LinkedHashMap::new, Collectors.toList()));
        // of tables of as many results the widest, of those the one of the latest result
        List<ResultSeries> columns = tables.values().stream().max(Comparator
                .comparing((List<ResultSeries> table) -> table.get(0).entries().size()).thenComparing(List::size)
                .thenComparing(table -> table.get(0).last().created())).orElse(List.of());
        List<String> names = columns.stream().map(series -> series.row() + " (" + series.unit() + ")").toList();
        StringBuilder out = new StringBuilder(Csv.line(Stream.concat(Stream.of("time", "commit"), names.stream()).toList()));
        for (int i = 0; !columns.isEmpty() && i < columns.get(0).entries().size(); i++) {
            int result = i;
            History.Entry first = columns.get(0).entries().get(i);
            List<String> line = new ArrayList<>(List.of(first.created().toString(), first.commit()));
            columns.forEach(series -> line.add(Double.toString(series.entries().get(result).median())));
            out.append(Csv.line(line));
        }
        int others = all.size() - columns.size();
        return new OtavaCsv(out.toString(), others == 0 ? null : others + " of " + all.size()
                + " series, which are of other results than the " + columns.get(0).entries().size()
                + " of this table; choose them with --filter and --device");
    }
}
