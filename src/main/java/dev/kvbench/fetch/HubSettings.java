package dev.kvbench.fetch;

import dev.kvbench.UserError;
import dev.kvbench.model.HubCache;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the environment says about the hub, in the variables of Hugging Face's own tools.
 *
 * @param endpoint HF_ENDPOINT, else the hub itself
 * @param token HF_TOKEN: who asks; sent to the endpoint alone
 * @param offline HF_HUB_OFFLINE
 * @param cache HF_HUB_CACHE, HF_HOME and others: where files go
 * @param proxies the usual variables
 */
record HubSettings(URI endpoint, Optional<String> token, boolean offline, HubCache cache, Proxies proxies) {

    private static final String HUB = "https://huggingface.co";
    private static final Set<String> YES = Set.of("1", "on", "yes", "true");

    static HubSettings of(Map<String, String> environment) {
        String endpoint = environment.getOrDefault("HF_ENDPOINT", "");
        return new HubSettings(
                uri(endpoint.isBlank() ? HUB : endpoint.strip().replaceFirst("/+$", "")),
                Optional.of(environment.getOrDefault("HF_TOKEN", "").strip()).filter(t -> !t.isEmpty()).map(HubSettings::token),
                YES.contains(environment.getOrDefault("HF_HUB_OFFLINE", "").toLowerCase(Locale.ROOT)),
                HubCache.of(environment),
                new Proxies(environment));
    }

    private static URI uri(String endpoint) {
        try {
            URI uri = new URI(endpoint);
            if (uri.getRawUserInfo() != null) {
                throw new UserError("HF_ENDPOINT: has a name or a password in it; who asks is said by HF_TOKEN");
            }
            if (uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new UserError("HF_ENDPOINT=" + endpoint + ": not the address of a hub, such as " + HUB);
    }

    private static String token(String token) {
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new UserError("HF_TOKEN: has characters that no token has");
        }
        return token;
    }
}
