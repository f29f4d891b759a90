"""Text that has broken programs, by what it attacks: more than five hundred values for every door that takes text."""

import unicodedata

CONTROL = tuple(chr(code) for code in (*range(32), *range(127, 160)))
SURROGATES = ("\ud800", "\udbff", "\udc00", "\udfff", "\udfff\ud800", "\ud83d\ude00", "a\ud800b", "\udc80\udcff")
UNSEEN = tuple(chr(code) for code in range(0xA0, 0xFFFF) if unicodedata.category(chr(code)) in {"Cf", "Zs", "Zl", "Zp"})
CATEGORIES = {
    "control": (*CONTROL, "a\0b", "\r\n", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\b\b\b"),
    "surrogates": SURROGATES,
    "unseen": (*UNSEEN, "\u202emoc.live", "\u2066\u2069", "\uffff", "\ufffe", "\U0010ffff", "\U000e0041", "\ufe0f"),
    "quoting": (
        *("'", "''", '"', '""', "`", "\\", "\\\\", "\\'", '\\"', "E'\\''", "U&'\\0061'", "$$", "$a$", "$a$b$a$"),
        *("“", "”", "„", "‟", "«", "»", "‘", "’", "´", "＇", "＂", "x'1f'", "B'1'", "N'a'", '"a" "b"', "'a' 'b'"),
        *('"a', 'a"', '-"a', '"-a"', '""""', "'\"`", "\\\n", "\\\\'", "\\N", "\\.", "\t\\N\t"),
    ),
    "sql": (
        *("--", "/*", "*/", "/**/", ";", ";;", "' OR '1'='1", "1=1", "'; DROP TABLE messages; --", "') OR 1=1 --"),
        *("1; SELECT pg_sleep(10)", ") UNION SELECT version() --", "'||version()||'", "(SELECT 1)", "NULL", "DEFAULT"),
        *("CASE WHEN 1=1 THEN 1 END", "COPY messages TO PROGRAM 'id'", "pg_read_file('/etc/passwd')", "admin'--"),
        *("1 OR 1=1", "1) OR (1=1", "'::text", "::regclass", "messages.content", '"messages"', "public.messages"),
        *("current_user", "xp_cmdshell", "'; COMMIT; --", "BEGIN", "ROLLBACK", "SET ROLE postgres", "\\copy", "\\!"),
        *("{1,2}", "ARRAY[1]", "ROW(1)", "1e1000::numeric", "'{}'", "{NULL}", '{"a"}', "lo_import('/')", "dblink('')"),
    ),
    "like": (
        *("%", "_", "%%", "__", "\\%", "\\_", "%_%", "100%", "snake_case", "%\\", "_%_", "[a-z]%", "[^a]", "*", "*.*"),
        *("\\\\%", "%a%", "a%b", "a_b", "%" * 50, "_" * 50, "~~*", "%\\\\", "ESCAPE ''", "ILIKE", "！%", "％", "＿"),
    ),
    "regular expressions": (
        *(".*", "^", "$", "^$", "(a+)+$", "[[:alpha:]]", "(?i)", "\\d", "\\b", "\\y", "a{0}", "{1,9999}", "(?=x)"),
        *("\\1", "***=", "***:", "(?:", "[^", "[", "]", "(", ")", "((((((((((", "[[[[[[", "a|b", "a?", "a++", ".+?"),
        *(".*+?^${}()|[]\\", "[z-a]", "\\", "(*)", "\\Q", "\\x{41}", "(?P<a>b)", "\\p{L}", "x{65536}", "|*~"),
    ),
    "text search": (
        *("&", "|", "!", "<->", ":*", ":A", ":ABCD*", "'a' & 'b'", "!!a", "a <2> b", "()", "a & b | !c", "&|!<->"),
        *("a:1", "<0>", "a <-> b", "'", "a:*", "!", "(a", "a)", "<16385>", "or", "and", "not", "-a", "OR"),
    ),
    "placeholders": (
        *("%s", "%(limit)s", "%(text)s", "%(", "%)", "%b", "%t", "%d", "%n", "%1$s", "%%s", "%-5s", "%*s", "% s"),
        *("{}", "{0}", "{name}", "{0.__class__}", "{!r}", "{{}}", "${7*7}", "{{7*7}}", "#{7*7}", "<%= 1 %>", "$1"),
        *("$0", "$99999", ":name", "?", "??", "@p1", "%(signs)s", "%x", "%(a", "%()s", "{% if %}", "{#", "[[1]]"),
    ),
    "json paths": (
        *("$.a", "$[*]", "$.**", "$", '$ ? (@ > 1)', "@.x == 1", '{"a":1}', "[]", "{", "}", "null", '"a"', "\\u0000"),
        *("\\ud800", "->>", "#>>", "@>", "@?", "@@", "strict $", '{"a":', "[1,", "'{}'::jsonb", "$.a.size()", "?|"),
    ),
    "numbers": (
        *("0", "-0", "-1", "1", "00", "+1", "1.0", "1e309", "1e5", "NaN", "Infinity", "-inf", "0x10", "1_000", "0b1"),
        *("2147483648", "9223372036854775807", "9223372036854775808", "18446744073709551616", "9" * 26, "１２３"),
        *("١٢٣", "Ⅷ", "½", "²", "1,000", "1 000", "٣", "one", " 1", "1 ", "1\n", "true", "None", "all", "ALL", "nil"),
    ),
    "instants": (
        *("1970-01-01", "0000-00-00", "9999-12-31", "2026-03-29", "2026-02-30", "infinity", "-infinity", "now"),
        *("2026-03-29T03:30", "2026-03-29T03:30:00Z", "2026-03-29 03:30+02:00", "2026-W13", "20260329"),
        *("2026-03-29T24:00", "2026-03-29T23:59:60", "0001-01-01T00:00+14:00", "epoch", "１９７０-01-01", "today"),
        *("before:2026-03-01", "after:2026-13-01", "on:now", "during:2026-03-27", "-on:2026-01-01", "on:", "before:"),
    ),
    "zones": (
        *("UTC", "Europe/Helsinki", "Mars/Base", "../UTC", "/etc/localtime", "utc", "GMT+25", "posixrules", "."),
        *("localtime", "right/UTC", "posix/UTC", "tzdata.zi", "Factory", "UTC\n", "zone.tab", "Europe"),
    ),
    "names": (
        *("from:", "in:", "server:", "from:ada", "in:#general", "FROM:ada", "ın:general", "@ada", "#general", "@", "#"),
        *("@everyone", "@here", "<@100>", "<#10>", "<@&1>", "##", "@@", "-", "--", "--help", "-x", "from:from:in:x"),
        *("-from:robot", "-in:tips", "-server:x", 'from:"ada lovelace"', 'in:""', "from :ada", "guild:Harbour", "::"),
    ),
    "paths": (
        *("../../etc/passwd", "/etc/passwd", "CON", "NUL.txt", "C:\\temp", "file:///etc/passwd", "~", "~root", "."),
        *("..", "/", "//evil.example", "a/b", "a\\b", "-rf", "--config", "/dev/zero", "|id", "$(id)", "`id`", "&& id"),
    ),
    "pages": (
        *("<script>alert(1)</script>", "[link](javascript:alert(1))", "&lt;", "<!--", "]]>", "</textarea>", "<b", ">"),
        *("=1+1", "+SUM(A1)", "-2+3", "@cmd|' /C calc'!A0", "javascript:alert(1)", "[red]there[/red]", "**x**", "> q"),
    ),
    "letters": (
        *("İ", "ı", "ß", "ẞ", "Σ", "ς", "ǅ", "ŉ", "ﬀ", "\u212a", "\u212b", "\u2126", "ſ", "é", "e\u0301", "ΐ", "Ⓐ"),
        *("e\u0301\u0323", "e\u0323\u0301", "\u1e9b\u0323", "\u2f81a", "\u0344", "\u0958", "가", "\u1100\u1161", "Ａ"),
        *("İstanbul ıı ẞß", "STRASSE", "straße", "ΌΣΟΣ", "Жук", "жук", "東京", "大阪", "ﷺ", "صباح الخير"),
        *("สวัสดี", "ϒ\u0301", "👍🏽", "🇫🇮", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "表ポあA鷗Œé", "Å"),
        *("👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "Z\u0300\u0301\u0302", "e" + "\u0301" * 40),
    ),
    "lengths": ("", " ", "   ", "a" * 1999, "a" * 2000, "a" * 2001, "word " * 150, "x" * 100, "- " * 60, "é" * 700),
    "words": ("hello", "Ada", "world", "the kettle", "next friday", "general", "tips", "a", "Z", "béla"),
}  # fmt: skip

NAUGHTY = tuple(dict.fromkeys(text for texts in CATEGORIES.values() for text in texts))
