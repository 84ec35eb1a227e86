package dev.kvbench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.Checkpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint fetched from a hub on this machine in fair weather. */
@Timeout(120)
@Tag("unit")
class FetchTest extends HubOnThisMachine {

    @Test
    void theCacheIsAsPythonsToolsLeaveIt() throws IOException {
        Path snapshot = fetch();
        assertFalse(said.stream().anyMatch(line -> line.contains("-p model=")), said.toString());
        assertEquals(repository().resolve("snapshots").resolve(LocalHub.COMMIT), snapshot);
        assertWhole(snapshot);
        for (String file : hub.files.keySet()) {
            assertEquals(Path.of("../../blobs", hub.etag(file)), Files.readSymbolicLink(snapshot.resolve(file)), file);
        }
        try (Stream<Path> blobs = Files.list(repository().resolve("blobs"))) {
            assertEquals(hub.files.keySet().stream().map(hub::etag).collect(Collectors.toSet()),
                    blobs.map(b -> b.getFileName().toString()).collect(Collectors.toSet()));
        }
        assertTrue(Files.exists(folder.resolve("hf/hub/.locks/models--org--model").resolve(hub.etag(WEIGHTS) + ".lock")));
        assertTrue(Files.exists(repository().resolve(".no_exist").resolve(LocalHub.COMMIT).resolve("generation_config.json")));
        Checkpoint checkpoint = Checkpoint.open(snapshot.toString());
        checkpoint.check();
        assertEquals("org/model@11111111", checkpoint.shape().name());
    }

    @Test
    void aPresetsNameStandsForItsRepository() throws IOException {
        hub.repository = "HuggingFaceTB/SmolLM2-135M";
        for (String file : List.of("config.json", WEIGHTS)) {
            hub.files.put(file, Files.readAllBytes(Path.of("src/test/resources/golden-llama/llama", file)));
        }
        Path snapshot = fetchOf("smollm2-135m", "main");
        assertEquals(folder.resolve("hf/hub/models--HuggingFaceTB--SmolLM2-135M/snapshots").resolve(LocalHub.COMMIT), snapshot);
        Checkpoint.open(snapshot.toString()).check();
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        fetch();
        hub.requests.clear();
        said.clear();
        assertWhole(fetch());
        assertTrue(hub.requests.stream().noneMatch(r -> r.method().equals("GET")), hub.requests.toString());
        assertTrue(said.contains(WEIGHTS + ": already there"), said.toString());
        hub.commit = "5".repeat(40);
        hub.files.put("config.json", (new String(hub.files.get("config.json"), StandardCharsets.UTF_8) + " ")
                .getBytes(StandardCharsets.UTF_8));
        assertWhole(fetch());
        assertEquals(1, hub.gets("config.json").size());
        assertEquals(0, hub.gets(WEIGHTS).size(), "a new commit shares the blob");
    }

    @Test
    void theTokenGoesToTheEndpointAlone() throws IOException {
        hub.token = "hf_secret";
        assertWhole(fetch("HF_TOKEN", "hf_secret"));
        assertTrue(hub.requests.stream().anyMatch(r -> r.host().equals("storage")));
        for (LocalHub.Request request : hub.requests) {
            assertEquals(request.host().equals("hub") ? "Bearer hf_secret" : null, request.authorization(), request.toString());
        }
        assertTrue(said.stream().noneMatch(line -> line.contains("secret")), said.toString());
    }

    @Test
    void aModelThatMovedIsFoundUnderItsOldName() throws IOException {
        Path snapshot = fetchOf("renamed", "main");
        assertEquals(folder.resolve("hf/hub/models--renamed/snapshots").resolve(LocalHub.COMMIT), snapshot);
        assertArrayEquals(hub.files.get(WEIGHTS), Files.readAllBytes(snapshot.resolve(WEIGHTS)));
    }

