"""What a paper says, read back from each edition in one shape: a text for a paragraph, rows of texts for a table.

A merged cell stands in each place that it covers; a column whose every cell is merged with the one before it is left out, as
LibreOffice does. Paragraphs without text are left out, too: they keep a distance.
"""

import io
import re
import zipfile

import docx
from lxml import etree, html

SPACE = re.compile(r"[ \t\r\n]+")  # not the wide space of Chinese, which stays
TABLE, TEXT = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "text"))


def tables_in(blocks):
    return [block for block in blocks if isinstance(block, list)]


def texts_in(blocks):
    """Return the paragraphs and the cells of `blocks` in their order."""
    rows = [block if isinstance(block, list) else [[block]] for block in blocks]
    return [text for block in rows for row in block for text in row]


def of_word(data):
    """Return the blocks of a Word file."""
    found = []
    for block in docx.Document(io.BytesIO(data)).iter_inner_content():
        if hasattr(block, "rows"):
            found.append(_texts([[(cell._tc, cell.text.strip()) for cell in row.cells] for row in block.rows]))
        else:
            found.append(block.text.strip())
    return [block for block in found if block]


def of_page(text):
    """Return the blocks of the sheets of a print page; what stands side by side in a line is a table of one row."""
    found = []
    for block in html.fromstring(text).xpath("//article/*"):
        if block.tag == "table":
            found += [caption.text_content().strip() for caption in block.findall("caption")]
            found.append(_grid(block.iter("tr"), ("td", "th"), lambda cell, name: cell.get(f"{name}span"), _html_text))
        elif spans := block.findall("span"):
            found.append([[_html_text(span) for span in spans]])
        else:
            found.append(_html_text(block))
    return [block for block in found if block]


def of_libreoffice(data):
    """Return the blocks of a file that LibreOffice has converted to ODT."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = etree.fromstring(archive.read("content.xml"))
    found = []
    for block in body.find(".//{*}body/{*}text"):
        if block.tag == f"{TABLE}table":
            found.append(_grid(block.iter(f"{TABLE}table-row"), (f"{TABLE}table-cell",), _odt_span, _odt_text))
        elif block.tag in (f"{TEXT}p", f"{TEXT}h"):
            found.append(_odt_line(block).strip())
    return [block for block in found if block]


def _grid(rows, tags, span, text):
    """Return rows of texts; `span(cell, "row")` and `span(cell, "col")` say over how many a cell goes."""
    grid = {}
    for down, row in enumerate(rows):
        across = 0
        for cell in row.iterchildren(*tags):
            while (down, across) in grid:
                across += 1
            for y in range(int(span(cell, "row") or 1)):
                for x in range(int(span(cell, "col") or 1)):
                    grid[down + y, across + x] = cell
    texts = {cell: text(cell) for cell in dict.fromkeys(grid.values())}  # each once
    height, width = (max(place[axis] for place in grid) + 1 for axis in (0, 1))
    return _texts([[(grid[y, x], texts[grid[y, x]]) for x in range(width)] for y in range(height)])


def _texts(rows):
    """Return the texts of rows of (cell, text), without the columns that no row tells from the one before."""
    kept = [x for x in range(len(rows[0])) if not x or any(row[x][0] is not row[x - 1][0] for row in rows)]
    return [[row[x][1] for x in kept] for row in rows]


def _html_text(element):
    """Return the text as a browser shows it: a line break is an element, other white space between words one space."""
    parts = [SPACE.sub(" ", element.text or "")]
    for child in element:
        parts += ["\n" if child.tag == "br" else _html_text(child), SPACE.sub(" ", child.tail or "")]
    return re.sub(" ?\n ?", "\n", "".join(parts)).strip()


def _odt_span(cell, name):
    return cell.get(f"{TABLE}number-{'rows' if name == 'row' else 'columns'}-spanned")


def _odt_text(cell):
    return "\n".join(_odt_line(line) for line in cell.iterchildren(f"{TEXT}p", f"{TEXT}h")).strip()


def _odt_line(element):
    """Return the text of a paragraph; line breaks and runs of spaces are elements of their own."""
    found = element.text or ""
    for child in element:
        if child.tag == f"{TEXT}line-break":
            found += "\n"
        elif child.tag == f"{TEXT}s":
            found += " " * int(child.get(f"{TEXT}c") or 1)
        elif child.tag == f"{TEXT}span":
            found += _odt_line(child)
        found += child.tail or ""
    return found
