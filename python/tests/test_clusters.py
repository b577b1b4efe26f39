"""Spark and Ray score every row as one process does: the same work on existing engines."""

import os
import shutil

import basilar
import pyarrow as pa
import pytest
from conftest import shipped_pairs

PAIRS = (shipped_pairs("8k") + shipped_pairs("16k")) * 2
ABSENT = ("absent.wav", "absent.wav")


@pytest.fixture(scope="module")
def table():
    assert len(PAIRS) >= 200
    references, degraded = zip(*PAIRS, ABSENT)
    return pa.table({"call": range(len(references)), "reference": references, "degraded": degraded})


@pytest.fixture(scope="module")
def expected(table):
    scored = basilar.score_arrow(table).to_pylist()
    assert sum(row["mos_lqo"] is not None for row in scored) >= 200
    assert scored[-1]["error_kind"] == "not_found"
    return scored


@pytest.fixture(scope="module")
def spark():
    pytest.importorskip("pyspark")
    assert shutil.which("java") or os.environ.get("JAVA_HOME"), "PySpark needs Java 17 or later: apt-get install openjdk-17-jre-headless"
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def rows_of(spark_rows):
    return sorted((row.asDict() for row in spark_rows), key=lambda row: row["call"])


def test_spark_scores_like_one_process(spark, table, expected):
    import basilar.spark

    frame = spark.createDataFrame(table.to_pandas()).repartition(4)
    scored = basilar.spark.score(frame)
    assert scored.columns == list(expected[0])
    assert rows_of(scored.collect()) == expected


def test_spark_scores_recordings_in_the_frame(spark, expected):
    import basilar.spark
    import soundfile

    rows = []
    for call, pair in enumerate(PAIRS[:4]):
        samples = [soundfile.read(path, dtype="float32")[0].tolist() for path in pair]
        rows.append((call, open(pair[0], "rb").read(), samples[1], 8000))
    frame = spark.createDataFrame(rows, "call long, reference binary, degraded array<float>, rate int")
    scored = rows_of(basilar.spark.score(frame, sample_rate="rate").collect())
    assert [row["mos_lqo"] for row in scored] == [row["mos_lqo"] for row in expected[:4]]
    assert "reference" not in scored[0]


@pytest.fixture(scope="module")
def ray():
    ray = pytest.importorskip("ray")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


def test_ray_scores_like_one_process(ray, table, expected):
    import basilar.ray

    scored = basilar.ray.score(ray.data.from_arrow(table), batch_size=32)
    assert sorted(scored.take_all(), key=lambda row: row["call"]) == expected
