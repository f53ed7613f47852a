"""Where does an area stand beside its country, benchmark by benchmark, and has it moved? Needs `gql[requests]` and `pandas`.

    python report.py BASE TOKEN [AREA] [COUNTRY]
"""

import sys

import pandas
from gql import Client, GraphQLRequest
from gql.transport.requests import RequestsHTTPTransport

base, token = sys.argv[1:3]
area = sys.argv[3] if len(sys.argv) > 3 else "E12000001"
country = sys.argv[4] if len(sys.argv) > 4 else "E92000001"

# `rows` is a table as arrays, which a data frame takes as it is.
QUESTION = """
    query Report($area: OutcomesInput!, $country: OutcomesInput!) {
        area: outcomes(input: $area) { ...Rows }
        country: outcomes(input: $country) { ...Rows }
    }
    fragment Rows on OutcomeTable { citation rows { schema { name } data } }
"""


def question(code):
    return {"framework": "GATSBY-2014", "areas": [code], "periodRange": {"from": "202223T3"}}


def frame(table):
    columns = [column["name"] for column in table["rows"]["schema"]]
    return pandas.DataFrame(table["rows"]["data"], columns=columns)


transport = RequestsHTTPTransport(url=f"{base}/graphql", headers={"Authorization": f"Bearer {token}"}, retries=3)
answer = Client(transport=transport).execute(
    GraphQLRequest(QUESTION, variable_values={"area": question(area), "country": question(country)})
)
own, whole = frame(answer["area"]), frame(answer["country"])

newest = own[own.period == own.period.max()]
report = newest.merge(whole, on=["period", "benchmark"], suffixes=("", "_country"))
report["difference"] = report.achieved_share - report.achieved_share_country
# Both numbers carry noise: a difference within 1.96 of its standard errors may be noise alone.
error = (report.achieved_share_standard_error**2 + report.achieved_share_standard_error_country**2) ** 0.5
report["clear"] = report.difference.abs() > 1.96 * error
print(report[["benchmark", "achieved_share", "achieved_share_country", "difference", "clear", "achieved_share_status"]].to_string(index=False))

trend = own.pivot(index="period", columns="benchmark", values="achieved_share")
print(trend.to_string())
print("cite as", answer["area"]["citation"], "and", answer["country"]["citation"])
