package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What a page tells its reader to write into this project, done to copies of the files. A block's marker says where:
 * {@code new file: PATH}, {@code into: PATH, above: LINE} or {@code into: PATH, in place of: LINE}, by what the line begins with.
 */
final class Edits {

    private static final Pattern NEW = Pattern.compile("new file: (\\S+)");
    private static final Pattern INTO = Pattern.compile("into: (\\S+), (above|in place of): (.+)");

    private final Map<String, String> files = new LinkedHashMap<>();

    private Edits() {}

    static Edits of(Page page) throws IOException {
        Edits edits = new Edits();
        for (Page.Block block : page.blocks()) {
            Matcher made = NEW.matcher(block.marker());
            Matcher into = INTO.matcher(block.marker());
            if (made.matches()) {
                assertFalse(Files.exists(Path.of(made.group(1))), made.group(1) + " is there already");
                edits.files.put(made.group(1), block.code());
            } else if (into.matches()) {
                edits.change(into.group(1), into.group(2).equals("above"), into.group(3), block.code());
            }
        }
        return edits;
    }

    private void change(String file, boolean above, String begin, String code) throws IOException {
        List<String> lines = (files.containsKey(file) ? files.get(file) : Files.readString(Path.of(file))).lines().toList();
        int[] found = IntStream.range(0, lines.size()).filter(i -> lines.get(i).strip().startsWith(begin)).toArray();
        assertEquals(1, found.length, file + ": lines that begin with " + begin);
        String old = lines.get(found[0]);
        String indent = old.substring(0, old.length() - old.stripLeading().length());
        StringBuilder changed = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            if (i == found[0]) {
                code.lines().forEach(line -> changed.append(line.isEmpty() ? "" : indent).append(line).append('\n'));
            }
            if (i != found[0] || above) {
                changed.append(lines.get(i)).append('\n');
            }
        }
        files.put(file, changed.toString());
    }

    /** @return the files that are new or changed, by path */
    Map<String, String> files() {
        return files;
    }
}
