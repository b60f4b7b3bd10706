"""Sentences follow the numbers: rises, falls, no change, zero and missing bases, one complaint."""

import re
from datetime import date
from types import SimpleNamespace

import pytest

from complaints.report import released
from complaints.report.content import Cell, Count, Sentence, Share
from complaints.report.periods import Period, read_period
from complaints.report.printing import Printer
from complaints.report.sections.actions import _lead
from complaints.report.sentences import (
    complaints_at,
    count_change,
    listed,
    received,
    share_change,
    share_statement,
)
from complaints.warehouse.errors import UsageError

STAGE_1 = complaints_at("stage 1")
NOW, BASE = "2018-19 Q2", "2017-18 Q2"
IN_TIME = "answered within the time limit"


def count(value: int | None, measure: str = "received", period: str = NOW) -> Count:
    return Count(Cell(measure, period, "statutory", "stage_1"), value)


def share(part: int | None, whole: int | None, period: str = NOW) -> Share:
    return Share(count(part, "in_sla", period), count(whole, "received", period))


def printed(sentence: Sentence, *hidden: Count) -> str | None:
    return Printer({each.cell for each in hidden}, "c").sentence(sentence)


@pytest.mark.parametrize(
    ("now", "base", "words"),
    [
        (
            40,
            26,
            "The number of stage 1 complaints received increased by 54%, from 26 in 2017-18 Q2 "
            "to 40 in 2018-19 Q2.",
        ),
        (
            18,
            40,
            "The number of stage 1 complaints received decreased by 55%, from 40 in 2017-18 Q2 "
            "to 18 in 2018-19 Q2.",
        ),
        (
            2,
            1,
            "The number of stage 1 complaints received rose from 1 in 2017-18 Q2 to 2 in "
            "2018-19 Q2.",
        ),
        (
            3,
            9,
            "The number of stage 1 complaints received fell from 9 in 2017-18 Q2 to 3 in "
            "2018-19 Q2.",
        ),
        (
            15,
            10,
            "The number of stage 1 complaints received increased by 50%, from 10 in 2017-18 Q2 "
            "to 15 in 2018-19 Q2.",
        ),
        (
            1001,
            1000,
            "The number of stage 1 complaints received increased by less than 1%, from 1000 in "
            "2017-18 Q2 to 1001 in 2018-19 Q2.",
        ),
        (
            5,
            5,
            "The number of stage 1 complaints received was the same in 2018-19 Q2 as in "
            "2017-18 Q2: 5.",
        ),
        (0, 0, "No stage 1 complaints were received in 2018-19 Q2 or in 2017-18 Q2."),
        (
            5,
            0,
            "5 stage 1 complaints were received in 2018-19 Q2, compared with none in 2017-18 Q2.",
        ),
        (
            1,
            0,
            "1 stage 1 complaint was received in 2018-19 Q2, compared with none in 2017-18 Q2.",
        ),
        (
            0,
            4,
            "No stage 1 complaints were received in 2018-19 Q2, compared with 4 in 2017-18 Q2.",
        ),
        (
            1,
            None,
            "1 stage 1 complaint was received in 2018-19 Q2; there are no figures for 2017-18 Q2 "
            "to compare with.",
        ),
        (
            0,
            None,
            "No stage 1 complaints were received in 2018-19 Q2; there are no figures for "
            "2017-18 Q2 to compare with.",
        ),
        (None, 4, "There are no figures for 2018-19 Q2."),
    ],
)
def test_a_change_of_a_number(now: int | None, base: int | None, words: str) -> None:
    sentence = count_change(STAGE_1, "received", count(now), count(base, period=BASE), NOW, BASE)
    assert printed(sentence) == words
    assert "point" not in words


