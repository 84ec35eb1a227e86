package dev.kvbench.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kvbench.host.Programs;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("native")
class FirstCardTest {

    @Test
    void isOneOfTheMachinesCardsOrNone() {
        Optional<String> name = FirstCard.name();
        List<String> cards = Programs.output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader");
        // CUDA's name of a part of a card begins with that of the card
        assertTrue(name.isEmpty() || cards.isEmpty() || cards.stream().anyMatch(name.get()::startsWith), name + " of " + cards);
        assertEquals(name, FirstCard.name(), "asked again");
        name.ifPresent(n -> assertEquals(n, FirstCard.find().orElseThrow().name()));
    }
}
