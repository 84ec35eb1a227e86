package dev.kvbench.fetch;

import dev.kvbench.UserError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A server that files are fetched from, and how messages call it.
 *
 * @param name what it is, such as "the hub"
 * @param endpoint its address, without a slash at the end
 * @param token who asks; sent to the endpoint alone
 * @param proxies the usual variables
 * @param variable the environment variable that names another endpoint
 * @param placeVariable the environment variable that names another place to put files
 */
record Site(String name, URI endpoint, Optional<String> token, Proxies proxies, String variable, String placeVariable) {

    /**
     * @param environment environment variables
     * @param variable the one that may name the endpoint
     * @param what what is expected there, such as "a hub"
     * @param usual the endpoint where it is not set
     * @return the endpoint
     * @throws UserError if the variable's value is no address
     */
    static URI endpoint(Map<String, String> environment, String variable, String what, String usual) {
        String value = environment.getOrDefault(variable, "");
        String endpoint = value.isBlank() ? usual : value.strip().replaceFirst("/+$", "");
        try {
            URI uri = new URI(endpoint);
            if (uri.getRawUserInfo() != null) {
                throw new UserError(variable + ": has a name or a password in it"
                        + (variable.equals("HF_ENDPOINT") ? "; who asks is said by HF_TOKEN" : ", which is not sent; leave it out"));
            }
            if (uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw new UserError(variable + "=" + endpoint + ": not the address of " + what + ", such as " + usual);
    }
}
