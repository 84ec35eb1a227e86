package dev.kvbench.torch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Properties;

/**
 * The library between DJL and libtorch. It is compiled against one libtorch and works with no other.
 *
 * @param file where it lies, or will lie once DJL has unpacked it
 * @param published whether it is the one that DJL publishes, which is in the jar
 * @param madeFor the libtorch that the jar's library is compiled against
 */
public record JniLibrary(Path file, boolean published, String madeFor) {

    private static final String NAME = "libdjl_torch.so";
    private static final String PROPERTIES = "/jnilib/pytorch.properties";

    /**
     * Looks where DJL 0.36 looks (LibUtils.findJniLibrary): beside libtorch, then in DJL's cache, then in the
     * jar on the class path.
     *
     * @param libtorch the folder with {@code libtorch.so}
     * @param cache DJL's cache of PyTorch libraries
     * @param version version that DJL takes libtorch for
     * @param flavor "cpu", "cu128", …
     * @param djl version of DJL
     * @return the library that DJL takes
     */
    public static JniLibrary find(Path libtorch, Path cache, String version, String flavor, String djl) {
        Path cached = cache.resolve(version + "-" + flavor + "-linux-x86_64").resolve(djl + "-" + NAME);
        for (Path file : new Path[] {libtorch.resolve(djl + "-" + NAME), libtorch.resolve(NAME), cached}) {
            if (Files.isRegularFile(file)) {
                return new JniLibrary(file, isInJar(file), madeForInJar());
            }
        }
        return new JniLibrary(cached, true, madeForInJar());
    }

    /**
     * Puts DJL's own library where DJL looks first, as DJL itself would at the first use, for which the folder may be read-only.
     *
     * @param libtorch the folder with {@code libtorch.so}
     * @param flavor "cpu" or "cu128"
     * @param djl version of DJL
     * @throws IOException if it cannot be written
     */
    public static void unpack(Path libtorch, String flavor, String djl) throws IOException {
        try (InputStream in = JniLibrary.class.getResourceAsStream(resource(flavor))) {
            Files.copy(in, libtorch.resolve(djl + "-" + NAME), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String resource(String flavor) {
        return "/jnilib/linux-x86_64/" + flavor + "/" + NAME;
    }

    /** @return the libtorch version that the jar's library is compiled against */
    public static String madeForInJar() {
        Properties properties = new Properties();
        try (InputStream in = JniLibrary.class.getResourceAsStream(PROPERTIES)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return properties.getProperty("jni_version", "unknown").replaceFirst("-.*", "");
    }

    private static boolean isInJar(Path file) {
        try {
            byte[] content = Files.readAllBytes(file);
            for (String flavor : new String[] {"cpu", "cu128"}) {
                try (InputStream in = JniLibrary.class.getResourceAsStream(resource(flavor))) {
                    if (in != null && Arrays.equals(content, in.readAllBytes())) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
