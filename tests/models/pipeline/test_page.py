from models.pipeline.page import render_page
from models.pipeline.record import Outcome, Record, StepRecord, write_record

EVIL = "<script>alert(1)</script>"


def record(*steps):
    return Record(pipeline=f"/p/{EVIL}.yaml", began="2026-01-01T00:00:00+00:00", steps=[*steps])


def test_the_page_says_what_ran_and_what_did_not():
    page = render_page(
        record(
            StepRecord(name="pull", verb="data pull", outcome=Outcome.SKIPPED, why="as it was"),
            StepRecord(
                name="evaluate", verb="evaluate", outcome=Outcome.DONE, code=0, took_s=2.0,
                command="ssd evaluate", said='{"mAP": 0.25, "unknown": ["a"]}',
                inputs={"data": "1" * 64}, outputs={"report": "2" * 64},
            ),
            StepRecord(
                name="gate", verb="gate", outcome=Outcome.FAILED, code=1, command="ssd gate",
                said="FAILS overall", noted="a note",
            ),
        )
    )  # fmt: skip
    for words in ("as it was", "0.25", "1" * 16, "made: report", "FAILS overall", "a note"):
        assert words in page
    assert "1" * 17 not in page


def test_nothing_that_a_step_says_is_markup():
    page = render_page(
        record(
            StepRecord(
                name="a", verb="train", outcome=Outcome.FAILED, why=EVIL, command=EVIL,
                said=EVIL, noted=EVIL, inputs={EVIL: EVIL},
            ),
            StepRecord(name="b", verb="train", outcome=Outcome.DONE, said=f'{{"{EVIL}": 1}}'),
        )
    )  # fmt: skip
    assert "<script" not in page


def test_pages_that_steps_made_are_linked_from_where_this_one_lies():
    steps = [
        StepRecord(name="a", verb="gate", outcome=each, pages=['../w"><b/v.html', "javascript:x"])
        for each in (Outcome.DONE, Outcome.SKIPPED)
    ]
    page = render_page(record(*steps))
    assert page.count('<a href="../w%22%3E%3Cb/v.html">') == 2
    assert "<b/" not in page
    assert 'href="javascript:' not in page


def test_what_looks_like_figures_and_is_none_is_text():
    for said in ("[1, 2]", "{", "[" * 15_000, '{"a": "b"}'):
        page = render_page(
            record(StepRecord(name="a", verb="train", outcome=Outcome.DONE, said=said))
        )
        assert "figure</th>" not in page


def test_the_record_is_json(tmp_path):
    import json

    write_record(record(StepRecord(name="a", verb="train")), tmp_path / "record.json")
    told = json.loads((tmp_path / "record.json").read_text())
    assert told["steps"][0]["outcome"] == "waits"
    assert told["format"] == 1
