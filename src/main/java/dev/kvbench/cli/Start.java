package dev.kvbench.cli;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/**
 * Entry of the jar: makes sure that the libraries lie beside it, then calls {@link Main}. Needs none of them itself, so
 * that it can say so.
 */
public final class Start {

    /** libtorch may come from elsewhere, and a bundle goes without it; {@code doctor} says what is there. */
    private static final String ELSEWHERE = "pytorch-native-";

    private static final String WAY_OUT = "; copy the whole lib/ along, or take the one archive that `mvn package -Pbundle` makes";
    private static final int BAD_INPUT = 2;

    private Start() {}

    /** @param args see {@link Main} */
    public static void main(String[] args) throws IOException, URISyntaxException {
        File jar = new File(Start.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<File> libraries = libraries(jar);
        List<File> missing = new ArrayList<>(libraries);
        missing.removeIf(File::isFile);
        if (!missing.isEmpty()) {
            end(missing.size() == libraries.size() ? jar + ": lib/ must lie beside it" + WAY_OUT
                    : jar + ": " + missing.size() + " of the " + libraries.size() + " jars that must lie beside it are missing,"
                            + " the first lib/" + missing.get(0).getName() + WAY_OUT);
        }
        try {
            Main.main(args);
        } catch (NoClassDefFoundError e) {
            for (File library : libraries) {
                try {
                    new JarFile(library).close();
                } catch (IOException broken) {
                    end(library + ": not a whole jar" + WAY_OUT);
                }
            }
            throw e;
        }
    }

    /** What the jar's manifest names, but for what may be elsewhere; nothing where classes run without a jar. */
    private static List<File> libraries(File code) throws IOException {
        List<File> libraries = new ArrayList<>();
        if (code.isFile()) {
            try (JarFile jar = new JarFile(code)) {
                String named = jar.getManifest().getMainAttributes().getValue("Class-Path");
                for (String name : named == null ? new String[0] : named.split(" ")) {
                    File file = new File(code.getParentFile(), name);
                    if (!file.getName().startsWith(ELSEWHERE)) {
                        libraries.add(file);
                    }
                }
            }
        }
        return libraries;
    }

    private static void end(String message) {
        System.err.println("error: " + message);
        System.exit(BAD_INPUT);
    }
}
