package dev.kvbench.ab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A build of this suite that can be started.
 *
 * @param name what the user called it
 * @param java what Java is told before the arguments of the program: options, and a jar or a class
 */
public record Build(String name, List<String> java) {

    /**
     * @param name what the user called it
     * @param jar its jar, with lib/ beside it
     * @return the build
     */
    static Build ofJar(String name, Path jar) {
        return new Build(name, List.of("-jar", jar.toAbsolutePath().toString()));
    }

    /** @return the build that runs */
    public static Build running() {
        return new Build("this build", List.of("-cp", System.getProperty("java.class.path"), "dev.kvbench.cli.Main"));
    }

    /** @return the same with one more option of Java's */
    Build with(String option) {
        List<String> more = new ArrayList<>(List.of(option));
        more.addAll(java);
        return new Build(name, more);
    }

    /**
     * @param arguments of the program
     * @return the command that starts it, by the Java that runs this
     */
    List<String> command(List<String> arguments) {
        // the lock of the machine is held by whoever starts it
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djmh.ignoreLock=true"));
        command.addAll(java);
        command.addAll(arguments);
        return command;
    }
}
