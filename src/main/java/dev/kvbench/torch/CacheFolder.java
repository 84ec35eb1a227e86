package dev.kvbench.torch;

import ai.djl.util.Utils;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/** The folder that DJL unpacks libraries into. */
public final class CacheFolder {

    private CacheFolder() {}

    /**
     * @param failure why libtorch does not load
     * @return where a file of that folder is what failed, the variable that names it and the way out; else empty
     */
    public static String cure(Throwable failure) {
        Path cache = Utils.getEngineCacheDir().toAbsolutePath();
        if (!(failure instanceof FileSystemException e) || e.getFile() == null
                || !Path.of(e.getFile()).toAbsolutePath().startsWith(cache)) {
            return "";
        }
        String variable = List.of("ENGINE_CACHE_DIR", "DJL_CACHE_DIR").stream()
                .filter(name -> !String.valueOf(Utils.getEnvOrSystemProperty(name, "")).isEmpty()).findFirst().orElse("");
        return variable.isEmpty() ? "; it is unpacked into " + cache + ": set DJL_CACHE_DIR to a folder that can be written"
                : "; it is unpacked into " + variable + "=" + cache + ": set that to a folder that can be written";
    }
}
