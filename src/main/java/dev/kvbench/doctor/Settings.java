package dev.kvbench.doctor;

import java.util.List;
import java.util.Map;

/**
 * What DJL is told about libtorch, in environment variables or system properties of these names.
 *
 * @param libraryPath PYTORCH_LIBRARY_PATH, the folder of libtorch; null if unset
 * @param version PYTORCH_VERSION, what DJL takes that libtorch for; null if unset
 * @param flavor PYTORCH_FLAVOR, "cpu" or "cu128"; null if unset
 */
public record Settings(String libraryPath, String version, String flavor) {

    static final List<String> NAMES = List.of("PYTORCH_LIBRARY_PATH", "PYTORCH_VERSION", "PYTORCH_FLAVOR");

    /** @return the settings among these values */
    static Settings of(Map<String, String> values) {
        return new Settings(values.get(NAMES.get(0)), values.get(NAMES.get(1)), values.get(NAMES.get(2)));
    }
}
