import pytest

from models.datasets.layouts.voc_xml import NotRead, read_voc_xml

BOMB = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<annotation><filename>&b;</filename></annotation>"
)


def test_whole():
    told = read_voc_xml(
        b"<annotation><filename> a.jpg </filename><source><database>VOC</database></source>"
        b"<size><width>60</width><height>40</height></size>"
        b"<object><name>cat</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2.5</ymin>"
        b"<xmax>60</xmax><ymax>40</ymax></bndbox><part><name>head</name></part></object>"
        b"</annotation>"
    )
    assert (told.file_name, told.size, told.source) == ("a.jpg", (40, 60), "VOC")
    (cat,) = told.objects
    assert (cat.name, cat.edges, cat.difficult) == ("cat", (1.5, 0, 40, 60), True)


@pytest.mark.parametrize("size", ["0", "", "x", "nan", "inf", "1e999"])
def test_a_size_that_is_none(size):
    told = read_voc_xml(f"<a><size><width>{size}</width><height>9</height></size></a>".encode())
    assert told.size is None


@pytest.mark.parametrize("edge", ["", "x", "nan", "inf"])
def test_an_edge_that_is_none(edge):
    box = f"<xmin>{edge}</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax>"
    told = read_voc_xml(f"<a><object><bndbox>{box}</bndbox></object></a>".encode())
    assert told.objects[0].edges is None
    assert told.objects[0].name == ""


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<a>", b"<a></b>", b"{}", b"\xff\xfe", b"<a>&undeclared;</a>", BOMB.encode(),
        BOMB.encode("utf-16"), b'<?xml version="1.0" encoding="nonsense"?><a/>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    ],
)  # fmt: skip
def test_what_is_no_xml_or_declares_entities_is_refused(content):
    with pytest.raises(NotRead, match=r"it is no XML|entities") as caught:
        read_voc_xml(content)
    assert ("entities" in str(caught.value)) == (b"ENTITY" in content.replace(b"\0", b""))


def test_depth_is_no_danger():
    told = read_voc_xml(b"<a>" * 200_000 + b"</a>" * 200_000)
    assert told.objects == ()
