package dev.kvbench.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;

/** Doubles in a page's data: short, and null where they are not finite. */
final class ShortDoubles extends SimpleModule {

    private static final long serialVersionUID = 1;

    /** More digits than any step time is good for. */
    private static final MathContext DIGITS = new MathContext(6);

    ShortDoubles() {
        JsonSerializer<Double> one = new JsonSerializer<>() {
            @Override
            public void serialize(Double value, JsonGenerator json, SerializerProvider provider) throws IOException {
                write(value, json);
            }
        };
        addSerializer(Double.class, one);
        addSerializer(double.class, one);
        addSerializer(double[].class, new JsonSerializer<>() {
            @Override
            public void serialize(double[] values, JsonGenerator json, SerializerProvider provider) throws IOException {
                json.writeStartArray();
                for (double value : values) {
                    write(value, json);
                }
                json.writeEndArray();
            }
        });
    }

    private static void write(double value, JsonGenerator json) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(new BigDecimal(value).round(DIGITS).stripTrailingZeros().toString());
        } else {
            json.writeNull();
        }
    }
}
