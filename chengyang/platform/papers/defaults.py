"""The default Word template of a paper, made from its layout; no file of it is in the repository (requirements U12, U13).

The numbers of official documents are those of GB/T 9704-2012: type area 156 × 225 mm, 22 lines of 28 characters of 16 pt.
Fonts are named, never embedded: they are licensed, and an office has them.
"""

import io
from collections.abc import Sequence
from typing import Any

from chengyang.extensions import Paper, PaperRows
from chengyang.extensions.papers import Cell, Form, Imprint, Line, NewPage, Paragraph, Signatures, Table, Title

from .filling import MADE_AT, MAKER

SONG, FANG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN = "Times New Roman"
FONTS_OF_LEVELS = {0: FANG, 1: HEI, 2: KAI, 3: FANG, 4: FANG}
# GB/T 9704-2012: margins in millimetres; 225 mm / 22 lines = 28.99 pt; 28 × 16 pt would be wider than 156 mm by 2 mm, which
# the negative space takes away (in 1/4096 of a point).
OFFICIAL = {"top": 37, "bottom": 35, "left": 28, "right": 26, "header": 15, "footer": 25}
LINE_PITCH, CHARACTER_SPACE = 580, -848
CLOSER = "-5"  # twentieths of a point between characters: 28 of 16 pt in 156 mm
PLAIN = {"top": 20, "bottom": 18, "left": 20, "right": 20, "header": 10, "footer": 9}
ROW_NAME = "项"


def default_file(paper: Paper) -> bytes:
    """Return the default template of `paper` as a .docx file."""
    import docx  # only Word files need it: 100 ms

    writer = Writer(docx.Document(), title=str(paper.label), is_official=paper.is_official, lists=paper.lists)
    for block in paper.layout:
        WRITERS[type(block)](writer, block)
    return writer.saved()


