from pathlib import Path

from gql import Client
from gql.transport.requests import RequestsHTTPTransport


def exchange_client(base: str, token: str | None, schema: Path) -> Client:
    """A client of the exchange at `base`, for the holder of `token`. Questions are held to `schema.graphql` before they are sent."""
    transport = RequestsHTTPTransport(
        url=f"{base}/graphql",
        headers={"Authorization": f"Bearer {token}"} if token else {},
        retries=3,
        # What may be asked again unchanged; the seconds to wait are in `Retry-After`.
        retry_status_forcelist=[429, 503],
        timeout=30,
    )
    return Client(transport=transport, schema=schema.read_text())
