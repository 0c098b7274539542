"""The comparison of two image services: what counts as equal, what as a difference."""

import os
import tempfile
import unittest
from pathlib import Path

# The lab's places are read when its modules are loaded; none of them is used here.
for name in ("MIRAGE_LAB", "LAB_PASSWORD", "LAB_KEYSTONE_URL", "LAB_REGION", "LAB_CONTROL_REGION", "LAB_IMAGE_SERVICE"):
    os.environ.setdefault(name, "/nonexistent")

from mirage_lab.compare import commands, known
from mirage_lab.compare.outcome import ABSENT, Difference, Normalizer, differences

ID = "0b3f1a52-5c2f-4f0c-8d5e-0f4a3c6b7d81"
OTHER = "11111111-2222-4333-8444-555555555555"


class NormalizerTest(unittest.TestCase):
    def setUp(self):
        self.normal = Normalizer("s1f", "RegionOne", "/lab/check.x/subject")

    def test_ids_are_called_by_the_names_they_were_given(self):
        self.normal.learn("raw", ID)
        self.assertEqual(self.normal(f"/v2/images/{ID}/file of {OTHER}"), "/v2/images/<raw>/file of <uuid>")

    def test_the_first_name_of_an_id_stays(self):
        self.normal.learn("raw", ID)
        self.normal.learn("again", ID)
        self.assertEqual(self.normal(ID), "<raw>")

    def test_times_addresses_requests_and_own_names_are_equal(self):
        self.assertEqual(self.normal("2026-01-02T03:04:05Z"), "<time>")
        self.assertEqual(self.normal("2026-01-02T03:04:05.123456"), "<time>")
        self.assertEqual(self.normal("http://127.0.0.1:24292/v2/images"), "<endpoint>/v2/images")
        self.assertEqual(self.normal(f"req-{ID}"), "<request>")
        self.assertEqual(self.normal({"name": "s1f-raw", "file": "/lab/check.x/subject/raw"}),
                         {"name": "<p>-raw", "file": "<directory>/raw"})  # fmt: skip

    def test_a_region_is_only_a_region_when_it_stands_alone(self):
        self.assertEqual(self.normal(["RegionOne", "in RegionOne"]), ["<region>", "in RegionOne"])

    def test_lists_of_texts_are_sets(self):
        self.assertEqual(self.normal(["b", "a"]), ["a", "b"])
        self.assertEqual(self.normal([{"n": 2}, {"n": 1}]), [{"n": 2}, {"n": 1}])

    def test_numbers_and_nothing_stay(self):
        self.assertEqual(self.normal({"size": 5, "checksum": None, "hidden": False}),
                         {"size": 5, "checksum": None, "hidden": False})  # fmt: skip


class DifferencesTest(unittest.TestCase):
    def test_equal_outcomes_have_none(self):
        self.assertEqual(differences("s", {"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}), [])

    def test_each_field_that_differs_is_named_by_the_way_to_it(self):
        found = differences("s", {"out": {"size": 5, "name": "x"}}, {"out": {"size": 6, "name": "x"}})
        self.assertEqual(found, [Difference("s", "out.size", 5, 6)])

    def test_nothing_an_empty_list_and_null_are_three_things(self):
        self.assertIn(Difference("s", "a", [], ABSENT), differences("s", {"a": []}, {}))
        self.assertEqual(differences("s", {"a": None}, {"a": []}), [Difference("s", "a", None, [])])

    def test_rows_meet_by_name_whatever_their_order(self):
        left = {"out": [{"Name": "a", "Size": 1}, {"Name": "b", "Size": 2}]}
        right = {"out": [{"Name": "b", "Size": 2}, {"Name": "a", "Size": 9}]}
        self.assertEqual(differences("s", left, right), [Difference("s", "out[a].Size", 1, 9)])

    def test_a_row_too_many_is_a_difference(self):
        found = differences("s", {"out": []}, {"out": [{"Name": "a"}]})
        self.assertIn(Difference("s", "out[a].Name", ABSENT, "a"), found)

    def test_a_text_too_few_is_one_difference(self):
        found = differences("s", {"tags": ["a", "b", "c"]}, {"tags": ["a", "c"]})
        self.assertEqual(found, [Difference("s", "tags[b]", "b", ABSENT)])

    def test_rows_of_one_name_do_not_hide_each_other(self):
        left = {"out": [{"Name": "a", "Size": 1}, {"Name": "a", "Size": 2}]}
        right = {"out": [{"Name": "a", "Size": 9}, {"Name": "a", "Size": 2}]}
        self.assertEqual(len(differences("s", left, right)), 1)


class KnownTest(unittest.TestCase):
    DIFFERENCE = Difference("demo glance image-show $image", "out[<p>-raw].locations", "[]", ABSENT)

    def test_patterns_of_step_field_and_value(self):
        self.assertTrue(known.Known("*image-show*", "out[*].locations", "r").covers(self.DIFFERENCE))
        self.assertFalse(known.Known("*image-show*", "out[*].locations", "r", subject="[]").covers(self.DIFFERENCE))
        self.assertFalse(known.Known("*image-list*", "*", "r").covers(self.DIFFERENCE))

    def test_the_list_can_be_read_and_every_entry_has_a_reason(self):
        for entry in known.load():
            self.assertTrue(entry.reason.strip(), entry)


class StepsTest(unittest.TestCase):
    def load(self, text: str):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "x.steps")
            file.write_text(text, encoding="utf-8")
            return commands.load(file)

    def test_a_line_is_a_user_a_command_and_what_to_keep(self):
        (step,) = self.load("# why\n\nimg = ~status,size demo glance image-show $x\n")
        self.assertEqual((step.name, step.user, step.command), ("img", "demo", "glance image-show $x"))
        self.assertEqual(step.skipped, {"status", "size"})

    def test_repeated_steps_are_counted(self):
        steps = self.load("demo true\ndemo true\ndemo true\n")
        self.assertEqual([s.text for s in steps], ["demo true", "demo true (2)", "demo true (3)"])

    def test_what_is_no_step_is_refused(self):
        with self.assertRaises(ValueError):
            self.load("nobody openstack image list\n")

    def test_the_scripts_of_the_project_can_be_read(self):
        for script in ("openstack", "glance"):
            self.assertGreater(len(commands.load(Path(commands.__file__).parent / f"{script}.steps")), 100)


class TableTest(unittest.TestCase):
    def test_a_table_of_properties_is_a_dict_and_collections_are_read(self):
        out = '+---+---+\n| Property | Value |\n+---+---+\n| name | x |\n| tags | ["b", "a"] |\n+---+---+\n'
        self.assertEqual(commands.table(out), {"name": "x", "tags": ["b", "a"]})

    def test_other_tables_are_rows(self):
        out = "+----+------+\n| ID | Name |\n+----+------+\n| 1 | a |\n| 2 |  |\n+----+------+\n"
        self.assertEqual(commands.table(out), [{"ID": "1", "Name": "a"}, {"ID": "2", "Name": ""}])

    def test_cells_that_go_on_below_are_put_together(self):
        digest = "a" * 80
        out = f"| Property | Value |\n| hash | {digest} |\n| | bc |\n| locations | [{{\"url\": |\n| | \"x\"}}] |\n"
        self.assertEqual(commands.table(out), {"hash": digest + "bc", "locations": [{"url": "x"}]})

    def test_anything_else_stays_text(self):
        self.assertEqual(commands.table("Unable to do it\n"), "Unable to do it")


if __name__ == "__main__":
    unittest.main()
