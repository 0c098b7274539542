"""Reads a subunit stream on standard input; prints a line "status id" for each test, sorted by id.

The status is pass, or testtools' own: fail, skip, xfail, uxsuccess.
"""

import sys

import subunit
import testtools

FINAL = {"success": "pass", "fail": "fail", "skip": "skip", "xfail": "xfail", "uxsuccess": "uxsuccess"}


class Outcomes(testtools.StreamResult):
    def __init__(self):
        super().__init__()
        self.by_id = {}

    def status(self, test_id=None, test_status=None, **_):
        if test_id and test_status in FINAL:
            self.by_id[test_id] = FINAL[test_status]


outcomes = Outcomes()
subunit.ByteStreamToStreamResult(sys.stdin.buffer, non_subunit_name="stdout").run(outcomes)
for test_id, status in sorted(outcomes.by_id.items()):
    print(status, test_id)
