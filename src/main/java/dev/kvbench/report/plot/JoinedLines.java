package dev.kvbench.report.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.GraphicsConfiguration;
import java.awt.Image;
import java.awt.Paint;
import java.awt.Shape;
import java.awt.Stroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.ImageObserver;
import java.awt.image.RenderedImage;
import java.awt.image.renderable.RenderableImage;
import java.text.AttributedCharacterIterator;
import org.apache.batik.ext.awt.g2d.AbstractGraphics2D;
import org.apache.batik.ext.awt.g2d.GraphicContext;

/**
 * Joins lines that go on where the last one ended. XChart draws a curve as a line per pair of points, each of which
 * starts its dashes anew: on a dense curve no dash ever ends, and every line becomes an element of its own in SVG.
 */
final class JoinedLines extends AbstractGraphics2D {

    private final Graphics2D target;
    private final AffineTransform base;

    private Path2D.Double path;
    private Stroke stroke;
    private Paint paint;
    private AffineTransform transform;
    private Shape clip;

    /** @param target where everything is drawn */
    JoinedLines(Graphics2D target) {
        super(false);
        this.target = target;
        this.base = target.getTransform();
        this.gc = new GraphicContext();
    }

    private JoinedLines(JoinedLines other) {
        super(other);
        this.target = other.target;
        this.base = other.base;
    }

    @Override
    public void draw(Shape shape) {
        if (!(shape instanceof Line2D line)) {
            apply();
            target.draw(shape);
            return;
        }
        if (path == null || !continues(line)) {
            flush();
            path = new Path2D.Double();
            path.moveTo(line.getX1(), line.getY1());
            stroke = gc.getStroke();
            paint = gc.getPaint();
            transform = gc.getTransform();
            clip = gc.getClip();
        }
        path.lineTo(line.getX2(), line.getY2());
    }

    private boolean continues(Line2D line) {
        return line.getP1().equals(path.getCurrentPoint()) && gc.getStroke().equals(stroke)
                && gc.getPaint().equals(paint) && gc.getTransform().equals(transform);
    }

    private void flush() {
        if (path != null) {
            set(transform, clip, paint, stroke);
            target.draw(path);
            path = null;
        }
    }

    /** Draws what is pending, then makes the target ready for what comes. */
    private void apply() {
        flush();
        set(gc.getTransform(), gc.getClip(), gc.getPaint(), gc.getStroke());
        target.setFont(gc.getFont());
    }

    private void set(AffineTransform to, Shape clipped, Paint with, Stroke by) {
        target.setTransform(base);
        target.transform(to);
        target.setClip(clipped);
        target.setRenderingHints(gc.getRenderingHints());
        target.setComposite(gc.getComposite());
        target.setPaint(with);
        target.setStroke(by);
    }

    @Override
    public void dispose() {
        flush();
    }

    @Override
    public Graphics create() {
        flush();
        return new JoinedLines(this);
    }

    @Override
    public void fill(Shape shape) {
        apply();
        target.fill(shape);
    }

    @Override
    public void drawString(String text, float x, float y) {
        apply();
        target.drawString(text, x, y);
    }

    @Override
    public void drawString(AttributedCharacterIterator text, float x, float y) {
        apply();
        target.drawString(text, x, y);
    }

    @Override
    public boolean drawImage(Image image, int x, int y, ImageObserver observer) {
        apply();
        return target.drawImage(image, x, y, observer);
    }

    @Override
    public boolean drawImage(Image image, int x, int y, int width, int height, ImageObserver observer) {
        apply();
        return target.drawImage(image, x, y, width, height, observer);
    }

    @Override
    public boolean drawImage(Image image, int x, int y, Color background, ImageObserver observer) {
        apply();
        return target.drawImage(image, x, y, background, observer);
    }

    @Override
    public boolean drawImage(Image image, int x, int y, int width, int height, Color background,
            ImageObserver observer) {
        apply();
        return target.drawImage(image, x, y, width, height, background, observer);
    }

    @Override
    public void drawRenderedImage(RenderedImage image, AffineTransform to) {
        apply();
        target.drawRenderedImage(image, to);
    }

    @Override
    public void drawRenderableImage(RenderableImage image, AffineTransform to) {
        apply();
        target.drawRenderableImage(image, to);
    }

    @Override
    public void copyArea(int x, int y, int width, int height, int dx, int dy) {
        apply();
        target.copyArea(x, y, width, height, dx, dy);
    }

    @Override
    public GraphicsConfiguration getDeviceConfiguration() {
        return target.getDeviceConfiguration();
    }

    @Override
    public FontMetrics getFontMetrics(Font font) {
        return target.getFontMetrics(font);
    }

    @Override
    public void setXORMode(Color color) {
        throw new UnsupportedOperationException("XOR");
    }

    @Override
    public void setPaintMode() {
        // the only mode there is
    }
}
