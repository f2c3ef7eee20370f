package io.resultsink.postgres.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test that takes a measure out and sees the attack succeed that the measure is there for. {@link
 * AttackTable} lists them apart: such a test fails when nobody notices.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Measure {

  /** What is taken out. */
  String value();

  /** How it is taken out. */
  String disabledBy();

  /** What succeeds without it. */
  String attack();
}
