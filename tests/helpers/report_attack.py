"""Try to work out the hidden counts of a published report, from its renderings alone.

The attacker reads every figure, understands its labels, writes down every equation that must hold
(totals, breakdowns, quarters and years, statuses, shares, percentages) and asks an integer
programme for two different values of each hidden count. Where there is but one, the count is
exposed. Nothing of the product's own disclosure control is used.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from report_documents import Document, Table
from report_labels import ALL, Figure, Meaning, figures_of
from report_sentences import figures_of_chart, numbers_in

COUNT = re.compile(r"\d+")
SHARE = re.compile(r"(\d+) of (\d+) \((\d+(?:\.\d+)?)%\)")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
OTHERS = "other values"  # a row for all rare values: a sum, not a count to hide
MOST = 5_000  # no council has more complaints

SUMS = (
    ("received", ("in_sla", "late", "open_in_time", "open_overdue", "not_applicable")),
    ("received", ("eligible", "withdrawn")),
    ("in_sla", ("in_sla_basic", "in_sla_extended")),
    ("due", ("in_sla", "late", "open_overdue")),
    ("recommendations_due", ("recommendations_done", "recommendations_overdue")),
    ("open", ("open_in_time", "open_overdue", "open_without_limit")),
)
PARTS = {
    "received": ("in_sla", "late", "upheld", "withdrawn", "open_in_time", "open_overdue",
                 "not_applicable", "eligible", "decided", "with_advocate", "extension_agreed",
                 "suspected", "in_sla_from_request", "panel_in_time", "panel_late"),
    "closed": ("closed_in_sla", "closed_upheld"),
    "decided": ("upheld", "without_outcome", "outcome_unknown", "in_sla", "late"),
    "not_applicable": ("withdrawn",),
    "extension_agreed": ("in_sla_extended",),
    "eligible": ("decided",),
}  # fmt: skip

Terms = dict[Meaning, float]


def of_table(what: Meaning, table: Table) -> Meaning:
    """Return what a figure means; the rare values of one table are not those of another."""
    is_others = what.value.lower() == OTHERS
    return what._replace(value=f"{OTHERS} of {table.title}") if is_others else what


class Attack:
    """What an attacker has read in one document, or in several of the same report."""

    def __init__(self, period: str, symbol: str = "c") -> None:
        self.period, self.symbol = period, symbol
        self.known: dict[Meaning, int] = {}
        self.hidden: dict[Meaning, str] = {}  # and where the symbol stands
        self.rows: list[tuple[Terms, float, float]] = []
        self.merged: set[Meaning] = set()  # breakdowns with a row that says not which values it is
        self.not_understood: list[str] = []

    def read(self, document: Document) -> None:
        """Take every figure of a document."""
        for table in document.tables:
            self.read_table(table)
        for sentence in document.sentences:
            for table in figures_of_chart(sentence):
                self.read_table(table)
            for what, number in numbers_in(sentence, self.period):
                self.learn(what, number, sentence)

    def read_table(self, table: Table) -> None:
        """Take a table: what its cells say, and that a total row is a sum."""
        for column in figures_of(table, self.period):
            for figure in column:
                self.read_figure(figure._replace(what=of_table(figure.what, table)))
            if column and table.rows[-1][0] == "Total":
                *parts, total = (of_table(figure.what, table) for figure in column)
                self.is_sum(total, [each for each in parts if not self.is_total(each)])

    def is_total(self, what: Meaning) -> bool:
        """Whether a row within a table with a total is a total itself."""
        return what.procedure != ALL and what.stage == ALL

    def read_figure(self, figure: Figure) -> None:
        """Take what one cell of a table says."""
        text, what, whole, place = figure
        if what.value.startswith(OTHERS):
            self.merged.add(what._replace(value=""))
        if text == self.symbol and not what.value.startswith(OTHERS):
            self.hidden.setdefault(what, place)
        elif COUNT.fullmatch(text):
            self.learn(what, int(text), place)
        elif share := SHARE.fullmatch(text):
            self.learn(what, int(share[1]), place)
            self.learn(whole, int(share[2]), place)
        elif percent := PERCENT.fullmatch(text):
            self.is_percent(what, whole, float(percent[1]))
        elif text not in ("–", "", self.symbol):
            self.not_understood.append(f"{place}: {text}")

    def learn(self, what: Meaning, number: int, place: str) -> None:
        """Note a number; a document that says two different ones is wrong, or misunderstood."""
        if self.known.setdefault(what, number) != number:
            raise AssertionError(f"{what} is {self.known[what]} and also {number}: {place}")

    def is_sum(self, whole: Meaning, parts: Iterable[Meaning]) -> None:
        """Note whole = the sum of its parts, unless what is known says otherwise."""
        terms: Terms = {whole: 1.0} | dict.fromkeys(parts, -1.0)
        known = [self.known.get(what) for what in terms]
        is_wrong = None not in known and known[0] != sum(each or 0 for each in known[1:])
        if len(terms) > 1 and not is_wrong:
            self.rows.append((terms, 0, 0))

    def is_part(self, whole: Meaning, part: Meaning) -> None:
        """Note part <= whole."""
        self.rows.append(({whole: 1.0, part: -1.0}, 0, np.inf))

    def is_percent(self, part: Meaning, whole: Meaning, percent: float) -> None:
        """Note that a share is printed as a whole percentage."""
        for bound, least, most in ((percent - 0.5, 0, np.inf), (percent + 0.5, -np.inf, 0)):
            self.rows.append(({part: 100.0, whole: -bound}, least, most))

    def reason(self) -> None:
        """Add what follows from the names of what is counted."""
        present = {*self.known, *self.hidden} | {what for terms, *_ in self.rows for what in terms}
        groups: dict[Meaning, list[Meaning]] = defaultdict(list)
        for what in sorted(present):
            if what.breakdown:
                groups[what._replace(value="")].append(what)
            for whole, parts in SUMS:
                if what.measure == whole and {what.of(each) for each in parts} <= present:
                    self.is_sum(what, [what.of(each) for each in parts])
            for part in PARTS.get(what.measure, ()):
                if what.of(part) in present:
                    self.is_part(what, what.of(part))
            quarters = [what._replace(period=f"{what.period} Q{n}") for n in (1, 2, 3, 4)]
            if set(quarters) <= present:
                self.is_sum(what, quarters)
        for group, parts in groups.items():
            has_others = group in self.merged
            if group.total in present:
                for part in parts:
                    self.is_part(group.total, part)
                if group.breakdown != "reason" and not has_others:
                    self.is_sum(group.total, parts)
            if group.breakdown == "outcome" and not has_others:
                upheld = [each for each in parts if each.value in ("upheld", "partially upheld")]
                self.is_sum(group.total.of("upheld"), upheld)
        self.reason_on_subjects(present)

    def reason_on_subjects(self, present: set[Meaning]) -> None:
        """By subject: received, less those of the other procedure, and those logged there."""
        for what in sorted(present):
            if what.measure == "received_by_subject":
                leaving = what.of("suspected")
                terms = {
                    what: 1.0,
                    what.of("received"): -1.0,
                    leaving: 1.0,
                    leaving._replace(procedure="corporate"): -1.0,
                }
                self.rows.append((terms, 0, 0))

    def exposed(self) -> dict[Meaning, str]:
        """Return the hidden counts that have only one possible value, and where they stand."""
        self.reason()
        programme = Programme(self)
        for what in sorted(self.hidden):
            for sign in (1, -1):
                if len(programme.seen[what]) < 2:
                    programme.solve(what, sign)
        return {what: place for what, place in self.hidden.items() if len(programme.seen[what]) < 2}


class Programme:
    """The integer programme of an attack; every solution is a set of counts that fits."""

    def __init__(self, attack: Attack) -> None:
        names = {*attack.hidden, *attack.known, *(w for terms, *_ in attack.rows for w in terms)}
        self.place = {what: place for place, what in enumerate(sorted(names))}
        self.lower = np.array([attack.known.get(w, w in attack.hidden) for w in self.place], float)
        self.upper = np.array([attack.known.get(w, MOST) for w in self.place], float)
        entries = [
            (factor, row, self.place[what])
            for row, (terms, *_) in enumerate(attack.rows)
            for what, factor in terms.items()
        ]
        factors, rows, columns = zip(*entries, strict=True) if entries else ((), (), ())
        shape = (len(attack.rows), len(names))
        matrix = csr_array((np.array(factors, float), (rows, columns)), shape=shape)
        least, most = ([row[side] for row in attack.rows] for side in (1, 2))
        self.constraints = [LinearConstraint(matrix, least, most)] if entries else []
        self.seen: dict[Meaning, set[int]] = defaultdict(set)

    def solve(self, what: Meaning, sign: int) -> None:
        """Make a count as great or as small as the document allows, and note all values."""
        objective = np.zeros(len(self.place))
        objective[self.place[what]] = -sign
        for presolve in (True, False):  # presolve calls some programmes infeasible that are not
            result = milp(
                objective,
                integrality=np.ones(len(self.place)),
                bounds=Bounds(self.lower, self.upper),
                constraints=self.constraints,
                options={"presolve": presolve},
            )
            if result.x is not None:
                return self.note(np.rint(result.x))
        raise AssertionError(f"the document contradicts itself: {result.message}")

    def note(self, found: np.ndarray) -> None:
        """Note a set of counts, once it is sure that it fits."""
        for rows in self.constraints:
            sums = rows.A @ found
            assert ((rows.lb <= sums) & (sums <= rows.ub)).all()
        for each, value in zip(self.place, found, strict=True):
            self.seen[each].add(int(value))
