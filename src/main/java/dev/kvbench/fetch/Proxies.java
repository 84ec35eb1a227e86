package dev.kvbench.fetch;

import dev.kvbench.UserError;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxies that the environment names, as curl and Python read it: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in
 * either case.
 */
final class Proxies {

    private final Map<String, String> environment;

    Proxies(Map<String, String> environment) {
        this.environment = environment;
    }

    private Optional<String> variable(String... names) {
        return Arrays.stream(names).flatMap(n -> Stream.of(n.toLowerCase(Locale.ROOT), n))
                .map(n -> environment.getOrDefault(n, "")).filter(v -> !v.isBlank()).findFirst();
    }

    /**
     * @param target where a request goes
     * @return the proxy it takes; empty for none
     * @throws UserError if the variable's value is no proxy's address
     */
    Optional<URI> of(URI target) {
        String variable = target.getScheme().equals("https") ? "HTTPS_PROXY" : "HTTP_PROXY";
        Optional<String> value = variable(variable, "ALL_PROXY");
        if (value.isEmpty() || bypassed(target)) {
            return Optional.empty();
        }
        String text = value.get().strip();
        try {
            URI proxy = new URI(text.contains("://") ? text : "http://" + text);
            if (proxy.getHost() != null && "http".equals(proxy.getScheme())) {
                return Optional.of(proxy);
            }
        } catch (URISyntaxException e) {
            // said below, without the value: it may hold a password
        }
        throw new UserError(variable + ": not the address of an HTTP proxy, such as http://host:3128");
    }

    /** Hosts, domains with or without a leading dot, each with a port or without; an asterisk for everything. */
    private boolean bypassed(URI target) {
        String host = target.getHost().toLowerCase(Locale.ROOT);
        String withPort = host + ":" + HubClient.port(target);
        return variable("NO_PROXY").stream().flatMap(v -> Arrays.stream(v.split("[,\\s]+")))
                .map(entry -> entry.toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> entry.equals("*") || Stream.of(host, withPort)
                        .anyMatch(name -> name.equals(entry) || name.endsWith("." + entry)));
    }

    /** @return the proxy in Java's terms */
    static Proxy connection(URI proxy) {
        return new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), HubClient.port(proxy)));
    }

    /** @return what answers a proxy that asks who wants to pass; nothing else is answered */
    static Optional<Authenticator> authenticator(URI proxy) {
        String user = proxy.getRawUserInfo();
        if (user == null) {
            return Optional.empty();
        }
        String[] parts = user.split(":", 2);
        PasswordAuthentication answer = new PasswordAuthentication(decoded(parts[0]),
                (parts.length == 2 ? decoded(parts[1]) : "").toCharArray());
        return Optional.of(new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return getRequestorType() == RequestorType.PROXY ? answer : null;
            }
        });
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
