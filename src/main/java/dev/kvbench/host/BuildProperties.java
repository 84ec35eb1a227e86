package dev.kvbench.host;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Versions that this project was built as and with. */
public final class BuildProperties {

    private static final String FILE = "/dev/kvbench/build.properties";

    private BuildProperties() {}

    /**
     * @param key "version", "djl", "libtorch" or "jmh"
     * @return the version of this project, or the one it was built with
     */
    public static String get(String key) {
        Properties properties = new Properties();
        try (InputStream in = BuildProperties.class.getResourceAsStream(FILE)) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return properties.getProperty(key);
    }
}
