package dev.kvbench.fetch;

import dev.kvbench.UserError;
import dev.kvbench.checkpoint.HubCache;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the environment says about the hub, in the variables of Hugging Face's own tools.
 *
 * @param site HF_ENDPOINT, else the hub itself; HF_TOKEN, and the proxies on the way
 * @param offline HF_HUB_OFFLINE
 * @param cache HF_HUB_CACHE, HF_HOME and others: where files go
 */
record HubSettings(Site site, boolean offline, HubCache cache) {

    private static final String HUB = "https://huggingface.co";
    private static final Set<String> YES = Set.of("1", "on", "yes", "true");

    static HubSettings of(Map<String, String> environment) {
        Site site = new Site("the hub", Site.endpoint(environment, "HF_ENDPOINT", "a hub", HUB),
                Optional.of(environment.getOrDefault("HF_TOKEN", "").strip()).filter(t -> !t.isEmpty()).map(HubSettings::token),
                new Proxies(environment), "HF_ENDPOINT", "HF_HOME");
        return new HubSettings(site, YES.contains(environment.getOrDefault("HF_HUB_OFFLINE", "").toLowerCase(Locale.ROOT)),
                HubCache.of(environment));
    }

    private static String token(String token) {
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new UserError("HF_TOKEN: has characters that no token has");
        }
        return token;
    }
}
