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
import java.util.regex.Pattern;

/**
 * The checksum that a file's entity tag is. On a hub SHA-256 for large files, else the name of git's blob, the SHA-1 of its
 * kind, its length and its content. In Amazon's S3, marked by {@link #tag}, the MD5, or for what was sent in parts the MD5 of
 * the parts' MD5s with the number of parts behind it.
 */
enum Checksum {
    SHA_256("SHA-256", "[0-9a-f]{64}"),
    GIT_BLOB("SHA-1", "[0-9a-f]{40}"),
    S3("MD5", "s3:[0-9a-f]{32}"),
    S3_PARTS("MD5", "s3:[0-9a-f]{32}-[0-9]+");

    /** What Amazon's own tools send as one part. */
    static final int PART = 8 << 20;

    private final String algorithm;
    private final Pattern tag;

    Checksum(String algorithm, String tag) {
        this.algorithm = algorithm;
        this.tag = Pattern.compile(tag);
    }

    /**
     * @param etag an entity tag
     * @return the kind of checksum; empty if it is none that can be computed
     */
    static Optional<Checksum> of(String etag) {
        for (Checksum kind : values()) {
            if (kind.tag.matcher(etag).matches()) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /**
     * @param server what a server calls itself, or null
     * @param etag the entity tag that it gives a file, or null
     * @param size bytes of the file
     * @return the tag as {@link #of} knows it; empty if it is no checksum: another server's tag, or parts of a size that its
     *     number does not tell
     */
    static String tag(String server, String etag, long size) {
        if (!"AmazonS3".equals(server) || etag == null) {
            return "";
        }
        String tag = "s3:" + etag.replace("\"", "");
        Optional<Checksum> kind = of(tag);
        boolean known = kind.filter(k -> k == S3 || tag.endsWith("-" + (size + PART - 1) / PART)).isPresent();
        return known ? tag : "";
    }

    /**
     * @param file a file
     * @return its checksum as its tag has it, in hexadecimal
     * @throws IOException if it cannot be read
     */
    String compute(Path file) throws IOException {
        MessageDigest digest = digest();
        if (this == GIT_BLOB) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        int parts = 0;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[PART];
            for (int n = in.readNBytes(chunk, 0, PART); n > 0; n = in.readNBytes(chunk, 0, PART)) {
                if (this == S3_PARTS) {
                    MessageDigest part = digest();
                    part.update(chunk, 0, n);
                    digest.update(part.digest());
                    parts++;
                } else {
                    digest.update(chunk, 0, n);
                }
            }
        }
        String hash = HexFormat.of().formatHex(digest.digest());
        return switch (this) {
            case SHA_256, GIT_BLOB -> hash;
            case S3 -> "s3:" + hash;
            case S3_PARTS -> "s3:" + hash + "-" + parts;
        };
    }

    private MessageDigest digest() {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
