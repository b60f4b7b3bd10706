"""The optional inputs of the example's report: synthetic, in the layouts of warehouse/layout.py.

The themes, the actions and the indicators are those of the printed report; the benchmark figures,
their authorities, the earlier teams and all that is counted beside complaints are made up.
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

DIRECTORATES = (
    ("Early Help and Prevention", ("Early Help", "Youth Offending")),
    (
        "Children's Social Care",
        (
            "Adoption Support",
            "Assessments",
            "Child Protection & Proceedings",
            "Children in Need",
            "Children with Disabilities",
            "Fostering & Children's Placement",
            "Looked After Children",
        ),
    ),
)
TEAMS = (
    *(
        (team, directorate, "2016-04-01", "")
        for directorate, teams in DIRECTORATES
        for team in teams
    ),
    ("Family Support", "Early Help and Prevention", "2016-04-01", "2017-10-01"),
    ("Permanence", "Children's Social Care", "2016-04-01", "2018-04-02"),
    ("Leaving Care", "Early Help and Prevention", "2016-04-01", "2018-04-02"),
    ("Leaving Care", "Children's Social Care", "2018-04-03", ""),
)

CONTACTS = (
    ("MP enquiry", "", "2017-18 Q2", "", "21", "", "", "", "18", ""),
    ("Member enquiry", "", "2017-18 Q2", "", "64", "", "", "", "59", ""),
    ("MP enquiry", "", "2018-19 Q2", "", "28", "", "", "", "25", ""),
    ("Member enquiry", "", "2018-19 Q2", "", "71", "", "", "", "68", ""),
    ("Compliment", "", "2018-19 Q2", "Children in Need", "9", "", "", "", "", ""),
    ("Compliment", "", "2018-19 Q2", "Leaving Care", "7", "", "", "", "", ""),
    ("Compliment", "2018-07-19", "", "Assessments", "2", "", "", "", "", ""),
    ("Resolved informally", "", "2018-19 Q2", "", "14", "", "", "", "", ""),
    ("Enquiry", "2018-08-06", "", "Assessments", "", "", "", "2018-08-20", "", "E-1"),
    ("Enquiry", "2018-08-06", "", "Assessments", "", "", "", "2018-08-21", "", "E-2"),
    ("Refused", "2018-07-11", "", "", "", "Older than a year", "", "", "", ""),
    ("Refused", "2018-09-03", "", "", "", "Before a court", "", "", "", ""),
)

REMEDIES = (
    ("CH-18-0035", "Stage 1", "Apology", "", "2018-07-13", "2018-07-13"),
    ("CH-18-0043", "Stage 1", "Apology", "", "2018-08-17", "2018-08-17"),
    ("CH-18-0064", "Stage 1", "Payment", "250", "2018-09-18", "2018-10-05"),
    ("CH-18-0005", "Stage 3", "Payment", "400", "2018-09-21", ""),
)

RECOMMENDATIONS = (
    (
        "CH-18-0005",
        "Stage 3",
        "Write to every family within two days of a change of worker",
        "2018-09-28",
        "2018-09-26",
        "The letter is part of the handover checklist",
        "",
    ),
    (
        "CH-18-0005",
        "Stage 3",
        "Review the record of contact with the independent person",
        "2018-09-28",
        "",
        "",
        "",
    ),
    (
        "CH-16-0040",
        "LGSCO",
        "Remind the teams of the right to go to stage 2",
        "2018-07-31",
        "2018-07-24",
        "Briefing to the teams",
        "",
    ),
)

CASELOAD = tuple(
    (team, day, children, referrals)
    for day, referrals in (("2017-09-29", "388"), ("2018-09-28", "412"))
    for team, children, referrals in (
        ("Assessments", "214", referrals),
        ("Children in Need", "336", ""),
        ("Child Protection & Proceedings", "181", ""),
        ("Children with Disabilities", "97", ""),
        ("Early Help", "263", ""),
        ("Leaving Care", "128", ""),
        ("Looked After Children", "305", ""),
    )
)

POPULATION = (
    ("ethnicity", "White", "812"),
    ("ethnicity", "Black, African, Caribbean or Black British", "431"),
    ("ethnicity", "Asian or Asian British", "187"),
    ("ethnicity", "Mixed or multiple ethnic groups", "203"),
    ("ethnicity", "Other ethnic group", "64"),
)

ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "learning_actions": LEARNING_ACTIONS,
    "benchmarks": BENCHMARKS,
    "indicators": INDICATORS,
    "team_changes": TEAM_CHANGES,
    "commentary": COMMENTARY,
    "teams": TEAMS,
    "contacts": CONTACTS,
    "remedies": REMEDIES,
    "recommendations": RECOMMENDATIONS,
    "caseload": CASELOAD,
    "population": POPULATION,
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
