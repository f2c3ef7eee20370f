/**
 * A query over files whose result lands in PostgreSQL, as a job that a platform launches: a Flex
 * Template of Dataflow, or an application of Flink.
 */
@NullMarked
package io.resultsink.template;

import org.jspecify.annotations.NullMarked;
