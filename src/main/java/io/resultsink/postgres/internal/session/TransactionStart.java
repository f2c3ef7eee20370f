package io.resultsink.postgres.internal.session;

/** The statements that begin a transaction of ours, with settings of its own until its end. */
final class TransactionStart {

  private static final int TRANSACTION_TIMEOUT_SINCE = 17;

  private TransactionStart() {}

  /**
   * Returns them: the second answers the role's own search path, the third what {@code id} is. The
   * parameters are the search path, the lock timeout in milliseconds, and the application's name.
   */
  static String sql(String id, int serverVersion) {
    String sql = // the role's own names first get out of the way of all others
        """
        SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
        SELECT pg_catalog.current_setting('search_path'),
               pg_catalog.set_config('search_path', ?, true);
        SELECT %s,
               set_config('row_security', 'off', true),
               set_config('statement_timeout', '0', true),
               set_config('idle_in_transaction_session_timeout', '0', true),
               set_config('tcp_keepalives_idle', '60', true),
               set_config('tcp_keepalives_interval', '10', true),
               set_config('tcp_keepalives_count', '6', true),
               set_config('lock_timeout', ?, true),
               set_config('application_name', ?, true),
               set_config('TimeZone', 'UTC', true),
               set_config('quote_all_identifiers', 'off', true),
               set_config('synchronous_commit', CASE current_setting('synchronous_commit')
                   WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)
        """
            .formatted(id);
    return serverVersion >= TRANSACTION_TIMEOUT_SINCE
        ? sql + ", set_config('transaction_timeout', '0', true)"
        : sql;
  }
}
