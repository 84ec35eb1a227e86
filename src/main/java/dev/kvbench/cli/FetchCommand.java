package dev.kvbench.cli;

import ai.djl.util.Utils;
import dev.kvbench.Suggestions;
import dev.kvbench.UserError;
import dev.kvbench.checkpoint.HubCache;
import dev.kvbench.fetch.Fetch;
import dev.kvbench.fetch.LibtorchFetch;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fetch}: real weights from the hub, or a libtorch with CUDA. */
@Command(name = "fetch", header = "Brings a checkpoint, or a libtorch with CUDA, to this machine.",
        description = {"A checkpoint comes from the Hugging Face hub into the cache that Python's tools share:"
                + " configuration, tokenizer and weights, each verified by its checksum. What was interrupted goes on where it"
                + " stopped. Read are HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HTTPS_PROXY and NO_PROXY.",
                "fetch libtorch brings no model but the libtorch with CUDA that DJL publishes into DJL's cache, where runs on a"
                + " machine with an NVIDIA driver find it. Read are KVBENCH_LIBTORCH_URL (a mirror's address, to which VERSION/files.txt"
                + " is added), DJL_CACHE_DIR, ENGINE_CACHE_DIR, DJL_OFFLINE, HTTPS_PROXY and NO_PROXY."})
final class FetchCommand implements Callable<Integer> {

    private static final String LIBTORCH = "libtorch";

    @Parameters(paramLabel = "NAME", description = "a preset such as gpt2-large or smollm2-135m, any other's ORG/NAME, or libtorch")
    private String name;

    @Option(names = "--revision", defaultValue = HubCache.MAIN, description = "branch, tag or commit (${DEFAULT-VALUE}); any other is"
            + " used by the folder that is printed, -p model=FOLDER")
    private String revision;

    @Option(names = "--dry-run", description = "for libtorch: says what would be fetched, and how large it is")
    private boolean dryRun;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        // Java refuses to send a proxy's password in the clear unless told otherwise; here the user names the proxy
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        if (name.equals(LIBTORCH)) {
            libtorch();
        } else if (Suggestions.closest(name, List.of(LIBTORCH)).isPresent()) {
            // a model's name that is mistyped the hub tells
            throw new UserError("'" + name + "': did you mean `fetch " + LIBTORCH + "`? A model is called ORG/NAME, or gpt2-large");
        } else if (dryRun) {
            throw new UserError("--dry-run: is for `fetch libtorch`; a model's files are listed on its page");
        } else {
            System.out.println(new Fetch(System.getenv(), System.err::println).fetch(name, revision));
        }
        return 0;
    }

    private void libtorch() {
        if (spec.commandLine().getParseResult().hasMatchedOption("--revision")) {
            throw new UserError("--revision " + revision + ": libtorch comes in the one release that DJL is built for; leave it out");
        }
        if (dryRun) {
            new LibtorchFetch(System.getenv(), Utils.getEngineCacheDir("pytorch"), System.out::println).list();
        } else {
            System.out.println(new LibtorchFetch(System.getenv(), Utils.getEngineCacheDir("pytorch"), System.err::println).fetch());
        }
    }
}
