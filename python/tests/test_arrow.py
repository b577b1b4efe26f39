"""Tables go in and out through Arrow: each row scores like its pair, whatever its columns hold."""

import basilar
import numpy as np
import pyarrow as pa
import pytest
from conftest import samples_of, shipped_pairs

PAIRS = shipped_pairs("16k")[:4] + shipped_pairs("8k")[:2]


@pytest.fixture(scope="module")
def expected():
    return [round(basilar.score(*pair).mos_lqo, 4) for pair in PAIRS]


def table(reference=None, degraded=None, **columns):
    reference = reference if reference is not None else [pair[0] for pair in PAIRS]
    degraded = degraded if degraded is not None else [pair[1] for pair in PAIRS]
    return pa.table({"call": range(len(PAIRS)), "reference": reference, "degraded": degraded, **columns})


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_paths_score_like_their_pairs_and_are_carried_on(kind, expected):
    paths = [pa.array([pair[i] for pair in PAIRS], kind) for i in (0, 1)]
    scored = basilar.score_arrow(table(*paths))
    assert isinstance(scored, pa.Table)
    assert scored.column_names[:4] == ["call", "reference", "degraded", "mos_lqo"]
    assert scored["mos_lqo"].to_pylist() == expected
    assert scored["degraded"].to_pylist() == [pair[1] for pair in PAIRS]


def test_columns_are_those_of_basilar_batch(tmp_path):
    from subprocess import run

    (tmp_path / "pairs.csv").write_text("\n".join(["reference,degraded", ",".join(PAIRS[0])]))
    run(["basilar", "batch", "--score-only", tmp_path / "pairs.csv", "-o", tmp_path / "r.parquet"], check=True)
    import pyarrow.parquet

    batch = pyarrow.parquet.read_table(tmp_path / "r.parquet")
    scored = basilar.score_arrow(table().slice(0, 1).drop(["call"]))
    assert scored.to_pylist() == batch.to_pylist()


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary_view()])
def test_encoded_files_score_like_their_paths_and_stay_behind(kind, expected):
    files = [pa.array([open(pair[i], "rb").read() for pair in PAIRS], kind) for i in (0, 1)]
    scored = basilar.score_arrow(table(*files))
    assert scored["mos_lqo"].to_pylist() == expected
    assert "reference" not in scored.column_names


@pytest.mark.parametrize(("kind", "numbers"), [(pa.int16(), "int16"), (pa.float32(), "float32"), (pa.float64(), "float64")])
@pytest.mark.parametrize("make", [pa.list_, pa.large_list])
def test_lists_of_samples_score_like_their_files(kind, numbers, make, expected):
    pairs = PAIRS[:4]
    scale = 1 if kind == pa.int16() else 32768
    lists = [pa.array([(samples_of(p[i]) / scale).astype(numbers) for p in pairs], make(kind)) for i in (0, 1)]
    for rate, columns in ((16000, {}), ("rate", {"rate": [16000] * 4})):
        batch = pa.record_batch({"reference": lists[0], "degraded": lists[1], **columns})
        scored = basilar.score_arrow(batch, sample_rate=rate)
        assert isinstance(scored, pa.RecordBatch)
        assert scored["mos_lqo"].to_pylist() == expected[:4]


def test_a_row_that_cannot_be_scored_says_why_and_harms_no_other(expected):
    references = [pair[0] for pair in PAIRS]
    references[1], references[2] = "absent.wav", None
    scored = basilar.score_arrow(table(references)).to_pylist()
    assert [row["error_kind"] for row in scored] == [None, "not_found", "missing_path", None, None, None]
    assert [row["mos_lqo"] for row in scored] == [expected[0], None, None, *expected[3:]]
    assert "absent.wav" in scored[1]["error"]


def test_urls_are_read_through_fsspec(expected):
    import fsspec

    store = fsspec.filesystem("memory")
    for name, path in (("reference.wav", PAIRS[0][0]), ("degraded.wav", PAIRS[0][1])):
        store.pipe_file(f"/calls/{name}", open(path, "rb").read())
    urls = ("memory://calls/reference.wav", "memory://calls/degraded.wav")
    assert round(basilar.score(*urls).mos_lqo, 4) == expected[0]
    scored = basilar.score_arrow(pa.table({"reference": [urls[0]] * 2, "degraded": [urls[1], "memory://calls/no.wav"]}))
    assert scored["mos_lqo"].to_pylist() == [expected[0], None]
    assert scored["error_kind"].to_pylist() == [None, "not_found"]


def test_columns_may_have_other_names_and_tables_many_chunks(expected):
    chunks = pa.concat_tables([table().slice(i, 1) for i in range(len(PAIRS))]).rename_columns(["call", "clean", "coded"])
    scored = basilar.score_arrow(chunks, "clean", "coded", jobs=2)
    assert scored["mos_lqo"].to_pylist() == expected


def test_no_rows_give_no_rows():
    for empty in (table().slice(0, 0), table().to_batches()[0].slice(0, 0)):
        scored = basilar.score_arrow(empty)
        assert type(scored) is type(empty)
        assert scored.num_rows == 0 and "mos_lqo" in scored.schema.names


def test_what_cannot_be_used_as_a_table_is_refused():
    ones = pa.array([[1.0]])
    for bad, options, message in (
        (table(), {"reference": "clean"}, "no column clean; choose among call, reference, degraded"),
        (table(list(range(6))), {}, "column reference: Int64 is no recording"),
        (pa.table({"reference": ones, "degraded": ones}), {}, "column reference: samples do not say their rate"),
        (pa.table({"reference": pa.array([[1]]), "degraded": ones}), {"sample_rate": 8000}, "type Int64 are not taken"),
        (table(), {"model": "pesq"}, "not a model"),
    ):
        with pytest.raises(basilar.ArgumentError, match=message):
            basilar.score_arrow(bad, **options)


def test_carried_columns_are_not_copied():
    numbers = pa.array(np.arange(len(PAIRS)))
    scored = basilar.score_arrow(table(number=numbers))
    assert scored["number"].chunk(0).buffers()[1].address == numbers.buffers()[1].address


def test_any_exporter_of_an_arrow_stream_will_do(expected):
    class Exporter:
        def __arrow_c_stream__(self, requested_schema=None):
            return table().__arrow_c_stream__(requested_schema)

    assert basilar.score_arrow(Exporter())["mos_lqo"].to_pylist() == expected
