package dev.kvbench.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;

/** DJL's PyTorch files on this machine: an index, and files in gzip with the tags that S3 gives them. Misbehaves where asked to. */
final class LocalSite implements AutoCloseable {

    static final String FOLDER = "/2.7.1/cu128/linux-x86_64/native/lib/";

    /** Paths and what is served there. */
    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    /** What is in the libtorch, by name. */
    final Map<String, byte[]> content = new TreeMap<>();
    final Map<String, String> etags = new ConcurrentHashMap<>();
    /** Method, path and range. */
    final List<String> requests = new CopyOnWriteArrayList<>();
    volatile boolean ranges = true;
    /** Bytes after which a connection drops, once for each path. */
    volatile int dropAfter = Integer.MAX_VALUE;
    private final Map<String, Boolean> dropped = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    LocalSite() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.setExecutor(threads);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Publishes a file of the libtorch, and lists it. */
    void publish(String name, byte[] bytes) {
        content.put(name, bytes);
        files.put(FOLDER + name + ".gz", gzip(bytes));
        StringBuilder index = new StringBuilder("cpu/linux-x86_64/native/lib/libtorch.so.gz\n");
        content.keySet().forEach(n -> index.append("cu128/linux-x86_64/native/lib/").append(n.replace("+", "%2B")).append(".gz\n"));
        index.append("cu128/win-x86_64/native/lib/torch.dll.gz\n");
        files.put("/2.7.1/files.txt", index.toString().getBytes(StandardCharsets.UTF_8));
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range));
        byte[] bytes = files.get(path);
        if (bytes == null) {
            exchange.sendResponseHeaders(403, -1);
            return;
        }
        exchange.getResponseHeaders().set("Server", "AmazonS3");
        exchange.getResponseHeaders().set("ETag", "\"" + etags.getOrDefault(path, LocalHub.hash("MD5", bytes)) + "\"");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        int from = range == null || !ranges ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from > 0) {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
        boolean drop = bytes.length - from > dropAfter && dropped.put(path, true) == null;
        exchange.getResponseBody().write(bytes, from, drop ? dropAfter : bytes.length - from);
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
