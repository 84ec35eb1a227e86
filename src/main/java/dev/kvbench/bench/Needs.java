package dev.kvbench.bench;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The steps that a benchmark needs room for. A class that JMH makes of the benchmark has it too. */
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface Needs {

    /** @return what one operation of the benchmark runs */
    StepsNeeded value();
}
