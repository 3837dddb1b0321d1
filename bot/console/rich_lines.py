"""A rich message as the terminal shows it: headings, folded parts with what is in them, pictures by address."""

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from bot.console.rich import Element, Node

Number = Callable[[str], int]
"""Takes a button's callback data, gives the number by which it is pressed."""

_STYLES = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strike"),
    "code": "cyan",
    "mark": "reverse",
    "tg-spoiler": "dim",
}
_HEADINGS = {
    **dict.fromkeys(("h1", "h2"), "bold underline"),
    **dict.fromkeys(("h3", "h4", "h5", "h6"), "bold"),
}
_INLINE = frozenset({*_STYLES, "a", "sub", "sup", "tg-time", "br", "tg-button"})


def lines(nodes: Sequence[Node], number: Number) -> Iterator[Text]:
    """A message line by line, with an empty one above each heading."""
    loose: list[Node] = []
    for node in nodes:
        if isinstance(node, str) or node.tag in _INLINE:
            loose.append(node)
            continue
        yield from _paragraph(loose, number)
        loose = []
        yield from _block(node, number)
    yield from _paragraph(loose, number)


def _paragraph(nodes: Sequence[Node], number: Number, style: str = "") -> Iterator[Text]:
    text = Text.assemble(*(_inline(node, number) for node in nodes))
    text.stylize(style)
    if text.plain.strip():
        yield from text.split("\n")


def _inline(node: Node, number: Number) -> Text:
    if isinstance(node, str):
        return Text(node)
    if node.tag == "br":
        return Text("\n")
    if node.tag == "tg-button":
        return Text(_button(node, number), "yellow")
    text = Text.assemble(*(_inline(child, number) for child in node.children))
    if node.tag == "cite":
        text = Text.assemble(" – ", text)
    address = node.attributes.get("href", "")
    if address.startswith("#"):
        text.stylize("underline")
    elif address:
        text.stylize(f"blue underline link {address}")
    text.stylize(_STYLES.get(node.tag, ""))
    return text


def _button(button: Element, number: Number) -> str:
    data = button.attributes.get("data")
    return button.text if data is None else f"[{number(data)}] {button.text}"


def _block(block: Element, number: Number) -> Iterator[Text]:
    shown = _SHOWN.get(block.tag)
    if shown is not None:
        yield from shown(block, number)
    else:
        yield from lines(block.children, number)


def _heading(block: Element, number: Number) -> Iterator[Text]:
    yield Text()
    yield from _paragraph(block.children, number, _HEADINGS[block.tag])


def _rule(_block: Element, _number: Number) -> Iterator[Text]:
    yield Text("─" * 40, "dim")


def _picture(block: Element, _number: Number) -> Iterator[Text]:
    yield Text(f"🖼 {block.attributes['src']}", "dim")


def _row(block: Element, number: Number) -> Iterator[Text]:
    shown = [_button(one, number) for one in block.children if isinstance(one, Element)]
    yield Text("  ".join(shown), "yellow")


def _details(block: Element, number: Number) -> Iterator[Text]:
    title, *inside = block.children
    yield from _marked("▸ ", _paragraph([title], number, "bold"))
    yield from _indented(lines(inside, number), "  ")


def _list(block: Element, number: Number) -> Iterator[Text]:
    for place, item in enumerate(block.children, start=int(block.attributes.get("start", 1))):
        mark = f"{place}. " if block.tag == "ol" else "• "
        yield from _marked(mark, lines([item], number))


def _cells(block: Element, number: Number) -> Iterator[Text]:
    yield Text(" │ ").join(line for cell in block.children for line in _paragraph([cell], number))


def _quotation(block: Element, number: Number) -> Iterator[Text]:
    yield from _indented(lines(block.children, number), "│ ")


def _small_print(block: Element, number: Number) -> Iterator[Text]:
    yield from _paragraph(block.children, number, "dim")


_SHOWN: dict[str, Callable[[Element, Number], Iterator[Text]]] = {
    **dict.fromkeys(_HEADINGS, _heading),
    **dict.fromkeys(("ul", "ol"), _list),
    **dict.fromkeys(("blockquote", "aside", "pre"), _quotation),
    **dict.fromkeys(("footer", "figcaption", "cite", "caption"), _small_print),
    "hr": _rule,
    "img": _picture,
    "tg-button-row": _row,
    "details": _details,
    "tr": _cells,
}


def _indented(some: Iterator[Text], by: str) -> Iterator[Text]:
    for line in some:
        yield Text.assemble(by, line) if line.plain else line


def _marked(mark: str, some: Iterator[Text]) -> Iterator[Text]:
    for place, line in enumerate(some):
        yield Text.assemble(mark if place == 0 else " " * len(mark), line)
