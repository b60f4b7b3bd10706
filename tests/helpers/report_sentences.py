"""What the sentences of a report say in numbers: a reader's understanding of its words.

A sentence whose numbers nobody understands is found too, so that none goes unread.
"""

import re
from collections.abc import Iterator

from report_documents import Table
from report_labels import (
    ALL,
    DAY,
    PERIOD,
    PROCEDURE,
    Meaning,
    measure_of,
    only,
    stages_in,
)

P = r"(\d{4}-\d{2}(?: Q[1-4])?)"
CHANGE = re.compile(rf"from (\d+) in {P} to (\d+) in {P}")
SAME = re.compile(rf"the same in {P} as in {P}: (\d+)\.")
NONE_NOW = re.compile(rf"^No (?P<noun>.*) in {P}, compared with (\d+) in {P}")
NONE_THEN = re.compile(rf"^(\d+) .* in {P}, compared with none in {P}")
PLAIN = re.compile(rf"^(\d+) [^()]* (?:was|were) [^()]* in {P}")
SHARES = re.compile(
    rf"(\d+) of (\d+)\b[^().;:]*(?: in {P})?[^().;:]*\(\d+(?:\.\d+)?%\)(?:[^().;]*? in {P})?"
)
HELD = re.compile(r"(\d+) rows? of (\w+) (stage \d|Ombudsman[^,]*), " + P)
CLOSED = re.compile(
    rf"^(\d+|No) (.*) received in {P}, and (\d+) (?:was|were) closed in it, whenever received: "
    r"(\d+) of \d+ .* and (\d+) of"
)
ACCEPTED = re.compile(rf"^(\d+) exceptions? (?:was|were) accepted in the records of {P}")
IF_SUBJECT = re.compile(r"would be (\d+) and not (\d+)")

# what has digits and counts no complaint
NO_COUNTS = re.compile(
    r"^.*: [+-]?\d[\d.]*% \([a-z]+ \d{4}\)\.$|"  # an indicator of the service
    r"\d+ of \d+ actions? (is|are) done, and .*|^\d+(\.\d+)+ |"
    r"\d+ (is|are) due in (another|other) years?\.|"
    r"\b\d{4}-\d{2}(?: Q[1-4])?\b|\bQ[1-4]\b|\bstages? \d\b|\bquarter \d\b|\bsections? \d[\d.]*|"
    r"\b[A-C]\.\d+|\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|"
    r"November|December)( \d{4})?\b|\b(January|February|March|April|May|June|July|August|September|"
    r"October|November|December) \d{4}\b|\bAct \d{4}\b|\bregulation \d+(?:\(\d+\))?|"
    r"\b\d+(, or \d+| or \d+)? working days\b|\bnumbers from 1 to \d+\b|"
    r"(increased|decreased) by (less than )?\d[\d.]*(%| percentage points?)|"
    r"after [\d.]+ working days? on average \(median [\d.]+\)|"
    r"Page \d* of \d*|^\d+ (?-i:[A-Z])",
    re.I,
)
CHART = re.compile(
    r"^(?:Bar|Stacked bar|Line) chart: (.*?)\. A table of the same section[^.]*\. (.*)$"
)
SERIES = re.compile(r"(?:^|(?<=\. ))([^:.]+): (.*?)\.(?= |$)")
FIGURE = r"\d+ of \d+ \(\d+%\)|\d+"
PICTURE = re.compile(r"Picture \d+")


def in_figures(sentence: str) -> str:
    """Return a sentence with `none of the 40` as a share of figures."""
    sentence = re.sub(r"^The one (.*?complaint.*?) was not ", r"0 of 1 \1 (0%) was ", sentence)
    return re.sub(r"\b[Nn]one of (?:the )?(\d+)( .*? (?=was\b))?", r"0 of \1\2 (0%) ", sentence)