    @Test
    void revisionsAreBranchesTagsAndCommits() throws IOException {
        Path snapshot = fetchOf(hub.repository, "refs/pr/1");
        String how = "org/model by its name is its branch main: runs use revision refs/pr/1 by its folder, -p model=" + snapshot;
        assertTrue(said.contains(how), said.toString());
        assertEquals(LocalHub.COMMIT, Files.readString(repository().resolve("refs/refs/pr/1")));
        assertTrue(hub.requests.stream().anyMatch(r -> r.path().contains("/resolve/refs%2Fpr%2F1/config.json")), hub.requests.toString());
        assertFalse(Files.exists(repository().resolve("refs/main")));
        fetchOf(hub.repository, LocalHub.COMMIT);
        try (Stream<Path> refs = Files.list(repository().resolve("refs"))) {
            assertEquals(1, refs.count(), "a commit needs no reference");
        }
        UserError error = assertThrows(UserError.class, () -> fetchOf(hub.repository, "v9"));
        assertTrue(error.getMessage().startsWith("org/model: has no revision 'v9'"), error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../b", "", "a b", "/a", "a//b", "..", "a/."})
    void aRevisionThatIsAPathIsRefused(String revision) {
        assertTrue(assertThrows(UserError.class, () -> fetchOf(hub.repository, revision)).getMessage().startsWith("--revision "));
        assertEquals(List.of(), hub.requests);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/b/c", "", "a b", "/a", "a--b/c", "..", "a/..", "https://x"})
    void aNameThatIsNoRepositorysIsRefused(String name) {
        assertTrue(assertThrows(UserError.class, () -> fetchOf(name, "main")).getMessage().contains("not the name of a repository"));
        assertEquals(List.of(), hub.requests);
    }

    @Test
    void refusalsSayWhatToDo() {
        assertTrue(assertThrows(UserError.class, () -> fetchOf("no/such", "main")).getMessage()
                .startsWith("no/such: there is no such repository, or it is private and needs HF_TOKEN"));
        assertTrue(assertThrows(UserError.class, () -> fetchOf("gpt2-lrage", "main")).getMessage()
                .contains("needs HF_TOKEN; did you mean 'gpt2-large'? ("));
        hub.token = "right";
        assertRefused("the HF_TOKEN given does not reach it", "HF_TOKEN", "wrong");
        assertRefused("HF_TOKEN: has characters that no token has", "HF_TOKEN", "two\nlines");
        hub.token = null;
        hub.files.remove(WEIGHTS);
        assertRefused("has no weights in safetensors files");
        hub.files.remove("config.json");
        assertRefused("org/model: has no config.json at revision main");
    }

    @Test
    void whatTheStepCannotComputeIsRefusedBeforeItsWeightsCome() {
        hub.files.put("config.json", "{\"model_type\":\"mamba\"}".getBytes(StandardCharsets.US_ASCII));
        assertRefused("model_type='mamba' is not supported");
        assertEquals(0, hub.gets(WEIGHTS).size());
    }

    @Test
    void withoutANetworkThereIsOneLine() {
        assertRefused("HF_HUB_OFFLINE is set", "HF_HUB_OFFLINE", "1");
        assertEquals(List.of(), hub.requests);
        assertRefused("http://no-such-host.invalid:80 cannot be reached: unknown host; check the network",
                "HF_ENDPOINT", "http://no-such-host.invalid/");
        hub.close();
        assertRefused(hub.endpoint() + " cannot be reached: Connection refused");
        assertRefused("HF_ENDPOINT=ftp://x: not the address of a hub", "HF_ENDPOINT", "ftp://x");
        assertRefused("HF_ENDPOINT: has a name or a password in it", "HF_ENDPOINT", "http://me:secret@x");
        assertRefused("HF_ENDPOINT=x y: not the address of a hub", "HF_ENDPOINT", "x y");
    }

    @ParameterizedTest
    @CsvSource({"../../evil", ".hidden", "a/b", "'a b'", "''"})
    void aTagThatIsNoFileNameIsRefused(String etag) throws IOException {
        hub.etags.put("config.json", etag);
        assertRefused("or checksum");
        assertFalse(Files.exists(folder.resolve("hf/hub")));
    }

    @Test
    void aCommitThatIsNoneIsRefused() {
        hub.commit = "../../../../evil";
        assertRefused("the answer's commit '../../../../evil'");
        assertFalse(Files.exists(folder.resolve("hf/hub")));
    }

    @Test
    void redirectsThatLeadNowhereAreRefused() throws IOException {
        hub.redirect = hub.storage().resolve("/loop");
        assertRefused("is redirected more than 10 times");
        hub.redirect = URI.create("file:///etc/passwd");
        assertRefused("is redirected to 'file:///etc/passwd', which is not followed");
        hub.redirect = hub.storage().resolve("/model.safetensors");
        hub.files.put(WEIGHTS, hub.files.get(WEIGHTS));
        assertWhole(fetch());
    }

    @Test
    void shardsAreFetchedByTheirIndex() throws IOException {
        byte[] single = hub.files.remove(WEIGHTS);
        hub.files.put("model-00001-of-00001.safetensors", single);
        hub.files.put("model.safetensors.index.json", index("model-00001-of-00001.safetensors"));
        Path snapshot = fetch();
        assertWhole(snapshot);
        Checkpoint.open(snapshot.toString()).check();
        assertTrue(Files.exists(repository().resolve(".no_exist").resolve(LocalHub.COMMIT).resolve(WEIGHTS)));

        hub.commit = "6".repeat(40);
        hub.files.put("model.safetensors.index.json", index("../../../evil.safetensors"));
        assertRefused("'../../../evil.safetensors', which is not the name of a safetensors file beside it");
        hub.files.put("model.safetensors.index.json", index("model-00002-of-00001.safetensors"));
        assertRefused("has no model-00002-of-00001.safetensors");
    }

    private static byte[] index(String shard) throws IOException {
        Map<String, String> map = new HashMap<>();
        Set<String> names = Set.of("wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias");
        names.forEach(name -> map.put(name, shard));
        for (int layer = 0; layer < 2; layer++) {
            for (String name : List.of("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")) {
                map.put("h." + layer + "." + name + ".weight", shard);
                map.put("h." + layer + "." + name + ".bias", shard);
            }
        }
        return new ObjectMapper().writeValueAsBytes(Map.of("weight_map", map));
    }

    @Test
    void twoFetchesAtATimeShareTheWork() throws IOException {
        List<CompletableFuture<Path>> both = Stream.of(1, 2).map(i -> CompletableFuture.supplyAsync(() -> fetch())).toList();
        for (CompletableFuture<Path> one : both) {
            assertWhole(one.join());
        }
        assertEquals(1, hub.gets(WEIGHTS).size());
    }

    @Test
    void aLockOfPythonsToolsIsWaitedFor() throws Exception {
        Path lock = folder.resolve("hf/hub/.locks/models--org--model").resolve(hub.etag(WEIGHTS) + ".lock");
        Files.createDirectories(lock.getParent());
        Files.createFile(lock);
        // flock(1) takes the lock that Python's filelock takes
        Process other;
        try {
            other = new ProcessBuilder("flock", lock.toString(), "sh", "-c", "echo locked; read line").start();
        } catch (IOException e) {
            Assumptions.abort("this system has no flock");
            return;
        }
        assertEquals("locked", other.inputReader().readLine());
        CompletableFuture<Path> fetching = CompletableFuture.supplyAsync(() -> fetch());
        String waiting = WEIGHTS + ": another process is fetching it; waiting";
        while (!said.contains(waiting) && !fetching.isDone()) {
            Thread.sleep(10);
        }
        assertTrue(said.contains(waiting), said.toString());
        assertEquals(0, hub.gets(WEIGHTS).size());
        other.getOutputStream().close();
        assertWhole(fetching.join());
    }

    @Test
    void requestsTakeTheProxy() throws IOException {
        try (LocalProxy proxy = new LocalProxy()) {
            String address = "http://name:pass%20word@127.0.0.1:" + proxy.port();
            assertWhole(fetch("HTTP_PROXY", address, "HF_TOKEN", "hf_secret"));
            assertEquals(hub.requests.size(), proxy.passed().size());
            assertTrue(proxy.passed().stream().allMatch(p -> p.equals("name:pass word")), proxy.passed().toString());

            hub.requests.clear();
            int before = proxy.passed().size();
            fetch("http_proxy", address, "NO_PROXY", "example.org, 127.0.0.1:1," + URI.create(hub.endpoint()).getAuthority()
                    + "," + hub.storage().getAuthority());
            assertFalse(hub.requests.isEmpty());
            assertEquals(before, proxy.passed().size());

            assertRefused("the proxy asks for a name and password", "HTTP_PROXY", "http://127.0.0.1:" + proxy.port());
            assertRefused("HTTP_PROXY: not the address of an HTTP proxy", "HTTP_PROXY", "socks5://name:pass@127.0.0.1:1");
            UserError error = assertThrows(UserError.class, () -> fetch("ALL_PROXY", "127.0.0.1:1"));
            assertTrue(error.getMessage().contains("cannot be reached"), error.getMessage());
        }
    }

    @Test
    void nothingIsSentWhereNoTokenIs() throws IOException {
        fetch();
        hub.requests.forEach(r -> assertNull(r.authorization()));
    }
}
