"""What is remembered: tables, the functions over them, and objects. Imports nothing of ours.

Every function takes an open connection (`tx`), does its statements and returns frozen records or facts.
Who commits is decided by the caller, in one `async with begin(db) as tx:`.
"""

from store.database import Database, DatabaseUnavailable, begin, connect, read

__all__ = ["Database", "DatabaseUnavailable", "begin", "connect", "read"]
