"""Of Appendix C: answers in time, without and with an extension, and by both clocks of stage 2."""

from dataclasses import replace

from complaints.report.content import Section, Sentence, Share, Table
from complaints.report.figures import Figures, Stage
from complaints.report.sentences import Noun, listed, sentence, share_statement
from complaints.report.tables import (
    STATUSES,
    counts_of,
    full_titles,
    held_note,
    matrix,
)

REQUEST = "_from_request"
PANELS = {
    "Met in time": "panel_in_time",
    "Met late": "panel_late",
    "Not met yet, in time": "panel_open_in_time",
    "Not met yet, overdue": "panel_open_overdue",
}


def section(figures: Figures) -> Section:
    """Return the section."""
    period, limited = figures.period, figures.limited
    stage_2, stage_3 = (figures.stage("statutory", name) for name in ("stage_2", "stage_3"))
    by_status = {head: measure for measure, head in STATUSES.items()}
    tables = [
        _limits(figures),
        matrix(
            f"Complaints of {period.name} by time-limit status",
            "Stage",
            full_titles(limited),
            counts_of(figures, {"Received": "received"} | by_status),
        ),
        matrix(
            f"The share in SLA, counted against three totals, {period.name}",
            "Stage",
            full_titles(limited),
            {
                head: lambda stage, whole=whole: figures.share("in_sla", stage, of=whole)
                for head, whole in (
                    ("Of all received", "received"),
                    ("Of those not withdrawn", "eligible"),
                    ("Of those answered or overdue", "due"),
                )
            },
            sentence("The other sections give the share of all received."),
        ),
    ]
    if stage_2:
        tables.append(_clocks(figures, stage_2))
    if stage_3 and figures.count("received", stage_3).value:
        title = f"Review panels of {stage_3.short_words}, {period.name}"
        rows = [(f"{stage_3.title} panels", stage_3)]
        tables.append(matrix(title, "Panels", rows, counts_of(figures, PANELS)))
    notes = (*tables[-1].notes, *held_note(figures, limited))
    tables[-1] = replace(tables[-1], notes=notes)
    bullets = [each for stage in limited for each in _extension_words(figures, stage)]
    return Section(
        "timeliness",
        "Answers in time, without and with an extension",
        paragraphs=(
            sentence(
                "A complaint is answered in SLA when it is answered within the time limit, or "
                "within the extended limit where an extension was agreed. The two are shown apart "
                "here."
            ),
            sentence(
                "The clock of stage 2 is read in two ways: from the day the statement of complaint "
                "was agreed, which the other sections use, and from the request for stage 2, as "
                "the Ombudsman reads it."
            ),
        ),
        bullets=(*bullets, *(_clock_words(figures, stage_2) if stage_2 else ())),
        tables=tuple(tables),
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
    noun = stage.noun(with_procedure=True)
    noun = Noun(f"{noun.one} answered in SLA", f"{noun.many} answered in SLA")
    verbs = {
        "in_sla_basic": f"answered within {basic} working days",
        "in_sla_extended": f"answered later, within the {extended} working days agreed",
    }
    return tuple(
        share_statement(noun, verb, figures.share(measure, stage, of="in_sla"))
        for measure, verb in verbs.items()
    )


def _limits(figures: Figures) -> Table:
    def limit(stage: Stage) -> str:
        basic, extended = limit_words(figures, stage)
        return (f"{basic}, or {extended} with an extension" if extended else basic) or "–"

    measures = {
        "In SLA": "in_sla",
        "Of these, within the limit without extension": "in_sla_basic",
        "Of these, within the extended limit": "in_sla_extended",
        "Extensions agreed": "extension_agreed",
    }
    return matrix(
        f"Answered in SLA without and with an extension, {figures.period.name}",
        "Stage",
        full_titles(figures.limited),
        {"Limit in working days": limit} | counts_of(figures, measures),
        sentence(
            "The limit is that of the day a complaint was received; – where none was received."
        ),
    )


def _clocks(figures: Figures, stage: Stage) -> Table:
    return matrix(
        f"{stage.full_title} on both clocks, {figures.period.name}",
        "Clock",
        [("From the agreed statement of complaint", ""), ("From the request", REQUEST)],
        {
            STATUSES[measure]: lambda clock, measure=measure: figures.count(
                f"{measure}{clock}", stage
            )
            for measure in ("in_sla", "late", "open_in_time", "open_overdue")
        },
    )


def _clock_words(figures: Figures, stage: Stage) -> tuple[Sentence, ...]:
    whole = figures.count("received", stage)
    starts = {"in_sla": "agreed statement of complaint", f"in_sla{REQUEST}": "request"}
    return tuple(
        share_statement(
            stage.noun(with_procedure=True),
            f"answered within the time limit, counted from the {start}",
            Share(figures.count(measure, stage), whole),
        )
        for measure, start in starts.items()
        if whole.value
    )
