package dev.kvbench.results;

import java.util.List;
import java.util.stream.Collectors;

/** Comma-separated values as RFC 4180 has them. */
public final class Csv {

    private Csv() {}

    /**
     * @param fields of one record
     * @return them with commas, in quotes where they hold a comma, a quote or the end of a line; ends with a line feed
     */
    public static String line(List<String> fields) {
        return fields.stream().map(Csv::quoted).collect(Collectors.joining(",", "", "\n"));
    }

    private static String quoted(String field) {
        return field.matches("[^\",\n\r]*") ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