@pytest.mark.parametrize(
    ("now", "base", "words"),
    [
        (  # 28 less 15 is 13, and the change is 12.1: all three to one decimal
            (11, 40),
            (4, 26),
            "increased by 12.1 percentage points, from 4 of 26 (15.4%) in 2017-18 Q2 to 11 of 40 "
            "(27.5%) in 2018-19 Q2.",
        ),
        (  # 28 less 17 is 11, and the change is 10.8
            (11, 40),
            (4, 24),
            "increased by 11 percentage points, from 4 of 24 (17%) in 2017-18 Q2 to 11 of 40 "
            "(28%) in 2018-19 Q2.",
        ),
        (
            (11, 40),
            (9, 18),
            "decreased by 22.5 percentage points, from 9 of 18 (50.0%) in 2017-18 Q2 to 11 of 40 "
            "(27.5%) in 2018-19 Q2.",
        ),
        (
            (51, 100),
            (1, 2),
            "increased by 1 percentage point, from 1 of 2 (50%) in 2017-18 Q2 to 51 of 100 (51%) "
            "in 2018-19 Q2.",
        ),
        (
            (0, 5),
            (1, 1),
            "decreased by 100 percentage points, from 1 of 1 (100%) in 2017-18 Q2 to none of 5 in "
            "2018-19 Q2.",
        ),
        (
            (3334, 10000),
            (1, 3),
            "increased by less than 0.1 percentage points, from 1 of 3 (33.3%) in 2017-18 Q2 to "
            "3334 of 10000 (33.3%) in 2018-19 Q2.",
        ),
        (
            (1, 2),
            (2, 4),
            "was the same in 2018-19 Q2, 1 of 2 (50%), as in 2017-18 Q2, 2 of 4 (50%).",
        ),
    ],
)
def test_a_change_of_a_share(now: tuple[int, int], base: tuple[int, int], words: str) -> None:
    sentence = share_change(STAGE_1, IN_TIME, share(*now), share(*base, BASE), NOW, BASE)
    lead = "The share of stage 1 complaints that were answered within the time limit "
    assert printed(sentence) == lead + words


@pytest.mark.parametrize(
    ("now", "base", "words"),
    [
        (
            (0, 0),
            (4, 26),
            "No stage 1 complaints were received in 2018-19 Q2, so the share answered within the "
            "time limit cannot be given.",
        ),
        (
            (1, 1),
            (0, 0),
            "1 of 1 stage 1 complaint (100%) was answered within the time limit in 2018-19 Q2; "
            "none were received in 2017-18 Q2 to compare with.",
        ),
        (
            (11, 40),
            (None, None),
            "11 of 40 stage 1 complaints (28%) were answered within the time limit in 2018-19 Q2; "
            "there are no figures for 2017-18 Q2 to compare with.",
        ),
    ],
)
def test_a_share_without_another_to_compare_with(
    now: tuple[int, int], base: tuple[int | None, int | None], words: str
) -> None:
    sentence = share_change(STAGE_1, IN_TIME, share(*now), share(*base, BASE), NOW, BASE)
    assert printed(sentence) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "No stage 1 complaints were received in 2018-19 Q2."),
        (1, "1 stage 1 complaint was received in 2018-19 Q2."),
        (40, "40 stage 1 complaints were received in 2018-19 Q2."),
        (None, "There are no figures for 2018-19 Q2."),
    ],
)
def test_a_number_received(value: int | None, words: str) -> None:
    assert printed(received(count(value), STAGE_1, NOW)) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (11, 40, "11 of 40 stage 1 complaints (28%) were upheld in 2018-19 Q2."),
        (1, 40, "1 of 40 stage 1 complaints (3%) was upheld in 2018-19 Q2."),
        (0, 40, "None of the 40 stage 1 complaints was upheld in 2018-19 Q2."),
        (0, 1, "The one stage 1 complaint was not upheld in 2018-19 Q2."),
        (0, 0, "No stage 1 complaints were received in 2018-19 Q2."),
        (None, None, "There are no figures of stage 1 complaints in 2018-19 Q2."),
    ],
)
def test_a_share_with_its_n_of_n(part: int | None, whole: int | None, words: str) -> None:
    sentence = share_statement(STAGE_1, "upheld", share(part, whole), f"in {NOW}")
    assert printed(sentence) == words


def test_the_symbol_of_a_hidden_number_is_the_same_whatever_it_is() -> None:
    """Words such as `increased` or `none` disclose something: none of them is left."""
    said = set()
    for now in (0, 1, 3, 5):
        for base in (0, 1, 3, 5):
            counts = count(now), count(base, period=BASE)
            sentence = count_change(STAGE_1, "received", *counts, NOW, BASE)
            said |= {printed(sentence, hidden) for hidden in counts}
    assert said == {
        "The change in the number of stage 1 complaints received cannot be described here, "
        "because small numbers are not shown."
    }
    shares = set()
    for part in range(4):
        now, base = share(part, 3), share(1, 3, BASE)
        sentence = share_change(STAGE_1, "upheld", now, base, NOW, BASE)
        shares |= {printed(sentence, hidden) for hidden in (*now.counts, *base.counts)}
    assert len(shares) == 1
    assert not re.search(r"\d{2}%", "".join(filter(None, shares)))


