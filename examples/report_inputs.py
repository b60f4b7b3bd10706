"""The optional inputs of the example's report: synthetic, in the layouts of warehouse/layout.py.

The themes, the actions and the indicators are those of the printed report; the benchmark figures,
their authorities and the earlier teams are made up.
"""

import csv
import io

from complaints.warehouse.layout import OPTIONAL_INPUTS

HEAD_OF_QUALITY = "Head of Service, Quality Assurance and Safeguarding"
COMPLAINTS_MANAGER = "Complaints Manager"
DIRECTOR = "Director of Early Help and Children's Social Care"
SYNTHETIC = "Synthetic figure of a made-up authority"

LEARNING_ACTIONS = (
    (
        "Communication",
        "Ensure clear and regular communication to service users",
        HEAD_OF_QUALITY,
        "2018-19 Q3",
        "in_progress",
        "Minutes of child protection and looked after reviews are circulated; audits check that "
        "the child's voice is present",
    ),
    (
        "Delays",
        "Ensure assessments and meetings are held within the appropriate legislative timescales",
        HEAD_OF_QUALITY,
        "2018-19 Q3",
        "in_progress",
        "Performance reports assist workers in managing their workloads; see the indicators",
    ),
    (
        "Poor Case Management",
        "Ensure cases are appropriately managed, leaving full case notes, ensuring all documents "
        "are up to date",
        HEAD_OF_QUALITY,
        "2018-19 Q3",
        "in_progress",
        "The cycle of bi-monthly case audits checks that these actions are undertaken",
    ),
    (
        "Poor Case Management",
        "Review all child in need cases by a dedicated reviewing officer",
        HEAD_OF_QUALITY,
        "2018-19 Q4",
        "not_started",
        "",
    ),
    (
        "Quality assurance",
        "Appoint a permanent Head of Service for Quality Assurance and Safeguarding",
        DIRECTOR,
        "2018-19 Q2",
        "done",
        "Appointed; has met with the complaints team",
    ),
    (
        "Communication",
        "Agree with the teams who tells a family of a change of worker",
        COMPLAINTS_MANAGER,
        "2018-19 Q2",
        "in_progress",
        "",
    ),
    (
        "Delays",
        "Send a weekly list of stages due by post",
        COMPLAINTS_MANAGER,
        "2018-19 Q1",
        "dropped",
        "The list is sent by e-mail every morning instead",
    ),
)

BENCHMARKS = tuple(
    (authority, year, measure, value, SYNTHETIC)
    for authority, year, *values in (
        ("Authority A", "2016-17", "58", "41", "17"),
        ("Authority A", "2017-18", "64", "47", "14"),
        ("Authority B", "2016-17", "103", "36", "21"),
        ("Authority B", "2017-18", "97", "38.5", "19"),
        ("Authority C", "2016-17", "45", "62", "11"),
        ("Authority C", "2017-18", "52", "59", "12.5"),
    )
    for measure, value in zip(
        (
            "Statutory stage 1 complaints received",
            "Statutory stage 1 in time (%)",
            "Statutory stage 1 upheld (%)",
        ),
        values,
        strict=True,
    )
)

INDICATORS = (
    ("Assessments exceeding 45 days, change since September", "October 2018", "-68%"),
    ("Visits recorded in a timely manner, change since September", "October 2018", "+10%"),
    ("Looked after reviews on time", "October 2018", "94%"),
    ("Child protection reviews on time", "October 2018", "98%"),
    ("Child protection visits in time", "September 2018", "85%"),
    ("Child protection visits in time", "October 2018", "73%"),
)

TEAM_CHANGES = (
    ("Family Support", "Early Help", "2017-10-02"),
    ("Permanence", "Looked After Children", "2018-04-03"),
)

COMMENTARY = (
    (
        "2018-19 Q2",
        "2.1",
        "Part of this increase could be down to the logging of an increased volume of statutory "
        "complaints that in previous years may have been incorrectly logged as corporate.",
        COMPLAINTS_MANAGER,
    ),
)

ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "learning_actions": LEARNING_ACTIONS,
    "benchmarks": BENCHMARKS,
    "indicators": INDICATORS,
    "team_changes": TEAM_CHANGES,
    "commentary": COMMENTARY,
}
REPORT_INPUT_FILES = tuple(f"{contents}.csv" for contents in ROWS)


def report_input(file_name: str) -> bytes:
    """Return the content of one optional input, as CSV in UTF-8."""
    contents = file_name.removesuffix(".csv")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(OPTIONAL_INPUTS[contents].names)
    writer.writerows(ROWS[contents])
    return text.getvalue().encode("utf-8")
