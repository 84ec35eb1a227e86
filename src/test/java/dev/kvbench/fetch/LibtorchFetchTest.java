package dev.kvbench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.UserError;
import dev.kvbench.torch.LibtorchFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A libtorch fetched from a server on this machine, in fair weather and foul. */
@Timeout(120)
@Tag("unit")
class LibtorchFetchTest {

    private static final String LARGE = "libtorch_cuda.so";
    private static final String LARGE_GZ = LocalSite.FOLDER + LARGE + ".gz";
    private static final String JNI = "0.36.0-libdjl_torch.so";

    @TempDir
    private Path folder;

    private final LocalSite site = new LocalSite();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private Path cache;
    private Path place;

    @BeforeEach
    void aPublishedLibtorch() {
        cache = folder.resolve("djl/pytorch");
        place = cache.resolve("2.7.1-cu128-linux-x86_64");
        for (String name : List.of("libtorch.so", LARGE, "libstdc++.so.6")) {
            byte[] bytes = new byte[name.equals(LARGE) ? 300_000 : 1000];
            new Random(name.hashCode()).nextBytes(bytes);
            site.publish(name, bytes);
        }
    }

    @AfterEach
    void stop() {
        site.close();
    }

    private LibtorchFetch fetcher(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("KVBENCH_LIBTORCH_URL", site.address() + "/"));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return new LibtorchFetch(environment, cache, said::add, Duration.ZERO, f -> Long.MAX_VALUE);
    }

    private void assertRefused(String says, String... more) {
        UserError error = assertThrows(UserError.class, () -> fetcher(more).fetch());
        assertTrue(error.getMessage().contains(says), error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
        assertFalse(Files.exists(place.resolve("libtorch.so")), "there is half a libtorch");
        assertEquals(Optional.empty(), LibtorchFolder.withCuda(cache, "2.7.1"));
    }

    private void assertWhole() throws IOException {
        for (Map.Entry<String, byte[]> file : site.content.entrySet()) {
            assertArrayEquals(file.getValue(), Files.readAllBytes(place.resolve(file.getKey())), file.getKey());
        }
        assertEquals(Optional.of(place), LibtorchFolder.withCuda(cache, "2.7.1"));
        assertEquals("2.7.1+cu128", LibtorchFolder.of(place).version());
        try (InputStream jni = getClass().getResourceAsStream("/jnilib/linux-x86_64/cu128/libdjl_torch.so")) {
            assertArrayEquals(jni.readAllBytes(), Files.readAllBytes(place.resolve(JNI)), "DJL need not write anything");
        }
        try (Stream<Path> left = Files.list(cache)) {
            assertEquals(List.of(".locks", "2.7.1-cu128-linux-x86_64"), left.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    private List<String> gets(String path) {
        return site.requests.stream().filter(r -> r.startsWith("GET " + path)).toList();
    }

    @Test
    void itIsWhereDjlLooksForIt() throws IOException {
        assertEquals(place, fetcher().fetch());
        assertWhole();
        try (Stream<Path> files = Files.list(place)) {
            assertEquals(4, files.count(), "the libtorch, its JNI library, and nothing else");
        }
        assertTrue(site.requests.stream().noneMatch(r -> r.contains("/cpu/") || r.contains("/win-")), site.requests.toString());
        int asked = site.requests.size();
        assertEquals(place, fetcher().fetch());
        assertEquals(asked, site.requests.size(), "what is there is not asked for again");
    }

    @Test
    void aDroppedConnectionGoesOnWhereItWas() throws IOException {
        site.dropAfter = 100_000;
        fetcher().fetch();
        assertWhole();
        assertTrue(gets(LARGE_GZ).stream().anyMatch(r -> r.endsWith("bytes=100000-")), gets(LARGE_GZ).toString());
    }

    @Test
    void theNextFetchGoesOnFromWhatCame() throws IOException {
        byte[] small = site.files.remove(LocalSite.FOLDER + "libtorch.so.gz");
        assertRefused("libtorch.so.gz: there is no such file");
        // as it is left by a fetch that was ended: a file that is whole, half of one, and one half unpacked
        site.files.put(LocalSite.FOLDER + "libtorch.so.gz", small);
        Path begun = Files.createDirectories(cache.resolve(place.getFileName() + ".incomplete"));
        Files.write(begun.resolve("libtorch.so"), site.content.get("libtorch.so"));
        Files.write(begun.resolve(LARGE + ".gz.incomplete"), Arrays.copyOf(site.files.get(LARGE_GZ), 200_000));
        Files.write(begun.resolve("libstdc++.so.6.part"), new byte[5]);
        site.requests.clear();
        fetcher().fetch();
        assertWhole();
        assertEquals(List.of("GET " + LARGE_GZ + " bytes=200000-"), gets(LARGE_GZ).subList(1, gets(LARGE_GZ).size()));
        assertEquals(1, gets(LocalSite.FOLDER + "libtorch.so.gz").size(), "asked for its length alone");
    }

    @Test
    void aServerWithoutRangesServesToo() throws IOException {
        site.ranges = false;
        site.dropAfter = 100_000;
        fetcher().fetch();
        assertWhole();
    }

    @Test
    void whatIsDamagedIsNotKept() {
        site.etags.put(LARGE_GZ, "0123456789abcdef0123456789abcdef");
        assertRefused(LARGE + ".gz: what came has the checksum s3:");
        // of no use as a checksum: gzip's own tells
        site.etags.put(LARGE_GZ, "0123456789abcdef0123456789abcdef-7");
        byte[] damaged = site.files.get(LARGE_GZ).clone();
        damaged[damaged.length - 8] ^= 1;
        site.files.put(LARGE_GZ, damaged);
        assertRefused(LARGE + ".gz: what came is damaged");
        site.files.put(LARGE_GZ, Arrays.copyOf(damaged, 1000));
        assertRefused(LARGE + ".gz: what came is damaged");
        assertFalse(Files.exists(cache.resolve(place.getFileName() + ".incomplete").resolve(LARGE + ".gz")));
    }

    @Test
    void djlsJniLibraryStaysAndAnotherIsNotMistakenForIt() throws IOException {
        Files.createDirectories(place);
        try (InputStream in = getClass().getResourceAsStream("/jnilib/linux-x86_64/cu128/libdjl_torch.so")) {
            Files.copy(in, place.resolve(JNI));
        }
        fetcher().fetch();
        assertWhole();
        Files.delete(place.resolve("libtorch.so"));
        Files.writeString(place.resolve(JNI), "somebody's own");
        assertRefused(JNI + ": is not the JNI library that DJL publishes");
        assertEquals("somebody's own", Files.readString(place.resolve(JNI)));
    }

    @Test
    void aDryRunSaysWhatWouldComeAndBringsNothing() {
        fetcher().list();
        assertTrue(said.stream().anyMatch(line -> line.matches("libtorch_cuda\\.so +0\\.3 MB, unpacked +0\\.3 MB")), said.toString());
        assertTrue(said.get(said.size() - 1).matches("3 files, 0\\.3 MB to fetch, 0\\.3 MB in " + place), said.toString());
        assertFalse(Files.exists(cache));
        site.ranges = false;
        fetcher().list();
        assertTrue(said.get(said.size() - 1).matches("3 files, 0\\.3 MB to fetch, unpacked more, in " + place), said.toString());
    }

    @Test
    void twoAtOnceDoNotDisturbEachOther() throws IOException {
        List<CompletableFuture<Path>> both = Stream.of(1, 2).map(i -> CompletableFuture.supplyAsync(() -> fetcher().fetch())).toList();
        both.forEach(one -> assertEquals(place, one.join()));
        assertWhole();
        assertEquals(2, gets(LARGE_GZ).size(), "once for its length, once for itself: " + gets(LARGE_GZ));
    }

    @Test
    void whatCannotBeIsOneLine() {
        assertRefused("DJL_OFFLINE is set: nothing is fetched", "DJL_OFFLINE", "true");
        assertEquals(List.of(), site.requests);
        assertRefused("KVBENCH_LIBTORCH_URL=ftp://x: not the address of", "KVBENCH_LIBTORCH_URL", "ftp://x");
        assertRefused("check the network, HTTPS_PROXY and KVBENCH_LIBTORCH_URL", "KVBENCH_LIBTORCH_URL", "http://no-such-host.invalid");
        assertRefused("/nowhere/2.7.1/files.txt: there is no such file", "KVBENCH_LIBTORCH_URL", site.address() + "/nowhere");
        site.files.put("/2.7.1/files.txt", "<html>a page</html>\n".getBytes());
        assertRefused("files.txt: lists no file of cu128/linux-x86_64/");
        site.files.put("/2.7.1/files.txt", "cu128/linux-x86_64/native/lib/..%2F..%2Fx.so.gz\n".getBytes());
        assertRefused("which is no file's name");
        site.files.put("/2.7.1/files.txt", "cu128/linux-x86_64/native/lib/libtorch.so.gz\n".getBytes());
        assertRefused("lists no libtorch.so and libtorch_cuda.so of cu128");
    }

    @Test
    void aFullDiskIsSaidBeforeAnythingComes() {
        UserError error = assertThrows(UserError.class, () -> new LibtorchFetch(Map.of("KVBENCH_LIBTORCH_URL", site.address()),
                cache, said::add, Duration.ZERO, f -> 400_000L).fetch());
        assertTrue(error.getMessage().matches("libtorch: needs 0\\.6 MB, .* has 0\\.4 MB free; make room or set DJL_CACHE_DIR.*"),
                error.getMessage());
        assertEquals(1, gets(LARGE_GZ).size());
    }

    @Test
    void aProxyIsAsked() throws IOException {
        try (LocalProxy proxy = new LocalProxy()) {
            fetcher("HTTP_PROXY", "http://me:secret@127.0.0.1:" + proxy.port()).fetch();
            assertWhole();
            assertEquals(site.requests.size(), proxy.passed().size(), "every request passed it");
        }
    }
}
