"""Of Appendix C: what regulation 13 and its guidance ask for besides: outcomes and people."""

from complaints.report.content import Count, Section, Sentence, Share, Table
from complaints.report.figures import Figures, Stage
from complaints.report.sentences import UPHELD, listed, sentence, share_statement
from complaints.report.tables import counts_of, full_titles, held_note, matrix

CHILD = {"child", "young person", "child or young person"}
# of the child or young person, in the order of the layout
CHARACTERISTICS = ("age_band", "gender", "ethnicity", "disability", "sexual_orientation")


def sections(figures: Figures) -> tuple[Section, ...]:
    """Return the sections."""
    return (
        _outcomes(figures),
        _complainants(figures),
        _characteristics(figures),
        _advocacy(figures),
    )


def _outcomes(figures: Figures) -> Section:
    stages, name = figures.statutory, figures.period.name
    found = figures.values_of("outcome", *stages)
    shown = [(each.title, each.name) for each in figures.outcomes if each.name in found]

    def count(stage: Stage, outcome: str) -> Count:
        return figures.count("received", stage, None, "outcome", outcome)

    title = f"Outcomes of statutory complaints received in {name}"
    table = matrix(
        title,
        "Outcome",
        shown,
        {each.title: lambda outcome, stage=each: count(stage, outcome) for each in stages},
        *held_note(figures, stages),
        total="",
    )
    bullets = tuple(
        share_statement(each.noun(), UPHELD, figures.share("upheld", each), f"in {name}")
        for each in stages
        if figures.count("received", each).value
    )
    upheld = listed([f"“{each.title}”" for each in figures.outcomes if each.is_upheld], "or")
    return Section(
        "outcomes",
        "Outcomes",
        paragraphs=(sentence(f"A complaint counts as upheld where its outcome is {upheld}."),),
        bullets=bullets,
        tables=(table,),
    )


def characteristic_table(
    figures: Figures, title: str, characteristic: str, head: str, *notes: Sentence
) -> Table:
    """Return the complaints at the first stage of each value of a characteristic."""
    first = figures.first
    values = figures.values_of(characteristic, first)
    whole = figures.count("received", first)

    def count(value: str) -> Count:
        return figures.count("complaints", first, None, characteristic, value) if value else whole

    return matrix(
        title,
        head,
        zip(_labels(values), values, strict=True),
        {"Complaints": count, "Of all": lambda value: Share(count(value), whole)},
        *notes,
        total="",
    )


def _labels(values: list[str]) -> list[str]:
    """Return values with a capital, unless two would then be the same."""
    labels = [value[:1].upper() + value[1:] for value in values]
    return labels if len(set(labels)) == len(labels) else values


def _complainants(figures: Figures) -> Section:
    title = f"Who made the {figures.first.short_words} complaints of {figures.period.name}"
    note = held_note(figures, (figures.first,))
    table = characteristic_table(figures, title, "complainant_type", "Complainant", *note)
    is_recorded = len(table.rows) > 1
    missing = sentence("The complainant type was not recorded.")
    return Section(
        "complainants",
        "Who complained",
        paragraphs=() if is_recorded else (missing,),
        bullets=_own_voice(figures),
        tables=(table,) if is_recorded else (),
    )


def _own_voice(figures: Figures) -> tuple[Sentence, ...]:
    first = figures.first
    whole, types = figures.count("received", first), figures.values_of("complainant_type", first)
    children = [each for each in types if each.casefold() in CHILD]
    if not whole.value or len(children) > 1:
        return ()
    value = children[0] if children else "child"
    count = figures.count("complaints", first, None, "complainant_type", value)
    verb = "made by children or young people themselves"
    return (share_statement(first.noun(), verb, Share(count, whole), f"in {figures.period.name}"),)


def _characteristics(figures: Figures) -> Section:
    heads = {each: each.replace("_", " ").capitalize() for each in CHARACTERISTICS}
    tables = tuple(
        characteristic_table(figures, f"{head}, {figures.period.name}", each, head)
        for each, head in heads.items()
        if figures.values_of(each, figures.first)
    )
    words = (
        f"The tables count the {figures.first.short_words} complaints by what was recorded of the "
        "child or young person. “Not recorded” is shown wherever nothing was."
    )
    return Section(
        "characteristics",
        "The children and young people concerned",
        paragraphs=(sentence(words if tables else "No characteristics were recorded."),),
        tables=tables,
    )


def _advocacy(figures: Figures) -> Section:
    measures = {
        "Received": "received",
        "With an advocate": "with_advocate",
        "With an extension agreed": "extension_agreed",
    }
    table = matrix(
        f"Advocates and extensions, {figures.period.name}",
        "Stage",
        full_titles(figures.limited),
        counts_of(figures, measures),
        *held_note(figures, figures.limited),
    )
    first, when = figures.first, f"in {figures.period.name}"
    verbs = {"with_advocate": "made with an advocate", "extension_agreed": "given an extension"}
    bullets = tuple(
        share_statement(first.noun(), verb, figures.share(measure, first), when)
        for measure, verb in verbs.items()
        if figures.count("received", first).value
    )
    return Section("advocacy", "Advocacy and extensions", bullets=bullets, tables=(table,))
