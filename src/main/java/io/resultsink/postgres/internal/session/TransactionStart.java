package io.resultsink.postgres.internal.session;

/** The statements that begin a transaction of the sink, with settings that end with it. */
final class TransactionStart {

  private static final int TRANSACTION_TIMEOUT_SINCE = 17;

  private TransactionStart() {}

  /**
   * Returns the statements. The second returns the role's own search path, the third the value of
   * {@code id}. The parameters are the search path, the lock timeout in milliseconds, and the
   * application's name.
   */
  static String sql(String id, int serverVersion) {
    String
        sql = // the role's search path is emptied first, so that it cannot shadow the names below
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
