package dev.kvbench.fetch;

import dev.kvbench.ForeignText;
import dev.kvbench.Reason;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.Families;
import dev.kvbench.host.BuildProperties;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * Talks to a hub: asks what a file is, and opens it from a byte on. Redirects are followed here, so that the token goes to
 * the endpoint and nowhere else.
 */
final class HubClient {

    private static final int MOST_REDIRECTS = 10;
    private static final int ATTEMPTS = 4;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int READ_MILLIS = 30_000;
    private static final int LONGEST_TEXT = 1 << 20;
    private static final Set<Integer> BUSY = Set.of(408, 429, 500, 502, 503, 504);
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    /** A blob's file name: nothing that could be a path. */
    private static final Pattern ETAG = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._-]{0,127}");

    private final Site site;
    private final Duration pause;

    /**
     * @param site where files are from
     * @param pause before the first repetition of what failed; doubles with each
     */
    HubClient(Site site, Duration pause) {
        this.site = site;
        this.pause = pause;
    }

    /**
     * A file of the hub.
     *
     * @param name its name in the repository
     * @param commit the commit
     * @param etag its checksum, and the name of its blob
     * @param size bytes; negative if the hub does not say
     * @param location where its bytes are
     */
    record RemoteFile(String name, String commit, String etag, long size, URI location) {}

    static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    /**
     * @param repository ORG/NAME, or NAME alone
     * @param revision branch, tag or commit
     * @param file the file's name
     * @return what the hub says of it; empty if the repository has no such file
     * @throws UserError if the hub does not answer, or refuses
     */
    Optional<RemoteFile> find(String repository, String revision, String file) {
        URI uri = URI.create(site.endpoint() + "/" + repository + "/resolve/"
                + URLEncoder.encode(revision, StandardCharsets.UTF_8).replace("+", "%20") + "/" + file);
        Answer answer = repeated(uri, () -> follow("HEAD", uri, 0, true));
        HttpURLConnection connection = answer.connection();
        connection.disconnect();
        if (answer.status() == 404 && "EntryNotFound".equals(connection.getHeaderField("X-Error-Code"))) {
            return Optional.empty();
        }
        if (answer.status() >= 400) {
            throw refused(repository, revision, answer);
        }
        String commit = connection.getHeaderField("X-Repo-Commit");
        String etag = first(connection, "X-Linked-Etag", "ETag");
        if (commit == null || etag == null) {
            throw new UserError(uri + ": the answer names no commit and no checksum; HF_ENDPOINT must be a Hugging Face hub");
        }
        String blob = etag.replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
        if (!COMMIT.matcher(commit).matches() || !ETAG.matcher(blob).matches()) {
            throw new UserError(uri + ": the answer's commit " + ForeignText.quoted(commit) + " or checksum " + ForeignText.quoted(etag)
                    + " is none");
        }
        long size = answer.status() < 300 ? connection.getContentLengthLong() : -1;
        return Optional.of(new RemoteFile(file, commit, blob, connection.getHeaderFieldLong("X-Linked-Size", size),
                answer.location()));
    }

    /**
     * @param uri a file of a server that keeps files and nothing else
     * @param name what messages call it
     * @return what the server says of it; the tag is empty where it is no checksum
     * @throws UserError if the server does not answer, or refuses
     */
    RemoteFile plain(URI uri, String name) {
        Answer answer = repeated(uri, () -> follow("HEAD", uri, 0, false));
        answer.connection().disconnect();
        mustBeThere(uri, answer);
        long size = answer.connection().getContentLengthLong();
        return new RemoteFile(name, "", Checksum.tag(answer.connection().getHeaderField("Server"),
                answer.connection().getHeaderField("ETag"), size), size, answer.location());
    }

    /**
     * @param uri a short text of such a server
     * @return the text
     * @throws UserError if the server does not answer, or refuses
     */
    String text(URI uri) {
        AtomicReference<String> text = new AtomicReference<>();
        mustBeThere(uri, repeated(uri, () -> {
            Answer answer = follow("GET", uri, 0, false);
            if (answer.status() == 200) {
                try (InputStream in = answer.connection().getInputStream()) {
                    text.set(new String(in.readNBytes(LONGEST_TEXT), StandardCharsets.UTF_8));
                }
            }
            return answer;
        }));
        return text.get();
    }

    private void mustBeThere(URI uri, Answer answer) {
        if (answer.status() != 200) {
            throw new UserError(uri + ": " + switch (answer.status()) {
                case 403, 404, 410 -> "there is no such file (status " + answer.status() + "); check " + site.variable();
                case 407 -> "the proxy asks for a name and password (HTTPS_PROXY=http://name:password@host:port)";
                default -> "the server answers with status " + answer.status() + "; try again later";
            });
        }
    }

    private static String first(HttpURLConnection connection, String... names) {
        for (String name : names) {
            if (connection.getHeaderField(name) != null) {
                return connection.getHeaderField(name);
            }
        }
        return null;
    }

    /** @return the server and how messages call it */
    Site site() {
        return site;
    }

    /**
     * @param file a file
     * @param from the first byte wanted
     * @return the answer, whatever its status
     * @throws IOException if there is none
     */
    HttpURLConnection open(RemoteFile file, long from) throws IOException {
        return follow("GET", file.location(), from, false).connection();
    }

    /** An answer that is no redirect to follow, and where the file's bytes are. */
    private record Answer(HttpURLConnection connection, int status, URI location) {}

    private Answer follow(String method, URI start, long from, boolean untilLinked) throws IOException {
        URI uri = start;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            HttpURLConnection connection = request(method, uri, from);
            int status = connection.getResponseCode();
            String to = connection.getHeaderField("Location");
            if (status < 300 || status >= 400 || to == null) {
                return new Answer(connection, status, uri);
            }
            URI next = target(uri, to);
            if (untilLinked && connection.getHeaderField("X-Linked-Etag") != null) {
                return new Answer(connection, status, next);
            }
            connection.disconnect();
            uri = next;
        }
        throw new UserError(start + ": is redirected more than " + MOST_REDIRECTS + " times");
    }

    private static URI target(URI from, String to) {
        try {
            URI next = from.resolve(to);
            boolean downgrade = from.getScheme().equals("https") && !"https".equals(next.getScheme());
            if (next.getHost() != null && Set.of("http", "https").contains(next.getScheme()) && !downgrade) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new UserError(from + ": is redirected to " + ForeignText.quoted(to) + ", which is not followed");
    }

    private HttpURLConnection request(String method, URI uri, long from) throws IOException {
        Optional<URI> proxy = site.proxies().of(uri);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL()
                .openConnection(proxy.map(Proxies::connection).orElse(Proxy.NO_PROXY));
        Optional<Authenticator> passes = proxy.flatMap(Proxies::authenticator);
        passes.ifPresent(connection::setAuthenticator);
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(READ_MILLIS);
        connection.setRequestProperty("User-Agent", "kvbench/" + BuildProperties.get("version"));
        connection.setRequestProperty("Accept-Encoding", "identity");
        if (from > 0) {
            connection.setRequestProperty("Range", "bytes=" + from + "-");
        }
        if (atEndpoint(uri)) {
            site.token().ifPresent(token -> connection.setRequestProperty("Authorization", "Bearer " + token));
        }
        return connection;
    }

    private boolean atEndpoint(URI uri) {
        URI endpoint = site.endpoint();
        return endpoint.getScheme().equals(uri.getScheme()) && endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && port(endpoint) == port(uri);
    }

    private interface Call {
        Answer make() throws IOException;
    }

    private Answer repeated(URI uri, Call call) {
        for (int attempt = 1;; attempt++) {
            try {
                Answer answer = call.make();
                if (!BUSY.contains(answer.status()) || attempt == ATTEMPTS) {
                    return answer;
                }
            } catch (IOException e) {
                if (attempt == ATTEMPTS || e instanceof UnknownHostException) {
                    throw unreachable(uri, e);
                }
            }
            pause(attempt);
        }
    }

    /** Waits before what failed is repeated for the n-th time. */
    void pause(int n) {
        try {
            Thread.sleep(pause.toMillis() << Math.min(n - 1, 5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        }
    }

    UserError unreachable(URI uri, IOException e) {
        return new UserError(uri.getScheme() + "://" + uri.getHost() + ":" + port(uri) + " cannot be reached: " + Reason.of(e)
                + "; check the network, HTTPS_PROXY and " + site.variable());
    }

    private static String meant(String repository) {
        return Suggestions.closest(repository, Families.presetNames()).map(name -> "; did you mean '" + name + "'?").orElse("");
    }

    private UserError refused(String repository, String revision, Answer answer) {
        String code = String.valueOf(answer.connection().getHeaderField("X-Error-Code"));
        String who = site.token().isPresent() ? "the HF_TOKEN given does not reach it" : "needs HF_TOKEN";
        String what = switch (code) {
            case "RevisionNotFound" -> "has no revision " + ForeignText.quoted(revision);
            case "GatedRepo" -> "asks its users to accept conditions on its page first, and to say by HF_TOKEN who they are";
            case "RepoNotFound" -> "there is no such repository, or it is private and " + who + meant(repository);
            default -> switch (answer.status()) {
                case 401, 403 -> "access denied (status " + answer.status() + "): " + who;
                case 404 -> "there is no such repository" + meant(repository);
                case 407 -> "the proxy asks for a name and password (HTTPS_PROXY=http://name:password@host:port)";
                default -> "the hub answers with status " + answer.status() + "; try again later";
            };
        };
        return new UserError(repository + ": " + what + " (" + site.endpoint() + ")");
    }
}
