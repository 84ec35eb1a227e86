package dev.kvbench.host;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where the code lies that runs: in a jar, of a build or of an unpacked bundle, or in the classes of a build. */
public final class Installation {

    private Installation() {}

    /** @return the jar, or the folder of classes */
    public static Path code() {
        try {
            return Path.of(Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return the checkout whose {@code target/} the code lies in, if it does */
    static Optional<Path> checkout() {
        return checkout(code());
    }

    static Optional<Path> checkout(Path code) {
        Path target = code.toAbsolutePath().getParent();
        return Optional.ofNullable(target.getParent())
                .filter(tree -> target.endsWith("target") && Files.isRegularFile(tree.resolve("pom.xml")));
    }
}
