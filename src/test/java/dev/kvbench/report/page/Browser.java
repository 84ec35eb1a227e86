package dev.kvbench.report.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A headless Chromium of this machine, driven through its chromedriver. */
final class Browser implements AutoCloseable {

    private static final String MISSING = "Skipped: no Chromium with its driver on the PATH, so pages are not tested in a browser."
            + " `apt-get install chromium chromium-driver`, then `mvn verify -Dtest='*PageTest'`";
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** @return a browser with an empty profile; the test that calls this is skipped where there is none */
    static Browser start(Path profile) {
        Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<Path> chromedriver = onPath("chromedriver");
        if (chromium.isEmpty() || chromedriver.isEmpty()) {
            // Maven shows why a test was skipped to nobody who does not look for it
            System.err.println(MISSING);
            Assumptions.abort(MISSING);
        }
        // it misses bindings for this version's DevTools, which nothing here uses
        SELENIUM.setLevel(Level.SEVERE);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get().toFile());
        options.setCapability("goog:loggingPrefs", logs);
        options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1",
                "--disable-dev-shm-usage", "--user-data-dir=" + profile.toAbsolutePath());
        // both paths are given, so that Selenium looks for nothing and downloads nothing
        ChromeDriverService service = new ChromeDriverService.Builder().usingDriverExecutable(chromedriver.get().toFile())
                .usingAnyFreePort().build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
        browser.width(1100, 900);
        return browser;
    }

    private static Optional<Path> onPath(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(d -> Path.of(d, name)))
                .filter(Files::isExecutable).findFirst();
    }

    /** Opens a page in a window of its own width and waits until its script has built it. */
    void open(Path page) {
        driver.get(page.toAbsolutePath().toUri().toString());
        // after two frames the charts are drawn as well
        frame();
        frame();
        assertTrue(driver.executeScript("return document.documentElement.dataset.ready") != null,
                () -> page + ": its script did not reach its end: " + log());
    }

    /** Sizes the window, and waits until the page is laid out for it. */
    void width(int width, int height) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        frame();
    }

    /** What the system prefers. */
    void dark(boolean dark) {
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        frame();
    }

    /** Clicks what saves a file, and waits for it. */
    List<String> saved(String selector, Path folder, String name) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        driver.executeCdpCommand("Browser.setDownloadBehavior",
                Map.of("behavior", "allow", "downloadPath", folder.toAbsolutePath().toString()));
        click(selector);
        Path file = folder.resolve(name);
        for (int i = 0; i < 100 && !Files.isRegularFile(file); i++) {
            Thread.sleep(50);
        }
        return Files.readAllLines(file);
    }

    void frame() {
        driver.executeAsyncScript("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))");
    }

    /** Fails if anything was logged to the console since the last call: errors, warnings, what the policy blocked. */
    void assertSilent() {
        assertEquals(List.of(), log());
    }

    private List<String> log() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(Object::toString).toList();
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    String text(String selector) {
        return find(selector).getText();
    }

    void click(String selector) {
        driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", find(selector));
        find(selector).click();
        frame();
    }

    @SuppressWarnings("unchecked")
    <T> T script(String code, Object... arguments) {
        return (T) driver.executeScript(code, arguments);
    }

    /** @return the cells of a table's body, row by row */
    List<List<String>> table(String id) {
        return script("return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')].map(r => [...r.cells].map(c =>"
                + " c.textContent))", id);
    }

    /** @return pixels by which the page is wider than its window */
    int overflow() {
        return this.<Number>script("return document.documentElement.scrollWidth - document.documentElement.clientWidth").intValue();
    }

    ChromeDriver driver() {
        return driver;
    }

    /** The whole page as target/screenshots/NAME.png, for people to look at. */
    Path screenshot(String name) throws IOException {
        Number height = script("return document.documentElement.scrollHeight");
        Number width = script("return window.innerWidth");
        width(width.intValue(), Math.min(12_000, height.intValue()));
        frame();
        Path file = Files.createDirectories(SCREENSHOTS).resolve(name + ".png");
        Files.move(driver.getScreenshotAs(OutputType.FILE).toPath(), file, StandardCopyOption.REPLACE_EXISTING);
        width(width.intValue(), 900);
        frame();
        return file;
    }

    @Override
    public void close() {
        driver.quit();
    }
}
