"""Section 2.9: answers in time, without and with an extension, and by both clocks of stage 2."""

from complaints.report.content import Chart, Part, Section, Sentence, Series, Share, Table
from complaints.report.figures import ALL_STAGES, STAGE_2, STAGE_3, Figures, Stage, noun_of
from complaints.report.pictures import chart
from complaints.report.tables import held_note, share_or_count
from complaints.report.words import Noun, listed, say, share_statement

LIMITED = tuple(each for each in ALL_STAGES if each.has_time_limit)
STATUSES = {
    "in_sla": "In SLA",
    "late": "Late",
    "open_in_time": "Open, in time",
    "open_overdue": "Open, overdue",
    "not_applicable": "Withdrawn or no limit",
}
REQUEST = "_from_request"


def section(figures: Figures) -> Section:
    """Return the section."""
    bullets = [each for stage in LIMITED for each in _extension_words(figures, stage)]
    tables = [_limits(figures), _statuses(figures), _denominators(figures), _clocks(figures)]
    if figures.count("received", STAGE_3).value:
        tables.append(_panels(figures))
    return Section(
        "timeliness",
        "Answers in time, without and with an extension",
        paragraphs=(
            say(
                "A complaint is answered in SLA when it is answered within the time limit, or "
                "within the extended limit where an extension was agreed. The two are shown apart "
                "here."
            ),
            say(
                "The clock of stage 2 is read in two ways: from the day the statement of complaint "
                "was agreed, which the other sections use, and from the request for stage 2, as "
                "the Ombudsman reads it."
            ),
        ),
        bullets=(*bullets, *_clock_words(figures)),
        tables=tuple(tables),
        charts=(_chart(figures),),
    )


def limit_words(figures: Figures, stage: Stage) -> tuple[str, str]:
    """Return the limits of a stage in working days, without and with an extension."""
    limits = [each for each in figures.time_limits if each[:2] == stage[:2]]
    basic = sorted({each.basic for each in limits})
    extended = sorted({each.extended for each in limits if each.extended > each.basic})
    return listed([str(each) for each in basic], "or"), listed([str(e) for e in extended], "or")


def _extension_words(figures: Figures, stage: Stage) -> tuple[Sentence, ...]:
    basic, extended = limit_words(figures, stage)
    in_sla = figures.count("in_sla", stage)
    if not in_sla.value or not extended:
        return ()
    noun = noun_of(stage, with_procedure=True)
    noun = Noun(f"{noun.one} answered in SLA", f"{noun.many} answered in SLA")
    within = Share(figures.count("in_sla_basic", stage), in_sla)
    beyond = Share(figures.count("in_sla_extended", stage), in_sla)
    kept = share_statement(noun, f"answered within {basic} working days", within)
    more = share_statement(
        noun, f"answered later, within the {extended} working days agreed", beyond
    )
    return (kept, more)


def _limits(figures: Figures) -> Table:
    rows: list[tuple[Part, ...]] = []
    for stage in LIMITED:
        basic, extended = limit_words(figures, stage)
        both = f"{basic}, or {extended} with an extension" if extended else basic
        rows.append(
            (
                stage.full_title,
                both or "–",
                figures.count("in_sla", stage),
                figures.count("in_sla_basic", stage),
                figures.count("in_sla_extended", stage),
                figures.count("extension_agreed", stage),
            )
        )
    columns = (
        "Stage",
        "Limit in working days",
        "In SLA",
        "Of these, within the limit without extension",
        "Of these, within the extended limit",
        "Extensions agreed",
    )
    title = f"Answered in SLA without and with an extension, {figures.period.name}"
    note = say("The limit is that of the day a complaint was received; – where none was received.")
    return Table(title, columns, tuple(rows), (note, held_note(figures, LIMITED)))


def _statuses(figures: Figures) -> Table:
    rows = tuple(
        (
            stage.full_title,
            figures.count("received", stage),
            *(figures.count(each, stage) for each in STATUSES),
        )
        for stage in LIMITED
    )
    title = f"Where the complaints of {figures.period.name} stand against the time limit"
    columns = ("Stage", "Received", *STATUSES.values())
    return Table(title, columns, rows, (held_note(figures, LIMITED),))


def _chart(figures: Figures) -> Chart:
    return chart(
        "time_limit",
        f"Complaints of {figures.period.name} against the time limit",
        "stacked_bar",
        tuple(stage.full_title for stage in LIMITED),
        tuple(
            Series(title, tuple(figures.count(measure, stage) for stage in LIMITED))
            for measure, title in STATUSES.items()
        ),
        "Complaints received",
    )


def _denominators(figures: Figures) -> Table:
    rows = tuple(
        (
            stage.full_title,
            *(
                share_or_count(figures.share("in_sla", stage, of=whole))
                for whole in ("received", "eligible", "due")
            ),
        )
        for stage in LIMITED
    )
    return Table(
        f"The share in SLA, counted against three totals, {figures.period.name}",
        ("Stage", "Of all received", "Of those not withdrawn", "Of those answered or overdue"),
        rows,
        (
            say("The other sections give the share of all received."),
            held_note(figures, LIMITED),
        ),
    )


def _clocks(figures: Figures) -> Table:
    measures = ("in_sla", "late", "open_in_time", "open_overdue")
    clocks = (("From the agreed statement of complaint", ""), ("From the request", REQUEST))
    rows = tuple(
        (name, *(figures.count(f"{each}{ending}", STAGE_2) for each in measures))
        for name, ending in clocks
    )
    return Table(
        f"Statutory stage 2 on both clocks, {figures.period.name}",
        ("Clock", *(STATUSES[each] for each in measures)),
        rows,
        (held_note(figures, (STAGE_2,)),),
    )


def _clock_words(figures: Figures) -> tuple[Sentence, ...]:
    whole = figures.count("received", STAGE_2)
    if not whole.value:
        return ()
    noun = noun_of(STAGE_2, with_procedure=True)
    return tuple(
        share_statement(
            noun,
            f"answered within the time limit, counted from the {start}",
            Share(figures.count(measure, STAGE_2), whole),
        )
        for measure, start in (
            ("in_sla", "agreed statement of complaint"),
            (f"in_sla{REQUEST}", "request"),
        )
    )


def _panels(figures: Figures) -> Table:
    measures = {
        "panel_in_time": "Met in time",
        "panel_late": "Met late",
        "panel_open_in_time": "Not met yet, in time",
        "panel_open_overdue": "Not met yet, overdue",
    }
    row = ("Stage 3 panels", *(figures.count(each, STAGE_3) for each in measures))
    return Table(
        f"Review panels of stage 3, {figures.period.name}",
        ("Panels", *measures.values()),
        (row,),
        (held_note(figures, (STAGE_3,)),),
    )
