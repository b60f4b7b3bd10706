"""A printed report made by hand, with every feature, and with text that would harm a document."""

from complaints.report.content import FrontMatter
from complaints.report.printing import PrintedChart, PrintedReport, PrintedSection, PrintedTable

NASTY = (
    "<script>alert(1)</script> </table> & \"quoted\" 'text' "
    '=HYPERLINK("c") {{ 7 * 7 }} {% raw %} \x00\x08\x0b\x1f\x7f\x85\ufffe\ud800 '
    "\u202egnorw\u202c \u200f\u2067turned\u2069 \ufeff over\r\nlap ]]> <!-- -->"
)
NASTY_CLEAN = (
    "<script>alert(1)</script> </table> & \"quoted\" 'text' "
    '=HYPERLINK("c") {{ 7 * 7 }} {% raw %} gnorw turned over lap ]]> <!-- -->'
)
LONG_NAME = "Looked After Children, Children with Disabilities & Leaving Care " * 2

FRONT = FrontMatter(
    marking="For general release",
    committee="Children and Young People Scrutiny Sub-Committee",
    meeting_date="2018-11-27",
    subject="Children's Complaints Report Q2 July to September 2018",
    lead_officer="Executive Director, Children, Families & Education",
    cabinet_member="Cabinet Member for Children, Young People and Learning",
    person_leading="Director of Early Help and Children's Social Care",
    origin="This item is contained in the sub-committee's approved work programme.",
    brief="To review the volume of complaints received in July to September 2018.",
    contact_officer="Complaints Manager",
    background_documents="None",
)

QUARTERS = tuple(f"{y}-{y % 100 + 1} Q{q}" for y in (2016, 2017, 2018) for q in (1, 2, 3, 4))[:10]
STAGE_1 = (18, 21, 19, 25, 24, 26, 22, 30, 18, 40)
OMBUDSMAN = (0, 1, None, 0, 2, 4, 0, 0, 0, 0)
LINES = PrintedChart(
    "volumes",
    "Stages received by quarter",
    QUARTERS,
    (("Stage 1", STAGE_1), ("Ombudsman", OMBUDSMAN)),
    "Stages received",
    "Stage 1 complaints rose from 18 in 2016-17 Q1 to 40 in 2018-19 Q2.",
    "Stages received by quarter",
)
SHARES = PrintedChart(
    "in-time",
    f"Stage 1 complaints answered in time {NASTY}",
    ("2017-18 Q2", "2018-19 Q2"),
    (("In time", (15, 28)),),
    "% of those received",
    f"11 of 40 (28%) were answered in time. {NASTY}",
    "Statutory complaints by stage",
)
OVER_TIME = PrintedTable(
    "Stages received by quarter",
    ("Quarter", "Stage 1", "Ombudsman"),
    tuple(
        (quarter, str(stage_1), "–" if ombudsman is None else str(ombudsman))
        for quarter, stage_1, ombudsman in zip(QUARTERS, STAGE_1, OMBUDSMAN, strict=True)
    ),
    (),
    False,
)
STAGES_TABLE = PrintedTable(
    "Statutory complaints by stage",
    ("Stage", "No, 2017-18 Q2", "In SLA, 2017-18 Q2", "No, 2018-19 Q2", "In SLA, 2018-19 Q2"),
    (
        ("Stage 1", "26", "4 of 26 (15%)", "40", "11 of 40 (28%)"),
        ("Ombudsman", "4", "–", "0", "–"),
    ),
    ("Rows held back that belong to this table: 2.", "c: a number from 1 to 5, or one of a pair."),
    False,
)
TEAM_TABLE = PrintedTable(
    "Stage 1 by service team",
    ("Service team", "No", "In SLA", "Upheld"),
    (
        ("Children in Need", "11", "3", "1"),
        ("Assessments", "10", "6", "c"),
        (LONG_NAME, "4", "0", "0"),
        (NASTY, "0", "0", "0"),
        ("Total", "25", "9", "c"),
    ),
    (),
    True,
)
CASES = PrintedTable(
    "Cases received",
    (
        "Case",
        "Stage",
        "Service team",
        "Received",
        "Due",
        "Answered",
        "In SLA",
        "Outcome",
        "Reasons",
    ),
    tuple(
        (
            f"CF-{1000 + each}",
            "Stage 1",
            "Children in Need",
            "3 Jul 2018",
            "17 Jul 2018",
            "19 Jul 2018",
            "late",
            "Not upheld",
            "Communication; Delays; Poor case management",
        )
        for each in range(60)
    ),
    (),
    False,
)
EMPTY = PrintedTable("Cases at stage 3", ("Service team", "No"), (), (), False)


def section(
    key: str,
    number: str,
    title: str,
    paragraphs: tuple[str, ...] = (),
    bullets: tuple[str, ...] = (),
    tables: tuple[PrintedTable, ...] = (),
    charts: tuple[PrintedChart, ...] = (),
    sections: tuple[PrintedSection, ...] = (),
) -> PrintedSection:
    """Return a section; what is not named is empty."""
    comments = (NASTY,) if key == "trends" else ()
    return PrintedSection(
        key, number, title, paragraphs, bullets, tables, charts, comments, sections
    )


SECTIONS = (
    section(
        "summary", "1", "Executive summary", bullets=("40 stage 1 complaints were received.", NASTY)
    ),
    section(
        "quarter",
        "2",
        "The quarter",
        ("Figures count the stages received in the quarter.",),
        sections=(
            section(
                "trends", "2.1", "Trends", tables=(STAGES_TABLE, OVER_TIME), charts=(LINES, SHARES)
            ),
            section(
                "teams",
                "2.2",
                "Stage 1 by service team",
                (NASTY,),
                ("One bullet.",),
                (TEAM_TABLE,),
                (),
                (section("learnings", "2.2.1", "Learnings & action plan", bullets=("Write.",)),),
            ),
            section("stage-3", "2.3", "Stage three", tables=(EMPTY,)),
        ),
    ),
    section("benchmarks", "", "Appendix A: Benchmarking", ("No figures were delivered.",)),
    section(
        "detail",
        "",
        "Appendix B: The cases in detail",
        sections=(section("cases", "B.1", "Cases", tables=(CASES,)),),
    ),
)
SAMPLE = PrintedReport("2018-19 Q2", "publication", "2018-11-27", FRONT, SECTIONS)
