package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The order of the packages. A class may use classes of its own package and of the floors below, and no others: so
 * there is no circle, and what is low stays useful without what stands on it. The JDK's own jdeps reads the built
 * classes, so that what counts is what they refer to, whatever their sources import.
 */
@Tag("unit")
class PackageOrderTest {

    private static final String PROJECT = "dev.kvbench";

    /** What the package {@code dev.kvbench} itself is called here: errors, words and files that everybody may use. */
    private static final String ROOT = "(root)";

    /** The floors, lowest first. Packages of one floor do not know each other. */
    private static final List<Set<String>> FLOORS = List.of(
            Set.of(ROOT),
            Set.of("strategy"),
            Set.of("results"),
            Set.of("host"),
            Set.of("torch", "compare"),
            Set.of("model"),
            Set.of("model.gpt2", "model.llama", "cache"),
            Set.of("checkpoint"),
            Set.of("runtime.cuda", "trace", "fetch"),
            Set.of("runtime", "telemetry"),
            Set.of("decode", "doctor"),
            Set.of("bench", "quality"),
            Set.of("report.analysis", "ab"),
            Set.of("report.plot"),
            Set.of("report.page"),
            Set.of("report"),
            Set.of("cli"));

    /** What JMH's annotation processor makes of benchmarks. */
    private static final String GENERATED = ".jmh_generated.";

    private static final Pattern LINE =
            Pattern.compile("\\s+dev\\.kvbench\\.(\\S+)\\s+->\\s+dev\\.kvbench\\.(\\S+).*");

    /**
     * A class that refers to another.
     *
     * @param from its name below {@link #PROJECT}, without those of classes within it
     * @param to the other's
     */
    private record Arrow(String from, String to) {

        static String room(String name) {
            int end = name.lastIndexOf('.');
            return end < 0 ? ROOT : name.substring(0, end);
        }

        @Override
        public String toString() {
            return from + " -> " + to;
        }
    }

    private static Set<Arrow> arrows() throws URISyntaxException {
        Path classes = Path.of(UserError.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        StringWriter printed = new StringWriter();
        PrintWriter out = new PrintWriter(printed);
        int code = ToolProvider.findFirst("jdeps").orElseThrow().run(out, out,
                "-verbose:class", "-filter:none", "-e", Pattern.quote(PROJECT + ".") + ".*", classes.toString());
        assertEquals(0, code, printed::toString);
        return printed.toString().lines().filter(line -> !line.contains(GENERATED))
                .map(LINE::matcher).filter(Matcher::matches)
                .map(line -> new Arrow(outermost(line.group(1)), outermost(line.group(2))))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String outermost(String name) {
        return name.replaceFirst("\\$.*", "");
    }

    /** What is wrong, one line each; nothing if all is well. */
    private static List<String> wrong(Set<Arrow> arrows, List<Set<String>> floors) {
        Map<String, Integer> floorOf = new LinkedHashMap<>();
        for (int floor = 0; floor < floors.size(); floor++) {
            for (String room : floors.get(floor)) {
                floorOf.put(room, floor);
            }
        }
        Set<String> rooms = new TreeSet<>();
        arrows.forEach(arrow -> rooms.addAll(List.of(Arrow.room(arrow.from), Arrow.room(arrow.to))));
        List<String> wrong = new ArrayList<>();
        rooms.stream().filter(room -> !floorOf.containsKey(room))
                .map(room -> "package " + room + " is on no floor; give it its place in FLOORS").forEach(wrong::add);
        floorOf.keySet().stream().filter(room -> !rooms.contains(room)).sorted()
                .map(room -> "package " + room + " of FLOORS has no class; take it out").forEach(wrong::add);
        for (Arrow arrow : arrows) {
            String from = Arrow.room(arrow.from);
            String to = Arrow.room(arrow.to);
            boolean known = floorOf.containsKey(from) && floorOf.containsKey(to);
            if (known && !from.equals(to) && floorOf.get(to) >= floorOf.get(from)) {
                wrong.add(arrow + ": package " + from + " is on floor " + floorOf.get(from) + " and must not know " + to
                        + " on floor " + floorOf.get(to));
            }
        }
        return wrong;
    }

    @Test
    void noPackageKnowsOneOfItsOwnFloorOrAbove() throws Exception {
        Set<Arrow> arrows = arrows();
        assertTrue(arrows.contains(new Arrow("cli.Main", "bench.SuiteRunner")), "jdeps tells nothing");
        List<String> wrong = wrong(arrows, FLOORS);
        assertTrue(wrong.isEmpty(), () -> String.join(System.lineSeparator(), wrong));
    }

    @Test
    void whatIsWrongIsTold() {
        List<Set<String>> floors = List.of(Set.of(ROOT), Set.of("a", "b"), Set.of("c"));
        Set<Arrow> well = Set.of(new Arrow("a.A", "Root"), new Arrow("b.B", "Root"), new Arrow("c.C", "a.A"),
                new Arrow("c.C", "c.D"));
        assertEquals(List.of(), wrong(well, floors));
        assertEquals("a.A -> c.C: package a is on floor 1 and must not know c on floor 2",
                one(well, new Arrow("a.A", "c.C"), floors));
        assertEquals("a.A -> b.B: package a is on floor 1 and must not know b on floor 1",
                one(well, new Arrow("a.A", "b.B"), floors));
        assertEquals("Root -> a.A: package (root) is on floor 0 and must not know a on floor 1",
                one(well, new Arrow("Root", "a.A"), floors));
        assertEquals("package d.e is on no floor; give it its place in FLOORS",
                one(well, new Arrow("d.e.New", "Root"), floors));
        assertEquals(List.of("package gone of FLOORS has no class; take it out"),
                wrong(well, List.of(Set.of(ROOT), Set.of("a", "b"), Set.of("c"), Set.of("gone"))));
    }

    private static String one(Set<Arrow> well, Arrow bad, List<Set<String>> floors) {
        Set<Arrow> all = new LinkedHashSet<>();
        all.addAll(well);
        all.add(bad);
        List<String> wrong = wrong(all, floors);
        assertEquals(1, wrong.size(), wrong::toString);
        return wrong.get(0);
    }
}
