package dev.kvbench.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The checksum that a file's entity tag is: SHA-256 for large files, else the name of git's blob, the SHA-1 of its kind, its
 * length and its content.
 */
enum Checksum {
    SHA_256("SHA-256", 64),
    GIT_BLOB("SHA-1", 40);

    private static final int CHUNK = 1 << 20;

    private final String algorithm;
    private final int digits;

    Checksum(String algorithm, int digits) {
        this.algorithm = algorithm;
        this.digits = digits;
    }

    /**
     * @param etag an entity tag
     * @return the kind of checksum; empty if it is none that can be computed
     */
    static Optional<Checksum> of(String etag) {
        for (Checksum kind : values()) {
            if (etag.matches("[0-9a-f]{" + kind.digits + "}")) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /**
     * @param file a file
     * @return its checksum, in hexadecimal
     * @throws IOException if it cannot be read
     */
    String compute(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        if (this == GIT_BLOB) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
