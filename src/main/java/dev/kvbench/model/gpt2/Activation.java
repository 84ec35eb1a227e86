package dev.kvbench.model.gpt2;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The function between an MLP's two products. Names are those of {@code config.json}; those that follow the first are
 * other ways to write the same function, equal up to rounding.
 */
public enum Activation {
    /** GPT-2's own: the tanh approximation of GELU. */
    GELU_NEW("torch.gelu(x, approximate=\"tanh\")", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"),
    /** GELU by the error function. */
    GELU("torch.gelu(x, approximate=\"none\")", "gelu", "gelu_python"),
    /** max(0, x). */
    RELU("torch.relu(x)", "relu"),
    /** x / (1 + exp(-x)). */
    SILU("torch.silu(x)", "silu", "swish"),
    /** Hyperbolic tangent. */
    TANH("torch.tanh(x)", "tanh");

    private final String expression;
    private final List<String> names;

    Activation(String expression, String... names) {
        this.expression = expression;
        this.names = List.of(names);
    }

    /**
     * @param name a name of config.json
     * @return the function; empty if the step does not have it
     */
    static Optional<Activation> of(String name) {
        return Arrays.stream(values()).filter(a -> a.names.contains(name)).findFirst();
    }

    /** @return every name that is known */
    static Stream<String> known() {
        return Arrays.stream(values()).flatMap(a -> a.names.stream());
    }

    /** @return its first name */
    public String label() {
        return names.get(0);
    }

    /** @return the method {@code activate} of the step's TorchScript class: [.., I] to [.., I] */
    public String torchScript() {
        return "def activate(self, x: Tensor) -> Tensor:\n  return " + expression + "\n";
    }
}
