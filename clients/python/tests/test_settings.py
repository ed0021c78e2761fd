"""The same variables, defaults and refusals as in the rest of taskwire."""

import os
import unittest

from taskwire.protocol.errors import TaskwireError
from taskwire.settings import SETTINGS, known_settings, read_settings
from taskwire.signing_key import read_signing_key

from .surroundings import FolderCase


class SettingsCase(unittest.TestCase):
    def test_names_defaults_and_expectations_are_those_of_all_of_taskwire(self) -> None:
        for setting in SETTINGS.values():
            with self.subTest(setting.name):
                known = known_settings()[setting.name]
                default = {True: "true", False: "false"}.get(setting.fallback, setting.fallback)
                self.assertEqual(known["default"], None if default is None else str(default))
                self.assertEqual(known["expected"], setting.expected)
                self.assertEqual(known["secret"], setting.secret)

    def test_every_default_is_of_its_own_expected_form(self) -> None:
        for setting in SETTINGS.values():
            if setting.fallback is not None:
                self.assertEqual(setting.parse(str(setting.fallback).lower()), setting.fallback, setting.name)

    def test_an_environment_gives_settings_names_and_the_outbox(self) -> None:
        env = {"TASKWIRE_KEY_PREFIX": "app:", "WORKER_CONTAINER_ID": "w/1", "TASKWIRE_DATA_DIR": "/d", "REDIS_URL": ""}
        settings = read_settings(env)
        self.assertEqual(settings.redis_url, "redis://127.0.0.1:6379")
        self.assertEqual(settings.names.stream, "app:task_status_stream")
        self.assertEqual(settings.names.channel, "task_status_events")
        self.assertEqual(settings.outbox_file, "/d/outbox-w_1.sqlite")

    def test_what_needs_several_redis_servers_is_refused_with_a_line_that_names_it(self) -> None:
        for name, value in (
            ("TASKWIRE_REDIS_CLUSTER", "true"),
            ("TASKWIRE_REDIS_SENTINELS", "s1:26379"),
            ("TASKWIRE_STREAM_SHARDS", "3"),
        ):
            with self.assertRaisesRegex(TaskwireError, f"^{name}: expected .* Python client"):
                read_settings({name: value})
        alone = {"TASKWIRE_REDIS_CLUSTER": "false", "TASKWIRE_STREAM_SHARDS": "1"}
        self.assertEqual(read_settings(alone), read_settings({}))

    def test_a_wrong_value_is_one_line_that_names_it_and_no_secret_is_shown(self) -> None:
        for env, words in (
            ({"TASKWIRE_OUTBOX_FSYNC": "maybe"}, 'TASKWIRE_OUTBOX_FSYNC: expected true or false, got "maybe"'),
            ({"TASKWIRE_ACK_GRACE_MS": "-1"}, "expected a whole number from 0 to 604800000 (ms)"),
            ({"WORKER_CONTAINER_ID": "a\nb"}, "WORKER_CONTAINER_ID: expected a text without control characters"),
            ({"REDIS_URL": "http://:secret@host"}, "REDIS_URL: expected an address"),
            ({"TASKWIRE_OUTBOX_PHAT": "x"}, "no such setting; did you mean TASKWIRE_OUTBOX_PATH?"),
        ):
            with self.subTest(words), self.assertRaises(TaskwireError) as refused:
                read_settings(env)
            self.assertIn(words, str(refused.exception))
            self.assertNotIn("secret", str(refused.exception))
            self.assertNotIn("\n", str(refused.exception))


class SigningKeyCase(FolderCase):
    KEY = "2026-09:2EV+PXKgzAMEiCir+FavQyImt4hRmoeZIRX/EanI7BA="

    def test_it_is_in_the_variable_or_in_the_file_and_never_shown(self) -> None:
        self.assertIsNone(read_signing_key(None, None))
        file = os.path.join(self.folder, "key")
        with open(file, "w") as opened:
            opened.write(f"# the key of this worker\n{self.KEY}\n")
        for key in (read_signing_key(self.KEY, None), read_signing_key(None, file)):
            self.assertEqual(repr(key), "SigningKey('2026-09')")

    def test_a_wrong_one_is_named_and_not_shown(self) -> None:
        for given, file, words in (
            (self.KEY, "/key", "TASKWIRE_SIGNING_KEY_FILE: expected only one of it and TASKWIRE_SIGNING_KEY, got both"),
            (None, "/no/such/file", "TASKWIRE_SIGNING_KEY_FILE: the file cannot be read"),
            (f"{self.KEY},{self.KEY}", None, "expected one key, got 2"),
            (self.KEY[:-3], None, "expected base64 of 32 bytes after 2026-09:"),
            (self.KEY.replace(":", ""), None, "expected id:base64"),
        ):
            with self.subTest(words), self.assertRaises(TaskwireError) as refused:
                read_signing_key(given, file)
            self.assertIn(words, str(refused.exception))
            self.assertNotIn("2EV", str(refused.exception))
