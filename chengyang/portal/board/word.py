"""A report as a Word file in the layout of GB/T 9704, with tables, and charts that Word draws itself.

python-docx has no charts. A chart is a part of its own in the package: DrawingML with its values in place, which Word, WPS and
LibreOffice draw with the fonts that they have. The values stand in it as text, so a test reads them back.
"""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from chengyang.extensions.papers import Line, Paragraph, Title
from chengyang.platform.papers.defaults import HEI, Writer, keep_together, repeat_on_each_page

from .report_contents import Block, Grid, Heading, Picture, Sentence, Signature

WIDE, HIGH = 156, 62  # millimetres of a chart: as wide as the type area
EMU = 36_000  # in a millimetre
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
CHART_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
CHART_NS = "http://schemas.openxmlformats.org/drawingml/2006/chart"
MAIN_NS = "http://schemas.openxmlformats.org/drawingml/2006/main"
GREYS = (("404040", "FFFFFF"), ("A6A6A6", "000000"), ("707070", "FFFFFF"), ("D9D9D9", "000000"), ("FFFFFF", "000000"))
TABLE_SIZE = 12  # points
MOST_TOGETHER = 16  # rows of a table that stands on one page


def word_file(title: str, blocks: Sequence[Block]) -> bytes:
    """Return the report with `blocks` as a .docx file."""
    import docx  # only Word files need it: 100 ms

    writer = Writer(docx.Document(), title=title, is_official=True)
    for block in blocks:
        WRITERS[type(block)](writer, block)
    return writer.saved()


def _heading(writer: Writer, block: Heading) -> None:
    if block.level == 0:
        writer.title(Title(block.text))
    else:
        writer.paragraph(Paragraph(block.text, block.level))
        writer.document.paragraphs[-1].paragraph_format.keep_with_next = True


def _sentence(writer: Writer, block: Sentence) -> None:
    if block.align:
        writer.line(Line(block.text, block.align))
    else:
        writer.paragraph(Paragraph(block.text))


def _signature(writer: Writer, block: Signature) -> None:
    writer.document.add_paragraph()  # an empty line above it
    for text, inset in zip((block.issuer, block.day), block.insets, strict=True):
        writer.line(Line(text, "right", inset))
        writer.document.paragraphs[-1].paragraph_format.keep_together = True
        writer.document.paragraphs[-1].paragraph_format.keep_with_next = text is block.issuer


