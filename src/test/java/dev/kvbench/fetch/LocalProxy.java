package dev.kvbench.fetch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy on this machine that lets in who names himself. */
final class LocalProxy implements AutoCloseable {

    private static final List<String> FORWARDED = List.of("Authorization", "Range");
    private static final List<String> RETURNED = List.of("Location", "ETag", "X-Repo-Commit", "X-Linked-Etag", "X-Linked-Size",
            "X-Error-Code", "Content-Range");

    private final List<String> passed = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    LocalProxy() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                forward(exchange);
            }
        });
        server.start();
    }

    private void forward(HttpExchange exchange) throws IOException {
        String who = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
        if (who == null) {
            exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"test\"");
            exchange.sendResponseHeaders(407, -1);
            return;
        }
        passed.add(new String(Base64.getDecoder().decode(who.replaceFirst("^Basic ", "")), StandardCharsets.UTF_8));
        HttpURLConnection target = (HttpURLConnection) exchange.getRequestURI().toURL().openConnection(Proxy.NO_PROXY);
        target.setRequestMethod(exchange.getRequestMethod());
        target.setInstanceFollowRedirects(false);
        FORWARDED.forEach(name -> {
            if (exchange.getRequestHeaders().getFirst(name) != null) {
                target.setRequestProperty(name, exchange.getRequestHeaders().getFirst(name));
            }
        });
        int status = target.getResponseCode();
        RETURNED.forEach(name -> {
            if (target.getHeaderField(name) != null) {
                exchange.getResponseHeaders().set(name, target.getHeaderField(name));
            }
        });
        if (exchange.getRequestMethod().equals("HEAD") || status >= 300) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(Math.max(0, target.getContentLengthLong())));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        byte[] body = target.getInputStream().readAllBytes();
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Who passed, request by request. */
    List<String> passed() {
        return passed;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