def numbers_in(sentence: str, period: str) -> Iterator[tuple[Meaning, int]]:
    """Yield what a sentence says: what is counted, and the number."""
    sentence = in_figures(sentence)
    if CHART.match(sentence):
        return
    if found := CLOSED.search(sentence):
        of = _about(found[2], found[3])
        yield of.of("received"), int(found[1].replace("No", "0"))
        for place, part in enumerate(("closed", "closed_in_sla", "closed_upheld"), start=4):
            yield of.of(part), int(found[place])
        return
    if found := CHANGE.search(sentence):
        what = _about(sentence, period)
        yield what._replace(period=found[2]), int(found[1])
        yield what._replace(period=found[4]), int(found[3])
    elif found := SAME.search(sentence):
        what = _about(sentence, period)
        yield from ((what._replace(period=each), int(found[3])) for each in (found[1], found[2]))
    elif found := NONE_NOW.search(sentence):
        what = _about(sentence, period)
        yield what._replace(period=found[2]), 0
        yield what._replace(period=found[4]), int(found[3])
    elif found := NONE_THEN.search(sentence):
        what = _about(sentence, period)
        yield what._replace(period=found[2]), int(found[1])
        yield what._replace(period=found[3]), 0
    elif (found := PLAIN.search(sentence)) and not SHARES.search(sentence):
        yield _about(sentence, found[2]), int(found[1])
    for part, whole, before, after in SHARES.findall(sentence):
        what, of = _share_about(sentence, before or after or period)
        yield what, int(part)
        yield of, int(whole)
    for number, procedure, stage, when in HELD.findall(sentence):
        yield Meaning("held_back", when, procedure, stages_in(stage)[0]), int(number)
    if found := ACCEPTED.search(sentence):
        yield Meaning("accepted", found[2], ALL, ALL), int(found[1])
    if found := IF_SUBJECT.search(sentence):
        received = Meaning("received", period, "statutory", "stage_1")
        yield received.of("received_by_subject"), int(found[1])
        yield received, int(found[2])


def figures_of_chart(text: str) -> Iterator[Table]:
    """Yield the figures that a chart's alternative text names, each as a table of one cell."""
    if not (found := CHART.match(text)):
        return
    title, words = found.groups()
    for name, said in SERIES.findall(words):
        pairs = [(when, figure) for figure, when in re.findall(rf"({FIGURE}) in {P}", said)]
        pairs += re.findall(rf"(?:^|, |and |are |is )([^,]+?) \(({FIGURE})\)", said)
        for when, figure in re.findall(rf"highest in (.*), ({FIGURE})$", said):
            pairs += [(each, figure) for each in PERIOD.findall(when)]
        if re.search(r"\d", PERIOD.sub("", said)) and not pairs:
            pairs = [("", said)]  # nobody understands it
        for label, figure in pairs:
            yield Table("", title, ["", name], [[label, figure]])


def unread_numbers(sentence: str, period: str) -> list[str]:
    """Return the numbers of a sentence that are neither understood nor harmless."""
    if PICTURE.fullmatch(sentence) or CHART.match(sentence):
        return []
    sentence = in_figures(sentence)
    left = NO_COUNTS.sub(" ", sentence)
    known = {str(number) for _, number in numbers_in(sentence, period)}
    left = re.sub(r"\(\d+(\.\d+)?%\)", " ", left) if known else left
    return [each for each in re.findall(r"\d+(?:\.\d+)?", left) if each not in known]


def _about(sentence: str, period: str) -> Meaning:
    """What a sentence is about."""
    changes = r"\b(?:increased|decreased|rose|fell|compared|was the same)\b"
    words = re.split(changes, sentence)[0]
    measure = measure_of("", words)
    if "if the subject decided" in sentence:
        measure = "received_by_subject"
    if "logged as corporate" in words:
        return Meaning("suspected", period, "corporate", "stage_1")
    procedure = only([PROCEDURE.findall(words)], "statutory").lower()
    return Meaning(measure, period, procedure, only([stages_in(words)], "stage_1"))


def _share_about(sentence: str, period: str) -> tuple[Meaning, Meaning]:
    """What a share is about, and what it is a share of."""
    what = _about(sentence, period)
    received = what.of("received")
    if "escalated to" in sentence:
        later = stages_in(sentence.split("escalated to")[1])[0]
        what = what._replace(stage="stage_1")
        return what.of(f"went_on_to_{later}"), what.of("received")
    if (day := DAY.search(sentence)) and " open " in sentence:
        what = Meaning("open_overdue", f"on {day[1]}", what.procedure, ALL)
        return what, what.of("open")
    if "received most" in sentence:
        return received._replace(breakdown="service_team", value=_name(sentence)), received
    if "most frequent" in sentence:
        name = sentence.split(" was ")[-1].split(":")[0]
        return received._replace(breakdown="reason", value=name.casefold()), received
    if "by children or young people" in sentence:
        return received._replace(breakdown="complainant_type", value="child"), received
    if "answered in SLA that" in sentence or "answered in SLA (" in sentence:
        return what, what.of("in_sla")
    if "recorded without an outcome" in sentence:
        return what, what.of("decided")
    if "counted from the request" in sentence:
        return what.of("in_sla_from_request"), received
    return what, what.of("eligible") if "not withdrawn" in sentence else received


def _name(sentence: str) -> str:
    return sentence.split(" received most")[0].casefold()
