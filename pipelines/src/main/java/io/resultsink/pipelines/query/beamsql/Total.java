package io.resultsink.pipelines.query.beamsql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BigDecimalCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.jspecify.annotations.Nullable;

/** The count of numbers and their sum, which is exact for integers and decimals. */
final class Total {

  private long count;
  private BigDecimal exact = BigDecimal.ZERO;
  private double nearly;

  private void add(Object number) {
    count++;
    if (number instanceof Double value) {
      nearly += value;
    } else if (number instanceof BigDecimal value) {
      exact = exact.add(value);
    } else {
      exact = exact.add(BigDecimal.valueOf(((Number) number).longValue()));
    }
  }

  private void add(Total other) {
    count += other.count;
    exact = exact.add(other.exact);
    nearly += other.nearly;
  }

  /** The sum of numbers that are not NULL. */
  private abstract static class Totals
      extends CombineFn<@Nullable Object, Total, @Nullable Object> {

    @Override
    public Total createAccumulator() {
      return new Total();
    }

    @Override
    public Total addInput(Total total, @Nullable Object number) {
      if (number != null) {
        total.add(number);
      }
      return total;
    }

    @Override
    public Total mergeAccumulators(Iterable<Total> totals) {
      Total all = new Total();
      totals.forEach(all::add);
      return all;
    }

    @Override
    public @Nullable Object extractOutput(Total total) {
      return total.count == 0 ? null : result(total);
    }

    abstract Object result(Total total);

    @Override
    public Coder<Total> getAccumulatorCoder(CoderRegistry registry, Coder<@Nullable Object> input) {
      return TotalCoder.INSTANCE;
    }

    @Override
    public Coder<@Nullable Object> getDefaultOutputCoder(
        CoderRegistry registry, Coder<@Nullable Object> input) {
      // The rows' schema determines their encoding.
      return input;
    }
  }

  /** SUM of integers, which fails out of BIGINT's range. */
  static final class OfIntegers extends Totals {
    @Override
    Object result(Total total) {
      try {
        return total.exact.longValueExact();
      } catch (ArithmeticException e) {
        throw new ValueException(
            "a SUM is out of BIGINT's range; write SUM(CAST(x AS DECIMAL(38, 0)))");
      }
    }
  }

  /** SUM of decimals, which is exact. */
  static final class OfDecimals extends Totals {
    @Override
    Object result(Total total) {
      return total.exact;
    }
  }

  /** SUM of doubles. */
  static final class OfDoubles extends Totals {
    @Override
    Object result(Total total) {
      return total.nearly;
    }
  }

  /** AVG of numbers of any kind: a double. */
  static final class Average extends Totals {
    @Override
    Object result(Total total) {
      return (total.exact.doubleValue() + total.nearly) / total.count;
    }
  }

  private static final class TotalCoder extends AtomicCoder<Total> {

    private static final TotalCoder INSTANCE = new TotalCoder();

    @Override
    public void encode(Total total, OutputStream out) throws IOException {
      VarLongCoder.of().encode(total.count, out);
      BigDecimalCoder.of().encode(total.exact, out);
      DoubleCoder.of().encode(total.nearly, out);
    }

    @Override
    public Total decode(InputStream in) throws IOException {
      Total total = new Total();
      total.count = VarLongCoder.of().decode(in);
      total.exact = BigDecimalCoder.of().decode(in);
      total.nearly = DoubleCoder.of().decode(in);
      return total;
    }
  }
}
