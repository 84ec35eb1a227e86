package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** Pages can be used by keyboard, without sight, with weak sight, and on a phone. */
@Tag("browser")
class AccessiblePageTest extends MadePages {

    @Test
    void aPhoneInEitherThemeNeedsNoSidewaysScroll() throws Exception {
        for (Path page : pages()) {
            String name = page.getParent().getFileName().toString();
            for (boolean dark : List.of(false, true)) {
                browser.dark(dark);
                browser.width(400, 800);
                browser.open(page);
                assertTrue(browser.overflow() <= 0, name + " is wider than 400 px");
                for (WebElement chart : browser.all(".chart")) {
                    assertTrue(chart.getSize().width <= 400 && chart.getSize().width > 300, name + ": a chart is "
                            + chart.getSize().width + " px wide");
                }
                browser.screenshot(name + "-400" + (dark ? "-dark" : ""));
            }
            browser.width(1100, 900);
            browser.open(page);
            browser.screenshot(name + "-dark");
        }
    }

    @Test
    void textAndCurvesHaveContrastInEitherTheme() {
        for (Path page : pages()) {
            browser.open(page);
            for (String theme : List.of("light", "dark")) {
                assertEquals(theme, browser.script("return document.documentElement.dataset.theme"));
                List<String> weak = browser.script(CONTRAST);
                assertEquals(List.of(), weak, theme + " theme");
                browser.click("#theme");
            }
        }
    }

    /** WCAG 2.2: 4.5:1 for text (SC 1.4.3), 3:1 for what a graphic or control is recognised by (SC 1.4.11). */
    private static final String CONTRAST = """
            const rgb = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length > 3 && n[3] === 0 ? null : n.slice(0, 3); };
            const luminance = c => { const [r, g, b] = c.map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
              return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
            const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
            const behind = e => {
              for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; }
              return [255, 255, 255]; };
            const weak = new Set();
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
              const e = walk.currentNode.parentElement;
              if (!walk.currentNode.data.trim() || !e.checkVisibility() || e.closest("script, style, noscript, button:disabled")) continue;
              const r = ratio(rgb(getComputedStyle(e).color), behind(e));
              if (r < 4.5) weak.add(r.toFixed(2) + ": " + walk.currentNode.data.trim().slice(0, 60));
            }
            for (const line of document.querySelectorAll(".swatch line")) {
              const r = ratio(rgb(getComputedStyle(line).stroke), behind(line.closest("section")));
              if (r < 3) weak.add(r.toFixed(2) + ": curve " + line.getAttribute("class"));
            }
            for (const control of document.querySelectorAll("main button:not(th button), select")) {
              const r = ratio(rgb(getComputedStyle(control).borderTopColor), behind(control.parentElement));
              if (r < 3) weak.add(r.toFixed(2) + ": border of " + control.textContent);
            }
            return [...weak]""";

    @Test
    void theKeyboardReachesEveryControlInOrder() {
        theKeyboardReachesEveryControlInOrder(quality);
        browser.find("#window input[name=window-read][value='32']").sendKeys(Keys.ARROW_RIGHT);
        assertEquals("64", browser.text("#window-shown"));
        theKeyboardReachesEveryControlInOrder(small);
        browser.find("#line-1").sendKeys(Keys.SPACE);
        assertEquals(1, browser.all("#lines input:checked").size());
        browser.find("#theme").sendKeys(Keys.ENTER);
        assertEquals("dark", browser.script("return document.documentElement.dataset.theme"));
    }

    private static void theKeyboardReachesEveryControlInOrder(Path page) {
        browser.open(page);
        List<String> controls = browser.script("""
                const radios = new Set();
                return [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
                  .filter(e => e.checkVisibility() && !e.disabled && !(e.type === "radio" && !e.checked))
                  .map((e, i) => { e.dataset.order = i; return String(i); })""");
        assertTrue(controls.size() > 40, controls.size() + " controls");
        List<String> reached = new ArrayList<>();
        Set<String> unmarked = new TreeSet<>();
        for (int i = 0; i < controls.size(); i++) {
            new Actions(browser.driver()).sendKeys(Keys.TAB).perform();
            reached.add(browser.script("return document.activeElement.dataset.order || document.activeElement.tagName"));
            if (!Boolean.TRUE.equals(browser.script("return getComputedStyle(document.activeElement).outlineStyle !== 'none'"))) {
                unmarked.add(browser.script("return document.activeElement.outerHTML.slice(0, 80)"));
            }
        }
        assertEquals(controls, reached);
        assertEquals(Set.of(), unmarked, "focus cannot be seen");
    }

    @Test
    void figuresSayWhatTheyShowAndControlsHaveNames() {
        for (Path page : pages()) {
            browser.open(page);
            List<String> unnamed = browser.script("""
                    const out = [];
                    for (const c of document.querySelectorAll("canvas")) {
                      const figure = c.closest("[role=img]");
                      if (!figure || figure.ariaLabel.length < 30) out.push("canvas without a text alternative");
                      else if (!c.closest("figure").querySelector("figcaption").textContent.includes(figure.ariaLabel))
                        out.push("unseen finding");
                    }
                    for (const i of document.querySelectorAll("input, select"))
                      if (![...i.labels].some(l => l.textContent.trim())) out.push("no label: " + i.id);
                    for (const b of document.querySelectorAll("button, a")) if (!b.textContent.trim()) out.push("no text: " + b.outerHTML);
                    for (const t of document.querySelectorAll("table"))
                      if (!t.caption || t.querySelectorAll("thead th[scope=col]").length === 0) out.push("bare table " + t.id);
                    const levels = [...document.querySelectorAll("h1, h2, h3")].map(h => Number(h.tagName[1]));
                    levels.forEach((l, i) => { if (i && l > levels[i - 1] + 1) out.push("heading level skipped"); });
                    if (levels.filter(l => l === 1).length !== 1) out.push("not one h1");
                    const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
                    if (new Set(ids).size !== ids.length) out.push("an id twice");
                    for (const a of document.querySelectorAll("a[href^='#']"))
                      if (!document.getElementById(a.hash.slice(1))) out.push("dead link " + a.hash);
                    return out""");
            assertEquals(List.of(), unnamed, page.toString());
        }
    }
}
