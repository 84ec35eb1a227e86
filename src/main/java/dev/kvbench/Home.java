package dev.kvbench;

import java.util.List;
import java.util.Map;

/**
 * The home folder, below which libraries keep what they unpack. Java calls that of a user whom the system does not list "?", as in
 * a container that runs under a number, and libraries would make a folder of that name in the working directory.
 */
public final class Home {

    private static final String PROPERTY = "user.home";
    private static final String NONE = "?";

    private static boolean settled;

    private Home() {}

    /** Takes HOME where Java knows no home folder, else the folder for temporary files. To be called before any library is. */
    public static void settle() {
        String known = System.getProperty(PROPERTY, NONE);
        String place = of(known, System.getenv(), System.getProperty("java.io.tmpdir"));
        if (!place.equals(known)) {
            System.setProperty(PROPERTY, place);
            settled = true;
        }
    }

    static String of(String known, Map<String, String> environment, String temporary) {
        if (!known.equals(NONE) && !known.isEmpty()) {
            return known;
        }
        String home = environment.getOrDefault("HOME", "");
        return home.isEmpty() ? temporary : home;
    }

    /** @return JVM arguments that make a child process take the same */
    public static List<String> jvmArgs() {
        return settled ? List.of("-D" + PROPERTY + "=" + System.getProperty(PROPERTY)) : List.of();
    }
}
