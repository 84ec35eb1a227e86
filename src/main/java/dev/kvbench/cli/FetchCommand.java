package dev.kvbench.cli;

import dev.kvbench.fetch.Fetch;
import dev.kvbench.model.HubCache;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fetch}: real weights from the hub. */
@Command(name = "fetch", description = "Brings a GPT-2 checkpoint of the Hugging Face hub into the cache that Python's tools share:"
                + " configuration, tokenizer and weights, each verified by its checksum. What was interrupted goes on where it"
                + " stopped. Read are HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HTTPS_PROXY and NO_PROXY.")
final class FetchCommand implements Callable<Integer> {

    @Parameters(paramLabel = "NAME", description = "gpt2, gpt2-medium, gpt2-large, gpt2-xl, or any other's ORG/NAME")
    private String name;

    @Option(names = "--revision", defaultValue = HubCache.MAIN, description = "branch, tag or commit (${DEFAULT-VALUE}); any other is"
            + " used by the folder that is printed, -p model=FOLDER")
    private String revision;

    @Option(names = "--help", usageHelp = true, description = "shows this")
    private boolean help;

    @Override
    public Integer call() {
        // Java refuses to send a proxy's password in the clear unless told otherwise; here the user names the proxy
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        System.out.println(new Fetch(System.getenv(), System.err::println).fetch(name, revision));
        return 0;
    }
}
