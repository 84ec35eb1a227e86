package dev.kvbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Every test is of one layer, by what it needs beside Java: {@code unit} nothing; {@code native} libtorch, other processes, a
 * compiler, or fonts to draw with; {@code browser} Chromium; {@code gpu} an NVIDIA GPU. Simulations, {@code slow} beside that,
 * are left out where only unit tests are asked for.
 */
@Tag("unit")
class LayersTest {

    private static final Set<String> LAYERS = Set.of("unit", "native", "browser", "gpu");

    private static List<Class<?>> classes() throws Exception {
        Path root = Path.of(LayersTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replaceFirst("\\.class$", "").replace('/', '.');
                classes.add(Class.forName(name, false, LayersTest.class.getClassLoader()));
            }
        }
        return classes;
    }

    @Test
    void everyTestIsOfOneLayer() throws Exception {
        Map<String, Integer> found = new HashMap<>();
        for (Class<?> c : classes()) {
            List<Method> tests = Modifier.isAbstract(c.getModifiers()) ? List.of() : ReflectionSupport.findMethods(c,
                    m -> AnnotationSupport.isAnnotated(m, Testable.class), HierarchyTraversalMode.TOP_DOWN);
            for (Method test : tests) {
                List<String> tags = Stream.of(c, test).flatMap(of -> AnnotationSupport.findRepeatableAnnotations(of, Tag.class).stream())
                        .map(Tag::value).filter(tag -> !tag.equals("slow")).toList();
                assertEquals(1, tags.size(), c.getName() + "." + test.getName() + ": needs one @Tag of " + LAYERS + ", has " + tags);
                assertTrue(LAYERS.contains(tags.get(0)), c.getName() + ": " + tags);
                found.merge(tags.get(0), 1, Integer::sum);
            }
        }
        assertEquals(LAYERS, found.keySet(), "layers without a test");
    }
}
