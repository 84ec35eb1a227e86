package dev.kvbench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class ChecksumTest {

    @TempDir
    private Path folder;

    @Test
    void isThatOfTheStandardsExamples() throws IOException {
        // FIPS 180-2, appendix B.1; Pro Git, "Git Objects"; git's name of the empty blob
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Checksum.SHA_256.compute(abc));
        Path content = Files.writeString(folder.resolve("content"), "test content\n");
        assertEquals("d670460b4b4aece5915caf5c68d12f560a9fe3e4", Checksum.GIT_BLOB.compute(content));
        Path empty = Files.createFile(folder.resolve("empty"));
        assertEquals("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", Checksum.GIT_BLOB.compute(empty));
    }

    @Test
    void itsKindIsToldByItsLength() {
        assertEquals(Optional.of(Checksum.SHA_256), Checksum.of("0123456789abcdef".repeat(4)));
        assertEquals(Optional.of(Checksum.GIT_BLOB), Checksum.of("0123456789".repeat(4)));
        assertEquals(Optional.empty(), Checksum.of("0123456789ABCDEF".repeat(4)));
        assertEquals(Optional.empty(), Checksum.of("0123456789abcdef".repeat(2)));
        assertEquals(Optional.empty(), Checksum.of(""));
    }

    @Test
    void s3sTagsAreMd5sOfAllOrOfParts() throws IOException {
        // RFC 1321, appendix A.5
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        String md5 = "900150983cd24fb0d6963f7d28e17f72";
        assertEquals("s3:" + md5, Checksum.S3.compute(abc));
        assertEquals("s3:" + md5, Checksum.tag("AmazonS3", "\"" + md5 + "\"", 3));
        assertEquals(Optional.of(Checksum.S3), Checksum.of("s3:" + md5));
        assertEquals("s3:" + LocalHub.hash("MD5", HexFormat.of().parseHex(md5)) + "-1", Checksum.S3_PARTS.compute(abc));

        byte[] large = new byte[Checksum.PART + 1];
        Path two = Files.write(folder.resolve("two"), large);
        byte[] parts = HexFormat.of().parseHex(LocalHub.hash("MD5", Arrays.copyOf(large, Checksum.PART))
                + LocalHub.hash("MD5", new byte[1]));
        String tag = LocalHub.hash("MD5", parts) + "-2";
        assertEquals("s3:" + tag, Checksum.tag("AmazonS3", "\"" + tag + "\"", large.length));
        assertEquals(Optional.of(Checksum.S3_PARTS), Checksum.of("s3:" + tag));
        assertEquals("s3:" + tag, Checksum.S3_PARTS.compute(two));

        // parts of another size, and servers whose tags are something else
        assertEquals("", Checksum.tag("AmazonS3", "\"" + tag + "\"", 3L * Checksum.PART));
        assertEquals("", Checksum.tag("nginx", "\"" + md5 + "\"", 3));
        assertEquals("", Checksum.tag(null, null, 3));
    }
}
