"""Section 4: what regulation 13 and its guidance ask for besides: outcomes, people, advocacy."""

from complaints.report.content import Count, Part, Section, Sentence, Series, Share, Table
from complaints.report.figures import ALL_STAGES, STAGE_1, STATUTORY, Figures, Stage, noun_of
from complaints.report.measures import OUTCOME_MEASURES
from complaints.report.periods import Period
from complaints.report.pictures import chart
from complaints.report.tables import held_note
from complaints.report.words import UPHELD, say, share_statement

CHARACTERISTICS = {
    "age_band": "Age",
    "gender": "Gender",
    "ethnicity": "Ethnicity",
    "disability": "Disability",
    "sexual_orientation": "Sexual orientation",
}
OUTCOMES = {
    "upheld": "Upheld",
    "partially_upheld": "Partially upheld",
    "not_upheld": "Not upheld",
    "no_finding": "No finding",
    "withdrawn": "Withdrawn",
    "closed_after_initial_enquiries": "Closed after initial enquiries",
    "referred_back": "Referred back",
    "advice_given": "Advice given",
    "incomplete_or_invalid": "Incomplete or invalid",
    "unknown": "Not understood",
    "none": "No outcome yet",
}


def section(figures: Figures) -> Section:
    """Return the section."""
    return Section(
        "people",
        "Outcomes, and the people behind the complaints",
        sections=(
            _outcomes(figures),
            _customer_groups(figures),
            _characteristics(figures),
            _advocacy(figures),
        ),
    )


def outcome_count(
    figures: Figures, stage: Stage, outcome: str, period: Period | None = None
) -> Count:
    """Return how many of those received have an outcome: one cell, whichever table shows it."""
    if outcome in OUTCOME_MEASURES:
        return figures.count(OUTCOME_MEASURES[outcome], stage, period)
    return figures.part("received", stage, "outcome", outcome, period)


def outcome_words(outcome: str | None) -> str:
    """Return an outcome as a reader would write it."""
    return OUTCOMES.get(outcome or "none", str(outcome))


def _outcomes(figures: Figures) -> Section:
    found = set(figures.values_of("outcome", *STATUTORY))
    shown = [each for each in OUTCOMES if each in found]
    name = figures.period.name
    rows = tuple(
        (
            outcome_words(outcome),
            *(outcome_count(figures, stage, outcome) for stage in STATUTORY),
        )
        for outcome in shown
    )
    total = ("Total", *(figures.count("received", stage) for stage in STATUTORY))
    columns = ("Outcome", *(stage.title for stage in STATUTORY))
    title = f"Outcomes of statutory complaints received in {name}"
    series = tuple(
        Series(
            outcome_words(outcome),
            tuple(outcome_count(figures, stage, outcome) for stage in STATUTORY),
        )
        for outcome in shown
    )
    categories = tuple(stage.title for stage in STATUTORY)
    picture = chart("outcomes", title, "stacked_bar", categories, series, "Complaints received")
    return Section(
        "outcomes",
        "Outcomes",
        paragraphs=(say("A complaint counts as upheld where it was upheld in full or in part."),),
        bullets=tuple(_upheld(figures)),
        tables=(Table(title, columns, (*rows, total), (held_note(figures, STATUTORY),), True),),
        charts=(picture,) if shown else (),
    )


def _upheld(figures: Figures) -> list[Sentence]:
    return [
        share_statement(
            noun_of(stage),
            UPHELD,
            figures.share("upheld", stage),
            f"in {figures.period.name}",
        )
        for stage in STATUTORY
        if figures.count("received", stage).value
    ]


def characteristic_table(figures: Figures, title: str, characteristic: str, head: str) -> Table:
    """Return the stage 1 complaints of each value of a characteristic."""
    values = figures.values_of(characteristic, STAGE_1)
    whole = figures.count("received", STAGE_1)
    counts = [figures.part("complaints", STAGE_1, characteristic, each) for each in values]
    rows: list[tuple[Part, ...]] = [
        (label, count, Share(count, whole))
        for label, count in zip(_labels(values), counts, strict=True)
    ]
    total = ("Total", whole, Share(whole, whole))
    notes = (held_note(figures, (STAGE_1,)),)
    return Table(title, (head, "Complaints", "Of all"), (*rows, total), notes, True)


def _labels(values: list[str]) -> list[str]:
    """Return values with a capital, unless two would then be the same."""
    labels = [value[:1].upper() + value[1:] for value in values]
    return labels if len(set(labels)) == len(labels) else values


def _customer_groups(figures: Figures) -> Section:
    title = f"Who made the stage 1 complaints of {figures.period.name}"
    table = characteristic_table(figures, title, "complainant_type", "Complainant")
    is_recorded = len(table.rows) > 1
    return Section(
        "customer_groups",
        "Who complained",
        paragraphs=() if is_recorded else (say("Nobody has been recorded who complained."),),
        bullets=_own_voice(figures),
        tables=(table,) if is_recorded else (),
    )


def _own_voice(figures: Figures) -> tuple[Sentence, ...]:
    whole = figures.count("received", STAGE_1)
    children = [each for each in figures.values_of("complainant_type", STAGE_1) if _is_child(each)]
    if not whole.value or len(children) > 1:
        return ()
    value = children[0] if children else "child"
    count = figures.part("complaints", STAGE_1, "complainant_type", value)
    verb = "made by children or young people themselves"
    when = f"in {figures.period.name}"
    return (share_statement(noun_of(STAGE_1), verb, Share(count, whole), when),)


def _is_child(value: str) -> bool:
    return value.casefold() in {"child", "young person", "child or young person"}


def _characteristics(figures: Figures) -> Section:
    tables = tuple(
        characteristic_table(figures, f"{head}, {figures.period.name}", key, head)
        for key, head in CHARACTERISTICS.items()
        if figures.values_of(key, STAGE_1)
    )
    words = (
        "The tables count the stage 1 complaints by what was recorded of the child or young "
        "person. “Not recorded” is shown wherever nothing was."
    )
    return Section(
        "characteristics",
        "The children and young people concerned",
        paragraphs=(say(words if tables else "Nothing has been recorded of them."),),
        tables=tables,
    )


def _advocacy(figures: Figures) -> Section:
    rows = tuple(
        (
            stage.full_title,
            figures.count("received", stage),
            figures.count("with_advocate", stage),
            figures.count("extension_agreed", stage),
        )
        for stage in ALL_STAGES
        if stage.has_time_limit
    )
    columns = ("Stage", "Received", "With an advocate", "With an extension agreed")
    stages = tuple(each for each in ALL_STAGES if each.has_time_limit)
    title = f"Advocates and extensions, {figures.period.name}"
    noun, when = noun_of(STAGE_1), f"in {figures.period.name}"
    verbs = {"with_advocate": "made with an advocate", "extension_agreed": "given an extension"}
    bullets = tuple(
        share_statement(noun, verb, figures.share(measure, STAGE_1), when)
        for measure, verb in verbs.items()
    )
    return Section(
        "advocacy",
        "Advocacy and extensions",
        bullets=bullets if figures.count("received", STAGE_1).value else (),
        tables=(Table(title, columns, rows, (held_note(figures, stages),)),),
    )
