package dev.kvbench.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hub on this machine and, on a port of its own, the other host that its large files are redirected to. Answers as the
 * real one does, headers included, and misbehaves where a test asks it to.
 */
final class LocalHub implements AutoCloseable {

    static final String COMMIT = "1111111111222222222233333333334444444444";

    /** What was asked for. */
    record Request(String host, String method, String path, String authorization, String range) {}

    final Map<String, byte[]> files = new TreeMap<>();
    final List<Request> requests = new CopyOnWriteArrayList<>();
    final Map<String, String> etags = new ConcurrentHashMap<>();
    final AtomicInteger unavailable = new AtomicInteger();
    volatile String commit = COMMIT;
    volatile String repository = "org/model";
    volatile String token;
    volatile boolean ranges = true;
    volatile boolean saysSize = true;
    volatile int dropAfter = Integer.MAX_VALUE;
    volatile int drops;
    volatile String wrongRange;
    volatile URI redirect;
    volatile byte[] served;
    private final List<ExecutorService> executors = new CopyOnWriteArrayList<>();
    private final AtomicInteger dropped = new AtomicInteger();
    private final HttpServer hub = server("hub", this::resolve);
    private final HttpServer storage = server("storage", this::store);

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private HttpServer server(String host, Handler handler) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            server.createContext("/", exchange -> {
                requests.add(new Request(host, exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(),
                        exchange.getRequestHeaders().getFirst("Authorization"), exchange.getRequestHeaders().getFirst("Range")));
                try {
                    handler.handle(exchange);
                } finally {
                    exchange.close();
                }
            });
            ExecutorService threads = Executors.newCachedThreadPool();
            executors.add(threads);
            server.setExecutor(threads);
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    URI storage() {
        return URI.create("http://127.0.0.1:" + storage.getAddress().getPort());
    }

    static String hash(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            Arrays.stream(parts).forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean large(String file) {
        return file.endsWith(".safetensors");
    }

    String etag(String file) {
        byte[] content = files.get(file);
        return etags.getOrDefault(file, large(file) ? hash("SHA-256", content)
                : hash("SHA-1", ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII), content));
    }

    private void resolve(HttpExchange exchange) throws IOException {
        if (unavailable.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        String path = exchange.getRequestURI().getPath();
        String old = "/renamed/resolve/";
        if (path.startsWith(old)) {
            exchange.getResponseHeaders().set("Location", "/" + repository + "/resolve/" + path.substring(old.length()));
            exchange.sendResponseHeaders(307, -1);
            return;
        }
        String start = "/" + repository + "/resolve/";
        if (!path.startsWith(start) || token != null && !("Bearer " + token)
                .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            error(exchange, 401, "RepoNotFound");
            return;
        }
        String rest = path.substring(start.length());
        int cut = rest.lastIndexOf('/');
        String revision = rest.substring(0, cut);
        String file = rest.substring(cut + 1);
        exchange.getResponseHeaders().set("X-Repo-Commit", commit);
        if (!List.of("main", "refs/pr/1", commit).contains(revision)) {
            error(exchange, 404, "RevisionNotFound");
        } else if (!files.containsKey(file)) {
            error(exchange, 404, "EntryNotFound");
        } else if (large(file)) {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + etag(file) + "\"");
            if (saysSize) {
                exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(files.get(file).length));
            }
            exchange.getResponseHeaders().set("Location", redirect != null ? redirect.toString() : storage() + "/" + file + "?signed=yes");
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", "\"" + etag(file) + "\"");
            content(exchange, file);
        }
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        exchange.getResponseHeaders().set("X-Error-Code", code);
        exchange.sendResponseHeaders(status, -1);
    }

    private void store(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/loop")) {
            exchange.getResponseHeaders().set("Location", "/loop");
            exchange.sendResponseHeaders(302, -1);
            return;
        }
        content(exchange, path.substring(1));
    }

    private void content(HttpExchange exchange, String file) throws IOException {
        byte[] content = served != null && large(file) ? served : files.get(file);
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = 0;
        if (range != null && ranges) {
            from = Integer.parseInt(range.replaceAll("\\D", ""));
            if (from >= content.length) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            exchange.getResponseHeaders().set("Content-Range",
                    wrongRange != null ? wrongRange : "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        boolean drop = large(file) && content.length - from > dropAfter && dropped.getAndIncrement() < drops;
        OutputStream out = exchange.getResponseBody();
        out.write(content, from, drop ? dropAfter : content.length - from);
        out.flush();
    }

    List<Request> gets(String file) {
        return requests.stream().filter(r -> r.method.equals("GET") && r.path.endsWith("/" + file)).toList();
    }

    @Override
    public void close() {
        hub.stop(0);
        storage.stop(0);
        executors.forEach(ExecutorService::shutdownNow);
    }
}
