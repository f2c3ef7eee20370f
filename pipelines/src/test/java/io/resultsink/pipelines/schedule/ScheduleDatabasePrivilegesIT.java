package io.resultsink.pipelines.schedule;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Privileges on the tables of the schedules database. */
class ScheduleDatabasePrivilegesIT {

  @RegisterExtension private final TestSchedules home = new TestSchedules();

  @Test
  void defaultPrivilegesReachNoneOfThem() {
    home.database()
        .execute(
            "DROP SCHEMA pgresult CASCADE",
            "ALTER DEFAULT PRIVILEGES FOR ROLE sink GRANT ALL ON TABLES TO PUBLIC",
            "ALTER DEFAULT PRIVILEGES FOR ROLE sink GRANT ALL ON SEQUENCES TO PUBLIC");
    home.open().close();
    assertThat(
        home.database()
            .column(
                """
                SELECT c.relname FROM pg_class c, aclexplode(c.relacl) AS g
                 WHERE c.relnamespace = 'pgresult'::regnamespace AND g.grantee <> c.relowner
                """),
        is(empty()));
  }
}
