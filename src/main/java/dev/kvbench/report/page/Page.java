package dev.kvbench.report.page;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvbench.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.StringEscapeUtils;

/**
 * One HTML file with everything in it: styles, scripts, the chart library (uPlot, from its WebJar) and data. It fetches
 * nothing, and its content security policy forbids any script but its own.
 */
final class Page {

    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new ShortDoubles());
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/" + uplotVersion() + "/";

    private Page() {}

    /**
     * @param heading the page's title
     * @param summary what it says in short, for readers without JavaScript
     * @param data what its script displays
     * @param scripts the resources that display it, beside {@code chart.js}, {@code table.js} and {@code parts.js}; what runs comes
     *     last
     * @param file where it goes, whole or not at all
     * @return the file
     * @throws IOException if it cannot be written
     */
    static Path write(String heading, String summary, Object data, List<String> scripts, Path file) throws IOException {
        return WholeFile.write(file,
                out -> out.write(html(heading, summary, data, scripts).getBytes(StandardCharsets.UTF_8)));
    }

    static String html(String heading, String summary, Object data, List<String> scripts) {
        String styles = resource(UPLOT + "dist/uPlot.min.css") + "\n" + resource("/report/style.css");
        String code = resource(UPLOT + "dist/uPlot.iife.min.js") + "\n" + resource("/report/chart.js")
                + resource("/report/table.js") + resource("/report/parts.js")
                + scripts.stream().map(script -> resource("/report/" + script)).collect(Collectors.joining());
        Map<String, String> parts = Map.of(
                "title", StringEscapeUtils.escapeHtml4(heading),
                "summary", StringEscapeUtils.escapeHtml4(summary),
                "policy", "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src '"
                + hash(styles)
                        + "'; script-src '" + hash(code) + "'",
                "styles", styles,
                "licence", resource(UPLOT + "LICENSE").strip(),
                "data", json(data),
                "code", code);
        return PLACEHOLDER.matcher(resource("/report/page.html"))
                .replaceAll(part -> Matcher.quoteReplacement(parts.get(part.group(1))));
    }

    /** JSON that no HTML parser can mistake for the end of its element: its strings have no angle bracket. */
    static String json(Object data) {
        try {
            return JSON.writeValueAsString(data).replace("<", "\\u003c").replace(">", "\\u003e");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String uplotVersion() {
        try (InputStream in = Page.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + name);
            }
            // browsers hash what they read, and they read CR LF as LF
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
