package dev.kvbench.runtime.cuda;

import dev.kvbench.host.Card;
import dev.kvbench.host.Programs;
import java.util.List;
import java.util.Optional;

/**
 * The card that steps run on: the first of those that CUDA shows this process, in its order. CUDA_VISIBLE_DEVICES chooses
 * and orders them, of which nvidia-smi knows nothing; the driver's version is what nvidia-smi says.
 */
public final class FirstCard {

    private FirstCard() {}

    /** @return the first card as its driver tells it, without taking memory on it; empty if there is none */
    public static Optional<Card> find() {
        List<String> lines = Programs.output("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader");
        if (lines.isEmpty()) {
            return name().map(name -> new Card(name, null));
        }
        String[] told = lines.get(0).split(",\\s*", 2);
        return Optional.of(new Card(name().orElse(told[0]), told.length > 1 ? told[1] : null));
    }

    /** @return the card that has run steps; one does, even where its driver tells nothing */
    public static Card ran() {
        return find().orElse(Card.NAMELESS);
    }

    /** @return the first card's name; empty if there is no driver or no card */
    static Optional<String> name() {
        try {
            return Optional.of(CudaDriver.firstName());
        } catch (Unsupported e) {
            return Optional.empty();
        }
    }

    /** @return the first card's place on the PCI bus, such as "0000:17:00.0"; empty if there is no driver or no card */
    public static Optional<String> bus() {
        try {
            return Optional.of(CudaDriver.firstBus());
        } catch (Unsupported e) {
            return Optional.empty();
        }
    }
}
