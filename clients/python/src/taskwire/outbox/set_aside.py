"""Files that are corrupt are kept under another name."""

import os
from datetime import datetime, timedelta

#: The files of one outbox, by what is put behind its path: those of the SQLite database, and its tail.
_DATABASE_FILES = ("", "-wal", "-shm", "-journal")
_ALL_FILES = (*_DATABASE_FILES, "-tail")


def path_aside(file: str, now_us: int) -> str:
    moment = datetime(1970, 1, 1) + timedelta(microseconds=now_us)
    return f"{file}.corrupt-{moment.strftime('%Y-%m-%dT%H-%M-%S-%f')}Z"


def set_aside_corrupt(outbox_file: str, now_us: int, tail_too: bool) -> str:
    """
    :param tail_too: where its events are known to be elsewhere; otherwise the next database gets them
    :returns: the new path of the database
    """
    aside = path_aside(outbox_file, now_us)
    for suffix in _ALL_FILES if tail_too else _DATABASE_FILES:
        try:
            os.rename(outbox_file + suffix, aside + suffix)
        except FileNotFoundError:
            pass
    return aside
