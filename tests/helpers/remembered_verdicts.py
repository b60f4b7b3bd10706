"""Let Great Expectations judge each frame of values by each rule once in a run of the tests.

Dozens of nights deliver the same few rows, and a verdict follows from the values and the rule
alone; each takes a thousandth of a second to look up and many to reach.
"""

import hashlib
import os
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from complaints.expectations import judge
from complaints.expectations.rules import Expectation, Rule


def remember_verdicts(folder: Path) -> None:
    """Keep the verdicts of this process, and those of others, in a folder."""
    reach = judge.judge_frame

    def recall(
        frame: pd.DataFrame,
        declared: Sequence[tuple[Rule, Expectation]],
        values: Mapping[str, Any],
    ) -> pd.DataFrame:
        judged = pickle.dumps((frame.to_dict("split"), sorted(values.items())))
        expectations: dict[str, list[str]] = {}
        for rule, expectation in declared:
            expectations.setdefault(rule.code, []).append(repr(expectation))
        kept = {
            code: folder / hashlib.sha256(judged + pickle.dumps((code, by_rule))).hexdigest()
            for code, by_rule in expectations.items()
        }
        new = [each for each in declared if not kept[each[0].code].exists()]
        if new:
            failed = reach(frame, new, values)
            for code in {rule.code for rule, _ in new}:
                reached = kept[code].with_suffix(f".{os.getpid()}")
                reached.write_bytes(pickle.dumps(failed[failed["rule_code"] == code]))
                reached.replace(kept[code])
        found = [pickle.loads(place.read_bytes()) for place in kept.values()]
        return pd.concat(found, ignore_index=True)

    judge.judge_frame = recall
