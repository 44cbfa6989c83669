"""Picture files that hold code, by what they try: drawings that can be opened by themselves, and files of two kinds."""

from __future__ import annotations

from tests.pictures import PNG

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90"'
_XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
_FOREIGN = '<foreignObject width="90" height="90">{}</foreignObject>'


def _drawing(inside: str, attributes: str = "", before: str = "") -> bytes:
    return f"{before}{_SVG} {attributes}>{inside}</svg>".encode()


PICTURES = {
    "script.svg": _drawing("<script>pwn('svg')</script>"),
    "script-cdata.svg": _drawing("<script><![CDATA[pwn('svg')]]></script>"),
    "script-entity.svg": _drawing("<script>&run;</script>", before="<!DOCTYPE svg [<!ENTITY run \"pwn('svg')\">]>"),
    "script-href.svg": _drawing('<script href="data:text/javascript,pwn()"/>'),
    "script-foreign.svg": _drawing('<script xlink:href="https://evil.example/svg"/>'),
    "script-xhtml.svg": _drawing(f"<script {_XHTML}>pwn('svg')</script>"),
    "onload.svg": _drawing("", "onload=\"pwn('svg')\""),
    "onclick.svg": _drawing('<rect width="90" height="90" onclick="pwn()" onmouseover="pwn()"/>'),
    "animate.svg": _drawing('<animate attributeName="x" dur="1s" onbegin="pwn()"/>'),
    "set-handler.svg": _drawing('<rect width="90" height="90"><set attributeName="onmouseover" to="pwn()"/></rect>'),
    "link.svg": _drawing('<a href="javascript:pwn()"><rect width="90" height="90"/></a>'),
    "link-animated.svg": _drawing(
        '<a><animate attributeName="href" values="javascript:pwn()"/><rect width="90" height="90"/></a>'
    ),
    "use-data.svg": _drawing(f'<use href="data:image/svg+xml,{"<svg onload=pwn()/>".replace("<", "&lt;")}#x"/>'),
    "image-foreign.svg": _drawing('<image href="https://evil.example/image" width="9" height="9"/>'),
    "image-error.svg": _drawing('<image href="x:x" onerror="pwn()"/>'),
    "use-foreign.svg": _drawing('<use href="https://evil.example/use#x"/>'),
    "filter-foreign.svg": _drawing(
        '<filter id="f"><feImage href="https://evil.example/f"/></filter><rect filter="url(#f)" width="9" height="9"/>'
    ),
    "style-import.svg": _drawing("<style>@import 'https://evil.example/style';</style>"),
    "style-url.svg": _drawing('<rect style="fill:url(https://evil.example/fill#x)" width="9" height="9"/>'),
    "font.svg": _drawing(
        "<style>@font-face{font-family:x;src:url(https://evil.example/font)}</style>"
        "<text y='20' font-family='x'>x</text>"
    ),
    "html-script.svg": _drawing(_FOREIGN.format(f"<body {_XHTML}><script>pwn('svg')</script></body>")),
    "html-image.svg": _drawing(_FOREIGN.format(f'<img {_XHTML} src="x:x" onerror="pwn()"/>')),
    "html-frame.svg": _drawing(_FOREIGN.format(f'<iframe {_XHTML} src="javascript:parent.pwn()"/>')),
    "html-srcdoc.svg": _drawing(
        _FOREIGN.format(f'<iframe {_XHTML} srcdoc="&lt;script&gt;parent.pwn()&lt;/script&gt;"/>')
    ),
    "html-refresh.svg": _drawing(
        _FOREIGN.format(f'<meta {_XHTML} http-equiv="refresh" content="0;url=https://evil.example/refresh"/>')
    ),
    "html-form.svg": _drawing(
        _FOREIGN.format(
            f'<form {_XHTML} action="https://evil.example/form"><input autofocus="" onfocus="pwn()"/></form>'
        )
    ),
    "html-object.svg": _drawing(_FOREIGN.format(f'<object {_XHTML} data="https://evil.example/object"/>')),
    "html-base.svg": _drawing(_FOREIGN.format(f'<base {_XHTML} href="https://evil.example/"/><img {_XHTML} src="x"/>')),
    "handler.svg": _drawing(
        '<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">pwn()</handler>'
        '<discard onbegin="pwn()"/>'
    ),
    "sheet.svg": _drawing("", before="<?xml-stylesheet href='https://evil.example/sheet' type='text/css'?>"),
    "transformed.svg": _drawing("", before="<?xml-stylesheet href='https://evil.example/sheet.xsl' type='text/xsl'?>"),
    "external-entity.svg": _drawing(
        "<text y='20'>&x;</text>", before="<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    ),
    "broken.svg": b"<svg onload=pwn()><img src=x onerror=pwn()>",
    "no-drawing.svg": b"<html><body><script>pwn('html')</script></body></html>",
    "script-behind.png": PNG + b"<script>pwn('png')</script>",
    "page.gif": b"GIF89a=0;pwn('gif')/*<html><body><script>pwn('gif')</script>*/",
    "page.jpg": b"\xff\xd8\xff\xe0<html><body onload=pwn('jpg')>",
    "page.png": b"<html><body><script>pwn('png')</script>",
}
