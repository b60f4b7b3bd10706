"""How wide the columns of a Word table are: by their words, for Word itself does not ask them."""

from docx.shared import Cm, Emu
from docx.styles.style import ParagraphStyle
from docx.table import Table

from complaints.report.layout import SHORT_TEXT, numeric_columns
from complaints.report.printing import PrintedTable
from complaints.report.word_document import CELL, SMALL_CELL

CELL_MARGINS = {CELL: Cm(0.19), SMALL_CELL: Cm(0.1)}  # at the left and the right of a cell's text
WIDEST_TEXT = 60  # letters; longer texts take several lines
SHORT_NAME = 24  # letters: the name of a stage or a team
# Shares of the type size, measured from Arial in bold.
NARROW, MIDDLE, CAPITAL, BROAD = 0.34, 0.58, 0.72, 0.89
NARROW_LETTERS = frozenset(" ijltfrI.,;:!'()[]-/|")
BROAD_LETTERS = frozenset("mwMW%@")


def column_widths(table: PrintedTable, room: int, style: ParagraphStyle) -> list[int]:
    """Return the width of each column: room for its longest word, more where texts are long."""
    numeric = numeric_columns(table)
    # What fits in turn: the longest words; numbers and dates on one line; short names too; all.
    tiers: list[list[int]] = [[], [], [], []]
    for place, column in enumerate(table.columns):
        texts = [row[place] for row in table.rows]
        longest = max((len(text) for text in texts), default=0)
        words = _room([word for text in (column, *texts) for word in text.split()], style)
        line = max(words, _room(texts, style))
        is_number = place in numeric
        heading = _room([column[: len(column) * 3 // 5]], style) if is_number else 0
        whole = _room([text[:WIDEST_TEXT] for text in texts], style)
        tiers[0].append(words)
        tiers[1].append(line if is_number or longest <= SHORT_TEXT else words)
        tiers[2].append(line if is_number or longest <= SHORT_NAME else words)
        tiers[3].append(max(words, whole, heading))
    needs = next((tier for tier in reversed(tiers[:3]) if sum(tier) <= room), tiers[0])
    wanted = [max(each) for each in zip(needs, tiers[3], strict=True)]
    spare, more = room - sum(needs), [w - n for n, w in zip(needs, wanted, strict=True)]
    if spare <= 0 or spare >= sum(more):
        given = needs if spare <= 0 else wanted
        return [int(room * each / sum(given)) for each in given]
    return [int(need + spare * extra / sum(more)) for need, extra in zip(needs, more, strict=True)]


def set_widths(table: Table, widths: list[int]) -> None:
    """Set the columns' widths, in the grid and in each cell, as Word and LibreOffice need them."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(width)
    for place, cell in enumerate(table._cells):
        cell.width = Emu(widths[place % len(widths)])


def _room(texts: list[str], style: ParagraphStyle) -> int:
    """Return the width of a cell for the longest of some texts."""
    longest = max((sum(map(_share, text)) for text in texts), default=1)
    return int(longest * style.font.size + 2 * CELL_MARGINS[style.name] + Cm(0.05))


def _share(letter: str) -> float:
    if letter in NARROW_LETTERS:
        return NARROW
    if letter in BROAD_LETTERS:
        return BROAD
    return CAPITAL if letter.isupper() else MIDDLE