@pytest.mark.parametrize(
    ("items", "words"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_items_as_a_sentence_lists_them(items: list[str], words: str) -> None:
    assert listed(items) == words


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (
            "2018-19 Q2",
            "2018-19 Q2|Q2 2018/19|2018-19Q2|q2 2018–2019|2018/2019 quarter 2|Quarter 2, 2018-19|"
            "2nd quarter of 2018/19|July to September 2018|Jul-Sep 2018|Q2 JULY-SEP 2018",
        ),
        ("2018-19 Q4", "2018-19 Q4|Jan-Mar 2019|fourth quarter 2018-19"),
        ("2018-19 H1", "H1 2018-19|first half 2018-19|2018-19 half year 1|April to September 2018"),
        ("2018-19 H2", "2018-19 H2|Oct-Mar 2019|October 2018 to March 2019"),
        ("2018-19 Q1-Q3", "Q1-Q3 2018-19|Q1 to Q3 2018/19|April to December 2018"),
        (
            "2018-19",
            "2018-19|2018/19|2018-2019|FY 2018-19|financial year 2018/19| Apr 2018-Mar 2019 ",
        ),
        ("2018-19 H1", "2018-19 year to date|YTD 2018/19"),
    ],
)
def test_a_period_is_read_however_a_council_writes_it(name: str, written: str) -> None:
    for each in written.split("|"):
        assert read_period(each, as_of=date(2018, 11, 27)).name == name, each


WRONG = (
    "|Q2|2018|2018-20 Q2|2018-19 Q5|Q2-Q3 2018-19|July to October 2018|Q1 July-Sep 2018|May 2018"
)


@pytest.mark.parametrize("written", [*WRONG.split("|"), "2018-19 Q2 2019-20", "2018-19 H3"])
def test_a_wrongly_written_period_is_met_with_one_sentence(written: str) -> None:
    with pytest.raises(UsageError, match="write a quarter as"):
        read_period(written)


def test_periods_know_their_days_and_neighbours() -> None:
    quarter, year = read_period("2018-19 Q4"), read_period(" 1999-00 ")
    assert (quarter.first_day, quarter.last_day) == (date(2019, 1, 1), date(2019, 3, 31))
    assert quarter.months == "January to March 2019"
    assert (quarter.moved(1).name, quarter.moved(-4).name) == ("2019-20 Q1", "2017-18 Q4")
    assert quarter.last_year == Period(2017, 4, 4)
    assert (year.name, year.previous.name) == ("1999-00", "1998-99")
    half, to_date = read_period("2018-19 H2"), Period(2018, 1, 3)
    assert (half.previous.name, half.moved(1).name) == ("2018-19 H1", "2019-20 H1")
    assert (half.first_day, half.last_day) == (date(2018, 10, 1), date(2019, 3, 31))
    assert (to_date.previous.name, to_date.months) == ("2017-18 Q1-Q3", "April to December 2018")
    assert year.months == "April 1999 to March 2000"
    assert [each.name for each in year.quarters][0::3] == ["1999-00 Q1", "1999-00 Q4"]


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (["in_progress"], "0 of 1 action is done, and 1 is overdue."),
        (["done"], "1 of 1 action is done, and none is overdue."),
        (["done", "dropped"], "1 of 2 actions is done, and none is overdue."),
        (["in_progress", "in_progress"], "0 of 2 actions are done, and 2 are overdue."),
    ],
)
def test_the_number_of_actions_decides_on_the_verb(statuses: list[str], words: str) -> None:
    actions = [SimpleNamespace(status=each, is_overdue=each == "in_progress") for each in statuses]
    assert _lead(SimpleNamespace(actions=actions)) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (40, "none of its 2 figures differ today."),
        (41, "1 of its 2 figures differs today."),
        (None, "2 of its 2 figures differ today."),
    ],
)
def test_the_number_of_figures_that_differ_decides_on_the_verb(
    now: int | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = {count(40).cell: 40, count(11, "in_sla").cell: 11}
    today = was | {count(40).cell: now} if now else {}
    issued = SimpleNamespace(
        period=NOW,
        profile="committee",
        release="first",
        released_on="2018-11-27",
        as_of_day="2018-11-27",
        counts=was,
    )
    monkeypatch.setattr(released, "read_releases", lambda settings: [issued])
    (note,) = released.earlier_release_notes(
        SimpleNamespace(), SimpleNamespace(period=NOW), "committee", today
    )
    assert note.endswith(words)
