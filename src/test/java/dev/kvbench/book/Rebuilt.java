package dev.kvbench.book;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.Shell;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** This project and its tests with some sources changed: loaded anew beside what runs, while libraries stay the ones that there are. */
final class Rebuilt extends URLClassLoader {

    private static final String OWN = "dev.kvbench.";

    private Rebuilt(URL[] folders) {
        super(folders, Rebuilt.class.getClassLoader());
    }

    /**
     * @param sources Java files by path, under src/main/java or src/test/java
     * @param folder for what they are compiled to
     */
    static Rebuilt of(Map<String, String> sources, Path folder) throws Exception {
        Path written = Files.createDirectories(folder.resolve("src"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = written.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            files.add(Files.writeString(file, source.getValue()));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(said, manager, null, List.of("-proc:none", "-implicit:none", "-d", classes.toString(),
                    "-cp", System.getProperty("java.class.path")), null, manager.getJavaFileObjectsFromPaths(files)).call();
            assertTrue(compiled, said::toString);
        }
        return new Rebuilt(new URL[] {classes.toUri().toURL(), place(Rebuilt.class), place(Shell.class)});
    }

    private static URL place(Class<?> of) {
        return of.getProtectionDomain().getCodeSource().getLocation();
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            if (name.startsWith(OWN)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
            return super.loadClass(name, resolve);
        }
    }

    /** Calls a method, static or of a new object, that has no namesake with as many parameters. */
    Object call(String type, String method, Object... arguments) throws Exception {
        Class<?> c = loadClass(type);
        Method found = Arrays.stream(c.getDeclaredMethods())
                .filter(m -> m.getName().equals(method) && m.getParameterCount() == arguments.length).findFirst().orElseThrow();
        return call(found, c, arguments);
    }

    private static Object call(Method method, Class<?> of, Object... arguments) throws Exception {
        method.setAccessible(true);
        Object target = null;
        if (!Modifier.isStatic(method.getModifiers())) {
            Constructor<?> constructor = of.getDeclaredConstructor();
            constructor.setAccessible(true);
            target = constructor.newInstance();
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    /** @return what a record or an enum's method says, called without arguments */
    static Object ask(Object of, String method) throws Exception {
        Method found = of.getClass().getDeclaredMethod(method);
        found.setAccessible(true);
        return found.invoke(of);
    }
}