class Writer:
    """Writes blocks into an empty document: an official one by GB/T 9704, or another paper; `lists` are those of its tables."""

    def __init__(self, document: Any, *, title: str, is_official: bool, lists: Sequence[PaperRows] = ()) -> None:
        self.document, self.label, self.is_official, self.lists = document, title, is_official, lists
        self.size = 16 if is_official else 11  # points
        self._page()
        self._style()
        self._foot()

    def saved(self) -> bytes:
        """Return the document as the bytes of a .docx file."""
        target = io.BytesIO()
        self.document.save(target)
        return target.getvalue()

    # ---- the page -----------------------------------------------------------------------------------------------
    def _page(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Mm

        section, margins = self.document.sections[0], OFFICIAL if self.is_official else PLAIN
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
        section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
        section.header_distance, section.footer_distance = Mm(margins["header"]), Mm(margins["footer"])
        grid = section._sectPr.find(qn("w:docGrid"))
        if self.is_official:
            grid.set(qn("w:type"), "linesAndChars")
            grid.set(qn("w:linePitch"), str(LINE_PITCH))
            grid.set(qn("w:charSpace"), str(CHARACTER_SPACE))
        else:
            section._sectPr.remove(grid)
        properties = self.document.core_properties
        properties.author, properties.title, properties.comments = "", self.label, ""

    def _style(self) -> None:
        from docx.shared import Pt

        style = self.document.styles["Normal"]
        style.font.size = Pt(self.size)
        _name_fonts(style.element.get_or_add_rPr(), FANG if self.is_official else "宋体")
        spacing = style.paragraph_format
        spacing.space_before = spacing.space_after = Pt(0)
        spacing.line_spacing = 1.0
        spacing.widow_control = False
        if self.is_official:
            # The grid says 22 lines of 28 characters. LibreOffice widens each character to two cells of a grid that is narrower
            # than the type; so the lines are as high and the characters as wide by themselves, and leave the grid alone.
            spacing.line_spacing = _points(LINE_PITCH / 20)
            _before(style.element.get_or_add_pPr(), _element("w:snapToGrid", val="0"), "spacing", "ind", "jc", "rPr")
            _before(
                style.element.get_or_add_rPr(), _element("w:spacing", val=CLOSER), "w", "kern", "sz", "szCs", "lang"
            )

    def _foot(self) -> None:
        """Write page numbers: — 1 — in 14 pt, odd pages right and even ones left; in the middle of other papers."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH as At

        section = self.document.sections[0]
        if not self.is_official:
            paragraph = section.footer.paragraphs[0]
            self._page_number(paragraph, At.CENTER, "宋体", 9, "")
            self.run(paragraph, f"　　{{{{ {MAKER.name} }}}} {{{{ {MADE_AT.name} }}}}", "宋体", 9)
            return
        self.document.settings.odd_and_even_pages_header_footer = True
        for footer, at, side in ((section.footer, At.RIGHT, "right"), (section.even_page_footer, At.LEFT, "left")):
            paragraph = footer.paragraphs[0]
            self._page_number(paragraph, at, "宋体", 14, "— ")
            setattr(paragraph.paragraph_format, f"{side}_indent", _points(14))  # one character inside

    def _page_number(self, paragraph: Any, at: Any, font: str, size: int, around: str) -> None:
        paragraph.alignment = at
        self.run(paragraph, around, font, size)
        run = self.run(paragraph, "", font, size)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run._r.append(_field_part(kind, text))
        self.run(paragraph, around[::-1], font, size)

    # ---- blocks -------------------------------------------------------------------------------------------------
    def title(self, block: Title) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as At

        paragraph = self.document.add_paragraph()
        paragraph.alignment = At.CENTER
        paragraph.paragraph_format.keep_with_next = True
        if self.is_official:
            self.run(paragraph, block.text, SONG, 22)
            paragraph.paragraph_format.line_spacing = _points(34)
            self.document.add_paragraph()  # one line below the title
        else:
            self.run(paragraph, block.text, HEI, 18)
            paragraph.paragraph_format.space_after = _points(8)

    def line(self, block: Line) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as At

        paragraph = self.document.add_paragraph()
        paragraph.alignment = {"left": At.LEFT, "center": At.CENTER, "right": At.RIGHT}[block.align]
        if block.align == "right" and self.is_official:
            paragraph.paragraph_format.right_indent = _points(block.inset * self.size)
        if not self.is_official:
            paragraph.paragraph_format.space_after = _points(4)
        self.run(paragraph, block.text)

    def paragraph(self, block: Paragraph) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = _points(2 * self.size)
        _set_chars(paragraph, 200)  # two characters, whatever the font
        self.run(paragraph, block.text, FONTS_OF_LEVELS[block.level])

    def signatures(self, block: Signatures) -> None:
        table = self.document.add_table(rows=1, cols=len(block.places))
        for cell, place in zip(table.rows[0].cells, block.places, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = _points(26)
            self.run(paragraph, f"{place}：")
            self.run(paragraph, "　" * (30 // len(block.places) - len(str(place)))).font.underline = True
        self.document.add_paragraph()

    def imprint(self, block: Imprint) -> None:
        """Write who issued it and when in 14 pt between two rules, as wide as the type area."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH as At

        self.document.add_paragraph()
        table = self.document.add_table(rows=1, cols=2)
        table._tbl.tblPr.append(_rules())
        for cell, text, at in zip(table.rows[0].cells, (block.left, block.right), (At.LEFT, At.RIGHT), strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = at
            self.run(paragraph, text, FANG, 14)

    def new_page(self, block: NewPage) -> None:
        from docx.enum.text import WD_BREAK

        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def form(self, block: Form) -> None:
        table = self.grid(len(block.rows), list(block.widths))
        taken: set[tuple[int, int]] = set()
        for down, cells in enumerate(block.rows):
            self._height(table.rows[down], block.heights[down] if down < len(block.heights) else 10)
            across = 0
            for cell in cells:
                while (down, across) in taken:
                    across += 1
                taken |= {(down + y, across + x) for y in range(cell.high) for x in range(cell.wide)}
                self._fill(table, down, across, cell)
                across += cell.wide
        self.document.add_paragraph()

    def _fill(self, table: Any, down: int, across: int, cell: Cell) -> None:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as Height
        from docx.enum.text import WD_ALIGN_PARAGRAPH as At

        place = table.cell(down, across)
        if cell.wide > 1 or cell.high > 1:
            place = place.merge(table.cell(down + cell.high - 1, across + cell.wide - 1))
        place.vertical_alignment = Height.CENTER if cell.label or cell.high == 1 else Height.TOP
        paragraph = place.paragraphs[0]
        paragraph.alignment = At.CENTER if cell.label or cell.box else At.LEFT
        if cell.box:
            place.vertical_alignment = Height.CENTER
        self.run(paragraph, cell.text, HEI if cell.label else None)

    def table(self, block: Table) -> None:
        found = next(one for one in self.lists if one.name == block.rows)
        table = self.grid(4 + block.spare, [width for _head, _name, width in block.columns])
        head, begin, line, end, *spare = table.rows
        for cell, (text, _name, _width) in zip(head.cells, block.columns, strict=True):
            _centre(cell)
            self.run(cell.paragraphs[0], text, HEI)
        repeat_on_each_page(head)
        self.run(begin.cells[0].paragraphs[0], f"{{%tr for {ROW_NAME} in {found.name} %}}")
        self.run(end.cells[0].paragraphs[0], "{%tr endfor %}")
        for cell, (_text, name, width) in zip(line.cells, block.columns, strict=True):
            _centre(cell, centred=width < 30)
            if name:
                self.run(cell.paragraphs[0], f"{{{{ {ROW_NAME}.{name} }}}}")
        for row in (head, line, *spare):
            self._height(row, block.height)
            keep_together(row)
        self.document.add_paragraph()

    # ---- parts --------------------------------------------------------------------------------------------------
    def grid(self, rows: int, widths: list[int]) -> Any:
        """Add a table with `rows` rows and columns of `widths` millimetres, and return it."""
        from docx.shared import Mm

        table = self.document.add_table(rows=rows, cols=len(widths), style="Table Grid")
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
            for cell in column.cells:
                cell.width = Mm(width)
        return table

    def _height(self, row: Any, millimetres: int) -> None:
        from docx.enum.table import WD_ROW_HEIGHT_RULE
        from docx.shared import Mm

        row.height, row.height_rule = Mm(millimetres), WD_ROW_HEIGHT_RULE.AT_LEAST

    def run(self, paragraph: Any, text: Any, font: str | None = None, size: int = 0) -> Any:
        """Add `text` to `paragraph` in a font (None: that of the document) of `size` points (0: that of the document)."""
        from docx.shared import Pt

        run = paragraph.add_run(str(text))
        if font:
            _name_fonts(run._r.get_or_add_rPr(), font)
        if size:
            run.font.size = Pt(size)
        return run


WRITERS: dict[type, Any] = {
    Title: Writer.title,
    Line: Writer.line,
    Paragraph: Writer.paragraph,
    Form: Writer.form,
    Table: Writer.table,
    Signatures: Writer.signatures,
    NewPage: Writer.new_page,
    Imprint: Writer.imprint,
}


# ---- elements that python-docx has no words for ---------------------------------------------------------------------
def _points(number: float) -> Any:
    from docx.shared import Pt

    return Pt(number)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _before(parent: Any, made: Any, *followers: str) -> None:
    """Add `made` to `parent` before the elements that the schema wants after it."""
    parent.insert_element_before(made, *(f"w:{name}" for name in followers))


def _rules() -> Any:
    """Return the borders of the imprint: rules above and below."""
    borders = _element("w:tblBorders")
    for side in ("top", "bottom"):
        borders.append(_element(f"w:{side}", val="single", sz="8", space="0", color="000000"))
    return borders


def _name_fonts(properties: Any, east_asian: str) -> None:
    """Name the fonts of a run or a style: `east_asian` for Chinese, Times New Roman for letters and figures."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for key in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{key}"), LATIN)
    fonts.set(qn("w:eastAsia"), east_asian)
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{key}"), None)


def _field_part(kind: str, text: str) -> Any:
    if kind:
        return _element("w:fldChar", fldCharType=kind)
    made = _element("w:instrText")
    made.text = text
    return made


def _set_chars(paragraph: Any, hundredths: int) -> None:
    """Indent the first line by `hundredths` of a character."""
    from docx.oxml.ns import qn

    paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), str(hundredths))


def _centre(cell: Any, *, centred: bool = True) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if centred:
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def repeat_on_each_page(row: Any) -> None:
    """Let `row` stand above the table on each page."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def keep_together(row: Any) -> None:
    """Let no page end within `row`."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