def _caption(writer: Writer, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as At

    paragraph = writer.document.add_paragraph()
    paragraph.alignment = At.CENTER
    paragraph.paragraph_format.keep_with_next = True
    _single(paragraph)
    writer.run(paragraph, text, HEI, TABLE_SIZE)


def _grid(writer: Writer, block: Grid) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as At
    from docx.shared import Pt

    _caption(writer, block.caption)
    count = len(block.head)
    first = 60 if count <= 4 else 34
    widths = [first, *[(156 - first) // (count - 1)] * (count - 1)]
    table = writer.grid(1 + len(block.rows), widths)
    repeat_on_each_page(table.rows[0])
    size = TABLE_SIZE if count <= 6 else 9
    lines = [block.head, *block.rows]
    for number, (row, texts) in enumerate(zip(table.rows, lines, strict=True)):
        keep_together(row)
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = At.CENTER if not number else At.RIGHT if place else At.LEFT
            paragraph.paragraph_format.keep_with_next = len(lines) <= MOST_TOGETHER and number < len(lines) - 1
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            _single(paragraph)
            writer.run(paragraph, text, HEI if texts is block.head else None, size)
    _single(writer.document.add_paragraph())


def _single(paragraph: Any) -> None:
    """Let the lines of a paragraph be as high as what is in them: small type in tables and captions, and charts."""
    paragraph.paragraph_format.line_spacing = 1.0


# ---- charts ------------------------------------------------------------------------------------------------------------
def _picture(writer: Writer, block: Picture) -> None:
    """Add the chart as a part of the package, a paragraph that shows it, and its caption below."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml import parse_xml

    document = writer.document
    number = sum(part.content_type == CHART_TYPE for part in document.part.package.iter_parts()) + 1
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, CHART_TYPE, chart_xml(block).encode(), document.part.package)
    relation = document.part.relate_to(part, CHART_RELATION)
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    _single(paragraph)
    run = paragraph.add_run()
    run._r.append(parse_xml(_drawing(relation, number, block.caption)))
    _caption(writer, block.caption)
    document.paragraphs[-1].paragraph_format.keep_with_next = False


def _drawing(relation: str, number: int, label: str) -> str:
    return (
        '<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        f' xmlns:a="{MAIN_NS}" xmlns:c="{CHART_NS}"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{WIDE * EMU}" cy="{HIGH * EMU}"/>'
        f'<wp:docPr id="{100 + number}" name="Chart {number}" descr="{escape(label, {chr(34): "&quot;"})}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{CHART_NS}"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing>"
    )


def chart_xml(block: Picture) -> str:
    """Return the part of a chart: bars, bars of parts, or a line for a number that lasts, in grey, as an office prints."""
    named = block.stack or [(block.caption, block.values)]
    series = "".join(
        _series(block, place, name, values, GREYS[place % len(GREYS)] if block.stack else GREYS[0])
        for place, (name, values) in enumerate(named)
    )
    axes = '<c:axId val="1"/><c:axId val="2"/>'
    if block.lasts:
        drawn = f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}{axes}</c:lineChart>'
    else:
        grouping, overlap = ("stacked", '<c:overlap val="100"/>') if block.stack else ("clustered", "")
        drawn = (
            f'<c:barChart><c:barDir val="col"/><c:grouping val="{grouping}"/><c:varyColors val="0"/>{series}'
            f'<c:gapWidth val="80"/>{overlap}{axes}</c:barChart>'
        )
    legend = ""
    if block.stack:  # the sums stand above the bars as the numbers of a line that is not drawn, nor named
        drawn += f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{_sums(block)}{axes}</c:lineChart>'
        legend = (
            f'<c:legend><c:legendPos val="b"/><c:legendEntry><c:idx val="{len(named)}"/><c:delete val="1"/></c:legendEntry>'
            '<c:overlay val="0"/></c:legend>'
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="{CHART_NS}" xmlns:a="{MAIN_NS}">'
        f'<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>{drawn}'
        '<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="2"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        '<c:delete val="1"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
        f'</c:plotArea>{legend}<c:plotVisOnly val="1"/></c:chart>'
        "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:chartSpace>"
    )


def _sums(block: Picture) -> str:
    """Return the series of the sums of a stack: numbers above the bars, without a line."""
    count = f'<c:ptCount val="{len(block.values)}"/>'
    labels = "".join(f'<c:pt idx="{n}"><c:v>{escape(label)}</c:v></c:pt>' for n, label in enumerate(block.labels))
    numbers = "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(block.values))
    place = len(block.stack)
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:v>{escape(block.caption)}</c:v></c:tx>'
        '<c:spPr><a:ln><a:noFill/></a:ln></c:spPr><c:marker><c:symbol val="none"/></c:marker>'
        '<c:dLbls><c:dLblPos val="t"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strLit>{count}{labels}</c:strLit></c:cat><c:val><c:numLit>{count}{numbers}</c:numLit></c:val>"
        '<c:smooth val="0"/></c:ser>'
    )


def _series(block: Picture, place: int, name: str, values: Sequence[Any], grey: tuple[str, str]) -> str:
    """Return one series of a chart, its bars or line in `grey` (of the area, of the numbers in it)."""
    count = f'<c:ptCount val="{len(values)}"/>'
    labels = "".join(f'<c:pt idx="{n}"><c:v>{escape(label)}</c:v></c:pt>' for n, label in enumerate(block.labels))
    numbers = "".join(
        f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(values) if value or not block.stack
    )
    area, text = grey
    fill = f'<a:solidFill><a:srgbClr val="{area}"/></a:solidFill>'
    if block.lasts:
        look = f'<c:spPr><a:ln w="22225">{fill}</a:ln></c:spPr><c:marker><c:symbol val="circle"/><c:size val="5"/></c:marker>'
    else:
        edge = '<a:ln w="6350"><a:solidFill><a:srgbClr val="404040"/></a:solidFill></a:ln>' if block.stack else ""
        look = f'<c:spPr>{fill}{edge}</c:spPr><c:invertIfNegative val="0"/>'
    inside = (
        '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="800"><a:solidFill>'
        f'<a:srgbClr val="{text}"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        if block.stack
        else ""
    )
    shown = "".join(f'<c:{one} val="{int(one == "showVal")}"/>' for one in (
        "showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize"))  # fmt: skip
    smooth = '<c:smooth val="0"/>' if block.lasts else ""
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:v>{escape(name)}</c:v></c:tx>{look}'
        f"<c:dLbls>{inside}{shown}</c:dLbls>"
        f"<c:cat><c:strLit>{count}{labels}</c:strLit></c:cat><c:val><c:numLit>{count}{numbers}</c:numLit></c:val>{smooth}</c:ser>"
    )


WRITERS: dict[type, Any] = {
    Heading: _heading,
    Sentence: _sentence,
    Grid: _grid,
    Picture: _picture,
    Signature: _signature,
}
