package dev.kvbench.book;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Words that sources say: their texts in quotes, those that are joined by a plus as one. */
public final class Literals {

    private static final Pattern COMMENT = Pattern.compile("(?s:/\\*\\*?\\s.*?\\*/)|(?m:^\\s*//.*$)");
    private static final Pattern JOIN = Pattern.compile("(?<!\\\\)\"\\s*\\+\\s*\"");
    private static final Pattern LITERAL = Pattern.compile("(?<![\\\\'])\"((?:[^\"\\\\\\n]|\\\\.)+)\"");
    /** A word, a space and another: below that it is a name or a key. */
    private static final Pattern WORDS = Pattern.compile("[\\p{L}\\d)'`].* .*\\p{L}.*");
    /** Patterns that tell what others say. */
    private static final Pattern COMPILED = Pattern.compile("(?s)Pattern\\s*\\.compile\\(.*?\\);");

    private Literals() {}

    /** @return texts of several words in a Java source, as they are said */
    public static List<String> of(Path source) throws IOException {
        return in(Files.readString(source)).stream().filter(l -> WORDS.matcher(l.strip()).matches()).toList();
    }

    /** @return all texts in the sources under a folder, parts of formats one by one, longest first */
    static List<String> under(Path folder) throws IOException {
        List<String> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                for (String literal : in(Files.readString(file))) {
                    all.addAll(List.of(literal.split("%[-.\\d]*[sdfe]")));
                }
            }
        }
        return all.stream().filter(l -> l.length() > 3).distinct().sorted(Comparator.comparingInt(String::length).reversed()).toList();
    }

    private static List<String> in(String java) {
        String code = COMPILED.matcher(COMMENT.matcher(java).replaceAll("")).replaceAll("");
        List<String> found = new ArrayList<>();
        Matcher literal = LITERAL.matcher(JOIN.matcher(code).replaceAll(""));
        while (literal.find()) {
            found.add(literal.group(1).replaceAll("\\\\(.)", "$1"));
        }
        return found;
    }
}
