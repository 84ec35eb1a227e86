package dev.kvbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/** Rows of text under each other, as a terminal shows a table. */
public final class Columns {

    private Columns() {}

    /**
     * @param rows cells by row, as many in each; foreign text in them is made printable
     * @param left columns whose text is aligned to the left, from 0 on; those of numbers are to the right
     * @return a line per row, two spaces between columns and none at the end
     */
    public static List<String> aligned(List<List<String>> rows, IntPredicate left) {
        List<List<String>> table = rows.stream().map(row -> row.stream().map(ForeignText::printable).toList()).toList();
        int[] widths = new int[rows.isEmpty() ? 0 : rows.get(0).size()];
        table.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
        List<String> lines = new ArrayList<>();
        for (List<String> row : table) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(left.test(i) ? row.get(i) + pad : pad + row.get(i)).append("  ");
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
