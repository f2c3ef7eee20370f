"""Publishes the result of a Beam pipeline as a PostgreSQL table.

    from postgres_result_sink import WriteToPostgresResult

    with beam.Pipeline() as pipeline:
        rows = pipeline | ...
        published = rows | WriteToPostgresResult(
            "postgresql://app@db.example.com/shop/hits",
            mode="replace",
            password="env:SHOP_DB_PASSWORD",
        )
"""

from postgres_result_sink.failure import PostgresResultError
from postgres_result_sink.write import WriteToPostgresResult

__all__ = ["PostgresResultError", "WriteToPostgresResult"]
