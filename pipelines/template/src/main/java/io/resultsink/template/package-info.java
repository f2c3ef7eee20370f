/**
 * The template of a query over files with a result in PostgreSQL. A platform launches it as a job:
 * a Flex Template of Dataflow, or an application of Flink.
 */
@NullMarked
package io.resultsink.template;

import org.jspecify.annotations.NullMarked;
