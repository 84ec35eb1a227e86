package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Texts of a page that were compared with what they must be, and those that were not. */
final class Traced {

    private Traced() {}

    /**
     * @param traced what was compared
     * @param scripts the page's own; what stands in them is prose
     * @return other texts with a digit
     */
    static Set<String> leftOver(Browser browser, Set<String> traced, String... scripts) throws IOException {
        StringBuilder code = new StringBuilder();
        for (String script : scripts) {
            code.append(new String(Traced.class.getResourceAsStream("/report/" + script).readAllBytes(), StandardCharsets.UTF_8));
        }
        String prose = code.toString().replaceAll("\"\\s*\\+ [\"`]|`\\s*\\+ \"", "");
        List<String> texts = browser.script("""
                const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) {
                  const node = walk.currentNode;
                  if (/[0-9]/.test(node.data) && !node.parentElement.closest("footer, script, style, noscript"))
                    found.push(node.data.trim());
                }
                for (const e of document.querySelectorAll("[aria-label]")) if (/[0-9]/.test(e.ariaLabel)) found.push(e.ariaLabel);
                return found""");
        assertTrue(texts.size() > 50, texts.size() + " texts");
        Set<String> left = new TreeSet<>(texts);
        left.removeIf(text -> traced.contains(text) || prose.contains(text));
        return left;
    }

    /** A shown number is the expected one, rounded to the digits it has. */
    static void same(Set<String> traced, double expected, String shown) {
        near(traced, expected, shown, 0);
    }

    /** The same of a part of a time: none is below zero. */
    static void part(Set<String> traced, double expected, String shown) {
        if (expected < 0) {
            assertEquals("below noise", shown);
        } else {
            same(traced, expected, shown);
        }
    }

    /** The same with a tolerance beside the rounding: of intervals from other draws. */
    static void near(Set<String> traced, double expected, String shown, double tolerance) {
        String digits = shown.replaceAll("[^0-9.]", "");
        assertFalse(digits.isEmpty(), "'" + shown + "' should be " + expected);
        int decimals = digits.contains(".") ? digits.length() - digits.indexOf('.') - 1 : 0;
        assertEquals(expected, number(shown), tolerance + 0.51 * Math.pow(10, -decimals), "shown: " + shown);
        traced.add(shown);
    }

    static double number(String shown) {
        return Double.parseDouble(shown.replace('−', '-').replace("+", "").replaceAll("[^0-9.-]", ""));
    }
}
