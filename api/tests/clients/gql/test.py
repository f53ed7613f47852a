"""gql against a running exchange: python gql/test.py BASE TOKEN SCHEMA"""

import sys
from pathlib import Path

from gql import GraphQLRequest
from gql.transport.exceptions import TransportQueryError, TransportServerError
from graphql import GraphQLError

from client import exchange_client

base, token, schema = sys.argv[1], sys.argv[2], Path(sys.argv[3])
client = exchange_client(base, token, schema)
passed = failed = 0


def check(name):
    def run(test):
        global passed, failed
        try:
            test()
            passed += 1
            print(f"ok   {name}")
        except Exception as error:  # whatever it is, it is told
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}")

    return run


SHARES = """
    query Shares($input: OutcomesInput!) {
        outcomes(input: $input) {
            id
            citation
            cells { benchmark { number } achievedShare { value standardError status reason } }
        }
    }
"""
QUESTION = {"framework": "GATSBY-2014", "areas": ["E12000001"]}


def ask(text, variables, asker=client):
    return asker.execute(GraphQLRequest(text, variable_values=variables))


@check("gql: a question is answered")
def _():
    cells = ask(SHARES, {"input": QUESTION})["outcomes"]["cells"]
    assert [cell["benchmark"]["number"] for cell in cells] == list(range(1, 9)), cells
    assert all((cell["achievedShare"]["value"] is None) == (cell["achievedShare"]["reason"] is not None) for cell in cells)


@check("gql: what the contract does not have is found before it is sent")
def _():
    try:
        ask("{ outcomes(input: {framework: \"GATSBY-2014\"}) { schools } }", {})
    except GraphQLError as error:
        assert "schools" in error.message, error
    else:
        raise AssertionError("expected an error")


@check("gql: pages")
def _():
    pages = """
        query Leps($after: String) {
            areas(kind: LEP, first: 30, after: $after) { nodes { code } pageInfo { hasNextPage endCursor } }
        }
    """
    codes, after = [], None
    while True:
        areas = ask(pages, {"after": after})["areas"]
        codes += [area["code"] for area in areas["nodes"]]
        if not areas["pageInfo"]["hasNextPage"]:
            break
        after = areas["pageInfo"]["endCursor"]
    assert len(codes) == len(set(codes)) == 38, codes


@check("gql: a table is asked again by its id")
def _():
    first = ask(SHARES, {"input": QUESTION})["outcomes"]
    again = ask("query Again($id: ID!) { node(id: $id) { ... on OutcomeTable { citation } } }", {"id": first["id"]})
    assert again["node"]["citation"] == first["citation"], again


@check("gql: an error has its code")
def _():
    try:
        ask(SHARES, {"input": {"framework": "NO-SUCH"}})
    except TransportQueryError as error:
        assert error.errors[0]["extensions"]["code"] == "NOT_FOUND", error.errors
    else:
        raise AssertionError("expected an error")


@check("gql: a token that does not hold is refused")
def _():
    try:
        ask(SHARES, {"input": QUESTION}, exchange_client(base, "e30.e30.e30", schema))
    except TransportServerError as error:
        assert error.code == 401, error
    except TransportQueryError as error:
        assert error.errors[0]["extensions"]["code"] == "UNAUTHENTICATED", error.errors
    else:
        raise AssertionError("expected an error")


print(f"{passed} passed, {failed} failed")
sys.exit(0 if failed == 0 and passed > 0 else 1)
