import pytest

from models.datasets.errors import DataSetError
from models.datasets.exchange.profiles import is_place, resolve


@pytest.fixture
def places(tmp_path, monkeypatch):
    file = tmp_path / "places.yaml"
    monkeypatch.setenv("SSD_PLACES", str(file))
    return file


def test_a_name_stands_for_the_beginning_of_an_address(places):
    places.write_text(
        "staging: {place: bigquery://acme-staging/vision, location: EU}\n"
        "prod: {place: bigquery://acme-prod/vision/, billing_project: acme-bills}\n"
    )
    staging, prod = resolve("@staging/digits"), resolve("@prod/digits")
    assert staging.url == "bigquery://acme-staging/vision/digits"
    assert (staging.profile.location, staging.profile.billing_project) == ("EU", "")
    assert prod.url == "bigquery://acme-prod/vision/digits"
    assert prod.profile.billing_project == "acme-bills"
    assert resolve("@prod").url == "bigquery://acme-prod/vision"
    assert resolve("s3://bucket/x").url == "s3://bucket/x"
    with pytest.raises(DataSetError, match="has no place @test; it has @prod, @staging"):
        resolve("@test/digits")


@pytest.mark.parametrize(
    "text",
    [
        "staging: x",
        "- a",
        "a: {place: x, credentials: key.json}",
        "a: {}",
        "a: [",
        "!!python/name:os.system",
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_named(places, text):
    places.write_text(text)
    with pytest.raises(DataSetError, match=r"places.yaml is not a file of places: \S"):
        resolve("@a")


def test_without_a_file_its_form_is_said(places):
    with pytest.raises(DataSetError, match=r"places.yaml cannot be read .*staging: .*SSD_PLACES"):
        resolve("@a")


def test_what_is_a_place_and_what_a_folder():
    assert [is_place(each) for each in ("s3://a", "@a", "a/b", "./@a", "/a:/b")] == [
        True, True, False, False, False,
    ]  # fmt: skip
