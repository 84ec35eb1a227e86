package dev.kvbench;

/** What a person types to start this program again. */
public final class Shell {

    /** Environment variable: the script that started Java, as it was typed. A system property would stand in results. */
    private static final String LAUNCHER = "KVBENCH_LAUNCHER";

    private static final String UNKNOWN = "java -jar target/benchmarks.jar";

    private Shell() {}

    /** @return what stands before a subcommand: "java -jar target/benchmarks.jar", or the script that did it */
    public static String command() {
        return command(System.getenv(LAUNCHER), System.getProperty("sun.java.command", ""));
    }

    /**
     * @param launcher the script as it was typed, or null
     * @param java what Java was told to run: a jar or a class, and its arguments
     */
    static String command(String launcher, String java) {
        if (launcher != null) {
            return launcher;
        }
        String jar = java.split(" ", 2)[0];
        // others than this project's, such as that of a tool that runs tests, take other words
        return jar.endsWith("benchmarks.jar") ? "java -jar " + jar : UNKNOWN;
    }
}
