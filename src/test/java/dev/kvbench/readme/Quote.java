package dev.kvbench.readme;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A figure in a Markdown text, with the file that it is from and what it is of that file.
 *
 * <p>In prose it is a link whose title says what it is: {@code [1.23 ms](results/…/steps.json "full: median step")}. A table says it
 * once for each column, in a comment above: {@code <!-- figures: | - | full: median step | -->}, and each row links its file, or the
 * comment does: {@code <!-- figures of results/…/jmh.json: | … -->}, from the top folder. {@code {}} is the row's first word in code type.
 *
 * @param text the figure as it reads
 * @param file path of the file, from the top folder
 * @param what what it is, in the words of {@link StepFigures}, {@link ScoreFigures} or {@link QualityFigures}
 */
record Quote(String text, String file, String what) {

    private static final Pattern LINK = Pattern.compile("\\[([^\\]\\[]+)\\]\\((?:\\.\\./)*(results/[^\\s)]+\\.json)\\s+\"([^\"]+)\"\\)");
    private static final Pattern TABLE = Pattern.compile("(?m)^<!-- figures(?: of"
            + " (results/\\S+\\.json))?:(.*?)-->\\n((?:\\|[^\\n]*\\n)+)", Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("\\((?:\\.\\./)*(results/[^\\s)]+\\.json)[\\s)]");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** @return all figures of a text that say where they are from */
    static List<Quote> in(String markdown) {
        List<Quote> quotes = new ArrayList<>();
        Matcher links = LINK.matcher(markdown);
        while (links.find()) {
            quotes.add(new Quote(links.group(1), links.group(2), links.group(3).replaceAll("\\s+", " ")));
        }
        Matcher tables = TABLE.matcher(markdown);
        while (tables.find()) {
            quotes.addAll(rows(tables.group(1), cells(tables.group(2).strip()), tables.group(3)));
        }
        return quotes;
    }

    /** @return a text without what {@link #in} finds, and without code, pictures and addresses */
    static String without(String markdown) {
        String rest = markdown.replaceAll("(?s)```.*?```", "");
        rest = TABLE.matcher(rest).replaceAll("").replaceAll("(?s)<!--.*?-->", "");
        rest = LINK.matcher(rest).replaceAll("");
        return rest.replaceAll("!\\[[^\\]]*\\]\\([^)]*\\)", "").replaceAll("\\]\\([^)]*\\)", "]").replaceAll("`[^`]*`", "");
    }

    private static List<Quote> rows(String fileOfAll, List<String> columns, String table) {
        List<Quote> quotes = new ArrayList<>();
        List<String> lines = table.lines().toList();
        for (String line : lines.subList(2, lines.size())) {
            List<String> cells = cells(line);
            if (cells.size() != columns.size()) {
                throw new IllegalStateException(columns.size() + " columns are described, the row has " + cells.size() + ": " + line);
            }
            Matcher file = FILE.matcher(line);
            String from = file.find() ? file.group(1) : fileOfAll;
            Matcher code = CODE.matcher(cells.get(0));
            String name = code.find() ? code.group(1) : "";
            for (int i = 0; i < cells.size(); i++) {
                if (!columns.get(i).equals("-") && !cells.get(i).isEmpty()) {
                    quotes.add(new Quote(cells.get(i).replace("*", ""), from, columns.get(i).replace("{}", name)));
                }
            }
        }
        return quotes;
    }

    private static List<String> cells(String row) {
        List<String> cells = new ArrayList<>();
        for (String cell : row.strip().replaceAll("^\\||\\|$", "").split("\\|", -1)) {
            cells.add(cell.strip());
        }
        return cells;
    }
}
