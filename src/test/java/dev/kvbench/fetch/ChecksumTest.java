package dev.kvbench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
