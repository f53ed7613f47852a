"""Reads the files of tables with the tools that people use, and compares their numbers with those of the answer in JSON.

Usage: check.py BASE TOKEN
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pandas as pd
import pyarrow.parquet as parquet
from openapi_spec_validator import validate
from pyjstat import pyjstat

BASE, TOKEN = sys.argv[1:3]
QUESTION = """{ outcomes(input: {framework: "GATSBY-2014", areas: ["E92000001"], areaKind: LOCAL_AUTHORITY}) { citation
  cells { area { code } benchmark { number } institutions achievedShare { value standardError bound status reason } } } }"""
OFFICIAL = "neet_not_known_la_2023"
passed = 0


def holds(claim, condition):
    global passed
    if not condition:
        raise SystemExit(f"FAILED: {claim}")
    passed += 1
    print(f"ok: {claim}")


def get(path, body=None):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(f"{BASE}{path}", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return response.read()


answer = json.loads(get("/graphql", json.dumps({"query": QUESTION}).encode()))
if "errors" in answer:
    raise SystemExit(answer["errors"][0]["message"])
table = answer["data"]["outcomes"]
address = f"/tables/{table['citation']}"
shares = {(cell["area"]["code"], cell["benchmark"]["number"]): cell["achievedShare"] for cell in table["cells"]}
hidden = sum(share["value"] is None for share in shares.values())
holds("some cells are hidden and some are not", 0 < hidden < len(shares))


def same(frame, name):
    """Whether a frame with area_code, benchmark, value and status has the shares of the answer."""
    found = {(row.area_code, int(row.benchmark)): row for row in frame.itertuples()}
    holds(f"{name}: a line for each cell", found.keys() == shares.keys() and len(frame) == len(shares))
    for key, share in shares.items():
        row = found[key]
        if share["value"] is None:
            assert pd.isna(row.value) and row.status == share["status"], (name, key, row, share)
        else:
            assert abs(row.value - share["value"]) < 1e-12, (name, key, row, share)
    holds(f"{name}: every number, and every hidden one", True)


csv = get(f"{address}.csv")
frame = pd.read_csv(io.BytesIO(csv))
for column in ["institutions", "value", "standard_error", "lower_95", "upper_95"]:
    holds(f"pandas: {column} is a column of numbers", pd.api.types.is_numeric_dtype(frame[column]))
same(frame[frame.measure == "achieved_share"], "CSV in pandas")
marked = pd.read_csv(io.BytesIO(get(f"{address}.csv?bom=true")))
holds("pandas: a byte order mark is no part of a name", list(marked.columns) == list(frame.columns))
about = json.loads(get(f"{address}.csv-metadata.json"))
holds("the file beside names the columns", [c["name"] for c in about["tableSchema"]["columns"]] == list(frame.columns))

with tempfile.TemporaryDirectory() as scratch:
    file = Path(scratch, "table.parquet")
    file.write_bytes(get(f"{address}.parquet"))
    read = parquet.read_table(file)
    holds("pyarrow: the citation is among the metadata", read.schema.metadata[b"citation"].decode() == table["citation"])
    columns = read.to_pandas()
    same(columns[columns.measure == "achieved_share"], "Parquet in pyarrow")
    holds("pyarrow: the columns of the CSV", list(columns.columns) == list(frame.columns))

    office = shutil.which("soffice")
    if office:
        Path(scratch, "table.csv").write_bytes(csv)
        command = [office, "--headless", f"-env:UserInstallation=file://{scratch}/office", "--convert-to", "fods", "table.csv"]
        subprocess.run(command, cwd=scratch, check=True, timeout=180, stdout=subprocess.DEVNULL)
        sheet = Path(scratch, "table.fods").read_text()
        written = sheet.count('office:value-type="float"')
        numeric = ["benchmark", "institutions", "value", "standard_error", "lower_95", "upper_95"]
        holds("LibreOffice: what is a number stays one", written == int(frame[numeric].notna().sum().sum()))
    else:
        print("not tried: LibreOffice is not here")

cube = pyjstat.Dataset.read(get(f"{address}.jsonstat").decode())
flat = cube.write("dataframe", naming="id")
flat = flat[flat.metric == "achieved_share"].rename(columns={"area": "area_code"})
flat["status"] = [shares[(row.area_code, int(row.benchmark))]["status"] for row in flat.itertuples()]
same(flat, "JSON-stat in pyjstat")

sdmx = pd.read_csv(io.BytesIO(get(f"{address}.sdmx.csv")))
sdmx = sdmx[sdmx.MEASURE == "ACHIEVED_SHARE"]
names = {"A": "OK", "U": "UNRELIABLE", "Q": "CONFIDENTIAL", "M": "NOT_APPLICABLE", "L": "NOT_AVAILABLE", "N": "ROUNDS_TO_ZERO"}
same(
    pd.DataFrame({
        "area_code": sdmx.REF_AREA,
        "benchmark": sdmx.BENCHMARK,
        "value": sdmx.OBS_VALUE,
        "status": sdmx.OBS_STATUS.map(names),
    }),
    "SDMX-CSV in pandas",
)

data = pd.read_csv(io.BytesIO(get(f"{address}.ees.csv")), dtype=str, keep_default_na=False)
meta = pd.read_csv(io.BytesIO(get(f"{address}.ees.meta.csv")), dtype=str, keep_default_na=False)
holds("the pair: nothing is blank", not (data == "").any().any())
holds("the pair: every column is told of", set(meta.col_name) <= set(data.columns))
holds("the pair: a line for each cell", len(data) == len(shares))

# Official figures: what each tool reads is what GraphQL answers.
query = f"""{{ officialFigures(indicator: "NEET_percent", dataSet: "{OFFICIAL}", first: 200) {{ figures {{ areaCode value }} }} }}"""
figures = json.loads(get("/graphql", json.dumps({"query": query}).encode()))["data"]["officialFigures"]["figures"]
published = {figure["areaCode"]: figure["value"] for figure in figures}
official = f"/tables/official/{OFFICIAL}"


def as_published(codes, values, name):
    found = dict(zip(codes, values))
    same = found.keys() == published.keys() and all(
        pd.isna(found[code]) if value is None else found[code] == value for code, value in published.items()
    )
    holds(f"official figures: {name} has each as GraphQL has it", same and len(published) > 100)


lines = pd.read_csv(io.BytesIO(get(f"{official}.csv?indicator=NEET_percent")))
as_published(lines.area_code, lines.value, "CSV in pandas")
lines = parquet.read_table(io.BytesIO(get(f"{official}.parquet?indicator=NEET_percent"))).to_pandas()
as_published(lines.area_code, lines.value, "Parquet in pyarrow")
lines = pd.read_csv(io.BytesIO(get(f"{official}.sdmx.csv?indicator=NEET_percent")))
as_published(lines.REF_AREA, lines.OBS_VALUE, "SDMX-CSV in pandas")
lines = pyjstat.Dataset.read(get(f"{official}.jsonstat").decode()).write("dataframe", naming="id")
lines = lines[lines.metric == "NEET_percent"]
as_published(lines.area, lines.value, "JSON-stat in pyjstat")
data = pd.read_csv(io.BytesIO(get(f"{official}.ees.csv")), dtype=str, keep_default_na=False)
meta = pd.read_csv(io.BytesIO(get(f"{official}.ees.meta.csv")), dtype=str, keep_default_na=False)
holds("official figures: the pair tells of every column", set(meta.col_name) <= set(data.columns))
codes = data.new_la_code.where(data.new_la_code != "", data.region_code).where(data.geographic_level != "National", data.country_code)
as_published(codes, pd.to_numeric(data.NEET_percent, errors="coerce"), "the pair")

description = json.loads(get("/openapi.json"))
validate(description)
holds("the OpenAPI description is valid", True)
for path, item in description["paths"].items():
    real = path.replace("{citation}", table["citation"]).replace("{area}", "E12000001").replace("{dataSet}", OFFICIAL)
    request = urllib.request.Request(f"{BASE}{real}", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        kind = response.headers.get_content_type()
    holds(f"{path} gives what the description says: {kind}", kind in item["get"]["responses"]["200"]["content"])

print(f"{passed} passed, 0 failed")
