"""Pascal VOC's files."""

from xml.etree import ElementTree

from models.prediction.formats.voc import FORMAT
from models.prediction.pictures import Wanted


def test_pixels_count_from_one(wanted, answers):
    assert FORMAT.name(wanted[0]) == "거리/a.xml"
    root = ElementTree.fromstring(FORMAT.content(wanted[0], answers[0], ()))
    assert root.findtext("folder") == "거리"
    assert root.findtext("filename") == "a.png"
    assert (root.findtext("size/width"), root.findtext("size/height")) == ("100", "50")
    first, second = root.iterfind("object")
    assert [each.text for each in first.find("bndbox")] == ["21", "11", "100", "50"]
    assert second.findtext("name") == "dog & cat"
    # The first column of pixels alone.
    assert [each.text for each in second.find("bndbox")] == ["1", "1", "1", "50"]


def test_a_picture_without_objects_has_a_file(wanted, answers):
    root = ElementTree.fromstring(FORMAT.content(wanted[1], answers[1], ()))
    assert root.find("object") is None


def test_a_name_that_no_xml_can_hold(tmp_path, answers):
    wanted = Wanted(1, "a\x01\udcff<b>.jpg", tmp_path)
    root = ElementTree.fromstring(FORMAT.content(wanted, answers[1], ()))
    assert root.findtext("filename") == "a\ufffd\ufffd<b>.jpg"
