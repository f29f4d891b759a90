"""Files that are no exports, told by their first bytes."""

_BOM = b"\xef\xbb\xbf"


class NotAnExportError(Exception):
    """Nothing of the file can be used; *reason* is a code, *detail* a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def refuse_other_formats(head: bytes) -> None:
    """Raise NotAnExportError for what a look at the first bytes tells."""
    start = head.removeprefix(_BOM).lstrip()[:1]
    if not start:
        raise NotAnExportError("empty-file", "it is empty; export the channel again")
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd")):
        raise NotAnExportError("compressed", "it is compressed; unpack it first")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:4]:
        raise NotAnExportError("utf-16", "it is UTF-16 text; the exporter writes UTF-8, so copy the original file")
    if start == b"<":
        raise NotAnExportError("html", "it is HTML; export the channel again with -f Json")
