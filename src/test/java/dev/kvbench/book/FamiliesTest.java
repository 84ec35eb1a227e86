package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.checkpoint.Families;
import dev.kvbench.model.Architecture;
import dev.kvbench.model.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The list of model families, their files and what the book says of them are the same. */
@Tag("unit")
class FamiliesTest {

    private static final Path MODELS = Path.of("src/main/java/dev/kvbench/model");
    private static final Pattern METHOD = Pattern.compile("(?m)^(?:#   |def )(\\w+)\\(");

    private static List<String> backticked(String text) {
        return Pattern.compile("`([^`]+)`").matcher(text).results().map(r -> r.group(1)).toList();
    }

    private static String row(Page page, String begin) throws IOException {
        return page.text().lines().filter(line -> line.startsWith(begin)).findFirst().orElseThrow();
    }

    @Test
    void everyPackageOfAFamilyIsInTheList() throws IOException {
        try (Stream<Path> entries = Files.list(MODELS)) {
            Set<String> packages = entries.filter(Files::isDirectory).map(p -> p.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(packages, Families.all().stream().map(family -> family.getClass().getPackageName().replaceFirst(".*\\.", ""))
                    .collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @Test
    void everyFamilyDefinesWhatTheStepCalls() throws IOException {
        String step = Files.readString(Path.of("src/main/resources/torchscript/step.py"));
        String head = step.substring(step.indexOf("defines"), step.indexOf("# with x"));
        Set<String> called = METHOD.matcher(head).results().map(r -> r.group(1)).collect(Collectors.toCollection(TreeSet::new));
        assertTrue(called.contains("attention_input"), called.toString());
        for (Family family : Families.all()) {
            for (Architecture preset : family.presets().values()) {
                Set<String> defined = METHOD.matcher(preset.source()).results().map(r -> r.group(1)).collect(Collectors.toSet());
                assertTrue(defined.containsAll(called), family.name() + " lacks some of " + called);
            }
        }
    }

    @Test
    void thePagesNameEveryPresetAndEveryFamily() throws IOException {
        List<String> presets = new ArrayList<>(Families.presetNames());
        String[] cells = row(Page.of("parameters"), "| `model` |").split("\\|");
        assertEquals(presets, backticked(cells[2]));
        Page page = Page.of("adding-a-model-family");
        String last = page.marked("says").get(0).code().strip();
        assertEquals(Families.all().stream().flatMap(f -> f.modelTypes().stream()).toList(),
                Arrays.stream(last.substring(last.indexOf("only ") + 5).split(", ")).toList());
        for (Family family : Families.all()) {
            String name = family.getClass().getSimpleName();
            assertTrue(row(page, "| [`Family`]").contains("[`" + name + "`]"), name + " in the table of its parts");
        }
    }

    @Test
    void noNameIsTwoModels() {
        List<String> names = Families.all().stream().flatMap(family -> family.presets().keySet().stream()).toList();
        assertEquals(names.size(), Set.copyOf(names).size());
        for (Family family : Families.all()) {
            family.presets().forEach((name, preset) -> assertEquals(name, preset.name()));
            Map<String, String> repositories = family.repositories();
            assertTrue(family.presets().keySet().containsAll(repositories.keySet()), repositories.toString());
        }
    }
}
