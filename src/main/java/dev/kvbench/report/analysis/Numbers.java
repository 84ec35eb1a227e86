package dev.kvbench.report.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers in sentences. */
public final class Numbers {

    private Numbers() {}

    /** @return such as "4.1 %", without a sign */
    public static String percent(double change) {
        double percent = 100 * Math.abs(change);
        return String.format(Locale.ROOT, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
    }

    /** @return such as "4.1 % more", "4.1 % less" */
    public static String more(double change) {
        return Double.isInfinite(change) ? "infinitely more" : percent(change) + (change < 0 ? " less" : " more");
    }

    /** @return four digits, such as "1.343 ms" */
    public static String ms(double ms) {
        return digits(ms) + " ms";
    }

    /** @return megabytes, or gigabytes from 1000 on */
    public static String mb(double mb) {
        return mb < 1000 ? digits(mb) + " MB" : digits(mb / 1000) + " GB";
    }

    /** @return as many digits as intervals of nats per token are good for */
    public static String nats(double nats) {
        return signed(String.format(Locale.ROOT, "%.3f", nats));
    }

    /** @return a fraction as whole percent, with its sign where it is below zero */
    public static String share(double fraction) {
        return signed(String.format(Locale.ROOT, "%.0f", 100 * fraction)) + " %";
    }

    private static String signed(String number) {
        return number.matches("-0\\.?0*") ? number.substring(1) : number.replace('-', '−');
    }

    /** Four significant digits, as JavaScript's toPrecision. */
    public static String digits(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(4));
        int decimals = Math.max(0, 4 - (rounded.precision() - rounded.scale()));
        return rounded.setScale(decimals, RoundingMode.HALF_UP).toPlainString();
    }
}
